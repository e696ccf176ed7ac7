"""How near the optimum every variant is solved: ``python benchmarks/variants.py [--quick] [--only WORD,...]``.

For each variant of ``instances.VARIANTS``: of ten problems of 8 to 12 stops, how many are solved to the optimum that the
exact reference proves, within a fixed number of iterations, and the mean gap; then one problem of 200 stops against a
lower bound that no plan can be below (``reference/bound.py``; its gap is that of the plan and that of the bound
together; docks are no part of the bound). Every plan passes the independent check, or the command says so and ends with
1. Those of ``AROUND`` are calls around ``solve``: split delivery (8 to 10 stops, for the proof takes longer), and
workload balance, where every plan of the frontier must cost the least that its longest truck-day allows, and the last
be as even as can be, to a minute.
Their large problems: split delivery against the bound for units of load that come by themselves, balance the cost of its
cheapest plan, and the longest truck-day, in seconds, of its most even one, for which all work is shared by all trucks.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import dataclass, replace

from benchmarks.instances import (
    LARGE_STOPS,
    SMALL_SEEDS,
    UNIT_PACKS,
    VARIANTS,
    cut_into_units,
    large,
    make_balance,
    make_split,
    small,
)
from benchmarks.reference.bound import bound_cost
from benchmarks.reference.least import least_cost
from benchmarks.reference.split import least_split
from benchmarks.reference.working_days import WorkingDays
from optimizer.balance import balance
from optimizer.plan import COST_SCALE, Limits, Plan
from optimizer.problem import Problem
from optimizer.solve import solve
from optimizer.split_delivery import solve_divisible
from optimizer.verify import verify_plan
from optimizer.verify_split import verify_split

SMALL_ITERATIONS = 100
LARGE_ITERATIONS = 500
#: What a second costs, in 1/COST_SCALE, at 1 for an hour.
_SCALED_SECOND = COST_SCALE // 3600
BOUND_ROUNDS = 300
SMALL_HEADS = ("variant", "problems", "optimal", "mean gap %", "worst gap %", "seconds")
LARGE_HEADS = ("variant", "stops", "cost", "bound", "gap %", "solve s", "bound s")


class PlanError(RuntimeError):
    """A plan leaves someone out or breaks a rule."""


@dataclass(frozen=True, slots=True)
class Small:
    """What came of the small problems of a variant: the gap of each in percent, and the time of ``solve``."""

    gaps: tuple[float, ...]
    seconds: float


def main() -> int:
    """Measure as the command line says; return the exit code."""
    parser = argparse.ArgumentParser(description="Measure the variants of the routing problem.")
    parser.add_argument("--quick", action="store_true", help="the small problems only")
    parser.add_argument("--only", default="", help="variants whose names hold one of these words")
    parser.add_argument("--seed", type=int, default=1, help="of the search")
    chosen = parser.parse_args()
    words = chosen.only.split(",")
    names = [name for name in VARIANTS if any(word in name for word in words)]
    around = [name for name in AROUND if any(word in name for word in words)]
    try:
        _print_row(SMALL_HEADS)
        for name in [*names, *around]:
            got = AROUND[name](chosen.seed) if name in AROUND else measure_small(name, chosen.seed)
            optimal = sum(gap == 0 for gap in got.gaps)
            mean = sum(got.gaps) / len(got.gaps)
            figures = f"{mean:.3f}", f"{max(got.gaps):.3f}", f"{got.seconds:.1f}"
            _print_row((name, len(got.gaps), optimal, *figures))
        if not chosen.quick:
            _print_row(LARGE_HEADS)
            for name in [*names, *around]:
                rows = LARGE_AROUND[name](chosen.seed) if name in LARGE_AROUND else [measure_large(name, chosen.seed)]
                for row in rows:
                    _print_row(row)
    except PlanError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def measure_small(name: str, seed: int = 1, iterations: int = SMALL_ITERATIONS) -> Small:
    """Solve the small problems of a variant, exactly and by the search."""
    gaps, seconds = [], 0.0
    for number in SMALL_SEEDS:
        problem = small(name, number)
        least = least_cost(problem)
        if least is None:
            raise PlanError(f"{name} {number}: cannot be served whole")
        began = time.perf_counter()
        plan = _solve(problem, iterations, seed, f"{name} {number}")
        seconds += time.perf_counter() - began
        gaps.append(_gap(plan.scaled_cost, least))
    return Small(tuple(gaps), seconds)


def measure_split(seed: int = 1, iterations: int = 4 * SMALL_ITERATIONS) -> Small:
    """Plan the small problems of split delivery, exactly and by the search."""
    gaps, seconds = [], 0.0
    for number in SMALL_SEEDS:
        problem = make_split(8 + number % 3, number)
        least = least_split(problem, UNIT_PACKS)
        began = time.perf_counter()
        split = solve_divisible(problem, Limits(iterations=iterations), seed)
        seconds += time.perf_counter() - began
        broken = verify_split(problem, split.problem, split.part_of, split.plan)
        if broken or split.plan.unserved:
            raise PlanError(f"split delivery {number}: {len(split.plan.unserved)} not served, {broken}")
        gaps.append(_gap(split.plan.scaled_cost, least))
    return Small(tuple(gaps), seconds)


def measure_balance(seed: int = 1, iterations: int = 12 * SMALL_ITERATIONS) -> Small:
    """Plan the small problems of workload balance; the gap of each is the widest of its plans."""
    widest, seconds = [], 0.0
    for number in SMALL_SEEDS:
        problem = make_balance(8 + number % 5, number)
        days = WorkingDays(problem)
        began = time.perf_counter()
        frontier = balance(problem, Limits(iterations=iterations), seed)
        seconds += time.perf_counter() - began
        gaps = []
        for one in frontier:
            broken = verify_plan(problem, one.plan)
            least = days.least_cost(one.longest_s)
            if broken or one.plan.unserved or least is None:
                raise PlanError(f"workload balance {number}: {len(one.plan.unserved)} not served, {broken}")
            gaps.append(_gap(one.plan.scaled_cost, least))
        even_s, evenest_s = frontier[-1].longest_s, days.shortest_longest_s()
        gaps.append(_gap(even_s, evenest_s) if even_s > evenest_s + 60 else 0.0)
        widest.append(max(gaps))
    return Small(tuple(widest), seconds)


#: Calls around ``solve``, and what measures their small problems with a seed.
AROUND = {"split delivery": measure_split, "workload balance": measure_balance}


def measure_large(name: str, seed: int = 1, iterations: int = LARGE_ITERATIONS) -> tuple[object, ...]:
    """Return the row of the large problem of a variant."""
    problem = large(name)
    began = time.perf_counter()
    plan = _solve(problem, iterations, seed, name)
    took_s = time.perf_counter() - began
    return _large_row(name, problem, (plan.scaled_cost, took_s), _bound(problem))


def measure_large_split(seed: int = 1, iterations: int = 4 * LARGE_ITERATIONS) -> list[tuple[object, ...]]:
    """Return the row of the large problem of split delivery: the bound is that of all units of load by themselves."""
    problem = make_split(LARGE_STOPS, 1)
    began = time.perf_counter()
    split = solve_divisible(problem, Limits(iterations=iterations), seed)
    took_s = time.perf_counter() - began
    broken = verify_split(problem, split.problem, split.part_of, split.plan)
    if broken or split.plan.unserved:
        raise PlanError(f"split delivery: {len(split.plan.unserved)} not served, {broken}")
    return [_large_row("split delivery", problem, (split.plan.scaled_cost, took_s), _bound(cut_into_units(problem)))]


def measure_large_balance(seed: int = 1, iterations: int = 12 * LARGE_ITERATIONS) -> list[tuple[object, ...]]:
    """Return the rows of the large problem of balance: the cost of the cheapest plan, the longest day of the most even."""
    problem = make_balance(LARGE_STOPS, 1)
    began = time.perf_counter()
    frontier = balance(problem, Limits(iterations=iterations), seed)
    took_s = time.perf_counter() - began
    for one in frontier:
        if (broken := verify_plan(problem, one.plan)) or one.plan.unserved:
            raise PlanError(f"workload balance: {len(one.plan.unserved)} not served, {broken}")
    (vehicle,) = problem.vehicle_types
    by_the_hour = replace(problem, vehicle_types=(replace(vehicle, fixed_cost=0, cost_per_hour=1),))
    work, bound_s = _bound(by_the_hour)
    least_s = -(-work // (_SCALED_SECOND * vehicle.count))
    return [
        _large_row("balance: cheapest", problem, (frontier[0].plan.scaled_cost, took_s), _bound(problem)),
        _large_row(
            "balance: longest day, s", problem, (frontier[-1].longest_s * COST_SCALE, took_s),
            (least_s * COST_SCALE, bound_s),
        ),
    ]  # fmt: skip


#: As ``AROUND``, for the large problems.
LARGE_AROUND = {"split delivery": measure_large_split, "workload balance": measure_large_balance}


def _bound(problem: Problem) -> tuple[int, float]:
    """Return the bound and the seconds it took."""
    began = time.perf_counter()
    return bound_cost(problem, BOUND_ROUNDS), time.perf_counter() - began


def _large_row(name: str, problem: Problem, found: tuple[int, float], bound: tuple[int, float]) -> tuple[object, ...]:
    costs = f"{found[0] / COST_SCALE:,.0f}", f"{bound[0] / COST_SCALE:,.0f}", f"{_gap(found[0], bound[0]):.2f}"
    return name, len(problem.deliveries), *costs, f"{found[1]:.1f}", f"{bound[1]:.1f}"


def _solve(problem: Problem, iterations: int, seed: int, where: str) -> Plan:
    plan = solve(problem, Limits(iterations=iterations), seed)
    broken = verify_plan(problem, plan)
    if broken or plan.unserved:
        raise PlanError(f"{where}: {len(plan.unserved)} not served, {broken}")
    return plan


def _gap(cost: int, least: int) -> float:
    """Return the gap in percent; below what is proven to be the least, something is wrong."""
    if cost < least:
        raise PlanError(f"a plan of {cost} is below {least}, which is proven to be the least")
    return 100 * (cost / least - 1)


def _print_row(fields: tuple[object, ...]) -> None:
    print("| " + " | ".join(map(str, fields)) + " |", flush=True)


if __name__ == "__main__":
    sys.exit(main())
