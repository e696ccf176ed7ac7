"""Ask for a round to be run in the background."""

from __future__ import annotations

from collections.abc import Callable

from distribution.domain.enums import JobKind
from distribution.domain.principal import Principal
from distribution.services.jobs import enqueue_job
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.run_round import RunOptions, require_runnable
from distribution.store.tables import Job
from distribution.store.unit_of_work import UnitOfWork
from optimizer.plan import Limits


def request_round(
    uow: UnitOfWork,
    asker: Principal,
    options: RunOptions,
    *,
    idempotency_key: str | None = None,
    announce: Callable[[str], None] | None = None,
) -> Job:
    """Put a job into the queue that runs a round; what can be refused is refused at once.

    Raises
    ------
    NotFoundError
        If no network has been imported, or it has no such policy.
    StateError
        ``no_round_left``, ``round_not_in_quotas`` or ``round_exists``; ``idempotency_key_reused``.
    """
    with uow.read() as tx:
        asked_before = idempotency_key and tx.jobs.find_by_key(asker.actor, idempotency_key)
    if not asked_before:  # otherwise the job's round may have been run since
        require_runnable(uow, options)
    return enqueue_job(
        uow,
        JobKind.RUN_ROUND,
        {
            "round_code": options.round_code,
            "policy_code": options.policy_code,
            "seconds": options.search.limits.seconds,
            "iterations": options.search.limits.iterations,
            "seed": options.search.seed,
        },
        created_by=asker.actor,
        role=asker.role.value,
        idempotency_key=idempotency_key,
        announce=announce,
    )


def options_of(job: Job, workers: int | None = None) -> RunOptions:
    """Read back what a job was asked to do."""
    limits = Limits(job.params["seconds"], job.params["iterations"])
    return RunOptions(
        SearchOptions(limits, job.params["seed"], workers), job.params["round_code"], job.params.get("policy_code")
    )
