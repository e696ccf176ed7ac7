"""The search as a whole: optimal where that is known, reproducible, stoppable, always feasible."""

import time
from fractions import Fraction
from itertools import pairwise, permutations, product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.parallel import ThreadExecutor
from optimizer.plan import COST_SCALE, Limits, Status
from optimizer.problem import Depot, Problem
from optimizer.search.annealing import WHOLE_TIMED
from optimizer.solve import Progress, solve
from optimizer.verify import verify_plan
from tests.support.routing import make_delivery, make_network, make_problem, make_truck


def cheapest_by_hand(problem: Problem) -> int:
    """Try every sharing of the deliveries among single-trip trucks of one day without windows, in every order."""
    best = None
    trucks = [v for v in problem.vehicle_types for _ in range(v.count)]
    everywhere = list(range(len(problem.places)))
    metres, seconds = problem.travel.matrix(everywhere, everywhere)
    for sharing in product(range(len(trucks)), repeat=len(problem.deliveries)):
        cost = 0
        for t, truck in enumerate(trucks):
            load = [d for d, of in zip(problem.deliveries, sharing, strict=True) if of == t]
            if not load:
                continue
            if sum(d.weight_g for d in load) > truck.capacity_g:
                break
            cost += truck.fixed_cost * COST_SCALE + min(
                int(sum(metres[a, b] for a, b in pairwise(path))) * truck.cost_per_km * 18
                + (int(sum(seconds[a, b] for a, b in pairwise(path))) + truck.loading_s)
                * truck.cost_per_hour * 5
                for order in permutations(load)
                for path in [[0, *(d.place for d in order), 0]]
            ) + sum(d.service_s for d in load) * truck.cost_per_hour * 5  # fmt: skip
        else:
            best = cost if best is None else min(best, cost)
    assert best is not None
    return best


def test_a_part_of_the_limits_is_one_of_both():
    assert Limits(12.0, 1200).part(Fraction(1, 12)) == Limits(1.0, 100)
    assert Limits(iterations=7).part(0.5) == Limits(iterations=3)
    assert Limits(seconds=3.0).part(0.5) == Limits(seconds=1.5)


@pytest.mark.parametrize("seed", range(8))
def test_small_problems_are_solved_to_the_optimum_found_by_trying_everything(seed):
    points = [(0, 0)] + [((seed * 7919 + i * 4242) % 60_000, (seed * 104_729 + i * 7331) % 50_000) for i in range(1, 7)]
    deliveries = [make_delivery(f"d{i}", i, 60 + (seed * 31 + i * 17) % 100) for i in range(1, 7)]
    trucks = [
        make_truck(name="small", capacity_g=2_500_000, count=2, fixed_cost=50, cost_per_km=8),
        make_truck(name="large", capacity_g=5_000_000, count=1, fixed_cost=300, cost_per_km=12),
    ]
    problem = make_problem(points, deliveries, trucks)

    plan = solve(problem, Limits(iterations=12))

    assert verify_plan(problem, plan) == ()
    assert plan.unserved == ()
    assert plan.scaled_cost == cheapest_by_hand(problem)


@pytest.mark.parametrize(
    "network",
    [
        pytest.param((120, 2, 8, 4), id="whole"),
        pytest.param((WHOLE_TIMED + 10, 1, 40, 1), id="in regions", marks=pytest.mark.slow),
    ],
)
def test_one_seed_gives_one_plan_with_any_number_of_workers_and_exactly_the_iterations_asked_for(network):
    problem = make_network(*network)

    here = solve(problem, Limits(iterations=10), 3)
    again = solve(problem, Limits(iterations=10), 3)
    with ThreadExecutor(2) as two:
        shared = solve(problem, Limits(iterations=10), 3, executor=two)

    assert here == again == shared
    assert here.iterations == 10
    assert here.status is Status.ITERATION_LIMIT
    assert here.seed == 3


def test_another_seed_may_give_another_plan_that_is_feasible_too():
    problem = make_network(120, 2, 8, 4)

    plans = [solve(problem, Limits(iterations=8), seed) for seed in (1, 2, 3)]

    assert len({plan.scaled_cost for plan in plans}) > 1
    assert all(verify_plan(problem, plan) == () for plan in plans)


def test_more_work_pays_off():
    points = [(0, 0)] + [(i * 7919 % 90_000, i * 104_729 % 80_000) for i in range(1, 81)]
    deliveries = [make_delivery(f"d{i:02d}", i, 40 + i % 60, n_days=4) for i in range(1, 81)]
    problem = make_problem(points, deliveries, [make_truck(count=5)], n_days=4)

    little, much = (solve(problem, Limits(iterations=n)) for n in (0, 40))

    assert little.unserved == much.unserved == ()
    assert much.scaled_cost < little.scaled_cost * 0.95


def test_stopping_early_keeps_a_feasible_plan():
    problem = make_network(120, 2, 8, 4)
    seen: list[Progress] = []

    plan = solve(
        problem, Limits(iterations=1000), on_progress=seen.append, should_stop=lambda: any(one.served for one in seen)
    )

    assert plan.status is Status.STOPPED
    assert 0 < plan.iterations < 20
    assert verify_plan(problem, plan) == ()


def test_a_stop_before_anything_is_improved_still_gives_a_plan():
    problem = make_network(60, 1, 4, 3)

    plan = solve(problem, Limits(iterations=1000), should_stop=lambda: True)

    assert (plan.status, plan.iterations) == (Status.STOPPED, 0)
    assert plan.trips
    assert verify_plan(problem, plan) == ()


def test_progress_rises_to_the_end_and_its_last_figures_are_those_of_the_plan():
    problem = make_network(100, 1, 6, 4)
    seen: list[Progress] = []

    plan = solve(problem, Limits(iterations=20), on_progress=seen.append)

    fractions = [one.fraction for one in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1
    assert len(seen) >= 5
    assert (seen[-1].scaled_cost, seen[-1].waiting) == (plan.scaled_cost, len(plan.unserved))
    assert seen[-1].served == sum(len(trip.stops) for trip in plan.trips)


@pytest.mark.slow
def test_a_time_limit_is_kept():
    problem = make_network(300, 3, 12, 5)
    began = time.monotonic()

    plan = solve(problem, Limits(seconds=6))

    assert time.monotonic() - began < 6.6
    assert plan.status is Status.TIME_LIMIT
    assert plan.iterations > 0


def test_trips_come_in_the_documented_order():
    trips = solve(make_network(150, 3, 12, 4), Limits(iterations=4)).trips

    keys = [(t.day, t.depot, t.vehicle_type, t.vehicle, t.trip) for t in trips]
    assert keys == sorted(keys)


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    whole = st.integers
    n_days, n_depots = draw(whole(1, 3)), draw(whole(1, 2))
    n_places = draw(whole(n_depots + 1, 7))
    points = draw(st.lists(st.tuples(whole(0, 90_000), whole(0, 90_000)), min_size=n_places, max_size=n_places))
    window = st.tuples(whole(5, 12), whole(0, 8)).map(lambda w: (w[0] * 3600, (w[0] + w[1]) * 3600))
    deliveries = [
        make_delivery(
            f"d{i}",
            draw(whole(0, n_places - 1)),
            draw(whole(0, 350)),
            depot=draw(whole(0, n_depots - 1)),
            days=tuple(sorted(draw(st.sets(whole(0, n_days - 1))))),
            windows=tuple(sorted(draw(st.lists(window, max_size=2)))),
            storage_class=draw(st.sampled_from(("dry", "cold"))),
            largest_vehicle_g=draw(st.sampled_from((None, None, 3_000_000))),
            rank=draw(whole(0, 3)),
            drop=draw(whole(0, 1)),
        )
        for i in range(draw(whole(0, 12)))
    ]
    trucks = [
        make_truck(
            name=f"t{k}",
            depot=draw(whole(0, n_depots - 1)),
            count=draw(whole(0, 2)),
            capacity_g=draw(st.sampled_from((2_000_000, 3_000_000, 6_000_000))),
            capacity_ml=draw(st.sampled_from((3_000_000, 9_000_000))),
            storage_classes=draw(st.sampled_from((("dry",), ("cold",), ("dry", "cold")))),
            trips_per_day=draw(whole(1, 3)),
            shift_end_s=draw(whole(9, 20)) * 3600,
        )
        for k in range(draw(whole(0, 3)))
    ]
    stock = [tuple(sorted(draw(st.lists(whole(0, 2000), min_size=n_days, max_size=n_days)))) for _ in range(n_depots)]
    depots = [Depot(d, (stock[d],), draw(whole(0, 8)) * 3600, draw(whole(12, 24)) * 3600) for d in range(n_depots)]
    storage = draw(st.dictionaries(st.tuples(whole(0, n_places - 1), st.just("dry")), whole(0, 5_000_000), max_size=2))
    return make_problem(points, deliveries, trucks, n_days, depots, storage_g=storage)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(small_problems(), st.integers(0, 5))
def test_every_plan_of_a_random_problem_passes_the_independent_check(problem, iterations):
    plan = solve(problem, Limits(iterations=iterations))

    assert verify_plan(problem, plan) == ()
    assert plan == solve(problem, Limits(iterations=iterations))
