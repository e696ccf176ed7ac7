"""What the service's answers cost: ``python -m benchmarks.service [--asks N]``.

Keeps a round of the example (700 outlets) in an SQLite file, publishes it, and asks a service in a process of its own,
one question after the other over one connection. Printed are the median and the 95th percentile of each question, ms. It
fails if the median of a page of 100 allotments is above 20 ms.
"""

from __future__ import annotations

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles
from urllib.parse import SplitResult, urlsplit

import urllib3

from api.settings import Settings
from benchmarks.baselines import table
from distribution.domain.enums import Role, RoundState
from distribution.services.api_keys import create_api_key
from distribution.services.example import DEMO_ROUND, import_example
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.progress import SilentReporter
from distribution.services.run_round import RunOptions, run_round
from distribution.store.engine import create_database, upgrade
from distribution.store.repositories.keys import KeyHolder
from distribution.store.unit_of_work import UnitOfWork
from optimizer.plan import Limits

_MOST_MS = 20.0


@contextmanager
def served(settings: Settings) -> Iterator[SplitResult]:
    """Serve a database in a process of its own until the block ends."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "api", "serve", "--port", str(port)]
    environment = os.environ | settings.to_environment()
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        try:
            url = urlsplit(f"http://127.0.0.1:{port}")
            urllib3.PoolManager().request(
                "GET", f"{url.geturl()}/healthz", retries=urllib3.Retry(20, backoff_factor=0.1)
            )
            yield url
        finally:
            running.terminate()


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure answers of the service.")
    parser.add_argument("--asks", type=int, default=100, help="times each question is asked [default: 100]")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="taavon-") as place:
        settings = Settings(f"sqlite:///{Path(place) / 'taavon.db'}", locale="fa")
        engine = create_database(settings.database_url)
        upgrade(engine)
        uow = UnitOfWork(engine)
        import_example(uow)
        run_round(uow, RunOptions(SearchOptions(Limits(iterations=50)), DEMO_ROUND), SilentReporter())
        with uow.write() as tx:
            tx.rounds.get(DEMO_ROUND).state = RoundState.PUBLISHED
            union = tx.datasets.load().unions[0].code
        keys = {
            "planner": create_api_key(uow, KeyHolder(Role.PLANNER)),
            "union": create_api_key(uow, KeyHolder(Role.UNION, union)),
        }
        with served(settings) as url:
            pool = urllib3.HTTPConnectionPool(url.hostname or "", url.port, maxsize=1)
            rows, page_ms = [], 0.0
            for name, path in (
                ("union", f"/v1/rounds/{DEMO_ROUND}/allotments?limit=100"),
                ("planner", f"/v1/rounds/{DEMO_ROUND}/allotments?limit=100"),
                ("union", "/v1/outlets?limit=100"),
                ("union", f"/v1/rounds/{DEMO_ROUND}/allotments.csv"),
                ("union", f"/v1/rounds/{DEMO_ROUND}/deliveries?limit=100"),
                ("union", f"/v1/rounds/{DEMO_ROUND}/scorecards"),
            ):
                took = []
                for _ in range(given.asks):
                    began = time.perf_counter()
                    answer = pool.request("GET", path, headers={"Authorization": f"Bearer {keys[name]}"})
                    took.append(1000 * (time.perf_counter() - began))
                    if answer.status != 200:
                        raise RuntimeError(answer.data.decode())
                if path.endswith("allotments?limit=100"):
                    page_ms = max(page_ms, median(took))
                rows.append(
                    [name, path.replace(DEMO_ROUND, "…"), f"{median(took):.1f}", f"{quantiles(took, n=20)[-1]:.1f}"]
                )
        engine.dispose()
    print(table(("who", "question", "median ms", "95 % ms"), rows))
    return int(page_ms > _MOST_MS)


if __name__ == "__main__":
    sys.exit(main())
