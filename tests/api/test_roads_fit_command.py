"""``taavon roads fit``: a network with fitted ways runs, is called an estimate, and is verified."""

import json

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.support.networks import small_network, write_csv


def run(*arguments):
    return CliRunner().invoke(app, [str(one) for one in arguments])


@pytest.fixture
def source(tmp_path):
    (tmp_path / "known.csv").write_text(
        "کد مبدأ,کد مقصد,کیلومتر,دقیقه\nwest,east,۷۵٫۵,۸۰\nW1,O3,۱۵,\nO5,O8,۲۰,\n", encoding="utf-8"
    )
    return write_csv(small_network(), tmp_path / "in")


def test_fitted_ways_run_as_an_estimate_that_is_verified(source, tmp_path):
    done = run("roads", "fit", source, "--known", tmp_path / "known.csv", "--out", tmp_path / "fitted", "--lang", "fa")
    assert done.exit_code == 0, done.stderr
    assert "۳ راه شناخته‌شده" in done.stdout
    done = run("run", tmp_path / "fitted", "--out", tmp_path / "out", "--iterations", 1)
    assert done.exit_code == 0, done.stderr
    header = json.loads((tmp_path / "out" / "plan.json").read_text())["header"]
    assert header["travel_is_estimate"] is True
    assert header["travel"] == "estimate fitted to 3 known ways of known.csv"
    assert run("verify-plan", tmp_path / "out" / "plan.json").exit_code == 0
    assert run("verify", tmp_path / "out" / "bundle.zip").exit_code == 0


def test_wrong_rows_are_told_and_nothing_is_written(source, tmp_path):
    (tmp_path / "known.csv").write_text("origin_code,destination_code,km\nO0,O9,1\nnobody,O1,5\n")
    done = run("roads", "fit", source, "--known", tmp_path / "known.csv", "--out", tmp_path / "fitted")
    assert done.exit_code == 2
    assert "row 2" in done.stderr
    assert "row 3" in done.stderr
    assert not (tmp_path / "fitted").exists()
