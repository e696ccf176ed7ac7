from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.plan import Plan, Reason, Status, Unserved
from optimizer.plan_file import MAX_PLAN_BYTES, SCHEMA, PlanFileError, dump_plan, load_plan, renew_plan
from optimizer.problem import Place, Problem
from optimizer.verify import ViolationCode, verify_plan
from tests.support.small_problem import HOUR, delivery, drive, line_problem, make_plan, truck

HEADER = {"round": "رمضان ۱۴۰۴", "travel": "geodesic x 1.3 (estimate)", "workers": None, "stages": ["tag", "route"]}


@pytest.fixture(scope="module")
def example() -> tuple[Problem, Plan]:
    deliveries = [
        delivery("الف", 1, 40),
        delivery("ب", 2, 60, windows=((0, 9 * HOUR), (10 * HOUR, 11 * HOUR))),
        delivery("پ", 3, 20, largest_vehicle_g=5_000_000),
        delivery("ت", 4, 20, storage_class="frozen"),
    ]
    problem = line_problem([0, 30, 40, 500, 10], deliveries, [truck()], storage_g={(1, "dry"): 900_000})
    waiting = [
        Unserved(2, Reason.SHIFT_TOO_SHORT, {"needs_s": 62_400, "longest_s": 28_800}),
        Unserved(3, Reason.NO_COMPATIBLE_VEHICLE, {"trucks": 1, "carrying": 0}),
    ]
    return problem, make_plan(problem, [drive(problem, [0, 1], 8 * HOUR)], waiting)


def rewrite(data: bytes, change: Callable[[Any], object]) -> bytes:
    document = json.loads(data)
    change(document)
    return json.dumps(document).encode()


def test_a_plan_comes_back_as_it_was(example: tuple[Problem, Plan]) -> None:
    problem, plan = example
    loaded = load_plan(dump_plan(problem, plan, HEADER))
    assert loaded.plan == plan
    assert loaded.header == HEADER
    assert loaded.problem == problem  # travel is left out of the comparison: see the next test
    assert dump_plan(loaded.problem, loaded.plan, loaded.header) == dump_plan(problem, plan, HEADER)


def test_what_comes_back_can_be_verified_without_the_roads_it_came_from(example: tuple[Problem, Plan]) -> None:
    problem, plan = example
    loaded = load_plan(dump_plan(problem, plan, HEADER))
    assert verify_plan(problem, plan) == ()
    assert verify_plan(loaded.problem, loaded.plan) == ()
    dearer = replace(loaded.plan, scaled_cost=loaded.plan.scaled_cost + 1)
    assert [v.code for v in verify_plan(loaded.problem, dearer)] == [ViolationCode.COST_WRONG]


def test_only_the_legs_in_use_are_kept_and_no_other_is_a_road(example: tuple[Problem, Plan]) -> None:
    loaded = load_plan(dump_plan(*example, HEADER))
    metres, seconds = loaded.problem.travel.matrix([0, 2], [1, 0, 3])
    assert metres.tolist() == [[30_000, -1, 500_000], [-1, 40_000, -1]]
    assert seconds.tolist() == [[1_800, -1, 30_000], [-1, 2_400, -1]]


def test_the_bytes_are_canonical(example: tuple[Problem, Plan]) -> None:
    problem, plan = example
    data = dump_plan(problem, plan, HEADER)
    shuffled = dict(reversed(HEADER.items()))
    assert dump_plan(problem, plan, shuffled) == data
    assert data.endswith(b"}\n")
    assert data.count(b"\n") == 1
    assert "رمضان".encode() in data
    document = json.loads(data)
    assert document["schema"] == SCHEMA
    assert data.decode() == json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n"


def test_only_lon_and_lat_are_floats_and_have_seven_digits(example: tuple[Problem, Plan]) -> None:
    problem, plan = example
    moved = replace(problem, places=(Place("p0", 59.123456789, -0.00000000001), *problem.places[1:]))
    seen: list[str] = []
    document = json.loads(dump_plan(moved, plan, HEADER), parse_float=lambda text: seen.append(text) or text)
    assert document["problem"]["places"][0] == {"name": "p0", "lon": "59.1234568", "lat": "0.0"}
    assert len(seen) == 2 * len(problem.places)
    with pytest.raises(ValueError, match=r"header\.a\.b is a float"):
        dump_plan(problem, plan, {"a": {"b": 0.5}})


def set_at(*path: Any, to: Any) -> Callable[[Any], object]:
    def change(document: Any) -> None:
        for step in path[:-1]:
            document = document[step]
        document[path[-1]] = to

    return change


CHANGES: dict[str, tuple[Callable[[Any], object], str]] = {
    "another schema": (set_at("schema", to="taavon.plan/3"), "schema"),
    "no header": (lambda document: document.pop("header"), "header: object"),
    "a header that is a list": (set_at("header", to=[]), "header: object"),
    "no plan": (lambda document: document.pop("plan"), "$.plan: missing"),
    "something more": (set_at("more", to=1), "$.more: unknown"),
    "a field too few": (lambda d: d["problem"]["deliveries"][1].pop("rank"), "$.problem.deliveries[1].rank: missing"),
    "a field too many": (set_at("plan", "trips", 0, "x", to=1), "$.plan.trips[0].x: unknown"),
    "text for a number": (set_at("plan", "scaled_cost", to="12"), "$.plan.scaled_cost: whole number"),
    "a fraction for a number": (set_at("plan", "scaled_cost", to=1.5), "$.plan.scaled_cost: whole number"),
    "true for a number": (set_at("plan", "seed", to=True), "$.plan.seed: whole number"),
    "more than 64 bits": (set_at("plan", "seed", to=2**63), "$.plan.seed: whole number"),
    "a number for text": (set_at("problem", "days", 0, to=3), "$.problem.days[0]: text"),
    "half a sign": (set_at("problem", "days", 0, to="\ud800"), "$.problem.days[0]: text"),
    "an unknown reason": (set_at("plan", "unserved", 0, "reason", to="lazy"), "$.plan.unserved[0].reason: one of"),
    "a list for a reason": (set_at("plan", "unserved", 0, "reason", to=[]), "$.plan.unserved[0].reason: one of"),
    "a null trip": (set_at("plan", "trips", 0, to=None), "$.plan.trips[0]: object"),
    "an object for a list": (set_at("plan", "trips", to={}), "$.plan.trips: list"),
    "a leg of three": (set_at("travel", 0, to=[0, 1, 2]), "$.travel[0]: list of 4"),
    "a window of one": (set_at("problem", "deliveries", 1, "windows", 0, to=[1]), "windows[0]: list of 2"),
    "a place at no longitude": (set_at("problem", "places", 0, "lon", to="east"), "$.problem.places[0].lon: degrees"),
    "numbers that are none": (set_at("plan", "unserved", 0, "numbers", to={"needs_s": "x"}), "numbers.needs_s"),
    "a place that does not exist": (set_at("problem", "deliveries", 0, "place", to=9), "no such place"),
    "stock for too few days": (set_at("problem", "depots", 0, "stock", to=[[1]]), "stock is not commodities x days"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_is_wrong_in_the_file_is_named_with_its_place(example: tuple[Problem, Plan], name: str) -> None:
    change, expected = CHANGES[name]
    with pytest.raises(PlanFileError) as caught:
        load_plan(rewrite(dump_plan(*example, HEADER), change))
    assert any(expected in problem for problem in caught.value.problems)


def test_a_plan_of_the_format_before_is_read_as_it_was_meant(example: tuple[Problem, Plan]) -> None:
    def age(document: Any) -> None:
        document["schema"] = "taavon.plan/1"
        for one in document["problem"]["deliveries"]:
            del one["release_s"], one["vehicle_types"]
        for vehicle in document["problem"]["vehicle_types"]:
            for name in ("end_depot", "returns", "class_capacity_g", "max_metres", "max_duration_s"):
                del vehicle[name]

    now = dump_plan(*example, HEADER)
    old = rewrite(now, age)
    loaded = load_plan(old)

    assert (loaded.problem, loaded.plan) == example
    assert renew_plan(old) == renew_plan(now) == now
    assert verify_plan(loaded.problem, loaded.plan) == verify_plan(*example)


def test_all_that_is_wrong_is_told_at_once(example: tuple[Problem, Plan]) -> None:
    def spoil(document: Any) -> None:
        document["plan"]["seed"] = "x"
        document["problem"]["days"] = 4
        document["travel"][0] = []

    with pytest.raises(PlanFileError) as caught:
        load_plan(rewrite(dump_plan(*example, HEADER), spoil))
    assert len(caught.value.problems) == 3


def test_ten_thousand_faults_are_cut_short(example: tuple[Problem, Plan]) -> None:
    with pytest.raises(PlanFileError) as caught:
        load_plan(rewrite(dump_plan(*example, HEADER), set_at("travel", to=["x"] * 10_000)))
    assert len(caught.value.problems) <= 50


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "no JSON at line 1"),
        (b'{"schema": "taavon.plan/2"', "no JSON"),
        (b"\xff\xfe{}", "no UTF-8"),
        (b"[1]", "schema"),
        (b"null", "schema"),
        (b"[" * 100_000, "nested too deeply"),
        (b'{"a": ' * 100_000, "nested too deeply"),
        (b'{"schema": 1, "schema": 2}', "key twice"),
        (b"9" * 10_000, "limit"),
        (b" " * (MAX_PLAN_BYTES + 1), "larger than"),
        (
            b'{"schema": "taavon.plan/2", "header": {}, "problem": NaN, "travel": Infinity, "plan": -1}',
            "object expected",
        ),
    ],
)
def test_bytes_that_are_no_plan_give_a_clear_error(data: bytes, expected: str) -> None:
    with pytest.raises(PlanFileError) as caught:
        load_plan(data)
    assert any(expected in problem for problem in caught.value.problems)


def test_a_plan_with_indices_that_do_not_exist_can_be_read_and_verified(example: tuple[Problem, Plan]) -> None:
    data = rewrite(dump_plan(*example, HEADER), set_at("plan", "trips", 0, "stops", 0, "delivery", to=77))
    loaded = load_plan(data)
    assert [v.code for v in verify_plan(loaded.problem, loaded.plan)] == [ViolationCode.DELIVERY_UNKNOWN]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
def test_whatever_stands_anywhere_in_the_file_it_is_read_or_refused(
    example: tuple[Problem, Plan], data: st.DataObject
) -> None:
    document = json.loads(dump_plan(*example, HEADER))
    node, step = document, "schema"
    while isinstance(node, dict | list) and node:
        step = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
        parent, node = node, node[step]
        if data.draw(st.integers(0, 3)) == 0:
            break
    parent[step] = data.draw(json_values)
    try:
        loaded = load_plan(json.dumps(document).encode())
    except PlanFileError:
        return
    verify_plan(loaded.problem, loaded.plan)


def test_every_field_and_every_reason_is_in_the_description_of_the_format(example: tuple[Problem, Plan]) -> None:
    described = (Path(__file__).parents[2] / "docs" / "plan-format.md").read_text(encoding="utf-8")

    def keys(value: Any) -> set[str]:
        if isinstance(value, dict):
            return set(value) | {key for item in value.values() for key in keys(item)}
        return {key for item in value for key in keys(item)} if isinstance(value, list) else set()

    document = json.loads(dump_plan(*example, {}))
    named = keys(document) | {reason.value for reason in Reason} | {status.value for status in Status} | {SCHEMA}
    assert [name for name in sorted(named) if f"`{name}`" not in described and f'"{name}"' not in described] == []
