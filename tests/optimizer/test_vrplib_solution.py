"""Routes of a ``.sol`` file become a plan that the independent checker accepts, and back."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from optimizer.plan import COST_SCALE, Limits, Plan
from optimizer.solve import solve
from optimizer.verify import ViolationCode, verify_plan
from optimizer.vrplib_fault import VrplibError
from optimizer.vrplib_file import Instance, read_instance
from optimizer.vrplib_solution import read_solution, stated_cost, to_decimal, unit_of_stated, write_solution
from tests.support.vrplib import save, section, vrplib


def instance_of(folder: Path, text: str) -> Instance:
    return read_instance(save(folder, text))


def plan_of(folder: Path, instance: Instance, text: str) -> Plan:
    return read_solution(save(folder, text, "tiny.sol"), instance)


def visits(plan: Plan) -> list[tuple[int, int, int, list[int]]]:
    return [(t.vehicle_type, t.vehicle, t.trip, [stop.delivery for stop in t.stops]) for t in plan.trips]


def test_the_cost_is_that_of_the_roads_there_and_back(tmp_path: Path) -> None:
    instance = instance_of(tmp_path, vrplib())
    one = plan_of(tmp_path, instance, "Route #1: 1 2\nCost 18\n")
    two = plan_of(tmp_path, instance, "Route #1: 1\nRoute #2: 2\nCost 26\n")
    assert (one.scaled_cost, two.scaled_cost) == (18 * COST_SCALE, 26 * COST_SCALE)  # 5 + 5 + 8; 2 x 5 + 2 x 8
    assert verify_plan(instance.problem, one) == verify_plan(instance.problem, two) == ()


def test_an_open_route_costs_the_way_there_only(tmp_path: Path) -> None:
    instance = instance_of(tmp_path, vrplib("OVRP"))
    plan = plan_of(tmp_path, instance, "Route #1: 1 2\n")
    assert plan.scaled_cost == 10 * 1000 * COST_SCALE
    assert verify_plan(instance.problem, plan) == ()


def test_routes_are_driven_by_the_vehicle_of_their_number_at_its_price(tmp_path: Path) -> None:
    text = vrplib(
        "CVRP",
        "VEHICLES : 3\n",
        section("CAPACITY", [1, 2, 1]),
        section("VEHICLES_FIXED_COST", [100, 7, 100]),
        section("VEHICLES_UNIT_DISTANCE_COST", [1, 0.5, 1]),
    )
    instance = instance_of(tmp_path, text)
    plan = plan_of(tmp_path, instance, "Route #1:\nRoute #2: 2 1\nRoute #3:\n")
    assert visits(plan) == [(1, 0, 0, [1, 0])]
    assert plan.scaled_cost == 16 * COST_SCALE  # 7 + 18 / 2
    last = plan_of(tmp_path, instance, "Route #2: 1\nRoute #3: 2\n")
    assert visits(last) == [(0, 1, 0, [1]), (1, 0, 0, [0])]
    assert verify_plan(instance.problem, last) == ()


def test_numbers_that_do_not_ascend_are_taken_for_the_order_of_the_lines(tmp_path: Path) -> None:
    text = vrplib("CVRP", "VEHICLES : 2\n", section("CAPACITY", [1, 2]))
    plan = plan_of(tmp_path, instance_of(tmp_path, text), "Route #0: 1\nRoute #0: 2\n")
    assert visits(plan) == [(0, 0, 0, [0]), (1, 0, 0, [1])]


def test_a_depot_within_a_route_is_a_reload(tmp_path: Path) -> None:
    text = vrplib(
        "MTVRPTWR",
        "VEHICLES : 1\n",
        "CAPACITY : 1\n",
        section("VEHICLES_RELOAD_DEPOT", [1]),
        section("TIME_WINDOW", [(0, 100), (0, 50), (0, 60)]),
        section("RELEASE_TIME", [0, 0, 20]),
    )
    instance = instance_of(tmp_path, text)
    plan = plan_of(tmp_path, instance, "Route #1: 1 0 2\nCost: 260\n")
    assert visits(plan) == [(0, 0, 0, [0]), (0, 0, 1, [1])]
    assert [(t.start_s, t.end_s) for t in plan.trips] == [(0, 100), (200, 360)]  # the second waits for its goods
    assert plan.scaled_cost == 260 * COST_SCALE
    assert verify_plan(instance.problem, plan) == ()
    assert write_solution(plan, instance) == "Route #1: 1 0 2\nCost 26\n"


@pytest.mark.parametrize(
    ("routes", "code"),
    [
        ("Route #1: 1\n", ViolationCode.DELIVERY_MISSING),
        ("Route #1: 1 2\nRoute #2: 2\n", ViolationCode.DELIVERY_TWICE),
        ("Route #1: 2 1\n", ViolationCode.OUTSIDE_WINDOW),
    ],
)
def test_a_solution_that_breaks_a_rule_is_read_and_the_checker_says_which(
    tmp_path: Path, routes: str, code: ViolationCode
) -> None:
    text = vrplib("VRPTW", "CAPACITY : 9\n", section("TIME_WINDOW", [(0, 90), (0, 6), (0, 40)]))
    instance = instance_of(tmp_path, text)
    assert code in {v.code for v in verify_plan(instance.problem, plan_of(tmp_path, instance, routes))}


def test_too_much_on_one_vehicle_is_over_weight(tmp_path: Path) -> None:
    instance = instance_of(tmp_path, vrplib("CVRP", "CAPACITY : 1\n"))
    plan = plan_of(tmp_path, instance, "Route #1: 1 2\n")
    assert [v.code for v in verify_plan(instance.problem, plan)] == [ViolationCode.OVER_WEIGHT]


@pytest.mark.parametrize(
    ("routes", "faults"),
    [
        ("Cost 5\n", [("no_routes", None)]),
        ("Route #1: 1 x\n", [("not_a_number", 1)]),
        ("Route #1: 1\nRoute #2: 7\n", [("no_such_location", 2)]),
        ("Route #1: 1\nRoute #2: 2\nRoute #3: 1\n", [("too_many_routes", 3)]),
    ],
)
def test_what_is_no_solution_of_the_instance_is_told_with_its_line(
    tmp_path: Path, routes: str, faults: list[tuple[str, int | None]]
) -> None:
    instance = instance_of(tmp_path, vrplib())
    with pytest.raises(VrplibError) as caught:
        plan_of(tmp_path, instance, routes)
    assert [(fault.code.value, fault.line) for fault in caught.value.faults] == faults


def test_a_visit_to_a_depot_that_is_not_the_vehicles_is_refused(tmp_path: Path) -> None:
    points = ((0, 0), (9, 0), (1, 0), (8, 0))
    text = vrplib("MDVRP", "VEHICLES : 1\n", points=points, depots=2)
    with pytest.raises(VrplibError, match="reloads_elsewhere"):
        plan_of(tmp_path, instance_of(tmp_path, text), "Route #1: 2 1 3\n")


def test_what_the_solver_finds_is_written_and_read_back_with_its_cost(tmp_path: Path) -> None:
    text = vrplib(
        "CVRP",
        "VEHICLES : 4\n",
        section("CAPACITY", [1, 3, 1, 3]),
        section("VEHICLES_UNIT_DISTANCE_COST", [0.125, 1, 0.125, 1]),
        points=((0, 0), (3, 4), (0, 8), (6, 8), (30, 40)),
    )
    instance = instance_of(tmp_path, text)
    plan = solve(instance.problem, Limits(iterations=5))
    written = write_solution(plan, instance)
    path = save(tmp_path, written, "out.sol")
    again = read_solution(path, instance)
    assert again.scaled_cost == plan.scaled_cost
    assert verify_plan(instance.problem, again) == ()
    assert stated_cost(path) == plan.scaled_cost / COST_SCALE


def test_idle_vehicles_keep_their_number_and_are_left_out_at_the_end(tmp_path: Path) -> None:
    instance = instance_of(tmp_path, vrplib("CVRP", "VEHICLES : 3\n", section("CAPACITY", [1, 2, 3])))
    plan = plan_of(tmp_path, instance, "Route #2: 2 1\n")
    assert write_solution(plan, instance) == "Route #1:\nRoute #2: 2 1\nCost 18\n"
    assert write_solution(plan, instance, Fraction(100)).endswith("Cost 0.18\n")


@pytest.mark.parametrize(
    ("text", "cost"),
    [("Cost 42444.8\n", 42444.8), ("Route #1: 1\nCost: 7\nOptimal: True\n", 7.0), ("Route #1: 1\n", None)],
)
def test_the_stated_cost_is_found_in_either_form(tmp_path: Path, text: str, cost: float | None) -> None:
    assert stated_cost(save(tmp_path, text, "x.sol")) == cost


@pytest.mark.parametrize(
    ("stated", "cost", "unit"),
    [
        (42444.8, Fraction(424448), Fraction(10)),
        (27591.0, Fraction(27591), Fraction(1)),
        (27591.0, Fraction(27590), None),
        (35170.24, Fraction(3517024500), Fraction(100000)),
        (31566.26, Fraction(3156626588), Fraction(100000)),  # its distances were not rounded one by one
        (1200.0, Fraction(12), Fraction(1, 100)),
        (0.0, Fraction(0), Fraction(1)),
    ],
)
def test_the_unit_of_a_stated_cost_is_the_power_of_ten_in_which_both_agree(
    stated: float, cost: Fraction, unit: Fraction | None
) -> None:
    assert unit_of_stated(stated, cost) == unit


def test_costs_are_written_without_trailing_zeros() -> None:
    assert [str(to_decimal(Fraction(n, 1000))) for n in (1200000, 1200500, 1234)] == ["1200", "1200.5", "1.234"]
