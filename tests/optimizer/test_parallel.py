from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from optimizer.parallel import Executor, SerialExecutor, ThreadExecutor, count_available_cpus


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadExecutor]:
    with ThreadExecutor(2) as executor:
        yield executor


@pytest.fixture(params=["serial", "threads"])
def executor(request: pytest.FixtureRequest, pool: ThreadExecutor) -> Executor:
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


def test_two_workers_work_at_the_same_time(pool: ThreadExecutor) -> None:
    meeting = threading.Barrier(2, timeout=10)

    assert sorted(pool.map(lambda _: meeting.wait(), [1, 2])) == [0, 1]


def test_at_least_one_worker_is_needed() -> None:
    with pytest.raises(ValueError, match="at least one"):
        ThreadExecutor(0)


def test_by_default_there_is_one_worker_for_each_processor_allowed() -> None:
    command = "from optimizer.parallel import count_available_cpus; print(count_available_cpus())"
    code = f"import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))]); {command}"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "1"
    with ThreadExecutor() as executor:
        assert executor.workers == count_available_cpus()


def test_its_threads_are_gone_when_it_is_closed() -> None:
    before = threading.active_count()
    with ThreadExecutor(3) as executor:
        executor.map(abs, [1, 2, 3])
    assert threading.active_count() == before
