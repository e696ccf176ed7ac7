from __future__ import annotations

from dataclasses import replace

import pytest

from optimizer.explain import static_reason
from optimizer.plan import Reason
from optimizer.problem import Delivery, Depot, Problem, VehicleType
from tests.support.small_problem import HOUR, LineTravel, delivery, line_problem, truck


def problem_of(one: Delivery, *trucks: VehicleType, km: int = 60, **more: object) -> Problem:
    return line_problem([0, km], [one], trucks or (truck(),), **more)


def explain(problem: Problem) -> tuple[Reason, dict[str, int]] | None:
    found = static_reason(problem, 0)
    return None if found is None else (found.reason, dict(found.numbers))


def test_a_delivery_that_fits_has_no_reason() -> None:
    assert explain(problem_of(delivery("d", 1))) is None


def test_no_working_day() -> None:
    assert explain(problem_of(delivery("d", 1, days=()))) == (Reason.NO_DAY, {})


@pytest.mark.parametrize("leg", [(0, 1), (1, 0)])
def test_no_road_there_or_none_back(leg: tuple[int, int]) -> None:
    problem = problem_of(delivery("d", 1), travel=LineTravel((0, 60), frozenset({leg})))
    assert explain(problem) == (Reason.UNREACHABLE, {})


def test_no_truck_of_the_depot_carries_its_class() -> None:
    problem = problem_of(delivery("d", 1, storage_class="frozen"), truck(count=4))
    assert explain(problem) == (Reason.NO_COMPATIBLE_VEHICLE, {"trucks": 4, "carrying": 0})


def test_a_type_of_which_there_are_none_is_no_truck() -> None:
    problem = problem_of(delivery("d", 1), truck(count=0))
    assert explain(problem) == (Reason.NO_COMPATIBLE_VEHICLE, {"trucks": 0, "carrying": 0})


def test_a_truck_of_another_depot_does_not_help() -> None:
    depots = (Depot(0, ((9, 9),)), Depot(1, ((9, 9),)))
    problem = problem_of(delivery("d", 1), truck(depot=1), depots=depots)
    assert explain(problem) == (Reason.NO_COMPATIBLE_VEHICLE, {"trucks": 0, "carrying": 0})


def test_every_truck_is_too_large_for_the_street() -> None:
    trucks = [
        truck("a", capacity_g=5_000_000, count=2),
        truck("b", capacity_g=3_000_000),
        truck("c", storage_classes=()),
    ]
    problem = problem_of(delivery("d", 1, largest_vehicle_g=2_500_000), *trucks)
    numbers = {"trucks": 4, "carrying": 3, "smallest_g": 3_000_000, "limit_g": 2_500_000}
    assert explain(problem) == (Reason.NO_COMPATIBLE_VEHICLE, numbers)
    assert explain(problem_of(delivery("d", 1, largest_vehicle_g=3_000_000), *trucks)) is None


def test_heavier_than_any_truck_that_may_stop_there() -> None:
    trucks = [truck("large", capacity_g=5_000_000), truck("small", capacity_g=900_000)]
    problem = problem_of(delivery("d", 1, weight_g=1_250_000, largest_vehicle_g=3_000_000), *trucks)
    reason, numbers = explain(problem) or (None, {})
    assert reason is Reason.TOO_LARGE
    assert (numbers["needs_g"], numbers["largest_g"]) == (1_250_000, 900_000)


def test_bulkier_than_any_truck_though_not_heavier() -> None:
    problem = problem_of(delivery("d", 1, volume_ml=12_000_001))
    reason, numbers = explain(problem) or (None, {})
    assert reason is Reason.TOO_LARGE
    assert (numbers["needs_ml"], numbers["largest_ml"]) == (12_000_001, 12_000_000)


def test_the_numbers_of_a_large_load_are_of_one_truck_the_one_that_holds_most() -> None:
    trucks = [truck("heavy", capacity_ml=5_000_000), truck("roomy", capacity_g=2_000_000, capacity_ml=20_000_000)]
    problem = problem_of(delivery("d", 1, weight_g=2_500_000, volume_ml=15_000_000), *trucks)
    numbers = {"needs_g": 2_500_000, "largest_g": 2_000_000, "needs_ml": 15_000_000, "largest_ml": 20_000_000}
    assert explain(problem) == (Reason.TOO_LARGE, numbers)


def test_heavier_than_the_place_can_store() -> None:
    problem = problem_of(delivery("d", 1, weight_g=100_000), storage_g={(1, "dry"): 99_999})
    assert explain(problem) == (Reason.STORAGE_FULL, {"needs_g": 100_000, "room_g": 99_999})
    assert explain(problem_of(delivery("d", 1, weight_g=100_000), storage_g={(1, "dry"): 100_000})) is None


def test_there_and_back_is_longer_than_the_shift() -> None:
    # loading 30 min, an hour there, service, an hour back: 2 h 40 with ten minutes of service, 8 h with 5 h 30
    day = HOUR * 8
    assert explain(problem_of(delivery("d", 1, service_s=day - HOUR * 5 // 2))) is None
    problem = problem_of(delivery("d", 1, service_s=day - HOUR * 5 // 2 + 1))
    assert explain(problem) == (Reason.SHIFT_TOO_SHORT, {"needs_s": day + 1, "longest_s": day})


def test_the_depot_s_hours_cut_the_shift() -> None:
    depot = Depot(0, ((9, 9),), opens_s=9 * HOUR, closes_s=11 * HOUR)
    problem = problem_of(delivery("d", 1), depots=(depot,))
    assert explain(problem) == (Reason.SHIFT_TOO_SHORT, {"needs_s": 9600, "longest_s": 7200})


@pytest.mark.parametrize(
    ("windows", "nearest"),
    [
        # arrival is 8:00 + 0:30 + 1:00 at the earliest, and service must begin by 16:00 - 1:00 - 0:10
        (((0, HOUR), (5 * HOUR, 9 * HOUR)), (5 * HOUR, 9 * HOUR)),
        (((15 * HOUR, 17 * HOUR),), (15 * HOUR, 17 * HOUR)),
        (((9 * HOUR, 9 * HOUR + 1799), (20 * HOUR, 21 * HOUR)), (9 * HOUR, 9 * HOUR + 1799)),
    ],
)
def test_no_truck_can_be_there_in_its_hours(windows: tuple[tuple[int, int], ...], nearest: tuple[int, int]) -> None:
    numbers = {"earliest_s": 34_200, "latest_s": 53_400, "window_start_s": nearest[0], "window_end_s": nearest[1]}
    assert explain(problem_of(delivery("d", 1, windows=windows))) == (Reason.WINDOW_UNREACHABLE, numbers)


def test_a_window_that_is_met_by_a_second_suffices() -> None:
    assert explain(problem_of(delivery("d", 1, windows=((0, 34_200),)))) is None
    assert explain(problem_of(delivery("d", 1, windows=((53_400, 60_000),)))) is None


def test_one_truck_that_can_is_enough() -> None:
    night = truck("night", shift_start_s=0, shift_end_s=6 * HOUR)
    stop = delivery("d", 1, windows=((2 * HOUR, 3 * HOUR),))
    assert explain(problem_of(stop, truck(), night)) is None
    assert explain(problem_of(replace(stop, windows=((6 * HOUR, 7 * HOUR),)), truck(), night)) is not None


def test_a_truck_without_a_working_day_serves_nobody_not_even_where_it_stands() -> None:
    night = truck(shift_start_s=20 * HOUR, shift_end_s=24 * HOUR, loading_s=0)
    open_by_day = Depot(0, ((1_000, 1_000),), 6 * HOUR, 18 * HOUR)
    found = explain(problem_of(delivery("d", 1, service_s=0), night, km=0, depots=(open_by_day,)))
    assert found is not None
    assert found[0] is Reason.SHIFT_TOO_SHORT
