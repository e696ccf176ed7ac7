"""``taavon replan`` plans what is left after a breakdown; the kept round stays as it was."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
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


@pytest.fixture(scope="module")
def routes(folder: Path) -> list[dict]:
    result = CliRunner().invoke(app, ["costs", str(folder), "--json"])
    assert result.exit_code == 0
    return json.loads(result.stdout)["routes"]


def replan(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "150"}).invoke(app, ["replan", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def clock(seconds: int) -> str:
    return f"{seconds // 3600:02d}:{seconds % 3600 // 60:02d}"


def halfway(routes: list[dict]) -> tuple[dict, str]:
    """Return a route of several stops and a moment between its first and its last."""
    route = max(routes, key=lambda one: len(one["stops"]))
    assert len(route["stops"]) > 1
    return route, f"{route['day']} {clock(route['stops'][-1]['arrival_s'] - 60)}"


@pytest.mark.parametrize("search", [("--iterations", 0), ("--iterations", 3), ("--iterations", 3, "--all")])
def test_what_a_broken_truck_has_not_brought_is_planned_and_the_files_say_so(
    folder: Path, routes: list[dict], tmp_path: Path, search: tuple[object, ...]
) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    route, moment = halfway(routes)
    out = tmp_path / "out"
    code, text, errors = replan(folder, "--at", moment, "--broken", route["truck"], *search, "--out", out, "--json")
    assert (code, errors) == (0, "")
    document = json.loads(text)
    assert json.loads((out / "summary.json").read_text(encoding="utf-8")) == document
    last = route["stops"][-1]["outlet"]
    assert last in {move["outlet"] for move in document["moves"]}
    for move in document["moves"]:
        if move["kind"] in {"day", "truck"}:
            assert move["before"] != move["after"]
        assert (move["after"] is None) == (move["kind"] == "waits")
        assert move["after"] is None or move["after"]["day"] >= route["day"]
    with (out / "changes.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["delivery"] for row in csv.DictReader(file)] == [move["delivery"] for move in document["moves"]]
    checked = CliRunner().invoke(app, ["verify-plan", str(out / "plan.json")])
    assert checked.exit_code == 0, checked.output
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before
    assert replan(folder, "--at", moment, "--out", out)[0] == 2


def test_without_anything_that_happened_nothing_moves(folder: Path, routes: list[dict]) -> None:
    _, moment = halfway(routes)
    code, text, errors = replan(folder, "--at", moment, "--iterations", 0, "--json")
    assert (code, errors) == (0, "")
    document = json.loads(text)
    assert document["moves"] == []
    assert document["scaled_cost_after"] == document["scaled_cost_before"]
    assert document["trips_begun"] + document["trips_planned"] == len(routes)


def test_halts_made_and_outlets_closed_are_taken_as_told(folder: Path, routes: list[dict]) -> None:
    route, moment = halfway(routes)
    outlets = [stop["outlet"] for stop in route["stops"]]
    arguments = (folder, "--at", moment, "--broken", route["truck"], "--iterations", 0, "--json")
    _, text, _ = replan(*arguments, "--made", f"{route['truck']}=0")
    assert set(outlets) <= {move["outlet"] for move in json.loads(text)["moves"]}
    _, text, _ = replan(*arguments, "--made", f"{route['truck']}={len(outlets)}")
    lost = [move["before"] for move in json.loads(text)["moves"] if move["kind"] != "time"]
    trip = range(route["start_s"], route["end_s"])
    assert not [
        at for at in lost if (at["day"], at["truck"]) == (route["day"], route["truck"]) and at["start_s"] in trip
    ]
    _, text, _ = replan(*arguments, "--made", f"{route['truck']}=0", "--closed", outlets[-1])
    document = json.loads(text)
    assert {name.split("/")[0] for name in document["withdrawn"]} == {outlets[-1]}
    assert outlets[-1] not in {move["outlet"] for move in document["moves"]}


def test_it_speaks_both_languages_and_reads_jalali(folder: Path, routes: list[dict]) -> None:
    route, moment = halfway(routes)
    code, text, _ = replan(folder, "--at", moment, "--broken", route["truck"], "--iterations", 0)
    assert code == 0
    assert "What is left of round spring" in text
    code, text, _ = replan(folder, "--at", "۱۴۰۲/۰۱/۰۱ ۰۸:۰۰", "--iterations", 0, "--lang", "fa")
    assert code == 0
    assert "آنچه از دوره" in text


def test_all_that_is_wrong_is_told_at_once(folder: Path, routes: list[dict]) -> None:
    route, moment = halfway(routes)
    day = route["day"]
    wrong = ("--broken", "nobody", "--made", "V9=1", "--closed", "XX", "--until", "2001-01-01", "--back", "2001-01-02")
    code, _, errors = replan(folder, "--at", moment, *wrong)
    assert code == 2
    for words in (
        f"No truck nobody works on {day}",
        "V9 has not broken down",
        "XX has nothing",
        "2001-01-01 is before",
        "2001-01-02 is before",
    ):
        assert words in errors
    code, _, errors = replan(folder, "--at", moment, "--broken", route["truck"], "--made", f"{route['truck']}=99")
    assert code == 2
    assert f"{len(route['stops'])} halts" in errors
    for at, words in (("2999-01-01 08:00", "no working day on or after"), ("2024-01-01", "not a day and a time")):
        code, _, errors = replan(folder, "--at", at)
        assert code == 2
        assert words in errors
    code, _, errors = replan(folder, "--at", moment, "--made", "V9", "--made", "V9=-1")
    assert code == 2
    assert errors.count("TRUCK=HALTS") == 2
