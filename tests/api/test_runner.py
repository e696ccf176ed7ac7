"""One job, run in this process by stand-ins for the work: it always ends with a result, a reason or a new owner."""

from __future__ import annotations

import datetime as dt
import json
import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest

from api.jobs import reporter as reporter_module
from api.jobs import runner
from api.jobs.reporter import JobReporter
from api.logs import configure_logs
from api.settings import Settings
from distribution.domain.enums import JobKind, JobState
from distribution.domain.errors import StateError, UnavailableError
from distribution.services.api_keys import PROGRAM
from distribution.services.jobs import (
    LeaseLostError,
    abandon_job,
    cancel_job,
    enqueue_job,
    finish_job,
    get_job,
    lease_job,
    list_free_jobs,
)
from distribution.services.progress import Phase
from distribution.store.tables import Job
from distribution.store.unit_of_work import UnitOfWork
from optimizer.plan import COST_SCALE
from tests.support.service import open_store, settings_for

Work = Callable[[UnitOfWork, Job, str, JobReporter, Settings], None]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return settings_for(tmp_path)


@pytest.fixture
def uow(settings: Settings) -> Iterator[UnitOfWork]:
    uow = open_store(settings)
    yield uow
    uow.engine.dispose()


@pytest.fixture
def run(uow: UnitOfWork, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Callable[[Work], Job]:
    """Run a job whose work is given, and return what became of it."""
    configure_logs()
    monkeypatch.setattr(reporter_module, "BEAT_S", 0.05)

    def run(work: Work) -> Job:
        monkeypatch.setattr(runner, "HANDLERS", MappingProxyType({JobKind.RUN_ROUND: work}))
        job = enqueue_job(uow, JobKind.RUN_ROUND, {})
        assert runner.run_job(uow, job.id, "me", settings)
        return get_job(uow, job.id)

    return run


def wait_until(met: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not met():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_a_named_error_becomes_the_jobs_reason(run: Callable[[Work], Job]) -> None:
    def work(*_: object) -> None:
        raise StateError("no_round_left", rounds="spring")

    job = run(work)
    assert (job.state, job.error_code, job.error_params) == (JobState.FAILED, "no_round_left", {"rounds": "spring"})
    assert job.lease_owner is None


def test_any_other_error_becomes_a_reference_into_the_log(
    run: Callable[[Work], Job], capfd: pytest.CaptureFixture[str]
) -> None:
    def work(*_: object) -> None:
        raise ZeroDivisionError("deep inside")

    job = run(work)
    assert (job.state, job.error_code) == (JobState.FAILED, "internal")
    lines = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    logged = next(line for line in lines if line["event"] == "job_crashed")
    assert logged["reference"] == job.error_params["reference"]
    assert "deep inside" in json.dumps(logged)


def test_a_missing_program_is_a_reason_but_a_missing_database_leaves_the_job_to_be_tried_again(
    run: Callable[[Work], Job], uow: UnitOfWork
) -> None:
    def work_without_font(*_: object) -> None:
        raise UnavailableError("font_missing")

    def work_without_database(*_: object) -> None:
        raise UnavailableError("database_unreachable", name="x")

    assert run(work_without_font).error_code == "font_missing"
    with pytest.raises(UnavailableError):
        run(work_without_database)
    with uow.read() as tx:
        assert tx.jobs.list(limit=1)[0].state is JobState.RUNNING


def test_progress_phase_and_cost_are_written_down_while_it_works(run: Callable[[Work], Job], uow: UnitOfWork) -> None:
    seen: list[Job] = []

    def work(uow: UnitOfWork, job: Job, owner: str, reporter: JobReporter, _: Settings) -> None:
        reporter.report(Phase.ROUTE, 0.5, 42 * COST_SCALE)
        wait_until(lambda: get_job(uow, job.id).phase == "phase.route")
        seen.append(get_job(uow, job.id))
        finish_job(uow, job.id, owner, {"answer": 1})

    job = run(work)
    assert (job.state, job.result, job.progress) == (JobState.SUCCEEDED, {"answer": 1}, 1.0)
    assert 0.1 < seen[0].progress < 0.85
    assert json.loads(str(seen[0].best_so_far)) == {"cost": 42}


def test_progress_never_goes_back_from_phase_to_phase() -> None:
    spans = [reporter_module.SPANS[phase] for phase in Phase]
    assert spans[0][0] == 0
    assert spans[-1][1] == 1
    assert all(a[1] == b[0] and a[0] < a[1] for a, b in pairwise(spans))


def test_the_lease_is_renewed_as_long_as_it_works(run: Callable[[Work], Job], uow: UnitOfWork) -> None:
    def work(uow: UnitOfWork, job: Job, owner: str, _reporter: JobReporter, _: Settings) -> None:
        first = get_job(uow, job.id).lease_until
        assert isinstance(first, dt.datetime)
        wait_until(lambda: (get_job(uow, job.id).lease_until or first) > first)
        finish_job(uow, job.id, owner, {})

    assert run(work).state is JobState.SUCCEEDED


def test_a_wish_to_stop_reaches_the_work(run: Callable[[Work], Job]) -> None:
    def work(uow: UnitOfWork, job: Job, owner: str, reporter: JobReporter, _: Settings) -> None:
        assert not reporter.should_stop()
        cancel_job(uow, job.id, PROGRAM)
        wait_until(reporter.should_stop)
        finish_job(uow, job.id, owner, {"kept": "best"})

    job = run(work)
    assert (job.state, job.result) == (JobState.SUCCEEDED, {"kept": "best"})


def test_work_on_a_job_that_another_took_over_stops_and_keeps_nothing(run: Callable[[Work], Job]) -> None:
    def work(uow: UnitOfWork, job: Job, owner: str, reporter: JobReporter, _: Settings) -> None:
        assert abandon_job(uow, job.id, owner)
        assert lease_job(uow, "another", job.id) is not None
        wait_until(reporter.should_stop)
        with pytest.raises(LeaseLostError):
            reporter.report(Phase.EXPORT, 0.5)
        finish_job(uow, job.id, owner, {"kept": "by mistake"})

    job = run(work)
    assert (job.state, job.lease_owner, job.result) == (JobState.RUNNING, "another", None)


def test_a_job_is_run_by_one_however_often_the_bell_rings(
    uow: UnitOfWork, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[str] = []

    def work(uow: UnitOfWork, job: Job, owner: str, _reporter: JobReporter, _: Settings) -> None:
        ran.append(owner)
        time.sleep(0.1)
        finish_job(uow, job.id, owner, {})

    monkeypatch.setattr(runner, "HANDLERS", MappingProxyType({JobKind.RUN_ROUND: work}))
    job = enqueue_job(uow, JobKind.RUN_ROUND, {})
    threads = [threading.Thread(target=runner.run_job, args=(uow, job.id, f"w{n}", settings)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ran) == 1
    assert not runner.run_job(uow, job.id, "late", settings)


def test_a_job_let_go_is_free_at_once_and_only_its_owner_can_let_it_go(uow: UnitOfWork) -> None:
    job = enqueue_job(uow, JobKind.RUN_ROUND, {})
    assert list_free_jobs(uow) == (job.id,)
    assert lease_job(uow, "me") is not None
    assert list_free_jobs(uow) == ()
    assert not abandon_job(uow, job.id, "another")
    assert list_free_jobs(uow) == ()
    assert abandon_job(uow, job.id, "me")
    assert list_free_jobs(uow) == (job.id,)


def test_every_kind_of_job_has_its_work() -> None:
    assert runner.HANDLERS.keys() == set(JobKind)
