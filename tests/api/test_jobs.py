"""Jobs in child processes of the service: they end with a result or a reason, whatever dies."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import psutil
import pytest

from distribution.domain.enums import JobKind
from distribution.services.jobs import enqueue_job, lease_job
from tests.support.networks import small_network
from tests.support.service import Service, running, settings_for

RunService = Callable[..., AbstractContextManager[Service]]
PATIENCE_S = 90


def wait_for(service: Service, job_id: str, met: Callable[[dict[str, object]], bool]) -> dict[str, object]:
    """Ask after a job until it is as wanted."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        job: dict[str, object] = service.planner.get(f"/v1/jobs/{job_id}").json()
        if met(job):
            return job
        time.sleep(0.1)
    raise AssertionError(f"still waiting: {job}")


def is_over(job: dict[str, object]) -> bool:
    return job["state"] in {"succeeded", "failed", "cancelled"}


def is_routing(job: dict[str, object]) -> bool:
    return job["state"] == "running" and job["phase"] == "phase.route" and job["best"] is not None


def start(service: Service, **wanted: object) -> str:
    response = service.planner.post("/v1/rounds", json=wanted)
    assert response.status_code == 202, response.text
    assert response.headers["location"] == f"/v1/jobs/{response.json()['id']}"
    return str(response.json()["id"])


def children() -> set[psutil.Process]:
    """The processes below this one."""
    return {p for p in psutil.Process().children(recursive=True) if p.status() != psutil.STATUS_ZOMBIE}


def job_processes() -> list[psutil.Process]:
    return [p for p in psutil.Process().children() if is_job(p)]


def is_job(process: psutil.Process) -> bool:
    try:
        return "api.jobs.child" in process.cmdline()
    except psutil.Error:  # it has just ended
        return False


@pytest.fixture(autouse=True)
def nothing_is_left_behind() -> Iterator[None]:
    before = children()  # other tests' too, such as the resource tracker of multiprocessing
    yield
    _, alive = psutil.wait_procs(children() - before, timeout=10)
    assert alive == []


def test_a_round_is_run_in_a_process_of_its_own_and_kept(service: Service) -> None:
    job = wait_for(service, start(service, iterations=20, seed=3), is_over)
    assert job["state"] == "succeeded", job
    assert isinstance(job["result"], dict)
    assert job["result"].items() >= {"round_code": "spring", "status": "iteration_limit"}.items()
    assert (job["progress"], job["attempts"], job["error"]) == (1.0, 1, None)
    assert job["params"] == _params(iterations=20, seed=3)
    paths = {f["path"] for f in service.planner.get("/v1/rounds/spring/exports").json()["items"]}
    assert {"plan.json", "summary.json", "map.html", "allotments.xlsx", "network.gpkg"} <= paths
    summary = service.planner.get("/v1/rounds/spring/summary").json()
    assert summary["round_code"] == "spring"
    with service.uow.read() as tx:
        assert {g.commodity_code: g.allotted_packs for g in tx.rounds.goods("spring")} == {
            g["code"]: g["allotted_packs"] for g in summary["goods"]
        }
    again = service.planner.post("/v1/rounds", json={"round_code": "spring"})
    assert (again.status_code, again.json()["code"]) == (409, "round_exists")


def test_a_job_that_is_stopped_keeps_the_best_so_far(service: Service) -> None:
    job_id = start(service, seconds=600)
    running_job = wait_for(service, job_id, is_routing)
    assert 0.1 <= float(str(running_job["progress"])) < 1
    assert service.planner.get(f"/v1/jobs/{job_id}?lang=en").json()["phase_text"] == "Routing the trucks"
    assert service.planner.get(f"/v1/jobs/{job_id}?lang=fa").json()["phase_text"] == "مسیریابی خودروها"
    stopping = service.planner.delete(f"/v1/jobs/{job_id}")
    assert (stopping.status_code, stopping.json()["cancel_requested"]) == (202, True)
    job = wait_for(service, job_id, is_over)
    assert job["state"] == "succeeded", job
    assert job["result"]["status"] == "stopped"  # type: ignore[index]
    assert service.planner.get("/v1/rounds/spring").json()["state"] == "computed"
    late = service.planner.delete(f"/v1/jobs/{job_id}")
    assert (late.status_code, late.json()["code"]) == (409, "job_finished")


def test_a_job_whose_process_is_killed_is_started_again(service: Service) -> None:
    job_id = start(service, seconds=4)
    wait_for(service, job_id, is_routing)
    (child,) = job_processes()
    below = child.children(recursive=True)
    os.kill(child.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(below, timeout=10)
    assert alive == []
    job = wait_for(service, job_id, is_over)
    assert (job["state"], job["attempts"]) == ("succeeded", 2), job


@pytest.mark.slow
def test_a_job_that_kills_its_process_every_time_fails_with_a_reason(service: Service) -> None:
    job_id = start(service, seconds=600)
    killed: set[int] = set()
    end = time.monotonic() + PATIENCE_S
    while not is_over(service.planner.get(f"/v1/jobs/{job_id}").json()):
        assert time.monotonic() < end
        for child in job_processes():
            if child.pid not in killed:
                child.kill()
                killed.add(child.pid)
        time.sleep(0.05)
    job = service.planner.get(f"/v1/jobs/{job_id}?lang=en").json()
    assert len(killed) == 3
    assert (job["state"], job["error"]["code"]) == ("failed", "job_attempts_exhausted")
    assert "3 times" in job["error"]["detail"]


@pytest.mark.slow
def test_a_service_that_stops_gives_its_jobs_back_and_the_next_one_runs_them(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with running(settings, small_network()) as service:
        job_id = start(service, seconds=10)
        wait_for(service, job_id, is_routing)
    with running(settings, small_network()) as service:
        with service.uow.read() as tx:
            assert tx.jobs.get(job_id).attempts <= 1
        assert wait_for(service, job_id, is_over)["state"] == "succeeded"


@pytest.mark.slow
def test_a_job_that_a_dead_service_held_is_taken_over_when_its_lease_is_out(tmp_path: Path) -> None:
    settings = settings_for(tmp_path)
    with running(settings, small_network()) as service:
        service.app.state.runtime.doorbell.stop()
        job = enqueue_job(service.uow, JobKind.RUN_ROUND, _params(iterations=5))
        assert lease_job(service.uow, "a service that died", lease_s=-1) is not None
    with running(settings, small_network()) as service:
        ended = wait_for(service, job.id, is_over)
        assert (ended["state"], ended["attempts"]) == ("succeeded", 2)


@pytest.mark.slow
def test_jobs_wait_their_turn_and_one_that_waits_is_cancelled_at_once(service: Service) -> None:
    first = start(service, seconds=600)
    wait_for(service, first, is_routing)
    second = start(service, round_code="spring", iterations=5)
    assert service.planner.get(f"/v1/jobs/{second}").json()["state"] == "queued"
    assert service.planner.delete(f"/v1/jobs/{second}").json()["state"] == "cancelled"
    listed = service.planner.get("/v1/jobs").json()["items"]
    assert [job["id"] for job in listed] == [second, first]
    assert [j["id"] for j in service.planner.get("/v1/jobs?state=running").json()["items"]] == [first]
    page = service.planner.get("/v1/jobs?limit=1").json()
    assert [j["id"] for j in page["items"]] == [second]
    page = service.planner.get(f"/v1/jobs?limit=1&cursor={page['next']}").json()
    assert ([j["id"] for j in page["items"]], page["next"]) == ([first], None)
    service.planner.delete(f"/v1/jobs/{first}")
    wait_for(service, first, is_over)


@pytest.mark.slow
def test_of_two_jobs_for_one_round_the_second_fails_with_a_reason(run_service: RunService) -> None:
    with run_service(small_network(), jobs=1) as service:
        first, second = start(service, seconds=2), start(service, round_code="spring", iterations=5)
        assert wait_for(service, first, is_over)["state"] == "succeeded"
        job = wait_for(service, second, is_over)
        assert job["state"] == "failed"
        assert job["error"] == {"code": "round_exists", "detail": "There is a round spring already."}


def test_asking_twice_with_one_key_gives_one_job(service: Service) -> None:
    header = {"Idempotency-Key": "spring-1"}
    first = service.planner.post("/v1/rounds", json={"iterations": 5}, headers=header).json()
    again = service.planner.post("/v1/rounds", json={"iterations": 5}, headers=header)
    assert (again.status_code, again.json()["id"]) == (202, first["id"])
    other = service.planner.post("/v1/rounds", json={"iterations": 6}, headers=header)
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_key_reused")
    wait_for(service, first["id"], is_over)
    late = service.planner.post("/v1/rounds", json={"iterations": 5}, headers=header)
    assert (late.status_code, late.json()["state"]) == (202, "succeeded")


def test_without_a_network_there_is_nothing_to_run(empty_service: Service) -> None:
    response = empty_service.planner.post("/v1/rounds", json={})
    assert (response.status_code, response.json()["code"]) == (404, "dataset_missing")
    with empty_service.uow.read() as tx:
        assert tx.jobs.list() == ()


def _params(**changes: object) -> dict[str, object]:
    return {"round_code": None, "policy_code": None, "seconds": None, "iterations": None, "seed": 1, **changes}
