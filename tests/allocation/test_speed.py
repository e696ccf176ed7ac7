"""The round of a whole country stays within the time and memory that are promised."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

BENCHMARK = Path(__file__).parents[2] / "benchmarks" / "allocation.py"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["cumulative", "webster", "hamilton"])
def test_a_hundred_thousand_outlets_and_twenty_commodities_take_less_than_five_seconds_of_one_core(method: str) -> None:
    command = [sys.executable, BENCHMARK, "--case", "100000", "20", method]
    got = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
    assert got["cpu_s"] < 5
    assert got["peak_mb"] < 1000
