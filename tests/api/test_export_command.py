"""``taavon export``: map files of a kept round, whole or truck by truck, each read by another reader than its writer."""

import io
import json
import sqlite3
import xml.etree.ElementTree as ET
import zipfile

import pyogrio
import pytest
from typer.testing import CliRunner

from api.cli import app
from tests.support.networks import small_network, write_csv

KML = {"k": "http://www.opengis.net/kml/2.2"}


def run(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, [*map(str, arguments)])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    source = write_csv(small_network(), folder / "in")
    done = run("run", source, "--out", folder / "out", "--iterations", 2)
    assert done.exit_code == 0, done.stderr
    return folder / "out"


@pytest.fixture(scope="module")
def packs(folder):
    return sorted(path.stem for path in (folder / "crew").glob("*.zip"))


def test_the_network_comes_in_every_format_of_maps(folder, tmp_path):
    formats = [part for name in ("gpkg", "geojson", "kml", "kmz", "gpx") for part in ("--format", name)]
    done = run("export", folder, "--out", tmp_path / "maps", *formats)
    assert done.exit_code == 0, done.stderr
    names = {path.name for path in (tmp_path / "maps").iterdir()}
    assert names == {
        "network.gpkg", "network.kml", "network.kmz", "network.gpx",
        *(f"{layer}.geojson" for layer in ("areas", "outlets", "warehouses", "routes", "stops")),
    }  # fmt: skip
    assert (tmp_path / "maps" / "network.gpkg").read_bytes() == (folder / "network.gpkg").read_bytes()


def test_names_and_positions_are_those_of_the_network(folder, tmp_path):
    assert (
        run(
            "export", folder, "--out", tmp_path / "m", "--format", "gpx", "--format", "kmz", "--format", "geojson"
        ).exit_code
        == 0
    )
    network = small_network()
    wanted = {f"{o.name_fa} ({o.code})": (o.lon, o.lat) for o in (*network.outlets, *network.warehouses)}
    frame = pyogrio.read_dataframe(tmp_path / "m" / "network.gpx", layer="waypoints")
    found = {name: (shape.x, shape.y) for name, shape in zip(frame["name"], frame.geometry, strict=True)}
    assert found.keys() == wanted.keys()
    for name, position in wanted.items():
        assert found[name] == pytest.approx(position, abs=1e-7)
    with zipfile.ZipFile(tmp_path / "m" / "network.kmz") as archive:
        root = ET.fromstring(archive.read("doc.kml"))
    marks = {mark.findtext("k:name", namespaces=KML) for mark in root.iter(f"{{{KML['k']}}}Placemark")}
    assert {o.name_fa for o in network.outlets} <= marks
    data = json.loads((tmp_path / "m" / "outlets.geojson").read_text(encoding="utf-8"))
    assert [f["properties"]["name_fa"] for f in data["features"]] == [o.name_fa for o in network.outlets]


def test_a_truck_gets_its_days_and_no_other_truck_does(folder, packs, tmp_path):
    truck = packs[0][11:]
    done = run("export", folder, "--out", tmp_path / "maps", "--format", "kmz", "--format", "pdf", "--truck", truck)
    assert done.exit_code == 0, done.stderr
    stems = [stem for stem in packs if stem[11:] == truck]
    assert {path.name for path in (tmp_path / "maps").iterdir()} == {f"{s}.{e}" for s in stems for e in ("kmz", "pdf")}


def test_a_day_by_its_jalali_date_gets_all_its_trucks(folder, packs, tmp_path):
    assert packs[0].startswith("2024-04-20")
    assert run("export", folder, "--out", tmp_path / "maps", "--day", "1403/02/01").exit_code == 0
    stems = [stem for stem in packs if stem.startswith("2024-04-20")]
    assert {path.stem for path in (tmp_path / "maps").iterdir()} == set(stems)
    with sqlite3.connect(tmp_path / "maps" / f"{stems[0]}.gpkg") as base:
        ((content,),) = base.execute("SELECT content FROM qgis_projects")
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        assert f"./{stems[0]}.gpkg|" in archive.read("project.qgs").decode()


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_everything_that_is_not_there_is_told_at_once_and_nothing_is_written(folder, tmp_path, lang):
    done = run(
        "export",
        folder,
        "--out",
        tmp_path / "maps",
        "--truck",
        "nobody",
        "--truck",
        "none",
        "--day",
        "2020-01-01",
        "--lang",
        lang,
    )
    assert done.exit_code == 2
    assert done.stderr.count("→") == 3
    assert "nobody" in done.stderr
    assert not (tmp_path / "maps").exists()


def test_the_maps_for_print_come_as_they_are_and_as_drawings(folder, tmp_path):
    done = run("export", folder, "--out", tmp_path / "maps", "--format", "pdf", "--format", "svg")
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / "maps" / "maps.pdf").read_bytes() == (folder / "maps.pdf").read_bytes()
    drawings = sorted((tmp_path / "maps").glob("map-*.svg"))
    with zipfile.ZipFile(folder / "maps.zip") as archive:
        assert [path.name for path in drawings] == archive.namelist()
    assert len(drawings) > 1
    assert {ET.fromstring(path.read_bytes()).tag for path in drawings} == {"{http://www.w3.org/2000/svg}svg"}


def test_a_whole_network_is_no_receipt_form_and_a_truck_no_drawing(folder, packs, tmp_path):
    done = run("export", folder, "--out", tmp_path / "maps", "--format", "csv")
    assert done.exit_code == 2
    assert "gpkg; geojson; kml; kmz; gpx; pdf; svg" in done.stderr
    done = run("export", folder, "--out", tmp_path / "maps", "--format", "svg", "--truck", packs[0][11:])
    assert done.exit_code == 2
    assert "gpkg; geojson; kml; kmz; gpx; csv; pdf" in done.stderr
    assert not (tmp_path / "maps").exists()


def test_a_folder_that_is_in_use_is_left_alone(folder, tmp_path):
    (tmp_path / "note.txt").write_text("mine")
    assert run("export", folder, "--out", tmp_path).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["note.txt"]
