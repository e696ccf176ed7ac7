"""``taavon catchments``: one command from a file of residents to a network with served populations."""

import csv
import json

import pyogrio
import pytest
from typer.testing import CliRunner

from api.cli import app
from distribution.intake.reading import read_dataset
from tests.support.networks import small_network, write_csv


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    return write_csv(small_network(), tmp_path_factory.mktemp("input"))


@pytest.fixture
def residents(tmp_path):
    file = tmp_path / "cells.csv"
    rows = [(f"c{o.code}", o.lon, o.lat, 100 + n, o.area_code) for n, o in enumerate(small_network().outlets)]
    lines = [",".join(map(str, row)) for row in (("کد", "طول جغرافیایی", "عرض جغرافیایی", "جمعیت", "کد منطقه"), *rows)]
    file.write_text("\n".join(lines), encoding="utf-8")
    return file


def run(*arguments):
    result = CliRunner(env={"COLUMNS": "150"}).invoke(app, ["catchments", *map(str, arguments)])
    return result.exit_code, result.stdout, result.stderr


def test_the_network_comes_back_with_served_populations(source, residents, tmp_path):
    folder = tmp_path / "out"
    code, text, _ = run(source, "--residents", residents, "--out", folder)
    assert code == 0
    assert "60,000 of 60,000 people in 10 cells are served by 10 outlets" in text
    read = read_dataset(folder / "network")
    assert read.dataset is not None
    served = {o.code: o.served_population for o in read.dataset.outlets}
    for area in ("west", "east"):
        assert sum(served[o.code] for o in read.dataset.outlets if o.area_code == area) == 30_000
    rows = list(csv.DictReader((folder / "catchments.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [(row["cell_code"], row["outlet_code"], row["metres"]) for row in rows] == [
        (f"cO{i}", f"O{i}", "0") for i in range(10)
    ]
    assert sum(int(row["people"]) for row in rows) == 60_000
    layer = pyogrio.read_dataframe(folder / "catchments.gpkg", layer="outlets")
    assert dict(zip(layer["code"], layer["served_population"], strict=True)) == served
    assert layer["name_fa"].tolist() == [f"فروشگاه {i}" for i in range(10)]
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert (summary["people"], summary["served"], summary["unserved"]) == (60_000, 60_000, 0)


def test_it_speaks_persian_and_json(source, residents, tmp_path):
    code, text, _ = run(source, "--residents", residents, "--out", tmp_path / "fa", "--lang", "fa")
    assert code == 0
    assert "هر کس یک بار شمرده شده است" in text
    code, text, _ = run(source, "--residents", residents, "--out", tmp_path / "json", "--json")
    assert json.loads(text)["areas"]["west"] == {"people": 30_000, "served": 30_000, "unserved": 0}


def test_nothing_is_written_over_and_wrong_input_writes_nothing(source, residents, tmp_path):
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "mine.txt").write_text("mine", encoding="utf-8")
    code, _, errors = run(source, "--residents", residents, "--out", kept)
    assert code == 2
    assert "not an empty folder" in errors
    assert [file.name for file in kept.iterdir()] == ["mine.txt"]
    code, _, errors = run(source, "--residents", tmp_path / "none.csv", "--out", tmp_path / "new")
    assert code == 2
    assert "none.csv" in errors
    assert not (tmp_path / "new").exists()
