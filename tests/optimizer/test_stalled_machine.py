"""A machine that keeps stalling, as a busy one does, gives the same plan: no clock decides about routes."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from optimizer.plan import Limits
from optimizer.solve import solve
from tests.support.routing import make_network

SOLVE = """
from optimizer.plan import Limits
from optimizer.solve import solve
from tests.support.routing import make_network

print("ready", flush=True)
print(solve(make_network(120, 2, 8, 4), Limits(iterations=10), 3))
"""


@pytest.mark.slow
def test_a_machine_that_keeps_stalling_gives_the_same_plan():
    expected = solve(make_network(120, 2, 8, 4), Limits(iterations=10), 3)

    with subprocess.Popen(
        [sys.executable, "-c", SOLVE], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).resolve().parents[2]
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
        end = time.monotonic() + 120
        while child.poll() is None and time.monotonic() < end:
            time.sleep(0.02)
            child.send_signal(signal.SIGSTOP)
            time.sleep(0.13)  # longer than any default limit of OR-Tools for a small step
            child.send_signal(signal.SIGCONT)
        answer = child.communicate(timeout=60)[0]

    assert answer == f"{expected}\n"
