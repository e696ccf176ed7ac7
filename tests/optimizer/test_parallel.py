from __future__ import annotations

import colorsys
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures.process import BrokenProcessPool

import psutil
import pytest

from optimizer.parallel import Executor, ProcessExecutor, SerialExecutor, count_available_cpus


@pytest.fixture(scope="module")
def pool() -> Iterator[ProcessExecutor]:
    with ProcessExecutor(2) as executor:
        yield executor


@pytest.fixture(params=["serial", "processes"])
def executor(request: pytest.FixtureRequest, pool: ProcessExecutor) -> Executor:
    return SerialExecutor() if request.param == "serial" else pool


def test_results_come_in_the_order_of_the_items_whatever_ends_first(executor: Executor) -> None:
    sleep_ms = [120, 0, 60, 0]
    assert executor.map(abs, [-1, -2, -3]) == [1, 2, 3]
    assert executor.map(time.sleep, [ms / 1000 for ms in sleep_ms]) == [None] * 4
    assert executor.map(str, list(range(50))) == [str(i) for i in range(50)]


def test_an_exception_of_one_item_is_raised_and_the_executor_goes_on(executor: Executor) -> None:
    with pytest.raises(ValueError, match="invalid literal"):
        executor.map(int, ["1", "x", "3"])
    assert executor.map(int, ["4"]) == [4]


def test_prepared_workers_have_imported_the_function_s_module() -> None:
    imported = "'colorsys' in __import__('sys').modules"
    with ProcessExecutor(1) as executor:
        assert executor.map(eval, [imported]) == [False]
        executor.prepare(colorsys.rgb_to_hsv)
        assert executor.map(eval, [imported]) == [True]


def test_workers_ignore_ctrl_c(pool: ProcessExecutor) -> None:
    handlers = pool.map(signal.getsignal, [signal.SIGINT] * 4)
    assert set(handlers) == {signal.SIG_IGN}


def test_a_killed_worker_is_reported_and_not_waited_for() -> None:
    with ProcessExecutor(1) as executor, pytest.raises(BrokenProcessPool):
        executor.map(os._exit, [9])


def test_at_least_one_worker_is_needed() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ProcessExecutor(0)


def test_by_default_there_is_one_worker_for_each_processor_allowed() -> None:
    command = "from optimizer.parallel import count_available_cpus; print(count_available_cpus())"
    code = f"import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]); {command}"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "1"
    with ProcessExecutor() as executor:
        assert executor.workers == count_available_cpus()


def test_workers_are_gone_within_two_seconds_after_their_parent_was_killed() -> None:
    code = (
        "import time, os\nfrom optimizer.parallel import ProcessExecutor\n"
        "if __name__ == '__main__':\n"
        "    e = ProcessExecutor(2)\n"
        "    print(*e.map(abs, [0, 0]), flush=True)\n"
        "    e.map(time.sleep, [60, 60])\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline().split() == ["0", "0"]
        time.sleep(0.3)
        family = psutil.Process(parent.pid).children(recursive=True)
        assert family
        parent.kill()
        parent.wait()
        assert psutil.wait_procs(family, timeout=2)[1] == []
