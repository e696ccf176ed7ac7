"""A job is done by one worker at a time, whatever becomes of workers and messages."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import Engine

from distribution.domain.enums import JobKind, JobState
from distribution.domain.errors import NotFoundError, StateError
from distribution.messages import LOCALES, render_message
from distribution.services.api_keys import PROGRAM
from distribution.services.jobs import (
    LeaseLostError,
    cancel_job,
    enqueue_job,
    fail_job,
    finish_job,
    lease_job,
    release_job,
    renew_lease,
)
from distribution.store.tables import Job
from distribution.store.unit_of_work import UnitOfWork

RUN = JobKind.RUN_ROUND


def read(uow: UnitOfWork, job_id: str) -> Job:
    with uow.read() as tx:
        return tx.jobs.get(job_id)


def test_a_job_lives_from_the_queue_to_its_result(uow: UnitOfWork) -> None:
    job = enqueue_job(uow, RUN, {"round_code": "r1", "نام": "دوره"}, created_by="abc")
    leased = lease_job(uow, "w1")
    assert leased is not None
    assert (leased.id, leased.state, leased.attempts) == (job.id, JobState.RUNNING, 1)
    assert renew_lease(uow, job.id, "w1", 0.4, "phase.route", best_so_far='{"trips": 3}') is False
    halfway = read(uow, job.id)
    assert (halfway.progress, halfway.phase, halfway.best_so_far) == (0.4, "phase.route", '{"trips": 3}')
    finish_job(uow, job.id, "w1", {"round": 1})
    done = read(uow, job.id)
    assert (done.state, done.progress, done.result, done.lease_owner) == (JobState.SUCCEEDED, 1.0, {"round": 1}, None)
    assert done.params == {"round_code": "r1", "نام": "دوره"}
    assert done.finished_at is not None
    assert lease_job(uow, "w1") is None


def test_jobs_are_taken_oldest_first_or_by_name(uow: UnitOfWork, clock: Any) -> None:
    ids = []
    for _ in range(3):
        ids.append(enqueue_job(uow, RUN, {}).id)
        clock.tick(1)
    last = lease_job(uow, "w", ids[2])
    first = lease_job(uow, "w")
    assert last is not None
    assert first is not None
    assert (last.id, first.id) == (ids[2], ids[0])


def test_a_doubled_message_finds_the_job_taken(uow: UnitOfWork) -> None:
    job = enqueue_job(uow, RUN, {})
    assert lease_job(uow, "w1", job.id) is not None
    assert lease_job(uow, "w2", job.id) is None
    assert lease_job(uow, "w2") is None
    finish_job(uow, job.id, "w1", {})
    assert lease_job(uow, "w2", job.id) is None


def test_a_lost_message_is_made_up_for_by_looking(uow: UnitOfWork) -> None:
    heard: list[str] = []
    rung = enqueue_job(uow, RUN, {}, announce=heard.append)
    silent = enqueue_job(uow, RUN, {})
    assert heard == [rung.id]
    taken = {job.id for job in (lease_job(uow, "w"), lease_job(uow, "w")) if job}
    assert taken == {rung.id, silent.id}


def test_a_job_whose_worker_died_is_taken_over_when_the_lease_runs_out(uow: UnitOfWork, clock: Any) -> None:
    job = enqueue_job(uow, RUN, {})
    lease_job(uow, "dead", lease_s=30)
    clock.tick(29)
    assert lease_job(uow, "alive") is None
    clock.tick(2)
    again = lease_job(uow, "alive")
    assert again is not None
    assert (again.id, again.attempts, again.lease_owner) == (job.id, 2, "alive")
    for late in (
        lambda: renew_lease(uow, job.id, "dead", 0.9, "phase.route"),
        lambda: finish_job(uow, job.id, "dead", {"round": 0}),
        lambda: fail_job(uow, job.id, "dead", "error"),
        lambda: release_job(uow, job.id, "dead"),
    ):
        with pytest.raises(LeaseLostError):
            late()
    untouched = read(uow, job.id)
    assert (untouched.state, untouched.lease_owner, untouched.result) == (JobState.RUNNING, "alive", None)


def test_a_renewed_lease_is_not_taken_over(uow: UnitOfWork, clock: Any) -> None:
    job = enqueue_job(uow, RUN, {})
    lease_job(uow, "w1")
    for _ in range(5):
        clock.tick(25)
        renew_lease(uow, job.id, "w1", 0.1, "phase.route")
        assert lease_job(uow, "w2") is None


def test_a_job_that_kills_its_workers_fails_in_the_end(uow: UnitOfWork, clock: Any) -> None:
    job = enqueue_job(uow, RUN, {})
    clock.tick(1)
    other = enqueue_job(uow, RUN, {})
    for attempt in range(3):
        leased = lease_job(uow, f"w{attempt}", job.id)
        assert leased is not None
        clock.tick(31)
    taken = lease_job(uow, "w4")  # finds the worn-out one first, and passes on to the next
    assert taken is not None
    assert taken.id == other.id
    worn_out = read(uow, job.id)
    assert (worn_out.state, worn_out.error_code) == (JobState.FAILED, "job_attempts_exhausted")
    for locale in LOCALES:
        assert "3" in render_message(f"error.{worn_out.error_code}", locale, worn_out.error_params)


def test_a_failed_job_is_not_tried_again(uow: UnitOfWork) -> None:
    job = enqueue_job(uow, RUN, {})
    lease_job(uow, "w1")
    fail_job(uow, job.id, "w1", "round_unknown", {"round_code": "r9"})
    failed = read(uow, job.id)
    assert (failed.state, failed.error_code, failed.error_params) == (
        JobState.FAILED,
        "round_unknown",
        {"round_code": "r9"},
    )
    assert lease_job(uow, "w2") is None


def test_a_job_cancelled_in_the_queue_never_starts(uow: UnitOfWork) -> None:
    job = enqueue_job(uow, RUN, {})
    assert cancel_job(uow, job.id, PROGRAM).state is JobState.CANCELLED
    assert cancel_job(uow, job.id, PROGRAM).state is JobState.CANCELLED
    assert lease_job(uow, "w1") is None


def test_a_running_job_is_asked_to_stop_and_keeps_its_best(uow: UnitOfWork) -> None:
    job = enqueue_job(uow, RUN, {})
    lease_job(uow, "w1")
    assert cancel_job(uow, job.id, PROGRAM).state is JobState.RUNNING
    assert renew_lease(uow, job.id, "w1", 0.5, "phase.route") is True
    finish_job(uow, job.id, "w1", {"round": 1})
    assert read(uow, job.id).state is JobState.SUCCEEDED
    with pytest.raises(StateError, match="job_finished"):
        cancel_job(uow, job.id, PROGRAM)


def test_a_cancelled_job_whose_worker_died_is_not_started_again(uow: UnitOfWork, clock: Any) -> None:
    job = enqueue_job(uow, RUN, {})
    lease_job(uow, "dead")
    renew_lease(uow, job.id, "dead", 0.5, "phase.route", best_so_far="{}")
    cancel_job(uow, job.id, PROGRAM)
    clock.tick(31)
    assert lease_job(uow, "alive") is None
    ended = read(uow, job.id)
    assert (ended.state, ended.best_so_far) == (JobState.CANCELLED, "{}")


def test_a_worker_told_to_leave_gives_its_job_back(uow: UnitOfWork) -> None:
    job = enqueue_job(uow, RUN, {})
    lease_job(uow, "w1")
    release_job(uow, job.id, "w1")
    again = lease_job(uow, "w2")
    assert again is not None
    assert again.attempts == 1


def test_asking_twice_with_one_key_gives_one_job(uow: UnitOfWork) -> None:
    first = enqueue_job(uow, RUN, {"a": 1}, created_by="me", idempotency_key="k")
    assert enqueue_job(uow, RUN, {"a": 1}, created_by="me", idempotency_key="k").id == first.id
    assert enqueue_job(uow, RUN, {"a": 1}, created_by="you", idempotency_key="k").id != first.id
    with pytest.raises(StateError, match="idempotency_key_reused"):
        enqueue_job(uow, RUN, {"a": 2}, created_by="me", idempotency_key="k")


def test_asking_at_once_with_one_key_gives_one_job(uow: UnitOfWork) -> None:
    with ThreadPoolExecutor(4) as pool:
        jobs = list(pool.map(lambda _: enqueue_job(uow, RUN, {}, created_by="me", idempotency_key="k"), range(12)))
    assert len({job.id for job in jobs}) == 1


def test_an_unknown_job_is_a_clear_error(uow: UnitOfWork) -> None:
    with pytest.raises(NotFoundError, match="job_unknown"):
        cancel_job(uow, "nothing", PROGRAM)


def test_jobs_are_listed_newest_first(uow: UnitOfWork, clock: Any) -> None:
    older = enqueue_job(uow, RUN, {}, created_by="me")
    clock.tick(1)
    newer = enqueue_job(uow, RUN, {}, created_by="you")
    with uow.read() as tx:
        assert [job.id for job in tx.jobs.list()] == [newer.id, older.id]
        assert [job.id for job in tx.jobs.list(created_by="me")] == [older.id]
        assert [job.id for job in tx.jobs.list(state=JobState.QUEUED, limit=1)] == [newer.id]


def test_threads_that_look_at_once_never_hold_the_same_job(uow: UnitOfWork) -> None:
    ids = {enqueue_job(uow, RUN, {}).id for _ in range(20)}

    def work(owner: str) -> list[str]:
        done = []
        while (job := lease_job(uow, owner)) is not None:
            assert job.lease_owner == owner
            finish_job(uow, job.id, owner, {"by": owner})
            done.append(job.id)
        return done

    with ThreadPoolExecutor(4) as pool:
        taken = Counter(job_id for done in pool.map(work, "abcd") for job_id in done)
    assert taken == Counter(ids)


WORKER = """
import sys, time
from distribution.services.jobs import finish_job, lease_job
from distribution.store.engine import create_database
from distribution.store.unit_of_work import UnitOfWork

url, owner, lease_s, dies = sys.argv[1], sys.argv[2], float(sys.argv[3]), sys.argv[4] == "dies"
uow = UnitOfWork(create_database(url))
sys.stdin.readline()
while (job := lease_job(uow, owner, lease_s=lease_s)) is not None:
    print(job.id, flush=True)
    if dies:
        time.sleep(60)
    finish_job(uow, job.id, owner, {})
"""


def start_worker(engine: Engine, owner: str, lease_s: float, fate: str = "lives") -> subprocess.Popen[str]:
    url = engine.url.render_as_string(hide_password=False)
    return subprocess.Popen(
        [sys.executable, "-c", WORKER, url, owner, str(lease_s), fate],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_processes_that_look_at_once_never_hold_the_same_job(engine: Engine) -> None:
    uow = UnitOfWork(engine)
    ids = {enqueue_job(uow, RUN, {}).id for _ in range(20)}
    workers = [start_worker(engine, owner, 30) for owner in ("a", "b")]
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("go\n")
        worker.stdin.flush()
    taken = Counter(line for worker in workers for line in worker.communicate(timeout=60)[0].split())
    assert [worker.returncode for worker in workers] == [0, 0]
    assert taken == Counter(ids)


def test_a_job_of_a_killed_process_is_done_by_another(engine: Engine) -> None:
    uow = UnitOfWork(engine)
    job = enqueue_job(uow, RUN, {})
    victim = start_worker(engine, "victim", 1.5, "dies")
    with victim:
        assert victim.stdin is not None
        assert victim.stdout is not None
        victim.stdin.write("go\n")
        victim.stdin.flush()
        assert victim.stdout.readline().strip() == job.id
        victim.kill()
    assert lease_job(uow, "heir") is None
    deadline = time.monotonic() + 20
    while (taken := lease_job(uow, "heir")) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    assert taken is not None
    assert (taken.id, taken.attempts) == (job.id, 2)
