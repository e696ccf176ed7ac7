"""``taavon siting``: where new outlets help most, told with its proof."""

import csv
import json

import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.support.networks import small_network, write_csv
from tests.support.nouns import move


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_csv(small_network(), tmp_path_factory.mktemp("input"))


@pytest.fixture
def residents(tmp_path):
    """A village of 900 far in the west, one of 300 near it, and 100 beside an outlet; the east lives at an outlet."""
    spots = [
        ("far", -40, 0, 900, "west"),
        ("near", -38, 0, 300, "west"),
        ("home", 2, 1, 100, "west"),
        ("o", 52, 3, 50, "east"),
    ]
    file = tmp_path / "cells.csv"
    lines = ["code,lon,lat,people,area_code"]
    for code, east, north, people, area in spots:
        lon, lat = move(59.0, 36.0, east, north)
        lines.append(f"{code},{lon},{lat},{people},{area}")
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def run(*arguments):
    result = CliRunner(env={"COLUMNS": "160"}).invoke(app, ["siting", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_the_village_far_from_all_gets_the_outlet(source, residents, tmp_path):
    file = tmp_path / "sites.csv"
    code, text, _ = run(source, "--residents", residents, "--new", 1, "--out", file)
    assert code == 0
    assert "No choice of as many of these cells brings more." in text
    (row,) = csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines())
    assert row["cell_code"] == "far"
    # The counts of the areas, 30,000, are shared by people: 900 and 300 of 1,300.
    assert int(row["people"]) == round(30_000 * 1200 / 1300)


def test_cover_counts_people_who_come_within_reach(source, residents):
    code, text, _ = run(source, "--residents", residents, "--goal", "cover", "--reach", 10, "--new", 2, "--json")
    assert code == 0
    report = json.loads(text)
    assert report["people_beyond"] - report["people_beyond_after"] == report["gain"] == report["bound"] == 27_692
    assert report["people_beyond_after"] == 0
    assert [site["area"] for site in report["sites"]] == ["west"]


def test_it_speaks_persian_and_names_what_is_wrong(source, residents, tmp_path):
    code, text, _ = run(source, "--residents", residents, "--lang", "fa")
    assert code == 0
    assert "هیچ انتخاب دیگری" in text
    nobody = tmp_path / "nobody.csv"
    nobody.write_text("code,lon,lat,people\na,59,36,0\n", encoding="utf-8")
    code, _, errors = run(source, "--residents", nobody, "--across-areas")
    assert code == 2
    assert "Nobody lives in the cells" in errors
