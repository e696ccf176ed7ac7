"""Ctrl-C and kill: the best plan so far is kept, or nothing is, and nobody goes on working for nobody."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.networks import small_network, write_csv

pytestmark = pytest.mark.slow

PATIENCE_S = 60


def wait_for(what: Callable[[], object], seconds: float = PATIENCE_S) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def searching(process: psutil.Process) -> list[psutil.Process]:
    """List the solver and its workers, once it has had time to read its problem."""
    return [child for child in process.children(recursive=True) if time.time() - child.create_time() > 3]


@contextmanager
def a_run_in_search(folder: Path) -> Iterator[tuple[subprocess.Popen[str], list[psutil.Process]]]:
    """Start a run that would search for ten minutes, and give it and the processes it started."""
    source = write_csv(small_network(), folder / "in")
    command = [sys.executable, "-m", "api", "run", str(source), "--out", str(folder / "out"), "--seconds", "600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            family = psutil.Process(process.pid)
            wait_for(lambda: searching(family))
            yield process, family.children(recursive=True)
        finally:
            process.kill()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def gone(processes: list[psutil.Process]) -> bool:
    return not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in processes)


def test_ctrl_c_while_routing_keeps_the_best_so_far_and_writes_everything(tmp_path, taavon):
    with a_run_in_search(tmp_path) as (process, children):
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, errors
        wait_for(lambda: gone(children), 10)
    summary = json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))
    assert summary["status"] == "stopped"
    assert summary["delivery"]["outlets_served"] == 10
    written = {str(p.relative_to(tmp_path / "out")) for p in (tmp_path / "out").rglob("*") if p.is_file()}
    assert written == {*summary["files"], "taavon.db", "findings.csv"}
    taavon("verify-plan", tmp_path / "out" / "plan.json")
    assert names(tmp_path) == ["in", "out"]


def test_a_second_ctrl_c_ends_the_run_and_keeps_nothing(tmp_path):
    with a_run_in_search(tmp_path) as (process, children):
        solver = next(child for child in children if "optimizer.child" in child.cmdline())
        solver.suspend()  # it cannot answer the first one
        process.send_signal(signal.SIGINT)
        time.sleep(1)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 130, errors
        assert "Traceback" not in errors
        assert "Interrupted" in errors
        wait_for(lambda: gone(children), 10)
    assert names(tmp_path) == ["in"]


def test_a_run_that_is_killed_leaves_no_process_and_nothing_that_keeps_the_next_from_running(tmp_path, taavon):
    with a_run_in_search(tmp_path) as (process, children):
        process.kill()
        process.wait(PATIENCE_S)
        wait_for(lambda: gone(children), 10)
    assert not (tmp_path / "out").exists()
    taavon("run", tmp_path / "in", "--out", tmp_path / "out", "--iterations", "1")
    assert names(tmp_path) == ["in", "out"]
