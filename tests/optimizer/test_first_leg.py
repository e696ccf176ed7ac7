"""What the warehouses need comes to them from the central store before they need it, in truckloads."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.first_leg import arrived_stock, build_first_leg, packs_leaving
from optimizer.plan import Limits, Plan, Reason
from optimizer.problem import Depot, Problem, VehicleType
from optimizer.solve import solve
from optimizer.verify import verify_plan
from optimizer.violation import ViolationCode
from tests.support.routing import make_delivery, make_network, make_problem, make_truck
from tests.support.small_problem import delivery, line_problem, truck

DAYS = ("2026-01-30", "2026-01-31", "2026-02-01", "2026-02-02", "2026-02-03")


def central(
    second: Problem, days: tuple[str, ...] = DAYS, capacity: int = 1000, packs: int = 10**9, **truck: object
) -> Problem:
    """Return a first leg without deliveries: one store 30 km from the first warehouse, trucks of so many packs."""
    warehouses = [second.travel.points[depot.place] for depot in second.depots]
    x, y = warehouses[0]
    trucks = [
        make_truck(
            count=20,
            capacity_g=capacity * 10_000,
            capacity_ml=capacity * 12_000,
            storage_classes=("dry", "cold"),
            **truck,
        )
    ]
    store = Depot(0, (((packs,) * len(days)),) * len(second.commodities))
    return make_problem(
        [(x - 30_000, y), *warehouses],
        [],
        trucks,
        depots=[store],
        days=days,
        commodities=second.commodities,
        commodity_weight_g=second.commodity_weight_g,
        commodity_volume_ml=second.commodity_volume_ml,
    )


def two_days() -> tuple[Problem, Plan]:
    """Return a second leg of one warehouse: 300 packs leave on the first day, 200 on the second, and its plan."""
    deliveries = [
        make_delivery("a", 1, 300, days=(0,)),
        make_delivery("b", 1, 150, days=(1,)),
        make_delivery("c", 1, 50, days=(1,)),
    ]
    problem = make_problem([(0, 0), (15_000, 0)], deliveries, [make_truck(count=3)], n_days=2)
    return problem, solve(problem, Limits(iterations=5))


def test_what_leaves_a_warehouse_is_counted_by_day():
    problem, plan = two_days()

    assert packs_leaving(problem, plan).tolist() == [[[300, 500]]]
    assert packs_leaving(problem).tolist() == [[[300, 500]]]


def test_the_need_beyond_the_opening_stock_is_cut_into_truckloads_due_before_their_day():
    problem, plan = two_days()

    leg = build_first_leg(central(problem, capacity=60), problem, np.array([[250]]), [1], plan=plan, service_s=1200)

    assert [d.packs[0] for d in leg.problem.deliveries] == [50, 60, 60, 60, 20]
    assert leg.due == (0, 1, 1, 1, 1)
    assert [d.days for d in leg.problem.deliveries] == [(0, 1)] + [(0, 1, 2)] * 4
    assert [d.rank for d in leg.problem.deliveries] == [0, 1, 1, 1, 1]
    assert leg.problem.deliveries[0].windows == ((0, 86_400 - 1200),)


def test_the_opening_stock_covers_the_first_needs():
    problem, plan = two_days()

    leg = build_first_leg(central(problem), problem, np.array([[480]]), [1], plan=plan)

    assert [(d.packs, n) for d, n in zip(leg.problem.deliveries, leg.due, strict=True)] == [((20,), 1)]
    assert build_first_leg(central(problem), problem, np.array([[500]]), [1], plan=plan).problem.deliveries == ()


def test_with_what_arrives_the_second_leg_keeps_its_stock_and_not_with_less():
    problem, plan = two_days()
    opening = np.array([[250]])
    leg = build_first_leg(central(problem, capacity=60), problem, opening, [1], plan=plan)
    brought = solve(leg.problem, Limits(iterations=5))
    assert verify_plan(leg.problem, brought) == ()

    supplied = arrived_stock(leg, brought, problem, opening)

    assert supplied.depots[0].stock[0][1] == 500
    assert verify_plan(supplied, plan) == ()
    less = arrived_stock(leg, brought, problem, opening - 1)
    assert {v.code for v in verify_plan(less, plan)} == {ViolationCode.STOCK_EXCEEDED}


def test_what_arrives_on_a_day_is_there_on_the_next():
    problem, plan = two_days()
    leg = build_first_leg(central(problem, days=("2026-02-01",)), problem, np.array([[300]]), [1], plan=plan)

    supplied = arrived_stock(leg, solve(leg.problem, Limits(iterations=5)), problem, np.array([[300]]))

    assert supplied.depots[0].stock == ((300, 500),)


def test_a_need_before_any_day_of_the_first_leg_is_told():
    problem, plan = two_days()
    leg = build_first_leg(central(problem, days=("2026-02-01",)), problem, np.array([[250]]), [1], plan=plan)

    brought = solve(leg.problem, Limits(iterations=5))

    assert [(one.delivery, one.reason) for one in brought.unserved] == [(0, Reason.NO_DAY)]


def test_a_store_that_is_short_serves_the_earlier_need():
    problem, plan = two_days()
    leg = build_first_leg(central(problem, packs=60), problem, np.array([[250]]), [1], plan=plan)

    brought = solve(leg.problem, Limits(iterations=5))

    assert [(leg.due[one.delivery], one.reason) for one in brought.unserved] == [(1, Reason.STOCK_SHORT)]


def test_a_whole_network_is_supplied_for_its_plan_and_for_any_plan():
    second = make_network(120, n_depots=3, n_trucks=30, n_days=3, seed=2)
    second = replace(
        second,
        commodities=("flour", "butter"),
        commodity_weight_g=(10_000, 10_000),
        commodity_volume_ml=(12_000, 12_000),
        depots=tuple(replace(d, stock=(d.stock[0],) * 2) for d in second.depots),
        deliveries=tuple(
            replace(d, packs=(0, *d.packs) if d.storage_class == "cold" else (*d.packs, 0)) for d in second.deliveries
        ),
    )
    plan = solve(second, Limits(iterations=20))
    opening = np.array([[500, 100], [0, 0], [10**6, 10**6]])

    for of_plan in (plan, None):
        leg = build_first_leg(central(second, DAYS[:2]), second, opening, [1, 2, 3], plan=of_plan, service_s=1800)
        brought = solve(leg.problem, Limits(iterations=20))
        supplied = arrived_stock(leg, brought, second, opening)

        assert verify_plan(leg.problem, brought) == ()
        assert 2 not in leg.warehouse
        assert brought.unserved == ()
        again = plan if of_plan else solve(supplied, Limits(iterations=20))  # the first plan has changed some tags
        assert len(again.trips) > 10
        assert verify_plan(supplied, again) == ()
        assert Reason.STOCK_SHORT not in {one.reason for one in again.unserved}


def test_legs_that_do_not_fit_are_refused_with_everything_that_is_wrong():
    problem, plan = two_days()
    first = replace(central(problem), commodities=("oil",), depots=(), vehicle_types=())

    with pytest.raises(
        ValueError, match=r"commodities .* differ; opening stock .*; the warehouses' places .*; .* store"
    ):
        build_first_leg(first, problem, np.array([1]), [7], plan=plan)

    mixed = replace(problem, deliveries=(*problem.deliveries, make_delivery("d", 1, 1, storage_class="cold")))
    with pytest.raises(ValueError, match="flour is of class cold elsewhere"):
        build_first_leg(central(problem), mixed, np.array([[0]]), [1])


def test_loads_fit_the_trucks_of_the_nearest_store_that_has_any_for_the_class():
    second = line_problem((0,), [delivery("d", 0, 280, days=(1,))], [truck()])
    stores = (Depot(0, ((999, 999),)), Depot(1, ((999, 999),)))
    days = ("2026-02-27", "2026-02-28")

    def leg_with(*trucks: VehicleType) -> tuple[list[int], Plan]:
        first = line_problem((0, 30, 5), [], trucks, days=days, depots=stores)
        problem = build_first_leg(first, second, np.zeros((1, 1), dtype=int), [2]).problem
        return [d.depot for d in problem.deliveries], solve(problem, Limits(iterations=1))

    small, large = truck(capacity_g=1_000_000, count=3), truck("large", depot=1, count=3)
    depots, plan = leg_with(small, large)
    assert (depots, plan.unserved) == ([0, 0, 0], ())
    depots, plan = leg_with(replace(small, storage_classes=("frozen",)), large)
    assert (depots, plan.unserved) == ([1], ())
