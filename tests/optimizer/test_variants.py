"""Every variant is solved to the proven optimum of small problems, and what should not matter does not."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pytest

from benchmarks.instances import SMALL_SEEDS, VARIANTS, small
from benchmarks.reference.docks import least_with_docks
from benchmarks.reference.exact import solve_exactly
from optimizer.plan import Limits
from optimizer.problem import Problem
from optimizer.solve import solve
from optimizer.travel import Travel
from optimizer.verify import verify_plan

#: Thousands of moves; every problem here is solved to the optimum within them.
ITERATIONS = 100
#: Seeds of small problems looked at in every run; the others when there is time.
QUICK = (0, 1)
#: The problem whose rules and figures are changed.
SEED = 7


@dataclass(frozen=True)
class Stretched:
    """Another travel with all metres multiplied; as long in time."""

    travel: Travel
    factor: int

    def matrix(self, origins, destinations):
        metres, seconds = self.travel.matrix(origins, destinations)
        return np.where(metres < 0, metres, metres * self.factor), seconds


def optimum(problem: Problem) -> int:
    if any(depot.docks is not None for depot in problem.depots):
        least = least_with_docks(problem)
        assert least is not None
        return least
    plan = solve_exactly(problem)
    assert plan is not None
    assert verify_plan(problem, plan) == ()
    return plan.scaled_cost


def cost_found(problem: Problem) -> int:
    plan = solve(problem, Limits(iterations=ITERATIONS))
    assert verify_plan(problem, plan) == ()
    assert plan.unserved == ()
    return plan.scaled_cost


def small_problems() -> list[object]:
    """Return the variants and seeds, those that take longer marked slow."""
    cases = []
    for variant in VARIANTS:
        for seed in SMALL_SEEDS:
            marks = [] if seed in QUICK else [pytest.mark.slow]
            cases.append(pytest.param(variant, seed, marks=marks, id=f"{variant}-{seed}"))
    return cases


@pytest.mark.parametrize(("variant", "seed"), small_problems())
def test_a_small_problem_is_solved_to_its_proven_optimum(variant, seed):
    problem = small(variant, seed)

    assert cost_found(problem) == optimum(problem)


def change_trucks(problem: Problem, **change: object) -> Problem:
    return replace(problem, vehicle_types=tuple(replace(v, **change) for v in problem.vehicle_types))


def change_deliveries(problem: Problem, **change: object) -> Problem:
    return replace(problem, deliveries=tuple(replace(d, **change) for d in problem.deliveries))


def fill_depots(problem: Problem) -> Problem:
    plenty = tuple((10**9,) * len(problem.days) for _ in problem.commodities)
    return replace(problem, depots=tuple(replace(depot, stock=plenty) for depot in problem.depots))


#: Each variant without the rule it is there for.
RELAXED: dict[str, Callable[[Problem], Problem]] = {
    "periodic calendar": lambda problem: change_deliveries(problem, days=(0, 1, 2)),
    "several trips, release": lambda problem: change_deliveries(problem, release_s=0, windows=()),
    "compartments": lambda problem: change_trucks(problem, class_capacity_g=None),
    "longest road and work": lambda problem: change_trucks(problem, max_metres=None, max_duration_s=None),
    "depots of scarce stock": fill_depots,
    "docks": lambda problem: replace(problem, depots=tuple(replace(d, docks=None) for d in problem.depots)),
    "all together": fill_depots,
}


@pytest.mark.parametrize("variant", RELAXED)
def test_the_rule_of_a_variant_makes_its_problems_dearer(variant):
    problems = [small(variant, seed) for seed in (0, 1, 2, *((3, 4, 6, 8) if variant == "docks" else (5, 6, 7)))]

    dearer = [optimum(problem) - optimum(RELAXED[variant](problem)) for problem in problems]

    assert min(dearer) >= 0
    assert sum(more > 0 for more in dearer) >= 3


@pytest.mark.parametrize("variant", VARIANTS)
def test_twice_the_road_costs_twice_as_much_where_only_road_is_paid(variant):
    problem = change_trucks(small(variant, SEED), fixed_cost=0, cost_per_hour=0)
    far = replace(
        problem,
        travel=Stretched(problem.travel, 2),
        vehicle_types=tuple(
            replace(v, max_metres=None if v.max_metres is None else 2 * v.max_metres) for v in problem.vehicle_types
        ),
    )

    assert cost_found(far) == optimum(far) == 2 * optimum(problem)


def with_useless_truck(problem: Problem) -> Problem:
    first = problem.vehicle_types[0]
    useless = replace(first, name="useless", fixed_cost=10**6, cost_per_km=10**4)
    return replace(problem, vehicle_types=(*problem.vehicle_types, useless))


def with_wider_hours(problem: Problem) -> Problem:
    wider = (replace(d, windows=tuple((a - 600, b + 600) for a, b in d.windows)) for d in problem.deliveries)
    return replace(problem, deliveries=tuple(wider))


@pytest.mark.parametrize("variant", VARIANTS)
def test_a_useless_truck_changes_nothing(variant):
    problem = small(variant, SEED)
    more = with_useless_truck(problem)

    assert cost_found(more) == optimum(more) == optimum(problem)


@pytest.mark.parametrize("ease", [fill_depots, with_wider_hours], ids=["stock", "hours"])
@pytest.mark.parametrize(
    "variant", ["periodic calendar", "several trips, release", "depots of scarce stock", "all together"]
)
def test_more_stock_or_wider_hours_never_cost_more(variant, ease):
    problem = small(variant, SEED)
    eased = ease(problem)

    assert cost_found(eased) == optimum(eased) <= optimum(problem)
