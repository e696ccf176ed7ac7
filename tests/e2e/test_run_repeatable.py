"""One seed and one amount of work give the same bytes, whatever the load and the number of workers."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.networks import county_populations_only, write_csv

pytestmark = pytest.mark.slow

SAME = ("plan.json", "summary.json", "allotments.csv", "unserved.csv", "routes.geojson", "map.html")


@contextmanager
def busy_machine() -> Iterator[None]:
    """Keep every processor busy with something else."""
    burners = [
        subprocess.Popen([sys.executable, "-c", "while True: pass"])  # nothing but this
        for _ in range(len(os.sched_getaffinity(0)))
    ]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def test_a_plan_is_the_same_on_a_busy_machine_with_one_worker_and_with_two(tmp_path, taavon):
    source = write_csv(county_populations_only(120, 12, 3), tmp_path / "in")

    def run(name: str, *options: str) -> Path:
        taavon("run", source, "--out", tmp_path / name, "--iterations", "24", "--seed", "7", *options)
        return tmp_path / name

    quiet = run("quiet", "--workers", "2")
    with busy_machine():
        others = [run("busy-one", "--workers", "1"), run("busy-two", "--workers", "2")]
    for other in others:
        for name in SAME:
            assert (other / name).read_bytes() == (quiet / name).read_bytes(), (other.name, name)
