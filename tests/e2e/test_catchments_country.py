"""A thousand outlets of another country, known by their positions alone, get their people by one command."""

import csv
import json
import math
from dataclasses import replace

import pytest

from distribution.intake.reading import require_dataset
from tests.support.networks import county_populations_only, write_csv

COUNTIES, OUTLETS = 25, 1000
HALF = 0.2  # degrees: counties of the network lie on a grid of 0.4


@pytest.fixture(scope="module")
def country(tmp_path_factory):
    """Write the network without any count of people, and a polygon with its people for each county."""
    folder = tmp_path_factory.mktemp("country")
    network = county_populations_only(OUTLETS, COUNTIES, 4)
    people = {area.code: area.population for area in network.areas if area.population is not None}
    columns = max(1, round(math.sqrt(COUNTIES * 1.6)))
    features = []
    for k, (code, count) in enumerate(sorted(people.items())):
        x, y = 51.0 + 0.4 * (k % columns), 30.0 + 0.4 * (k // columns)
        ring = [
            [x - HALF, y - HALF],
            [x + HALF, y - HALF],
            [x + HALF, y + HALF],
            [x - HALF, y + HALF],
            [x - HALF, y - HALF],
        ]
        features.append({
            "type": "Feature",
            "geometry": {"type": "Polygon", "coordinates": [ring]},
            "properties": {"people": count, "area_code": code},
        })  # fmt: skip
    polygons = folder / "people.geojson"
    polygons.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    areas = tuple(area.model_copy(update={"population": None}) for area in network.areas)
    return write_csv(replace(network, areas=areas), folder / "network"), polygons, people


@pytest.mark.parametrize("method", ["nearest", pytest.param("capacity", marks=pytest.mark.slow)])
def test_a_thousand_outlets_get_all_the_people_of_their_counties(country, taavon, tmp_path, method):
    network, polygons, people = country
    taavon("catchments", network, "--residents", polygons, "--out", tmp_path / "out", "--method", method)
    with (tmp_path / "out" / "areas.csv").open(encoding="utf-8-sig") as file:
        lines = {row["area_code"]: row for row in csv.DictReader(file)}
    assert {code: int(row["people"]) for code, row in lines.items()} == people
    assert all(int(row["unserved"]) == 0 for row in lines.values())
    served = require_dataset(tmp_path / "out" / "network")
    assert len(served.outlets) == OUTLETS
    of_county = dict.fromkeys(people, 0)
    for outlet in served.outlets:
        assert outlet.served_population is not None
        of_county[outlet.area_code] += outlet.served_population
    assert of_county == people


@pytest.mark.slow
def test_a_policy_may_let_people_cross_areas_and_an_option_says_otherwise(country, taavon, tmp_path):
    network, polygons, _ = country
    (network / "policies.csv").write_text("code,name_en,people_cross_areas\ndefault,Usual,yes\nstay,Stay,no\n")

    def within(name, *options):
        taavon("catchments", network, "--residents", polygons, "--out", tmp_path / name, "--side", "4000", *options)
        return json.loads((tmp_path / name / "summary.json").read_text())["within_areas"]

    assert within("default") is False
    assert within("other", "--policy", "stay") is True
    assert within("option", "--within-areas") is True
    told = taavon(
        "catchments", network, "--residents", polygons, "--out", tmp_path / "no", "--policy", "none", expect=2
    )
    assert "stay" in told.stderr
    assert not (tmp_path / "no").exists()


def test_outlets_and_areas_are_enough(country, taavon, tmp_path):
    network, polygons, people = country
    bare = tmp_path / "bare"
    bare.mkdir()
    for sheet in ("areas", "unions", "cooperatives", "outlets"):
        (bare / f"{sheet}.csv").write_bytes((network / f"{sheet}.csv").read_bytes())
    taavon("catchments", bare, "--residents", polygons, "--out", tmp_path / "out", "--side", "4000")
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["served"] == sum(people.values())
    taavon("siting", bare, "--residents", polygons, "--new", "2", "--side", "5000", "--json")
    told = taavon("run", bare, "--out", tmp_path / "run", expect=2)
    assert "warehouses" in told.stderr
    assert "served population" in told.stderr
