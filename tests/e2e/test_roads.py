"""From a map to trucks that follow its roads: built, measured, planned, drawn and verified by the commands."""

import csv
import io
import json
import sqlite3
import zipfile
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest
import shapely
from typer.testing import CliRunner

from api.cli import app
from api.jobs.runner import run_job
from api.runtime import open_database
from api.settings import Settings
from distribution.intake.reading import read_dataset
from distribution.services import roads
from distribution.services.api_keys import PROGRAM
from distribution.services.import_dataset import import_dataset
from distribution.services.plan_deliveries import SearchOptions
from distribution.services.request_round import request_round
from distribution.services.run_round import RunOptions
from optimizer.plan import Limits
from optimizer.plan_file import load_plan
from tests.support.networks import small_network, write_csv
from tests.support.nouns import move
from tests.support.road_engines import require_roads
from tests.support.tiny_map import CORNER, NOWHERE, SIDE, crossing, write_map

require_roads()
pytestmark = pytest.mark.roads

YARD = move(*CORNER, -2, 0)
GPX = "{http://www.topografix.com/GPX/1/1}"


def run(*arguments):
    return CliRunner(env={"COLUMNS": "160"}).invoke(app, [*map(str, arguments)])


def network_on_the_map():
    """The small network with its outlets at crossings, one store in the yard, the other in the far corner."""
    network = small_network()
    spots = [(1, 1), (3, 1), (0, 4), (4, 3), (2, 2), (5, 4), (1, 5), (4, 1), (3, 4), (2, 5)]
    outlets = tuple(
        o.model_copy(update=dict(zip(("lon", "lat"), crossing(*spot), strict=True)))
        for o, spot in zip(network.outlets, spots, strict=True)
    )
    stores = tuple(
        w.model_copy(update=dict(zip(("lon", "lat"), place, strict=True)))
        for w, place in zip(network.warehouses, (YARD, crossing(5, 5)), strict=True)
    )
    return replace(network, outlets=outlets, warehouses=stores)


@pytest.fixture(scope="module", autouse=True)
def own_cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(roads, "cache_folder", lambda: tmp_path_factory.mktemp("ways"))
        yield


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("roads")
    write_csv(network_on_the_map(), folder / "network")
    built = run("roads", "build", write_map(folder / "tiny.osm.pbf"), "--out", folder / "roads")
    assert built.exit_code == 0, built.stderr
    done = run("run", folder / "network", "--out", folder / "out", "--iterations", 5,
               "--travel", f"valhalla:{folder / 'roads'}", "--truck-height", 3)  # fmt: skip
    assert done.exit_code == 0, done.stderr
    return folder


def streets():
    """Every street that a truck 3 m high may use, as one shape."""
    lines = [[crossing(e, n) for e in range(SIDE)] for n in range(SIDE - 1)]
    lines += [[crossing(e, n) for n in range(SIDE)] for e in range(SIDE)]
    lines += [[crossing(0, 5), move(*CORNER, 0.4, 5)], [move(*CORNER, 0.6, 5), crossing(5, 5)]]
    lines += [[YARD, move(*CORNER, -2, 2), crossing(0, 2)]]
    return shapely.union_all([shapely.LineString(line) for line in lines])


def test_trips_in_the_geopackage_run_along_streets_and_not_under_the_low_bridge(folder):
    allowed = streets().buffer(0.0003)  # some 30 m
    with sqlite3.connect(folder / "out" / "network.gpkg") as base:
        blobs = base.execute("SELECT geom, metres FROM routes").fetchall()
    assert len(blobs) > 2
    for blob, metres in blobs:
        envelope = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}[blob[3] >> 1 & 7]
        line = shapely.from_wkb(blob[8 + envelope :])
        assert allowed.covers(line)
        lon, lat = np.array(line.coords).T
        east, north = np.diff(lon) * 111_195 * np.cos(np.radians(36.02)), np.diff(lat) * 111_195
        assert abs(np.hypot(east, north).sum() - metres) < 0.01 * metres + 60


def test_a_crew_pack_has_the_road_as_a_track_and_says_whose_it_is(folder):
    for pack in sorted((folder / "out" / "crew").glob("*.zip")):
        with zipfile.ZipFile(io.BytesIO(pack.read_bytes())) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".gpx"))
            gpx = ET.fromstring(archive.read(name))
        tracks = gpx.findall(f"{GPX}trk")
        assert len(tracks) == len(gpx.findall(f"{GPX}rte"))
        points = [(float(p.get("lon")), float(p.get("lat"))) for t in tracks for p in t.iter(f"{GPX}trkpt")]
        assert streets().buffer(0.0003).covers(shapely.MultiPoint(points))
        assert "OpenStreetMap" in gpx.find(f"{GPX}metadata/{GPX}desc").text


def test_map_and_plan_name_the_roads_and_nothing_is_called_an_estimate(folder):
    page = (folder / "out" / "map.html").read_text(encoding="utf-8")
    assert "OpenStreetMap" in page
    plan = json.loads((folder / "out" / "plan.json").read_text(encoding="utf-8"))
    assert plan["header"]["travel_is_estimate"] is False
    assert "3 m high" in plan["header"]["travel"]


def test_the_round_is_verified_without_any_road_engine(folder):
    checked = run("verify", folder / "out" / "bundle.zip")
    assert checked.exit_code == 0, checked.stderr
    assert run("verify-plan", folder / "out" / "plan.json").exit_code == 0


def test_a_measured_network_gives_the_same_plan_as_measuring_in_the_run(folder):
    engine = f"valhalla:{folder / 'roads'}"
    measured = run("roads", "measure", folder / "network", "--travel", engine, "--truck-height", 3,
                   "--out", folder / "measured")  # fmt: skip
    assert measured.exit_code == 0, measured.stderr
    assert read_dataset(folder / "measured").dataset.travel is not None
    done = run("run", folder / "measured", "--out", folder / "again", "--iterations", 5)
    assert done.exit_code == 0, done.stderr
    plans = [load_plan((folder / out / "plan.json").read_bytes()).plan for out in ("out", "again")]
    assert plans[0] == plans[1]
    again = run("run", folder / "measured", "--out", folder / "twice", "--travel", engine)
    assert again.exit_code == 2
    assert "a travel matrix of its own" in again.stderr
    assert not (folder / "twice").exists()


def test_an_outlet_off_the_map_waits_and_is_told_why(folder, tmp_path):
    network = network_on_the_map()
    lost = network.outlets[4].model_copy(update={"lon": NOWHERE[0], "lat": NOWHERE[1]})
    source = write_csv(replace(network, outlets=(*network.outlets[:4], lost, *network.outlets[5:])), tmp_path / "in")
    done = run("run", source, "--out", tmp_path / "out", "--iterations", 2, "--travel", f"valhalla:{folder / 'roads'}")
    assert done.exit_code == 0, done.stderr
    assert "no truck can get there" in done.stderr
    assert "place_on_no_road" in (tmp_path / "out" / "findings.csv").read_text(encoding="utf-8-sig")
    waiting = (tmp_path / "out" / "unserved.csv").read_text(encoding="utf-8-sig")
    assert "O4" in waiting
    assert "unreachable" in waiting


@pytest.mark.parametrize("lang", ["en", "fa"])
def test_what_is_no_map_leaves_nothing_behind(tmp_path, lang):
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"no map" * 1000)
    done = run("roads", "build", broken, "--out", tmp_path / "roads", "--lang", lang)
    assert done.exit_code != 0
    assert "roads_build_failed" in done.stderr or "roads_no_roads" in done.stderr
    assert not (tmp_path / "roads").exists()


def test_people_go_to_the_outlet_that_is_nearest_by_road(folder, tmp_path):
    """At the east end of the one-way street the crow flies west to O0; the road leads on, and round to O1."""
    network = network_on_the_map()
    spots = {"O0": (2, 0), "O1": (3, 1)}
    outlets = tuple(
        o.model_copy(update=dict(zip(("lon", "lat"), crossing(*spots[o.code]), strict=True)) | {"resident_weight": 1})
        if o.code in spots
        else o.model_copy(update={"resident_weight": 0})
        for o in network.outlets
    )
    source = write_csv(replace(network, outlets=outlets), tmp_path / "in")
    lon, lat = move(*CORNER, 2.4, 0)
    cells = tmp_path / "cells.csv"
    cells.write_text(f"code,lon,lat,people,area_code\nhome,{lon},{lat},100,west\n", encoding="utf-8")
    served = {}
    for name, options in (("line", []), ("road", ["--travel", f"valhalla:{folder / 'roads'}"])):
        done = run("catchments", source, "--residents", cells, "--out", tmp_path / name, *options)
        assert done.exit_code == 0, done.stderr
        (row,) = csv.DictReader((tmp_path / name / "catchments.csv").read_text(encoding="utf-8-sig").splitlines())
        served[name] = row
        summary = json.loads((tmp_path / name / "summary.json").read_text(encoding="utf-8"))
        assert summary["ways_are_estimates"] is (name == "line")
    assert served["line"]["outlet_code"] == "O0"
    assert served["road"]["outlet_code"] == "O1"
    assert abs(int(served["road"]["metres"]) - 1600) < 30
    assert served["line"]["people"] == served["road"]["people"] == "30000"


def test_a_job_of_the_service_draws_a_measured_network_along_the_roads(folder, tmp_path):
    settings = Settings(f"sqlite:///{tmp_path / 'taavon.db'}", roads=f"valhalla:{folder / 'roads'}", solver_workers=1)
    measured = run("roads", "measure", folder / "network", "--travel", settings.roads, "--out", tmp_path / "measured")
    assert measured.exit_code == 0, measured.stderr
    with open_database(settings) as uow:
        import_dataset(uow, read_dataset(tmp_path / "measured").dataset, "test")
        options = RunOptions(SearchOptions(Limits(iterations=2)))
        job = request_round(uow, PROGRAM, options)
        assert run_job(uow, job.id, "test", settings)
        with uow.read() as tx:
            kept = tx.files.get(tx.rounds.latest().require_id(), "routes.geojson").content
    lines = [f["geometry"] for f in json.loads(kept)["features"] if f["geometry"]["type"] == "LineString"]
    assert lines
    assert streets().buffer(0.0003).covers(shapely.MultiLineString([line["coordinates"] for line in lines]))
