"""``taavon costs`` tells what routes cost, and of one truck what each stop bears."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from rich.cells import cell_len
from typer.testing import CliRunner

from api.cli import app
from distribution.services.explain_costs import explain_costs, list_tables
from distribution.services.opened_run import opened_run
from optimizer.plan_file import load_plan
from tests.support.networks import small_network
from tests.support.rounds import keep_round
from tests.support.service import open_store, settings_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("run")
    uow = open_store(settings_for(place))
    keep_round(uow, small_network(), "spring")
    uow.engine.dispose()
    return place


def costs(*arguments: object, width: int = 200) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": str(width)}).invoke(app, ["costs", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def document(folder: Path, *arguments: object) -> dict[str, object]:
    code, text, errors = costs(folder, *arguments, "--json")
    assert (code, errors) == (0, "")
    read: dict[str, object] = json.loads(text)
    return read


def test_the_exact_parts_add_up_to_the_cost_of_the_plan(folder: Path) -> None:
    with opened_run(folder) as uow, uow.read() as tx:
        stored = tx.plans.get(tx.rounds.get("spring").require_id())
        assert stored is not None
        plan = load_plan(stored.content).plan
    report = document(folder)
    routes = report["routes"]
    assert isinstance(routes, list)
    assert report["scaled_cost"] == plan.scaled_cost == sum(route["cost"] for route in routes)
    assert all(route["fixed"] + route["road"] + route["time"] == route["cost"] for route in routes)
    assert sum(stop["cost"] for route in routes for stop in route["stops"]) == plan.scaled_cost


def test_one_truck_shows_its_stops_and_the_rule(folder: Path) -> None:
    routes = document(folder)["routes"]
    assert isinstance(routes, list)
    truck = routes[0]["truck"]
    code, text, _ = costs(folder, truck)
    assert code == 0
    assert f"{truck}, {routes[0]['day']}, trip 1: what each stop bears" in text
    assert all(stop["outlet"] in text for route in routes if route["truck"] == truck for stop in route["stops"])
    assert "A stop bears what leaving it out would save" in text


def test_it_speaks_persian_and_takes_a_jalali_day(folder: Path) -> None:
    routes = document(folder)["routes"]
    assert isinstance(routes, list)
    assert {route["day"] for route in routes} > {"2024-04-20"}
    code, text, _ = costs(folder, "--day", "1403/02/01", "--lang", "fa")
    assert code == 0
    assert "۱۴۰۳/۰۲/۰۱" in text
    assert "۱۴۰۳/۰۲/۰۲" not in text
    assert "بابت مسافت" in text


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_on_a_narrow_terminal_every_part_of_the_table_names_the_truck_and_the_trip(folder: Path, lang: str) -> None:
    routes = document(folder)["routes"]
    assert isinstance(routes, list)
    code, text, _ = costs(folder, "--lang", lang, width=80)
    assert code == 0
    rows = [line.split("│") for line in text.splitlines() if line.startswith("│")]
    parts = len(rows) // (len(routes) + 1)
    assert parts > 1
    named = [tuple(cell.strip() for cell in row[1:4]) for row in rows]
    assert len(set(named)) == len(routes) + 1
    assert named == named[: len(routes) + 1] * parts
    assert max(map(cell_len, text.splitlines()[1:-1])) <= 80


def test_every_column_of_money_adds_up_to_the_total_below(folder: Path) -> None:
    truck = explain_costs(folder).routes[0].truck
    tables = list_tables(explain_costs(folder, truck=truck), "en")
    for (_, rows, _), money in zip(tables, [slice(9, 13), *[slice(4, 7)] * len(tables)], strict=False):
        amounts = [[int(cell.replace(",", "")) for cell in row[money]] for row in rows[1:]]
        assert amounts[-1] == [sum(column) for column in zip(*amounts[:-1], strict=True)]
        assert all(sum(row[:-1]) == row[-1] for row in amounts)


def test_a_truck_that_is_not_there_is_named_with_the_nearest_and_a_day_with_the_others(folder: Path) -> None:
    routes = document(folder)["routes"]
    assert isinstance(routes, list)
    code, text, errors = costs(folder, routes[0]["truck"].lower())
    assert (code, text) == (2, "")
    assert f"Do you mean {routes[0]['truck']}?" in errors
    assert "No truck lorry" in costs(folder, "lorry")[2]
    code, _, errors = costs(folder, "--day", "2025-01-01")
    assert code == 2
    assert routes[0]["day"] in errors
    errors = costs(folder, "--day", "1404/01/01", "--lang", "fa")[2]
    assert "۱۴۰۴/۰۱/۰۱" in errors
    assert "۱۴۰۳/۰۲/۰۱" in errors
    assert "2024" not in errors
    assert "1399/02/06" in costs(folder, "--day", "soon")[2]
