"""A VRPLIB file becomes the problem it states, or everything that is wrong with it is told at once."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

from optimizer.vrplib_fault import FaultCode, VrplibError
from optimizer.vrplib_file import Instance, Rounding, read_instance
from tests.support.vrplib import save, section, vrplib


def read(folder: Path, text: str, rounding: Rounding | None = None) -> Instance:
    return read_instance(save(folder, text), rounding)


def faults_of(folder: Path, text: str, rounding: Rounding | None = None) -> set[tuple[str, str, int | None]]:
    with pytest.raises(VrplibError) as caught:
        read(folder, text, rounding)
    return {(fault.code.value, fault.key, fault.line) for fault in caught.value.faults}


def matrix(instance: Instance) -> list[list[int]]:
    n = len(instance.problem.places)
    metres, seconds = instance.problem.travel.matrix(range(n), range(n))
    assert metres.tolist() == seconds.tolist()
    return metres.tolist()


# -- numbers ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rounding", "diagonal", "unit"),
    [
        (Rounding.ROUND, [3, 14], 1),  # sqrt 8 = 2.82842..., sqrt 200 = 14.14213...
        (Rounding.TRUNC, [2, 14], 1),
        (Rounding.DIMACS, [28, 141], 10),
        (Rounding.EXACT, [2828, 14142], 1000),
    ],
)
def test_distances_and_demands_become_whole_by_the_rule_asked_for(
    tmp_path: Path, rounding: Rounding, diagonal: list[int], unit: int
) -> None:
    text = vrplib("CVRP", "CAPACITY : 9\n", points=((0, 0), (2, 2), (10, 10)), demand=(0, 4, 5))
    instance = read(tmp_path, text, rounding)
    assert matrix(instance)[0][1:] == diagonal
    assert [d.weight_g for d in instance.problem.deliveries] == [4 * unit, 5 * unit]
    assert instance.problem.vehicle_types[0].capacity_g == 9 * unit
    assert (instance.scale, instance.rounding) == (unit, rounding)


@pytest.mark.parametrize(
    ("kind", "rounding"),
    [("CVRP", "round"), ("VRPTW", "dimacs"), ("MTVRPTWR", "dimacs"), ("HFVRP", "exact"), ("MDVRPTW", "exact")],
)
def test_the_type_gives_the_custom_rounding_of_its_set(tmp_path: Path, kind: str, rounding: str) -> None:
    assert read(tmp_path, vrplib(kind)).rounding == rounding


@pytest.mark.parametrize(("metric", "length"), [("EUC_2D", 1414), ("CEIL_2D", 2000), ("FLOOR_2D", 1000)])
def test_a_metric_is_measured_before_it_is_rounded(tmp_path: Path, metric: str, length: int) -> None:
    text = vrplib("VRP", points=((0, 0), (1, 1), (2, 2))).replace("EUC_2D", metric)
    assert matrix(read(tmp_path, text))[0][1] == length


@pytest.mark.parametrize(
    ("layout", "numbers"),
    [
        ("FULL_MATRIX", "0 5 8\n5 0 6\n8 6 0\n"),
        ("LOWER_ROW", "5\n8 6\n"),
        ("LOWER_ROW", "5 8\n6\n"),  # wrapped elsewhere: a stream
        ("LOWER_DIAG_ROW", "0\n5 0\n8 6 0\n"),
        ("UPPER_ROW", "5 8\n6\n"),
        ("UPPER_DIAG_ROW", "0 5 8\n0 6\n0\n"),
    ],
)
def test_explicit_distances_are_read_as_their_format_lays_them_out(tmp_path: Path, layout: str, numbers: str) -> None:
    text = vrplib("CVRP", f"EDGE_WEIGHT_FORMAT : {layout}\n", f"EDGE_WEIGHT_SECTION\n{numbers}")
    instance = read(tmp_path, text.replace("EUC_2D", "EXPLICIT"), Rounding.NONE)
    assert matrix(instance) == [[0, 5, 8], [5, 0, 6], [8, 6, 0]]


def test_explicit_distances_may_differ_by_direction(tmp_path: Path) -> None:
    text = vrplib("CVRP", "EDGE_WEIGHT_SECTION\n0 1 2\n3 0 4\n5 6 0\n").replace("EUC_2D", "EXPLICIT")
    assert matrix(read(tmp_path, text)) == [[0, 1, 2], [3, 0, 4], [5, 6, 0]]


def test_travel_computes_the_block_asked_for_and_can_be_sent_to_a_child(tmp_path: Path) -> None:
    travel = pickle.loads(pickle.dumps(read(tmp_path, vrplib()).problem.travel))
    metres, seconds = travel.matrix([2, 0], np.array([1]))
    assert metres.tolist() == seconds.tolist() == [[5], [5]]


# -- the problem ------------------------------------------------------------------------------------------------------


def test_clients_get_their_windows_service_and_release_times_and_the_depot_its_hours(tmp_path: Path) -> None:
    text = vrplib(
        "VRPTW",
        "SERVICE_TIME : 3\n",
        section("TIME_WINDOW", [(0, 100), (10, 20), (30, 40)]),
        section("RELEASE_TIME", [0, 5, 0]),
    )
    problem = read(tmp_path, text).problem
    assert [(d.windows, d.service_s, d.release_s) for d in problem.deliveries] == [
        (((100, 200),), 30, 50),
        (((300, 400),), 30, 0),
    ]
    assert (problem.depots[0].opens_s, problem.depots[0].closes_s) == (0, 1000)
    assert (problem.vehicle_types[0].shift_start_s, problem.vehicle_types[0].shift_end_s) == (0, 1000)


def test_without_a_number_of_vehicles_there_are_as_many_as_clients(tmp_path: Path) -> None:
    instance = read(tmp_path, vrplib())
    assert [v.count for v in instance.problem.vehicle_types] == [2]
    assert instance.vehicle_of == ((0, 0), (0, 1))


def test_vehicles_that_are_alike_become_one_type_and_keep_their_numbers(tmp_path: Path) -> None:
    text = vrplib(
        "HFVRP",
        "VEHICLES : 4\n",
        section("CAPACITY", [7, 9, 7, 9]),
        section("VEHICLES_FIXED_COST", [1, 2, 1, 2]),
        section("VEHICLES_UNIT_DISTANCE_COST", [1, 1.25, 1, 1.25]),
    )
    instance = read(tmp_path, text)
    assert instance.vehicle_of == ((0, 0), (1, 0), (0, 1), (1, 1))
    types = instance.problem.vehicle_types
    assert [(v.count, v.capacity_g, v.fixed_cost, v.cost_per_km) for v in types] == [
        (2, 7000, 1000, 1000),
        (2, 9000, 2000, 1250),
    ]


def test_a_limit_by_vehicle_may_be_one_line_for_all(tmp_path: Path) -> None:
    lines = ("VEHICLES : 2\n", "VEHICLES_MAX_DURATION : 50\n", "VEHICLES_MAX_DISTANCE : 40\n")
    (vehicle,) = read(tmp_path, vrplib("CVRP", *lines)).problem.vehicle_types
    assert (vehicle.count, vehicle.max_duration_s, vehicle.max_metres) == (2, 50, 40)


def test_distance_limits_road_and_service_together(tmp_path: Path) -> None:
    (vehicle,) = read(tmp_path, vrplib("CVRP", "DISTANCE : 200\n", "SERVICE_TIME : 10\n")).problem.vehicle_types
    assert (vehicle.max_duration_s, vehicle.max_metres) == (200, None)


def test_only_vehicles_that_may_reload_make_several_trips(tmp_path: Path) -> None:
    reloads = "VEHICLES_RELOAD_DEPOT_SECTION\n1 1\n2\n"
    first, second = read(tmp_path, vrplib("CVRP", "VEHICLES : 2\n", reloads)).problem.vehicle_types
    assert (first.trips_per_day, second.trips_per_day) == (2, 1)  # no more than there are clients
    text = vrplib("CVRP", "VEHICLES : 2\n", section("VEHICLES_RELOAD_DEPOT", [1, 1]), "VEHICLES_MAX_RELOADS : 0\n")
    assert read(tmp_path, text).problem.vehicle_types[0].trips_per_day == 1


def test_allowed_clients_become_allowed_types_of_each_client(tmp_path: Path) -> None:
    allowed = "VEHICLES_ALLOWED_CLIENTS_SECTION\n1 2\n2 2 3\n"
    problem = read(tmp_path, vrplib("SDVRPTW", "VEHICLES : 2\n", allowed)).problem
    assert [d.vehicle_types for d in problem.deliveries] == [(0, 1), (1,)]


def test_every_client_is_tagged_with_the_nearest_depot_that_has_a_vehicle_for_it(tmp_path: Path) -> None:
    text = vrplib(
        "MDVRP",
        "VEHICLES : 2\n",
        section("VEHICLES_DEPOT", [1, 2]),
        section("CAPACITY", [1, 5]),
        points=((0, 0), (10, 0), (1, 0), (9, 0), (2, 0)),
        demand=(0, 0, 1, 1, 5),
        depots=2,
    )
    problem = read(tmp_path, text).problem
    assert [v.depot for v in problem.vehicle_types] == [0, 1]
    assert [d.depot for d in problem.deliveries] == [0, 1, 1]  # the last is near depot 0, whose vehicle is too small


def test_routes_of_an_open_type_do_not_return_and_know_no_closing(tmp_path: Path) -> None:
    windows = section("TIME_WINDOW", [(0, 10), (0, 30), (0, 30)])
    (vehicle,) = read(tmp_path, vrplib("OVRPTW", windows)).problem.vehicle_types
    assert not vehicle.returns
    assert vehicle.shift_end_s > 10**9


def test_a_prize_or_backhaul_of_nothing_changes_nothing(tmp_path: Path) -> None:
    text = vrplib("CVRP", section("PRIZE", [0, 0, 0]), section("BACKHAUL", [0, 0, 0]))
    assert len(read(tmp_path, text).problem.deliveries) == 2


# -- what is wrong ----------------------------------------------------------------------------------------------------


def test_everything_that_is_wrong_is_told_at_once_with_its_line(tmp_path: Path) -> None:
    text = vrplib(
        "PCVRP",
        "CAPACITY : ten\n",
        "SPEED : 4\n",
        section("PRIZE", [0, 5, 5]),
        section("MUTUALLY_EXCLUSIVE_GROUP", [(2, 3)]),
        section("TIME_WINDOW", [(0, 100), (9, 8), (0, 9)]),
    )
    line_of = {line: number for number, line in enumerate(text.splitlines(), start=1)}
    assert faults_of(tmp_path, text) == {
        ("not_a_number", "CAPACITY", line_of["CAPACITY : ten"]),
        ("unknown_field", "SPEED", line_of["SPEED : 4"]),
        ("unsupported_field", "PRIZE_SECTION", line_of["PRIZE_SECTION"]),
        ("unsupported_field", "MUTUALLY_EXCLUSIVE_GROUP_SECTION", line_of["MUTUALLY_EXCLUSIVE_GROUP_SECTION"]),
        ("window_backwards", "TIME_WINDOW_SECTION", line_of["2 9 8"]),
    }


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (("2 3 4\n", "2 3 x\n"), ("not_a_number", "NODE_COORD_SECTION", 7)),
        (("2 3 4\n", "2 3 nan\n"), ("not_a_number", "NODE_COORD_SECTION", 7)),
        (("2 3 4\n", "2 3\n"), ("wrong_columns", "NODE_COORD_SECTION", 7)),
        (("2 3 4\n", "5 3 4\n"), ("wrong_index", "NODE_COORD_SECTION", 7)),
        (("2 3 4\n", ""), ("wrong_rows", "NODE_COORD_SECTION", 5)),
        (("2 1\n", "2 -1\n"), ("negative", "DEMAND_SECTION", 11)),
        (("DIMENSION : 3", "DIMENSION : 2.5"), ("not_whole", "DIMENSION", 3)),
        (("DIMENSION : 3", "DIMENSION : 9999999"), ("unsupported_value", "DIMENSION", 3)),
        (("DIMENSION : 3\n", ""), ("missing", "DIMENSION", None)),
        (("EUC_2D", "GEO"), ("unsupported_value", "EDGE_WEIGHT_TYPE", 4)),
        (("EUC_2D", "EXPLICIT"), ("missing", "EDGE_WEIGHT_SECTION", None)),
        (("TYPE : CVRP", "TYPE : CCVRP"), ("unsupported_value", "TYPE", 2)),
        (("NAME : tiny", "a line of prose"), ("not_vrplib", "", 1)),
        (("NAME : tiny", "DIMENSION : 3"), ("twice", "DIMENSION", 3)),
        (("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n2\n"), ("depot_not_first", "DEPOT_SECTION", 13)),
        (("DEPOT_SECTION\n1\n", "DEPOT_SECTION\n1\n2\n3\n"), ("no_clients", "", None)),
        (("3 0 8\n", "3 0 200000000\n"), ("too_far_apart", "", None)),
    ],
)
def test_a_fault_is_told_with_its_section_and_line(
    tmp_path: Path, change: tuple[str, str], fault: tuple[str, str, int | None]
) -> None:
    text = vrplib()
    assert text.count(change[0]) >= 1
    assert faults_of(tmp_path, text.replace(*change, 1)) == {fault}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (("VEHICLES : 1\n", section("VEHICLES_RELOAD_DEPOT", [2])), FaultCode.RELOADS_ELSEWHERE),
        (("VEHICLES : 1\n", section("VEHICLES_RELOAD_DEPOT", [9])), FaultCode.NO_SUCH_LOCATION),
        (("VEHICLES : 1\n", section("VEHICLES_DEPOT", [2])), FaultCode.NO_SUCH_DEPOT),
        (("VEHICLES : 1\n", section("VEHICLES_ALLOWED_CLIENTS", [4])), FaultCode.NO_SUCH_LOCATION),
        (("VEHICLES : 1\n", section("CAPACITY", [4, 4])), FaultCode.WRONG_ROWS),
        (("VEHICLES : 1\n", section("VEHICLES_UNIT_DISTANCE_COST", [0.12345])), FaultCode.COST_TOO_FINE),
        (("TIME_WINDOW : 4\n",), FaultCode.UNSUPPORTED_VALUE),
        ((section("TIME_WINDOW", [(4, 4), (4, 4), (4, 4)]),), FaultCode.WINDOW_BACKWARDS),
        (
            ("VEHICLES : 1\n", "VEHICLES_MAX_DURATION : 9\n", section("VEHICLES_RELOAD_DEPOT", [1])),
            FaultCode.RELOADS_WITH_DURATION,
        ),
    ],
)
def test_what_the_problem_has_no_words_for_is_refused(tmp_path: Path, more: tuple[str, ...], code: FaultCode) -> None:
    assert code in {code for code, _, _ in faults_of(tmp_path, vrplib("CVRP", *more))}


def test_open_routes_do_not_reload(tmp_path: Path) -> None:
    text = vrplib("OVRP", "VEHICLES : 1\n", section("VEHICLES_RELOAD_DEPOT", [1]))
    assert {code for code, _, _ in faults_of(tmp_path, text)} == {"reloads_without_return"}


def test_without_rounding_everything_must_be_whole(tmp_path: Path) -> None:
    assert {c for c, _, _ in faults_of(tmp_path, vrplib(), Rounding.NONE)} == {"rounding_needed"}
    text = vrplib("CVRP", "CAPACITY : 1.5\n", "EDGE_WEIGHT_SECTION\n0 1 2\n1 0 4\n2 4 0\n").replace(
        "EUC_2D", "EXPLICIT"
    )
    assert faults_of(tmp_path, text, Rounding.NONE) == {("not_whole", "CAPACITY", None)}


# -- beside PyVRP -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rounding", [Rounding.ROUND, Rounding.TRUNC, Rounding.DIMACS, Rounding.EXACT])
def test_pyvrp_reads_the_same_numbers(tmp_path: Path, rounding: Rounding) -> None:
    pyvrp = pytest.importorskip("pyvrp")
    draw = np.random.default_rng(5)
    points = [(round(x, 3), round(y, 3)) for x, y in draw.uniform(-90, 90, (12, 2)).tolist()]
    text = vrplib(
        "MDVRPTW",
        "VEHICLES : 3\n",
        "SERVICE_TIME : 2.5\n",
        "VEHICLES_MAX_DURATION : 400.7\n",
        section("VEHICLES_DEPOT", [2, 1, 2]),
        section("CAPACITY", [20, 30, 20]),
        section("VEHICLES_FIXED_COST", [5.25, 6, 5.25]),
        section("TIME_WINDOW", [(0, 900.5), (0, 800.5), *((i, 500.25 + i) for i in range(10))]),
        section("RELEASE_TIME", [0, 0, *(0.4 * i for i in range(10))]),
        points=points,
        demand=(0, 0, *(1.5 + i for i in range(10))),
        depots=2,
    )
    problem = read(tmp_path, text, rounding).problem
    data = pyvrp.read(tmp_path / "tiny.vrp", rounding.value)
    metres, _ = problem.travel.matrix(range(12), range(12))
    assert metres.tolist() == data.distance_matrix(0).tolist()
    assert [(d.weight_g, d.windows, d.service_s, d.release_s) for d in problem.deliveries] == [
        (c.delivery[0], ((c.tw_early, c.tw_late),), c.service_duration, c.release_time) for c in data.clients()
    ]
    ours = [
        (v.count, v.depot, v.capacity_g, v.fixed_cost, v.max_duration_s, v.shift_end_s) for v in problem.vehicle_types
    ]
    assert ours == [
        (t.num_available, t.start_depot, t.capacity[0], t.fixed_cost, t.shift_duration, t.tw_late)
        for t in data.vehicle_types()
    ]
