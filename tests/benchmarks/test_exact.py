"""The exact reference: the same as trying everything second by second, and its plans pass the independent check."""

import random
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations, pairwise, permutations, product

import numpy as np
import pytest

from benchmarks.reference.bound import bound_cost
from benchmarks.reference.clock import follow, never_later, through_at, through_by
from benchmarks.reference.exact import solve_exactly
from benchmarks.reference.known import KNOWN
from optimizer.plan import COST_SCALE
from optimizer.problem import Depot, Problem
from optimizer.verify import verify_plan
from tests.support.routing import make_delivery, make_problem, make_truck

#: Seconds in the day of the tiny problems.
DAY_S = 40


class Table:
    """Travel by two tables, as unlike a plane as they may be."""

    def __init__(self, metres, seconds):
        self.metres, self.seconds = np.array(metres), np.array(seconds)

    def matrix(self, origins, destinations):
        at = np.ix_(np.asarray(origins), np.asarray(destinations))
        return self.metres[at], self.seconds[at]


def fits(problem, v, order):
    vehicle, load = problem.vehicle_types[v], [problem.deliveries[i] for i in order]
    rooms = zip(vehicle.storage_classes, vehicle.class_capacity_g or (), strict=False)
    return (
        sum(d.weight_g for d in load) <= vehicle.capacity_g
        and sum(d.volume_ml for d in load) <= vehicle.capacity_ml
        and all(d.storage_class in vehicle.storage_classes for d in load)
        and all(d.vehicle_types is None or v in d.vehicle_types for d in load)
        and all(d.largest_vehicle_g is None or vehicle.capacity_g <= d.largest_vehicle_g for d in load)
        and all(sum(d.weight_g for d in load if d.storage_class == name) <= room for name, room in rooms)
    )


def cheapest_by_trying(problem: Problem) -> int | None:
    """Try every sharing among trucks and days, every order, every cut into trips and every second to start."""
    metres, seconds = (
        m.tolist() for m in problem.travel.matrix(range(9)[: len(problem.places)], range(9)[: len(problem.places)])
    )
    deliveries = problem.deliveries

    def finish(vehicle, order, start):
        clock, here, road = start + vehicle.loading_s, problem.depots[vehicle.depot].place, 0
        for i in order:
            d = deliveries[i]
            clock += seconds[here][d.place]
            road += metres[here][d.place]
            if d.windows:
                clock = next((t for t in range(clock, DAY_S + 1) if any(a <= t <= b for a, b in d.windows)), 10**6)
            clock += d.service_s
            here = d.place
        if vehicle.returns:
            end = problem.depots[vehicle.depot if vehicle.end_depot is None else vehicle.end_depot]
            clock += seconds[here][end.place]
            road += metres[here][end.place]
            if clock > end.closes_s:
                return None
        return (clock, road) if clock <= vehicle.shift_end_s else None

    @cache
    def of_truck(v, chosen):
        vehicle = problem.vehicle_types[v]
        opens = max(vehicle.shift_start_s, problem.depots[vehicle.depot].opens_s)
        best = None

        def go_on(trips, ready, cost, road, work):
            nonlocal best
            if not trips:
                best = cost if best is None else min(best, cost)
                return
            released = max(deliveries[i].release_s for i in trips[0])
            for start in range(max(ready, released), DAY_S + 1):
                done = finish(vehicle, trips[0], start)
                if done is None:
                    continue
                more, longer = road + done[1], work + done[0] - start
                if more > (vehicle.max_metres or 10**9) or longer > (vehicle.max_duration_s or 10**9):
                    continue
                price = done[1] * vehicle.cost_per_km * 18 + (done[0] - start) * vehicle.cost_per_hour * 5
                go_on(trips[1:], done[0], cost + price, more, longer)

        for order in permutations(chosen):
            for count in range(min(vehicle.trips_per_day, len(order))):
                for cuts in combinations(range(1, len(order)), count):
                    edges = (0, *cuts, len(order))
                    trips = [order[a:b] for a, b in pairwise(edges)]
                    if all(fits(problem, v, trip) for trip in trips):
                        go_on(trips, opens, vehicle.fixed_cost * COST_SCALE, 0, 0)
        return best

    best = None
    slots = [
        (day, v)
        for day in range(len(problem.days))
        for v, t in enumerate(problem.vehicle_types)
        for _ in range(t.count)
    ]
    for sharing in product(range(len(slots)), repeat=len(deliveries)):
        if any(slots[s][0] not in d.days for s, d in zip(sharing, deliveries, strict=True)):
            continue
        left = [
            sum(d.packs[0] for s, d in zip(sharing, deliveries, strict=True)
                if slots[s][0] <= day and problem.vehicle_types[slots[s][1]].depot == depot) <= stock.stock[0][day]
            for depot, stock in enumerate(problem.depots) for day in range(len(problem.days))
        ]  # fmt: skip
        if not all(left):
            continue
        costs = [of_truck(slots[s][1], tuple(i for i, at in enumerate(sharing) if at == s)) for s in set(sharing)]
        if None not in costs:
            best = sum(costs) if best is None else min(best, sum(costs))
    return best


def tiny_problem(seed: int) -> Problem:
    """Return a problem of three or four deliveries in a day of forty seconds with rules of every kind."""
    rng = random.Random(seed)
    n_days, n_depots = rng.choice((1, 1, 2)), rng.choice((1, 2))
    n = rng.choice((3, 4)) if n_days == 1 else 3
    size = n_depots + n
    table = [
        [[0 if a == b else rng.randrange(lo, hi) for b in range(size)] for a in range(size)]
        for lo, hi in ((10, 90), (1, 8))
    ]
    deliveries = []
    for i in range(n):
        cuts = sorted(rng.sample(range(DAY_S), 4))
        windows = rng.choice(((), ((cuts[0], cuts[2]),), ((cuts[0], cuts[1]), (cuts[2], cuts[3]))))
        deliveries.append(
            make_delivery(
                f"d{i}", n_depots + i, rng.randrange(1, 4), service_s=rng.randrange(4), windows=windows,
                days=rng.choice((tuple(range(n_days)), (n_days - 1,))), release_s=rng.choice((0, 0, 9)),
                storage_class=rng.choice(("dry", "cold")), vehicle_types=rng.choice((None, None, (0,))),
                largest_vehicle_g=rng.choice((None, None, 50_000)),
            )
        )  # fmt: skip
    trucks = []
    for k in range(2):
        several = rng.random() < 0.5
        trucks.append(
            make_truck(
                name=f"t{k}", depot=rng.randrange(n_depots), count=rng.choice((1, 2)) if n_days == 1 else 1,
                capacity_g=rng.choice((50_000, 70_000, 90_000)), capacity_ml=rng.choice((60_000, 200_000)),
                storage_classes=("dry", "cold"), class_capacity_g=rng.choice((None, (60_000, 40_000))),
                shift_start_s=rng.randrange(5), shift_end_s=rng.randrange(30, DAY_S), loading_s=rng.randrange(3),
                fixed_cost=rng.randrange(3), cost_per_km=rng.randrange(30), cost_per_hour=rng.choice((0, 60, 300)),
                trips_per_day=2 if several else 1, returns=several or rng.random() < 0.6,
                end_depot=None if several else rng.choice((None, n_depots - 1)),
                max_metres=rng.choice((None, None, 200)), max_duration_s=rng.choice((None, None, 28)),
            )
        )  # fmt: skip
    stock = [tuple(sorted(rng.randrange(3, 14) for _ in range(n_days))) for _ in range(n_depots)]
    depots = [Depot(d, (stock[d],), rng.randrange(4), rng.randrange(32, DAY_S)) for d in range(n_depots)]
    return make_problem([(0, 0)] * size, deliveries, trucks, n_days, depots, travel=Table(*table))


@dataclass
class Seen:
    """How many of the tiny problems had a plan and how many had none."""

    solved: int = 0
    impossible: int = 0


def test_the_reference_costs_what_trying_everything_costs():
    seen = Seen()
    for seed in range(150):
        problem = tiny_problem(seed)

        plan = solve_exactly(problem)

        assert (None if plan is None else plan.scaled_cost) == cheapest_by_trying(problem), seed
        if plan is None:
            seen.impossible += 1
        else:
            seen.solved += 1
            assert verify_plan(problem, plan) == ()
    assert seen.solved > 40
    assert seen.impossible > 15


def test_a_path_waits_for_the_next_window_that_is_open():
    pieces = follow(((0, 20, 0, 1),), 5, ((8, 10), (14, 16)), 2)

    assert [through_at(pieces, start) for start in (0, 3, 5, 6, 9, 11, 12)] == [10, 10, 12, 16, 16, 18, None]
    assert through_by(pieces, 15) == ((0, 2, 10, 0), (3, 5, 10, 1))


def test_a_path_that_allows_fewer_starts_is_not_better():
    assert never_later(((0, 9, 3, 1),), ((0, 9, 4, 1),))
    assert not never_later(((0, 8, 3, 1),), ((0, 9, 4, 1),))
    assert not never_later(((0, 9, 3, 1),), ((0, 4, 7, 0), (5, 9, 7, 1)))


def test_what_cannot_all_be_served_has_no_plan():
    problem = make_problem([(0, 0), (10, 0)], [make_delivery("a", 1)], depots=[Depot(0, ((99,),))])

    assert solve_exactly(problem) is None
    assert solve_exactly(replace(problem, depots=(Depot(0, ((100,),)),))) is not None
    assert solve_exactly(replace(problem, storage_g={(1, "dry"): 999_999})) is None


def test_a_rule_that_the_references_do_not_know_is_refused(monkeypatch):
    @dataclass(frozen=True)
    class Stranger(Depot):
        curfew_s: int = 0
        roads: tuple = field(default_factory=tuple)

    known = "place stock opens_s closes_s"
    monkeypatch.setitem(KNOWN, Stranger, known)
    usual = make_problem([(0, 0), (10, 0)], [make_delivery("a", 1)], depots=[Stranger(0, ((100,),))])
    strange = replace(usual, depots=(Stranger(0, ((100,),), curfew_s=5),))

    assert solve_exactly(usual) is not None
    for reference in (solve_exactly, bound_cost):
        with pytest.raises(NotImplementedError, match="curfew_s"):
            reference(strange)
