"""``taavon suggest`` tells where a delivery fits best into the plan of a run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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


def suggest(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "220"}).invoke(app, ["suggest", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def document(*arguments: object) -> dict[str, Any]:
    code, text, errors = suggest(*arguments, "--json")
    assert (code, errors) == (0, "")
    read: dict[str, Any] = json.loads(text)
    return read


def test_a_delivery_of_the_plan_may_stay_and_every_other_place_is_told_by_cost(folder: Path) -> None:
    report = document(folder, "O9/dry/1/W2/1", "--k", 99)
    changes = [one["change"] for one in report["suggestions"]]
    assert 0 in changes
    assert changes == sorted(changes)
    for one in report["suggestions"]:
        assert one["change"] == report["cost_without"] + one["added_cost"] - report["plan_cost"]
        assert report["delivery"] in {s["delivery"] for s in one["trips"][one["trip"] - 1]["stops"]}
    code, text, _ = suggest(folder, "O9/dry/1/W2/1", "--k", 99)
    assert code == 0
    assert text.count("as it is now") == 1
    assert "There are no more that keep every rule" in text


def test_new_packs_find_a_place_and_the_timetable_shows_who_comes_later(folder: Path) -> None:
    code, text, _ = suggest(folder, "O5", "--add", "rice=1", "--k", 1)
    assert code == 0
    assert "O5/+ (Shop 5, 10 kg), round spring: it is new." in text
    assert "The first: V-W" in text
    assert document(folder, "O5", "--add", "rice=۱")["weight_g"] == 10_000
    assert len(document(folder, "O5", "--add", "rice=1", "--k", "۲")["suggestions"]) == 2
    assert [suggest(folder, "O5", "--k", wrong)[0] for wrong in ("0", "1001", "few")] == [2, 2, 2]


def test_it_speaks_persian(folder: Path) -> None:
    code, text, _ = suggest(folder, "O5", "--add", "rice=1", "--lang", "fa")
    assert code == 0
    assert "تحویل تازه است" in text
    assert "از ارزان‌ترین؛ افزایش هزینه برنامه کنونی، به ریال" in text


def test_where_there_is_no_place_it_says_what_stands_in_the_way(folder: Path) -> None:
    code, text, _ = suggest(folder, "O7", "--add", "rice=1")
    assert code == 1
    assert "Its outlet has no room for it" in text
    code, text, _ = suggest(folder, "O7", "--add", "rice=1", "--json")
    assert code == 1
    assert json.loads(text)["obstacles"] == {"storage_full": 1}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["O1"], "name one of them: O1/chilled/1/W1/1, O1/dry/1/W1/1, O1/frozen/1/W1/1"),
        (["O1/dry/1/W1/l"], "Do you mean O1/dry/1/W1/1?"),
        (["nobody-of-that-name"], "no delivery or outlet nobody-of-that-name"),
        (["O99", "--add", "rice=1"], "Do you mean O9?"),
        (["O1", "--add", "ricee=1"], "Do you mean rice?"),
        (["O1", "--add", "petrol=1"], "Carried are: chicken, eggs, rice"),
        (["O1", "--add", "rice=1", "--add", "eggs=1"], "eggs, rice are kept at different temperatures"),
        (["O1", "--add", "rice=1", "--add", "rice=2", "--add", "eggs"], "“eggs” is not COMMODITY=PACKS"),
        (["O1", "--add", "rice=0"], "“rice=0” is not COMMODITY=PACKS"),
        (["O1", "--round", "autumn"], "There is no round autumn"),
    ],
)
def test_what_is_not_there_is_told_with_the_repair(folder: Path, arguments: list[str], words: str) -> None:
    code, text, errors = suggest(folder, *arguments)
    assert (code, text) == (2, "")
    assert words in errors
