"""``taavon turns`` measures how early outlets are served over the rounds, and what a bound costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from distribution.services import plan_deliveries
from distribution.services.opened_run import opened_run
from optimizer.plan_file import LoadedPlan, load_plan
from tests.support.rounds import keep_round, solve_here, two_rounds
from tests.support.service import open_store, settings_for


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    place = tmp_path_factory.mktemp("run")
    uow = open_store(settings_for(place))
    for code in ("spring", "later"):
        keep_round(uow, two_rounds(), code)
    uow.engine.dispose()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan_deliveries, "solve_in_child", solve_here)
        yield place


def turns(*arguments: object) -> tuple[int, str, str]:
    result = CliRunner(env={"COLUMNS": "200"}).invoke(app, ["turns", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def document(*arguments: object) -> dict[str, Any]:
    code, text, errors = turns(*arguments, "--json")
    assert (code, errors) == (0, "")
    read: dict[str, Any] = json.loads(text)
    return read


def plan_of(folder: Path, code: str) -> LoadedPlan:
    with opened_run(folder) as uow, uow.read() as tx:
        stored = tx.plans.get(tx.rounds.get(code).require_id())
        assert stored is not None
        return load_plan(stored.content)


def turns_by_hand(loaded: LoadedPlan) -> dict[str, float]:
    """Return each outlet's first day, from 0 to 1, in a plan that leaves nobody out."""
    days: dict[str, int] = {}
    for trip in loaded.plan.trips:
        for stop in trip.stops:
            outlet = loaded.problem.places[loaded.problem.deliveries[stop.delivery].place].name
            days[outlet] = min(days.get(outlet, trip.day), trip.day)
    assert not loaded.plan.unserved
    return {outlet: day / (len(loaded.problem.days) - 1) for outlet, day in days.items()}


def test_means_are_those_of_the_plans_that_are_kept(folder: Path) -> None:
    spring, later = turns_by_hand(plan_of(folder, "spring")), turns_by_hand(plan_of(folder, "later"))
    report = document(folder)
    assert (report["round"], report["earlier_rounds"], report["price"]) == ("later", 1, None)
    told = {outlet["outlet"]: (outlet["rounds"], outlet["mean_turn"]) for outlet in report["outlets"]}
    assert told.keys() == later.keys()
    assert any(outlet in spring for outlet in later)
    for outlet, turn in later.items():
        mine = [turn, *([spring[outlet]] if outlet in spring else [])]
        assert told[outlet] == (len(mine), pytest.approx(sum(mine) / len(mine)))
    means = [mean for _, mean in told.values()]
    assert report["planned"]["spread"] == pytest.approx(max(means) - min(means))
    assert document(folder, "--round", "spring")["earlier_rounds"] == 0


def test_a_bound_is_kept_and_its_price_is_the_difference_of_two_plans(folder: Path) -> None:
    price = document(folder, "--bound", "0.3", "--iterations", 2)["price"]
    assert price["held"]["waiting_g"] == 0
    assert price["held"]["spread"] <= price["width"] + 1e-12
    assert price["scaled_cost"] == price["held"]["scaled_cost"] - price["free"]["scaled_cost"]
    tight = document(folder, "--bound", "0", "--iterations", 2)["price"]
    assert tight["width"] <= price["width"]
    assert tight["held"]["spread"] <= tight["width"] + 1e-12


def test_it_says_so_in_words_of_both_languages(folder: Path) -> None:
    code, text, _ = turns(folder, "--bound", "0.3", "--iterations", 1)
    assert code == 0
    assert "In the rounds before later (1) the mean turns" in text
    assert "The bound costs" in text
    assert "None of its outlets was due in a round kept before spring" in turns(folder, "--round", "spring")[1]
    code, text, _ = turns(folder, "--bound", "0.3", "--iterations", 1, "--lang", "fa")
    assert code == 0
    assert "پراکندگی میانگین نوبت" in text
    assert turns(folder, "--bound", "1.5")[0] == 2


def test_a_bound_is_exact_and_may_be_in_persian_digits(folder: Path) -> None:
    assert document(folder, "--bound", "۰٫۳", "--iterations", 0)["price"]["bound"] == 0.3
    for wrong in ("nan", "inf", "-0.1", "1.5", "half", ""):
        assert turns(folder, "--bound", wrong)[0] == 2, wrong
