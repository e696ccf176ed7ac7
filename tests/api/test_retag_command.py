"""``taavon retag`` shows what few changed outlets would save; nothing is kept."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.support.networks import small_network
from tests.support.rounds import keep_round
from tests.support.service import open_store, settings_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Nearly all stock for the east is in the west, so that some outlets are tagged across the country."""
    network = small_network()
    stock = tuple(
        line.model_copy(update={"packs": 1240}) if line.place_code == "W1" and line.commodity_code == "rice" else line
        for line in network.stock
    )
    place = tmp_path_factory.mktemp("run")
    uow = open_store(settings_for(place))
    keep_round(uow, replace(network, stock=stock), "spring")
    uow.engine.dispose()
    return place


def retag(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "150"}).invoke(app, ["retag", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_steps_are_never_worse_and_change_no_more_than_they_may(folder: Path) -> None:
    before = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()}
    code, text, errors = retag(folder, "--iterations", 20, "--json")
    assert (code, errors) == (0, "")
    steps = json.loads(text)["steps"]
    assert (steps[0]["most"], steps[0]["changed"]) == (0, [])
    for step in steps:
        assert len(step["changed"]) <= step["most"]
        assert all(set(one["tagged"]) | set(one["served"]) <= {"W1", "W2"} for one in step["changed"])
        assert all(one["tagged"] != one["served"] for one in step["changed"])
    costs = [(step["waiting_g"], step["scaled_cost"]) for step in steps]
    assert costs == sorted(costs, reverse=True)
    assert text == retag(folder, "--iterations", 20, "--json")[1]
    assert {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file()} == before


def test_it_speaks_both_languages_and_names_a_folder_that_is_no_run(folder: Path, tmp_path: Path) -> None:
    code, text, _ = retag(folder, "--iterations", 5)
    assert code == 0
    assert "Round spring" in text
    code, text, _ = retag(folder, "--iterations", 5, "--lang", "fa")
    assert code == 0
    assert "دست‌بالا" in text
    assert retag(tmp_path, "--iterations", 1)[0] == 2


def test_no_more_outlets_are_changed_than_asked_for(folder: Path) -> None:
    for most in (0, 1):
        code, text, errors = retag(folder, "--most", most, "--iterations", 10, "--json")
        assert (code, errors) == (0, "")
        steps = json.loads(text)["steps"]
        assert steps[-1]["most"] == most
        assert len(steps[-1]["changed"]) <= most
    code, _, errors = retag(folder, "--most", -1)
    assert code == 2
    assert "--most" in errors
