"""A real child process, with solvers made for the test."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from optimizer.launch import SolverCrash, solve_in_child
from optimizer.plan import Limits, Plan, Status
from optimizer.problem import Problem
from optimizer.solve import Progress
from optimizer.verify import verify_plan
from tests.support.small_problem import delivery, line_problem, truck

FAKE = "tests.support.fake_solvers:"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def problem() -> Problem:
    return line_problem([0, 10, 20], [delivery("a", 1), delivery("b", 2)], [truck()])


def solver_processes() -> list[psutil.Process]:
    """List the children of this process that solve, with their workers."""
    solvers = [p for p in psutil.Process().children() if "optimizer.child" in p.cmdline()]
    return [*solvers, *(worker for solver in solvers for worker in solver.children(recursive=True))]


def start_parent(body: str) -> subprocess.Popen[str]:
    """Start a script that solves in a child; it prints "started" when the child is at work."""
    script = textwrap.dedent(
        """
        from optimizer.launch import solve_in_child
        from optimizer.plan import Limits
        from tests.support.small_problem import delivery, line_problem, truck
        problem = line_problem([0, 10], [delivery("a", 1)], [truck()])
        def started(progress):
            print("started", flush=True)
        """
    ) + textwrap.dedent(body)
    return subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, text=True)


def test_the_real_solver_plans_in_a_child_with_the_same_result_for_one_and_two_workers(problem: Problem) -> None:
    plans = [solve_in_child(problem, Limits(iterations=2), workers=workers) for workers in (1, 2)]
    assert plans[0] == plans[1]
    assert verify_plan(problem, plans[0]) == ()
    assert not plans[0].unserved


@pytest.mark.parametrize("workers", [1, 2])
def test_progress_arrives_while_the_child_works(problem: Problem, workers: int) -> None:
    seen: list[Progress] = []
    plan = solve_in_child(
        problem, Limits(iterations=5), seed=3, workers=workers, on_progress=seen.append, solver=FAKE + "counts"
    )
    assert [p.fraction for p in seen] == [0.2, 0.4, 0.6, 0.8, 1.0]
    assert (plan.status, plan.iterations, plan.seed) == (Status.ITERATION_LIMIT, 5, 3)
    assert solver_processes() == []


def test_asked_to_stop_the_child_gives_its_best_so_far(problem: Problem) -> None:
    seen: list[Progress] = []
    plan = solve_in_child(
        problem,
        Limits(iterations=10_000),
        workers=1,
        on_progress=seen.append,
        should_stop=lambda: len(seen) >= 3,
        solver=FAKE + "counts",
    )
    assert plan.status is Status.STOPPED
    assert 3 <= plan.iterations < 100


def test_a_stop_asked_for_before_the_request_is_sent_is_not_lost(problem: Problem) -> None:
    plan = solve_in_child(
        problem, Limits(iterations=10_000), workers=1, should_stop=lambda: True, solver=FAKE + "counts"
    )
    assert plan.status is Status.STOPPED


def test_the_caller_is_called_several_times_a_second(problem: Problem) -> None:
    ticks: list[float] = []
    solve_in_child(
        problem,
        Limits(iterations=30),
        workers=1,
        on_tick=lambda: ticks.append(time.monotonic()),
        solver=FAKE + "counts",
    )
    assert max(later - earlier for earlier, later in pairwise(ticks)) < 1.0
    assert len(ticks) >= 5


def test_a_killed_child_is_a_crash_told_at_once(problem: Problem) -> None:
    killed_at = []
    family = []

    def kill(_: Progress) -> None:
        family.extend(solver_processes())
        killed_at.append(time.monotonic())
        family[0].kill()

    with pytest.raises(SolverCrash) as caught:
        solve_in_child(problem, Limits(iterations=10_000), workers=2, on_progress=kill, solver=FAKE + "counts")
    assert time.monotonic() - killed_at[0] < 2
    assert caught.value.exit_code == -signal.SIGKILL
    assert psutil.wait_procs(family, timeout=2)[1] == []


def test_an_error_in_the_child_is_a_crash_with_its_last_lines(problem: Problem) -> None:
    with pytest.raises(SolverCrash, match="the solver has a defect") as caught:
        solve_in_child(problem, Limits(iterations=1), solver=FAKE + "fails")
    assert caught.value.exit_code == 1
    assert "ZeroDivisionError" in caught.value.last_lines


def test_what_libraries_print_does_not_spoil_the_messages(problem: Problem) -> None:
    assert solve_in_child(problem, Limits(iterations=1), seed=7, solver=FAKE + "prints").seed == 7


def test_an_exception_of_the_caller_ends_the_child(problem: Problem) -> None:
    family = []

    def lose_the_lease(_: Progress) -> None:
        family.extend(solver_processes())
        raise LookupError("the lease is lost")

    with pytest.raises(LookupError):
        solve_in_child(problem, Limits(iterations=10_000), on_progress=lose_the_lease, solver=FAKE + "counts")
    assert psutil.wait_procs(family, timeout=2)[1] == []


def test_the_start_of_the_child_counts_towards_the_seconds(problem: Problem) -> None:
    plan = solve_in_child(problem, Limits(seconds=30), workers=1, solver=FAKE + "tells_limits")
    assert 10_000 < plan.iterations < 30_000


def test_no_semaphore_is_left_behind(problem: Problem) -> None:
    shared = Path("/dev/shm")
    before = {p.name for p in shared.glob("sem.*")}
    solve_in_child(problem, Limits(iterations=2), workers=2, solver=FAKE + "counts")
    assert {p.name for p in shared.glob("sem.mp-*")} <= before


def test_it_works_in_a_thread_and_several_at_a_time(problem: Problem) -> None:
    plans: list[Plan] = []

    def run(seed: int) -> None:
        plans.append(solve_in_child(problem, Limits(iterations=3), seed, workers=1, solver=FAKE + "counts"))

    threads = [threading.Thread(target=run, args=(seed,)) for seed in (1, 2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(plan.seed for plan in plans) == [1, 2]


def wait_for(parent: subprocess.Popen[str], line: str) -> list[psutil.Process]:
    assert parent.stdout is not None
    assert parent.stdout.readline().strip() == line
    family = psutil.Process(parent.pid).children(recursive=True)
    assert family
    return family


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGTERM])
def test_when_the_parent_is_killed_the_child_and_its_workers_are_gone_within_two_seconds(sent: signal.Signals) -> None:
    parent = start_parent(
        """
        if __name__ == "__main__":
            solve_in_child(
                problem, Limits(iterations=10_000), workers=2, on_progress=started,
                solver="tests.support.fake_solvers:counts",
            )
        """
    )
    with parent:
        family = wait_for(parent, "started")
        os.kill(parent.pid, sent)
        parent.wait()
        assert psutil.wait_procs(family, timeout=2)[1] == []


def test_a_child_deaf_in_its_solver_dies_with_its_parent_too() -> None:
    parent = start_parent(
        """
        print("started", flush=True)
        solve_in_child(problem, Limits(iterations=1), workers=1, solver="tests.support.fake_solvers:holds_the_lock")
        """
    )
    with parent:
        assert parent.stdout is not None
        parent.stdout.readline()
        deadline = time.monotonic() + 20
        family: list[psutil.Process] = []
        while not family and time.monotonic() < deadline:
            time.sleep(0.1)
            family = psutil.Process(parent.pid).children(recursive=True)
        time.sleep(4)  # until it is in the solver
        parent.kill()
        parent.wait()
        assert psutil.wait_procs(family, timeout=2)[1] == []


def test_ctrl_c_keeps_the_best_so_far() -> None:
    parent = start_parent(
        """
        plan = solve_in_child(
            problem, Limits(iterations=10_000), workers=1, on_progress=lambda p: p.fraction == 1e-4 and started(p),
            solver="tests.support.fake_solvers:counts",
        )
        print(plan.status, 1 <= plan.iterations < 1000)
        """
    )
    with parent:
        wait_for(parent, "started")
        parent.send_signal(signal.SIGINT)
        out, _ = parent.communicate(timeout=10)
    assert out.split() == ["stopped", "True"]


def test_ctrl_c_stops_the_search_and_cuts_nothing_short_that_the_caller_does() -> None:
    parent = start_parent(
        """
        import os, signal
        done = []
        def progress(told):
            if not done:
                os.kill(os.getpid(), signal.SIGINT)
                done.append(sum(range(100_000)))
        plan = solve_in_child(
            problem, Limits(iterations=10_000), workers=1, on_progress=progress,
            solver="tests.support.fake_solvers:counts",
        )
        print(plan.status, 1 <= plan.iterations < 5000, len(done))
        print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)
        """
    )
    with parent:
        out, _ = parent.communicate(timeout=20)
    assert out.split() == ["stopped", "True", "1", "True"]


def test_a_second_ctrl_c_kills_the_child() -> None:
    parent = start_parent(
        """
        import threading, signal, os
        try:
            threading.Timer(3, os.kill, (os.getpid(), signal.SIGINT)).start()
            threading.Timer(3.5, os.kill, (os.getpid(), signal.SIGINT)).start()
            print("started", flush=True)
            solve_in_child(problem, Limits(iterations=1), workers=1, solver="tests.support.fake_solvers:holds_the_lock")
        except KeyboardInterrupt:
            print("interrupted")
        """
    )
    with parent:
        out, _ = parent.communicate(timeout=20)
    assert out.split() == ["started", "interrupted"]


def test_it_works_inside_a_daemonic_process_such_as_a_worker_of_celery() -> None:
    parent = start_parent(
        """
        import multiprocessing
        def work():
            print(solve_in_child(problem, Limits(iterations=2), workers=2, solver="tests.support.fake_solvers:counts").iterations, flush=True)
        process = multiprocessing.get_context("fork").Process(target=work, daemon=True)
        process.start()
        process.join()
        """
    )
    with parent:
        out, _ = parent.communicate(timeout=30)
    assert out.split() == ["2"]
