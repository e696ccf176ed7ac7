"""Rounds that are solved inside the test's own process: the same search, without the seconds a child takes to start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from distribution.services import plan_deliveries
from optimizer.plan import Limits, Plan
from optimizer.problem import Problem
from optimizer.solve import Progress, solve
from tests.support.kept import Books


def solve_here(
    problem: Problem,
    limits: Limits,
    seed: int,
    *,
    workers: int | None,
    on_progress: Callable[[Progress], None],
    should_stop: Callable[[], bool],
) -> Plan:
    return solve(problem, limits, seed, on_progress=on_progress, should_stop=should_stop)


@pytest.fixture(autouse=True, scope="module")
def _solved_here() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_deliveries, "solve_in_child", solve_here)
        yield


@pytest.fixture
def books(tmp_path: Path) -> Iterator[Books]:
    kept = Books(tmp_path)
    yield kept
    kept.uow.engine.dispose()
