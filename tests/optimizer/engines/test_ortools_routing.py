"""The engine answers a piece the same every time, never forgets a delivery, and always ends."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.engines.ortools_routing import solve_subproblem
from optimizer.search.subproblem import Slot, Subproblem

HOUR = 3600
SLOT = Slot(3000, 3000, 180, 100, 1_800_000, 1800, 6 * HOUR, 18 * HOUR)


def piece(n: int = 20, **change: object) -> Subproblem:
    """Return deliveries on a spiral, badly shared among four trips of two truck-days."""
    turn = np.arange(n) * 2.4
    points = np.append(
        np.stack([np.cos(turn), np.sin(turn)], axis=1) * (10_000 + 1000 * np.arange(n)[:, None]), [[0, 0]], axis=0
    )
    metres = np.rint(np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1))).astype(np.int64)
    slots = (SLOT, replace(SLOT, fixed_cost=0, after=0), SLOT, replace(SLOT, fixed_cost=0, after=2))
    whole = Subproblem(
        metres, metres // 15, (400,) * n, (400,) * n, (300,) * n, ((),) * n, (tuple(range(4)),) * n, slots,
        tuple(tuple(range(v, n, 4)) for v in range(4)), waits_cost=False, solutions=30,
    )  # fmt: skip
    return replace(whole, **change)


def road(sub: Subproblem, routes: tuple[tuple[int, ...], ...]) -> int:
    n = len(sub.weight_g)
    return sum(int(sub.metres[a, b]) for r in routes if r for a, b in zip((n, *r), (*r, n), strict=True))


@pytest.mark.parametrize("solutions", [0, 30])
@pytest.mark.parametrize("waits_cost", [False, True])
def test_the_answer_is_shorter_complete_and_the_same_twice(solutions, waits_cost):
    sub = piece(solutions=solutions, waits_cost=waits_cost)

    routes = solve_subproblem(sub)

    assert routes == solve_subproblem(sub)
    assert sorted(i for route in routes for i in route) == list(range(20))
    assert road(sub, routes) < road(sub, sub.routes)
    assert all(sum(sub.weight_g[i] for i in route) <= 3000 for route in routes)


def test_a_later_trip_is_used_only_with_the_one_before_it():
    routes = solve_subproblem(piece(5, routes=((0, 1), (2,), (3,), (4,))))

    assert all(routes[v - 1] for v in (1, 3) if routes[v])


def test_a_delivery_stays_in_the_slots_it_is_allowed():
    allowed = tuple((i % 4,) if i < 8 else (0, 1, 2, 3) for i in range(20))

    routes = solve_subproblem(piece(allowed=allowed))

    assert all(i in routes[i % 4] for i in range(8))


def test_guided_search_ends_where_no_move_is_possible():
    sub = piece(2, allowed=((0,), (2,)), routes=((0,), (), (1,), ()))

    assert solve_subproblem(sub) == sub.routes


def test_costs_beyond_32_bits_are_no_trouble():
    dear = tuple(
        replace(slot, metre_cost=18 * 5_000_000, second_cost=5 * 90_000_000, fixed_cost=18_000 * 10**11)
        for slot in piece().slots
    )
    sub = piece(slots=dear)

    assert road(sub, solve_subproblem(sub)) < road(sub, sub.routes)


def test_routes_that_break_a_window_are_handed_back_unchanged():
    sub = piece(4, windows=(((0, HOUR),), (), (), ()), routes=((0,), (1,), (2,), (3,)))

    assert solve_subproblem(sub) == sub.routes
