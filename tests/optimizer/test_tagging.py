from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ortools.linear_solver import pywraplp

from optimizer.rank_order import serve_in_order
from optimizer.tagging import TagResult, release_days, tag, tag_over_days
from optimizer.transport import solve_transport
from optimizer.travel import IntArray


def cheapest(supply: IntArray, demand: IntArray, cost: IntArray, allowed: IntArray) -> int:
    """Return the least cost of serving all demand, by a linear programme over every allowed arc."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    arcs = {(w, n): solver.NumVar(0, solver.infinity(), "") for w, n in np.argwhere(allowed)}
    for w in range(len(supply)):
        solver.Add(solver.Sum([x for (a, _), x in arcs.items() if a == w]) <= int(supply[w]))
    for n in range(len(demand)):
        solver.Add(solver.Sum([x for (_, b), x in arcs.items() if b == n]) == int(demand[n]))
    solver.Minimize(solver.Sum([x * int(cost[arc]) for arc, x in arcs.items()]))
    assert solver.Solve() == pywraplp.Solver.OPTIMAL
    return round(solver.Objective().Value())


def ints(*rows: object) -> IntArray:
    return np.array(rows, dtype=np.int64)


def tag_one(supply: list[int], demand: list[int], cost: list[list[int]], **more: object) -> TagResult:
    """Tag one commodity; everything is allowed and ranks are those of the order."""
    metres = np.array(cost, dtype=np.int64)
    fields = {
        "allowed": np.ones((*metres.shape, 1), dtype=bool),
        "pack_g": ints(1000),
        "rank": np.arange(len(demand)),
    }
    return tag(np.array(supply)[:, None], np.array(demand)[:, None], metres, **(fields | more))


def test_each_outlet_is_served_from_the_nearest_warehouse_while_stock_lasts() -> None:
    result = tag_one([100, 100], [40, 30], [[5, 9], [8, 2]])
    assert result.flow[:, :, 0].tolist() == [[40, 0], [0, 30]]
    assert result.short.tolist() == [[0], [0]]
    assert result.splits == ()
    assert result.gram_metres == (40 * 5 + 30 * 2) * 1000


def test_scarce_stock_of_the_nearest_goes_where_it_saves_most() -> None:
    # one pack at the near warehouse saves 3 for the first outlet and 7 for the second
    result = tag_one([10, 100], [10, 10], [[5, 2], [8, 9]])
    assert result.flow[:, :, 0].tolist() == [[0, 10], [10, 0]]


@pytest.mark.parametrize("rank", [[0, 1], [1, 0]])
def test_who_goes_short_is_decided_by_rank_and_not_by_distance(rank: list[int]) -> None:
    result = tag_one([15], [10, 10], [[5_000, 150_000]], rank=np.array(rank))
    assert result.short[:, 0].tolist() == [5 * rank[0], 5 * rank[1]]


def test_among_equal_ranks_the_order_given_decides() -> None:
    assert tag_one([15], [10, 10], [[150_000, 5_000]], rank=ints(3, 3)).short[:, 0].tolist() == [0, 5]


def test_an_outlet_of_low_rank_makes_one_of_high_rank_move_on_but_takes_no_pack_from_those_before() -> None:
    # The first may use both warehouses, the second only the near one: both are served, by the first moving away.
    allowed = np.array([[[True], [True]], [[True], [False]]])
    result = tag_one([10, 10], [10, 10], [[1, 1], [99, 99]], allowed=allowed)
    assert result.flow[:, :, 0].tolist() == [[0, 10], [10, 0]]
    # With less at the far one, the first keeps all it had and the second gets what is left.
    result = tag_one([10, 6], [10, 10], [[1, 1], [99, 99]], allowed=allowed)
    assert result.short[:, 0].tolist() == [0, 4]


def test_nothing_goes_where_it_is_not_allowed() -> None:
    allowed = np.array([[[False]], [[True]]])
    result = tag_one([10, 4], [10], [[1], [99]], allowed=allowed)
    assert result.flow[:, 0, 0].tolist() == [0, 4]
    assert result.short.tolist() == [[6]]


def test_commodities_are_independent() -> None:
    allowed = np.ones((2, 2, 2), dtype=bool)
    both = tag(
        ints([10, 3], [10, 9]),
        ints([5, 6], [7, 6]),
        ints([5, 2], [8, 9]),
        allowed=allowed,
        pack_g=ints(10, 25),
        rank=ints(0, 1),
    )
    alone = [tag_one([10, 10], [5, 7], [[5, 2], [8, 9]]), tag_one([3, 9], [6, 6], [[5, 2], [8, 9]])]
    for c, one in enumerate(alone):
        assert both.flow[:, :, c].tolist() == one.flow[:, :, 0].tolist()


def test_an_outlet_is_kept_whole_where_one_of_its_warehouses_has_the_stock() -> None:
    cost = [[1, 2], [3, 3]]
    split = tag_one([15, 20], [10, 10], cost, keep_whole=False)
    assert len(split.splits) == 1
    assert split.gram_metres == (10 * 1 + 5 * 2 + 5 * 3) * 1000
    whole = tag_one([15, 20], [10, 10], cost)
    assert whole.splits == ()
    assert whole.flow[:, :, 0].sum(axis=1).max() <= 20
    assert whole.short.sum() == 0
    assert whole.gram_metres == (10 * 1 + 10 * 3) * 1000


def test_a_split_that_stock_forces_is_reported() -> None:
    assert tag_one([6, 6], [12], [[1], [2]]).splits == ((0, 0),)


def test_wrong_shapes_and_negative_numbers_are_refused() -> None:
    with pytest.raises(ValueError, match="rank is"):
        tag_one([1], [1], [[1]], rank=np.arange(2))
    with pytest.raises(ValueError, match="negative"):
        tag_one([1], [1], [[-1]])
    with pytest.raises(ValueError, match="negative"):
        tag_one([1], [-1], [[1]])


small = st.integers(1, 4).flatmap(
    lambda w: st.integers(1, 5).flatmap(
        lambda n: st.tuples(
            st.lists(st.integers(0, 12), min_size=w, max_size=w),
            st.lists(st.integers(0, 8), min_size=n, max_size=n),
            st.lists(st.lists(st.integers(0, 30), min_size=n, max_size=n), min_size=w, max_size=w),
            st.lists(st.lists(st.booleans(), min_size=n, max_size=n), min_size=w, max_size=w),
        )
    )
)
Small = tuple[list[int], list[int], list[list[int]], list[list[bool]]]


def largest_total(supply: list[int], demand: list[int], allowed: list[list[bool]]) -> int:
    """Find the most that can be served, by the cut that bounds it (Ford & Fulkerson 1956)."""
    best = sum(demand)
    for chosen in product([False, True], repeat=len(demand)):
        sources = [w for w in range(len(supply)) if any(c and a for c, a in zip(chosen, allowed[w], strict=True))]
        outside = sum(d for c, d in zip(chosen, demand, strict=True) if not c)
        best = min(best, outside + sum(supply[w] for w in sources))
    return best


@given(small)
def test_each_outlet_in_turn_gets_the_most_that_those_before_it_leave(case: Small) -> None:
    supply, demand, _, allowed = case
    order = np.arange(len(demand))[::-1]
    served = serve_in_order(np.array(supply), np.array(demand), np.array(allowed), order)
    asked = [0] * len(demand)
    for outlet in order:
        before = sum(asked)
        asked[outlet] = demand[outlet]
        asked[outlet] = largest_total(supply, asked, allowed) - before
    assert served.tolist() == asked


@given(small)
def test_the_tagging_is_as_cheap_as_a_linear_programme_says(case: Small) -> None:
    supply, demand, cost, allowed = (np.array(part) for part in case)
    order = np.arange(len(demand))
    result = tag_one(list(supply), list(demand), cost.tolist(), allowed=allowed[:, :, None], keep_whole=False)
    served = serve_in_order(supply, demand, allowed, order)
    flow = result.flow[:, :, 0]
    assert (flow.sum(axis=1) <= supply).all()
    assert flow.sum(axis=0).tolist() == served.tolist()
    assert not flow[~allowed].any()
    assert result.gram_metres == cheapest(supply, served, cost, allowed) * 1000


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10_000))
def test_leaving_far_arcs_out_at_first_never_costs_anything(seed: int) -> None:
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 100, (30, 40))
    supply, demand = rng.integers(0, 40, 30), rng.integers(0, 14, 40)
    allowed = rng.random((30, 40)) < 0.7
    result = solve_transport(supply, demand, cost, allowed)
    flow, short = result.flow, result.short
    assert (flow.sum(axis=1) <= supply).all()
    assert (flow.sum(axis=0) + short).tolist() == demand.tolist()
    # With one more source that has everything, dearer than any detour.
    dear = np.full((1, 40), 100_000)
    bound = cheapest(np.append(supply, demand.sum()), demand, np.vstack([cost, dear]), np.vstack([allowed, dear > 0]))
    assert (flow * cost).sum() + 100_000 * short.sum() == bound


# Stock that arrives during the period


def test_stock_that_arrives_after_the_outlet_s_last_day_is_not_for_it() -> None:
    stock = ints([[10, 10, 30]])
    result = tag_over_days(
        stock,
        ints([1], [2]),
        ints([8], [25]),
        ints([5, 5]),
        allowed=np.ones((1, 2, 1), dtype=bool),
        pack_g=ints(1),
        rank=ints(1, 0),
    )
    assert result.short[:, 0].tolist() == [3, 0]
    assert result.flow[0, :, 0].tolist() == [5, 25]


def test_a_later_outlet_takes_later_stock_so_that_an_early_one_can_be_served() -> None:
    stock = ints([[10, 10, 20]])
    result = tag_over_days(
        stock,
        ints([2], [0]),
        ints([10], [10]),
        ints([5, 5]),
        allowed=np.ones((1, 2, 1), dtype=bool),
        pack_g=ints(1),
        rank=ints(0, 1),
    )
    assert result.short.sum() == 0


def test_an_outlet_that_can_be_served_with_one_commodity_in_time_may_be_late_for_another() -> None:
    stock = ints([[0, 10], [0, 10]])
    result = tag_over_days(
        stock,
        ints([1, 0]),
        ints([4, 4]),
        ints([5]),
        allowed=np.ones((1, 1, 2), dtype=bool),
        pack_g=ints(1, 1),
        rank=ints(0),
    )
    assert result.short.tolist() == [[0, 4]]


def test_nothing_to_tag_is_no_error() -> None:
    result = tag_over_days(
        np.zeros((2, 0, 3), dtype=np.int64),
        np.zeros((0, 0), dtype=np.int64),
        np.zeros((0, 0), dtype=np.int64),
        np.zeros((2, 0), dtype=np.int64),
        allowed=np.zeros((2, 0, 0), dtype=bool),
        pack_g=np.zeros(0, dtype=np.int64),
        rank=np.zeros(0, dtype=np.int64),
    )
    assert result.flow.shape == (2, 0, 0)


def release(packs: list[int], rank: list[int], stock: list[int], last_day: list[int]) -> list[int]:
    n = len(packs)
    return release_days(
        np.zeros(n, dtype=np.int64), np.array(packs)[:, None], np.array(rank), ints([stock]), np.array(last_day)
    ).tolist()


def test_early_stock_goes_to_the_lowest_rank() -> None:
    assert release([10, 10, 10], [2, 0, 1], [10, 20, 30], [2, 2, 2]) == [2, 0, 1]


def test_a_low_rank_waits_where_else_an_earlier_deadline_would_be_missed() -> None:
    assert release([10, 10], [0, 1], [10, 20], [1, 0]) == [1, 0]


def test_who_comes_last_by_rank_goes_without() -> None:
    assert release([10, 10], [1, 0], [10, 15], [1, 1]) == [-1, 0]
    assert release([10, 5], [0, 1], [9, 9], [1, 1]) == [-1, 0]
    assert release([1], [0], [9, 9], [-1]) == [-1]


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5), st.integers(-1, 3)), max_size=8),
    st.lists(st.integers(0, 12), min_size=4, max_size=4),
    st.randoms(use_true_random=False),
)
def test_any_days_from_the_release_on_keep_the_stock(
    loads: list[tuple[int, int, int]], arriving: list[int], random: object
) -> None:
    stock = np.cumsum(arriving)
    packs, rank, last = (list(column) for column in zip(*loads, strict=True)) if loads else ([], [], [])
    first = release(packs, rank, stock.tolist(), last)
    gone = np.zeros(4, dtype=int)
    for amount, begin, end in zip(packs, first, last, strict=True):
        if begin >= 0:
            assert begin <= end
            gone[random.randint(begin, end) :] += amount  # type: ignore[attr-defined]  # hypothesis' Random
    assert (gone <= stock).all()


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(0, 3)), min_size=1, max_size=6),
    st.lists(st.integers(0, 8), min_size=4, max_size=4),
)
def test_a_load_goes_without_only_if_those_before_it_leave_too_little(
    loads: list[tuple[int, int]], arriving: list[int]
) -> None:
    stock = np.cumsum(arriving)
    first = release([p for p, _ in loads], list(range(len(loads))), stock.tolist(), [last for _, last in loads])
    admitted: list[tuple[int, int]] = []
    for load, begin in zip(loads, first, strict=True):
        trial = [*admitted, load]
        fits = all(sum(p for p, last in trial if last <= day) <= stock[day] for day in range(4))
        assert (begin >= 0) == fits
        if fits:
            admitted = trial


@pytest.mark.slow
@pytest.mark.parametrize("fill", [0.8, 1.2])
def test_a_country_of_255_warehouses_and_17829_outlets_is_tagged_in_ten_seconds_of_work(fill: float) -> None:
    rng = np.random.default_rng(1)
    warehouses, outlets = rng.random((255, 2)) * 1_000_000, rng.random((17_829, 2)) * 1_000_000
    cost = np.hypot(*(warehouses[:, None] - outlets[None]).transpose(2, 0, 1)).astype(np.int64)
    demand = rng.integers(5, 200, (17_829, 1))
    stock = rng.integers(1, 100, 255)
    supply = (stock * int(demand.sum() * fill) // stock.sum())[:, None]
    allowed = (cost < 400_000)[:, :, None]
    began = time.process_time()
    result = tag(supply, demand, cost, allowed=allowed, pack_g=ints(1), rank=rng.permutation(17_829))
    assert time.process_time() - began < 10
    assert (result.flow.sum(axis=1) <= supply).all()
    assert result.short.sum() == max(0, int(demand.sum() - supply.sum()))
