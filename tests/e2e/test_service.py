"""The service as a whole, over HTTP: a workbook in, a round run, allotments and files out."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest
from sqlalchemy import URL, text

from distribution.store.engine import create_database
from tests.support.networks import small_network
from tests.support.servers import WORKER_COMMAND, api_server, clean_environment, process, wait_for
from tests.support.workbooks import workbook_bytes

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def client(url: str, key: str) -> httpx.Client:
    return httpx.Client(base_url=url, headers={"Authorization": f"Bearer {key}"}, timeout=60)


def send_workbook(planner: httpx.Client) -> None:
    response = planner.post("/v1/datasets", content=workbook_bytes(small_network()), headers={"content-type": XLSX})
    assert response.status_code == 201, response.text


def start_round(planner: httpx.Client, **wanted: object) -> str:
    response = planner.post("/v1/rounds", json=wanted)
    assert response.status_code == 202, response.text
    return str(response.headers["location"])


def ended(planner: httpx.Client, location: str) -> dict[str, object]:
    def is_over() -> dict[str, object] | None:
        job: dict[str, object] = planner.get(location).json()
        return job if job["state"] in {"succeeded", "failed", "cancelled"} else None

    job = wait_for(is_over, "the job")
    assert isinstance(job, dict)
    return job


def is_routing(planner: httpx.Client, location: str) -> bool:
    job = planner.get(location).json()
    assert job["state"] in {"queued", "running"}, json.dumps(job)
    return job["phase"] == "phase.route" and job["best"] is not None


def publish(admin: httpx.Client, url: str) -> None:
    """Let the round be submitted and approved by two others, neither of whom gave the other a key, and publish it."""
    planner_key, approver_key = (
        admin.post("/v1/keys", json={"role": role}).json()["key"] for role in ("planner", "approver")
    )
    with client(url, planner_key) as planner, client(url, approver_key) as approver:
        for asker, action in ((planner, "submit"), (approver, "approve"), (planner, "publish")):
            tag = planner.get("/v1/rounds/spring").headers["etag"]
            step = asker.post(f"/v1/rounds/spring/{action}", json={}, headers={"If-Match": tag})
            assert step.status_code == 200, step.text


def tell_the_story(url: str, key: str) -> None:
    """From a workbook to files, and nothing of one union for the other."""
    with client(url, key) as planner:
        assert planner.get("/v1/me").json()["role"] == "admin"
        send_workbook(planner)
        unions = {}
        for code in ("U1", "U2"):
            made = planner.post("/v1/keys", json={"role": "union", "union_code": code})
            unions[code] = made.json()["key"]
        job = ended(planner, start_round(planner, iterations=20, seed=5))
        assert job["state"] == "succeeded", job

        publish(planner, url)
        whole = planner.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
        summary = planner.get("/v1/rounds/spring/summary").json()
        for goods in summary["goods"]:
            lines = [line["packs"] for line in whole if line["commodity_code"] == goods["code"]]
            assert sum(lines) == goods["allotted_packs"] > 0
        parts = []
        for code, union_key in unions.items():
            with client(url, union_key) as union:
                own = union.get("/v1/rounds/spring/allotments?limit=500").json()["items"]
                assert {line["union_code"] for line in own} == {code}
                parts += own
                reasons = union.get(f"/v1/allotments/spring/{own[0]['outlet_code']}?lang=fa")
                assert reasons.status_code == 200
        assert sorted(map(json.dumps, parts)) == sorted(map(json.dumps, whole))
        with client(url, unions["U2"]) as second:
            assert second.get("/v1/allotments/spring/O0").status_code == 404
            assert second.get("/v1/rounds/spring/plan").status_code == 403

        files = planner.get("/v1/rounds/spring/exports").json()["items"]
        assert {f["path"] for f in files} >= {"plan.json", "allotments.xlsx", "network.gpkg", "map.html"}
        for file in files:
            answer = planner.get(file["href"])
            assert (answer.status_code, len(answer.content)) == (200, file["size"])


def stop_one(url: str, key: str) -> None:
    """A job of ten minutes is stopped after seconds and keeps its best plan."""
    with client(url, key) as planner:
        send_workbook(planner)
        location = start_round(planner, seconds=600)
        wait_for(lambda: is_routing(planner, location), "the search")
        assert planner.delete(location).status_code == 202
        job = ended(planner, location)
        assert (job["state"], job["result"]["status"]) == ("succeeded", "stopped")  # type: ignore[index]
        assert planner.get("/v1/rounds/spring/plan").json()["plan"]["trips"]


def embedded(folder: Path) -> AbstractContextManager[tuple[str, str]]:
    return api_server(folder, clean_environment(), "--db", str(folder / "taavon.db"))


@contextmanager
def scaled_out(folder: Path, database: URL, broker: str) -> Iterator[tuple[str, str]]:
    """The API and a worker on PostgreSQL and a broker; the database is emptied first."""
    engine = create_database(database)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    environment = clean_environment(
        TAAVON_DATABASE_URL=database.render_as_string(hide_password=False), TAAVON_BROKER_URL=broker
    )
    with (
        api_server(folder, environment) as service,
        process(WORKER_COMMAND, folder, folder / "worker.log", environment),
    ):
        yield service


def test_the_story_on_sqlite_with_jobs_in_the_service(tmp_path: Path) -> None:
    with embedded(tmp_path) as (url, key):
        tell_the_story(url, key)


@pytest.mark.slow
def test_a_stopped_job_keeps_its_best_on_sqlite(tmp_path: Path) -> None:
    with embedded(tmp_path) as (url, key):
        stop_one(url, key)


@pytest.mark.postgres
@pytest.mark.redis
def test_the_story_on_postgresql_with_a_worker_on_redis(
    tmp_path: Path, postgres_database: URL, redis_broker: str
) -> None:
    with scaled_out(tmp_path, postgres_database, redis_broker) as (url, key):
        tell_the_story(url, key)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
def test_a_stopped_job_keeps_its_best_on_a_worker(tmp_path: Path, postgres_database: URL, redis_broker: str) -> None:
    with scaled_out(tmp_path, postgres_database, redis_broker) as (url, key):
        stop_one(url, key)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.rabbitmq
def test_the_story_on_postgresql_with_a_worker_on_rabbitmq(
    tmp_path: Path, postgres_database: URL, rabbitmq_broker: str
) -> None:
    with scaled_out(tmp_path, postgres_database, rabbitmq_broker) as (url, key):
        tell_the_story(url, key)


@pytest.mark.slow
@pytest.mark.postgres
@pytest.mark.redis
def test_a_job_whose_message_was_lost_is_announced_again(
    tmp_path: Path, postgres_database: URL, redis_broker: str
) -> None:
    """The job is asked for while no worker listens, and its message vanishes with the broker's memory."""
    redis = pytest.importorskip("redis")
    with scaled_out(tmp_path, postgres_database, redis_broker) as (url, key), client(url, key) as planner:
        send_workbook(planner)
    environment = clean_environment(
        TAAVON_DATABASE_URL=postgres_database.render_as_string(hide_password=False), TAAVON_BROKER_URL=redis_broker
    )
    with api_server(tmp_path, environment, first_start=False) as (url, _), client(url, key) as planner:
        location = start_round(planner, iterations=5)
        with redis.Redis.from_url(redis_broker) as broker:
            wait_for(lambda: broker.llen("taavon"), "the message")
            broker.flushdb()
        with process(WORKER_COMMAND, tmp_path, tmp_path / "worker.log", environment):
            assert ended(planner, location)["state"] == "succeeded"


@pytest.mark.slow
def test_a_service_that_is_killed_leaves_no_process_and_the_next_one_finishes_its_job(tmp_path: Path) -> None:
    database = str(tmp_path / "taavon.db")
    with api_server(tmp_path, clean_environment(), "--db", database) as (url, key), client(url, key) as planner:
        send_workbook(planner)
        location = start_round(planner, seconds=4)
        wait_for(lambda: is_routing(planner, location), "the search")
        (server,) = [p for p in psutil.Process().children() if "serve" in p.cmdline()]
        below = server.children(recursive=True)
        assert len(below) >= 2
        os.kill(server.pid, signal.SIGKILL)
        server.wait(10)
        _, alive = psutil.wait_procs(below, timeout=20)
        assert alive == []
    with (
        api_server(tmp_path, clean_environment(), "--db", database, first_start=False) as (url, _),
        client(url, key) as planner,
    ):
        job = ended(planner, location)
    assert job["state"] == "succeeded", job
