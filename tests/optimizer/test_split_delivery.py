"""What is divisible comes in parts where that is cheaper, every pack once, and never at more than it costs whole."""

import random
from dataclasses import replace

import pytest

from benchmarks.reference.exact import solve_exactly
from optimizer.plan import Limits, Reason
from optimizer.plan_file import dump_plan, load_plan
from optimizer.problem import Depot, Problem
from optimizer.search.pieces import cut_deliveries, make_part
from optimizer.solve import solve
from optimizer.split_delivery import SplitPlan, solve_divisible
from optimizer.verify import verify_plan
from optimizer.verify_split import verify_split
from optimizer.violation import ViolationCode
from tests.support.routing import Plane, make_delivery, make_problem, make_truck

#: Outlets far from the depot and near each other.
FAR = [(0, 0), *[(90_000, 100 * n) for n in range(10)]]


def problem_of(demands: list[int], capacity: int, **change: object) -> Problem:
    """Return a problem of divisible demands in packs, one far place each, and trucks that carry so many packs."""
    usual: dict[str, object] = {"divisible": True, "service_s": 0}
    deliveries = [make_delivery(f"d{n}", n, packs, **(usual | change)) for n, packs in enumerate(demands, 1)]
    truck = make_truck(count=len(demands), capacity_g=capacity * 10_000, cost_per_hour=0, fixed_cost=0, loading_s=0)
    return make_problem(FAR[: len(demands) + 1], deliveries, [truck])


def split_of(problem: Problem, iterations: int = 60) -> SplitPlan:
    split = solve_divisible(problem, Limits(iterations=iterations))
    assert verify_split(problem, split.problem, split.part_of, split.plan) == ()
    return split


def exact_by_packs(problem: Problem) -> int:
    """Return the least cost of bringing every pack by itself."""
    singles = [
        replace(make_part(problem, d, (1,), n), divisible=False) for d in problem.deliveries for n in range(d.packs[0])
    ]
    return solve_exactly(replace(problem, deliveries=tuple(singles))).scaled_cost


def test_loads_of_just_over_half_a_truck_need_nearly_twice_the_trucks_unless_they_are_divided():
    """Worst case of Archetti, Savelsbergh & Speranza (2006): ten loads of 11 packs, trucks of 20."""
    problem = problem_of([11] * 10, capacity=20)

    split = split_of(problem, 150)

    assert len(solve(problem, Limits(iterations=50)).trips) == 10
    assert len(split.plan.trips) == 6  # 110 packs
    assert split.plan.unserved == ()


@pytest.mark.parametrize(
    ("demands", "capacity", "trips"), [([2, 2, 2], 3, 2), ([3, 3, 2], 4, 2), ([1, 3, 4], 4, 2), ([2, 3, 3], 5, 2)]
)
def test_small_problems_are_solved_to_the_optimum_of_single_packs(demands, capacity, trips):
    problem = problem_of(demands, capacity)

    split = split_of(problem)

    assert split.plan.scaled_cost == exact_by_packs(problem)
    assert len(split.plan.trips) == trips


def scattered(seed: int) -> Problem:
    """Return three to five outlets due at most a dozen packs together, more than half a truck each."""
    rng = random.Random(seed)
    capacity = rng.choice((3, 4, 5))
    demands = [rng.randrange(capacity // 2 + 1, capacity) for _ in range(5)]
    while sum(demands) > 12:
        demands.pop()
    points = [(rng.randrange(-60_000, 60_000), rng.randrange(-60_000, 60_000)) for _ in demands]
    problem = problem_of(demands, capacity)
    return replace(problem, travel=Plane(((0, 0), *points)))


@pytest.mark.parametrize("seed", range(10))
def test_scattered_outlets_are_supplied_at_the_optimum_of_single_packs(seed):
    problem = scattered(seed)

    assert split_of(problem).plan.scaled_cost == exact_by_packs(problem)


def test_scattered_outlets_cost_less_when_they_may_be_divided():
    saved = 0
    for seed in range(10):
        problem = scattered(seed)
        whole = replace(problem, deliveries=tuple(replace(d, divisible=False) for d in problem.deliveries))
        saved += exact_by_packs(problem) < solve_exactly(whole).scaled_cost

    assert saved >= 5


def test_nothing_is_divided_where_that_saves_nothing():
    problem = problem_of([5, 5, 5], capacity=5)

    split = split_of(problem)

    assert split.problem.deliveries == problem.deliveries
    assert split.part_of == (0, 1, 2)


def test_what_may_not_be_divided_comes_whole():
    problem = problem_of([2, 2, 2], capacity=3, divisible=False)

    assert split_of(problem).problem is problem


def test_a_part_takes_the_setup_once_and_its_share_of_the_rest():
    problem = problem_of([2, 2, 2], capacity=3, service_s=700, setup_s=300)

    split = split_of(problem)

    by_delivery = [
        [p.service_s for p, i in zip(split.problem.deliveries, split.part_of, strict=True) if i == n] for n in range(3)
    ]
    assert sorted(by_delivery) == [[500, 500], [700], [700]]
    assert len(split.plan.trips) == 2


def test_a_load_larger_than_any_truck_comes_on_several():
    problem = problem_of([21, 3, 2], capacity=10)

    split = split_of(problem)

    assert split.plan.unserved == ()
    assert len(split.plan.trips) == 3


def test_what_waits_is_told_in_one_part_with_its_packs():
    problem = problem_of([8], capacity=10)
    problem = replace(problem, depots=(Depot(0, ((5,),)),))

    split = split_of(problem)

    (waiting,) = split.plan.unserved
    assert waiting.reason is Reason.STOCK_SHORT
    assert split.problem.deliveries[waiting.delivery].packs == (3,)
    assert dict(waiting.numbers) == {"commodity": 0, "needs_packs": 3, "left_packs": 0}


def test_a_divided_plan_goes_through_a_file():
    split = split_of(problem_of([2, 2, 2], capacity=3, service_s=700, setup_s=300))

    loaded = load_plan(dump_plan(split.problem, split.plan, {}))

    assert loaded.plan == split.plan
    assert loaded.problem.deliveries == split.problem.deliveries
    assert verify_plan(loaded.problem, loaded.plan) == ()


def test_a_file_without_divisible_loads_has_no_word_of_them():
    problem = problem_of([2], capacity=3, divisible=False)

    text = dump_plan(problem, solve(problem, Limits(iterations=1)), {}).decode()

    assert not any(word in text for word in ("divisible", "setup_s", "docks"))


def test_pieces_are_halves_of_halves():
    problem = problem_of([87], capacity=100)

    pieces, part_of = cut_deliveries(problem)

    assert [p.packs[0] for p in pieces.deliveries] == [44, 22, 11, 5, 3, 1, 1]
    assert part_of == (0,) * 7


def test_the_load_of_a_divisible_delivery_is_that_of_its_packs():
    problem = problem_of([2], capacity=3, weight_g=25_000)

    with pytest.raises(ValueError, match="d1: divisible"):
        solve_divisible(problem, Limits(iterations=1))


@pytest.mark.parametrize(
    "change",
    [{"packs": (3,), "weight_g": 30_000}, {"days": ()}, {"service_s": 1}, {"rank": 3}, {"weight_g": 9_000}],
    ids=str,
)
def test_parts_that_are_not_what_was_asked_are_found(change):
    problem = problem_of([2, 2, 2], capacity=3)
    split = split_of(problem)
    n = next(n for n, part in enumerate(split.problem.deliveries) if "#" in part.name)
    parts = list(split.problem.deliveries)
    parts[n] = replace(parts[n], **change)

    found = verify_split(problem, replace(split.problem, deliveries=tuple(parts)), split.part_of, split.plan)

    assert ViolationCode.PARTS_WRONG in {violation.code for violation in found}


def test_parts_of_what_may_not_be_divided_are_found():
    problem = problem_of([2, 2, 2], capacity=3)
    split = split_of(problem)
    whole = replace(problem, deliveries=tuple(replace(d, divisible=False) for d in problem.deliveries))

    found = verify_split(whole, split.problem, split.part_of, split.plan)

    assert ViolationCode.PARTS_WRONG in {violation.code for violation in found}
