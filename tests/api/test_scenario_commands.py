"""``taavon compare`` and ``taavon stress`` at a terminal."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from api.cli import app
from tests.support.networks import small_network, write_csv
from tests.support.scenarios import keep_run

PLAIN = {(f"O{i}", code): 10 for i in range(10) for code in ("chicken", "eggs", "rice")}
MOVED = PLAIN | {("O0", "rice"): 6, ("O5", "rice"): 14}


def taavon(*arguments: str | Path, expect: int = 0) -> Result:
    done = CliRunner().invoke(app, [*map(str, arguments)], env={"COLUMNS": "160"})
    assert done.exit_code == expect, done.output
    return done


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("runs")
    keep_run(base / "plain", small_network(), PLAIN)
    keep_run(base / "moved", small_network(), MOVED, policy="moving")
    return base


@pytest.fixture(scope="module")
def dated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    network = small_network()
    areas = tuple(area.model_copy(update={"population_date": dt.date(2016, 9, 24)}) for area in network.areas)
    return write_csv(replace(network, areas=areas), tmp_path_factory.mktemp("dated") / "in")


def test_compare_prints_who_gains_and_who_loses_and_writes_two_files(runs: Path, tmp_path: Path) -> None:
    text = taavon("compare", runs / "plain", runs / "moved", "--out", tmp_path / "out").stdout
    assert "moved (moving) against plain" in text
    assert "-40.0" in text
    assert "+40.0" in text
    assert "1,200,000 IRR" in text
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["compare.csv", "compare.xlsx"]


def test_compare_speaks_persian(runs: Path) -> None:
    text = taavon("compare", runs / "plain", runs / "moved", "--lang", "fa").stdout
    assert "بیشترین کاهش و افزایش" in text
    assert "۴۰٫۰" in text
    assert "against" not in text


def test_compare_of_runs_that_do_not_go_together_says_why(runs: Path) -> None:
    assert "between 2 and 8" in taavon("compare", runs / "plain", expect=2).stderr.lower()
    missing = taavon("compare", runs / "plain", runs / "moved", "--round", "autumn", expect=2).stderr
    assert "scenario_round_missing" in missing
    assert "spring" in missing


def test_stress_names_the_area_to_recount_first_and_writes_every_figure(dated: Path, tmp_path: Path) -> None:
    file = tmp_path / "stress.csv"
    text = taavon("stress", dated, "--draws", "5", "--out", file).stdout
    assert "Recount first" in text
    assert "drawn 5 times (seed 1)" in text
    assert file.read_text("utf-8-sig").startswith("level,code,")
    assert "۵ نمونه" in taavon("stress", dated, "--draws", "5", "--lang", "fa").stdout


def test_stress_without_a_date_asks_for_an_age(tmp_path: Path) -> None:
    source = write_csv(small_network(), tmp_path / "in")
    assert "--age" in taavon("stress", source, expect=2).stderr
    assert "a count 8.0 years old" in taavon("stress", source, "--draws", "2", "--age", "8").stdout


def test_stress_of_bad_input_shows_every_finding(tmp_path: Path) -> None:
    source = write_csv(small_network(), tmp_path / "in")
    outlets = source / "outlets.csv"
    outlets.write_text(outlets.read_text("utf-8-sig").replace(",west,", ",nowhere,"), "utf-8")
    shown = taavon("stress", source, expect=2).stderr
    assert "nowhere" in shown
    assert "input_rejected" in shown


@pytest.mark.parametrize(
    "option", [("--growth-spread", "-1"), ("--growth-spread", "nan"), ("--draws", "0"), ("--age", "inf")]
)
def test_stress_refuses_figures_that_make_no_sense(dated: Path, option: tuple[str, str]) -> None:
    taavon("stress", dated, *option, expect=2)
