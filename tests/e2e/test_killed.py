"""The service or the process of a job is killed at any moment: no job hangs, nothing is half kept, nobody is orphaned.

``TAAVON_KILLS`` says how often (6).
"""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import httpx2 as httpx
import psutil
import pytest

from distribution.domain.enums import Role
from distribution.services.api_keys import create_api_key
from distribution.services.audit import check_audit
from distribution.services.import_dataset import import_dataset
from distribution.store.repositories.keys import KeyHolder
from tests.support.networks import small_network
from tests.support.servers import clean_environment, free_port, wait_for
from tests.support.service import open_store, settings_for

KILLS = int(os.environ.get("TAAVON_KILLS", "6"))
FINAL = {"succeeded", "failed", "cancelled"}


class KilledService:
    """A service that is started again whenever it is gone."""

    def __init__(self, folder: Path) -> None:
        self.database = folder / "taavon.db"
        self.uow = open_store(settings_for(folder))
        import_dataset(self.uow, small_network(), "test")
        key = create_api_key(self.uow, KeyHolder(Role.ADMIN))
        self.port = free_port()
        self.client = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}", headers={"Authorization": f"Bearer {key}"}, timeout=30
        )
        self.log = (folder / "service.log").open("ab")
        self.process: subprocess.Popen[bytes] | None = None

    def ensure(self) -> None:
        """Start the service if it is not there, and wait until it can work."""
        if self.process is None or self.process.poll() is not None:
            command = [sys.executable, "-m", "api", "serve", "--port", str(self.port), "--db", str(self.database)]
            environment = clean_environment(TAAVON_SOLVER_WORKERS="1")
            self.process = subprocess.Popen(command, env=environment, stdout=self.log, stderr=self.log)
        wait_for(self._is_ready, "the service")

    def _is_ready(self) -> bool:
        try:
            return self.client.get("/readyz").status_code == 200
        except httpx.TransportError:
            return False

    def children(self) -> list[psutil.Process]:
        assert self.process is not None
        try:
            return psutil.Process(self.process.pid).children(recursive=True)
        except psutil.NoSuchProcess:
            return []

    def job(self, number: str) -> dict[str, object]:
        job: dict[str, object] = self.client.get(f"/v1/jobs/{number}").json()
        return job

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(60)
        self.client.close()
        self.log.close()
        self.uow.engine.dispose()


def kill_something(service: KilledService, dice: random.Random) -> None:
    """Kill the service, one of its children, or both at a random moment."""
    time.sleep(dice.uniform(0, 4))
    children = service.children()
    what = dice.choice(["service", "child", "both"])
    if what != "service" and children:
        dice.choice(children).kill()
    if what != "child":
        assert service.process is not None
        service.process.kill()
        service.process.wait()
    psutil.wait_procs(children, timeout=0.1)
    if what != "child":
        _, alive = psutil.wait_procs(children, timeout=30)
        assert alive == [], "a child outlived the service"


@pytest.mark.slow
def test_whatever_is_killed_whenever_no_job_hangs_and_nothing_is_half_kept(tmp_path: Path) -> None:
    dice, ends = random.Random(5), []
    service = KilledService(tmp_path)
    try:
        for _ in range(KILLS):
            service.ensure()
            asked = service.client.post("/v1/rounds", json={"iterations": 60})
            assert asked.status_code == 202, asked.text
            kill_something(service, dice)
            service.ensure()
            number = asked.json()["id"]
            wait_for(lambda number=number: service.job(number)["state"] in FINAL, "the job")
            job = service.job(number)
            ends.append(job["state"])
            assert job["state"] == "succeeded" or job["error"], job
            assert check_audit(service.uow).is_whole
            with closing(sqlite3.connect(service.database)) as base:
                assert base.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
                assert base.execute("PRAGMA foreign_key_check").fetchall() == []
            rounds = service.client.get("/v1/rounds").json()["items"]
            counting = [found for found in rounds if found["state"] != "withdrawn"]
            assert [found["state"] for found in counting] == (["computed"] if job["state"] == "succeeded" else [])
            for found in counting:
                gone = service.client.post(
                    f"/v1/rounds/{found['code']}/withdraw",
                    json={"reason": "again"},
                    headers={"If-Match": f'W/"{found["version"]}"'},
                )
                assert gone.status_code == 200, gone.text
    finally:
        service.stop()
    assert "succeeded" in ends
