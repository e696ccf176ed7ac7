"""Catchments of a network: everybody of every area counted once, by every method, from cells and from polygons."""

import json
import sys
from dataclasses import replace

import numpy as np
import pytest
import rasterio
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.domain.catchments import CatchmentMethod, CatchmentOptions
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError, StateError
from distribution.services.catchments import build_catchments
from distribution.services.example import load_example
from distribution.services.residents import ResidentSource, ResidentTable, read_residents
from gis import population
from tests.support.networks import small_network
from tests.support.nouns import move

METHODS = tuple(CatchmentMethod)


def about_the_outlets(network, seed, cells=120, blank=False):
    """Scatter residents about the outlets of the small network, in the area of the outlet."""
    random = np.random.default_rng(seed)
    near = [network.outlets[i] for i in random.integers(0, len(network.outlets), cells)]
    at = [move(o.lon, o.lat, *random.normal(0, 6, 2)) for o in near]
    return ResidentTable(
        tuple(f"c{n}" for n in range(cells)),
        np.array([lon for lon, _ in at]),
        np.array([lat for _, lat in at]),
        random.integers(0, 900, cells),
        tuple(None if blank else o.area_code for o in near),
    )


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=15)
@given(seed=st.integers(0, 2**20), within=st.booleans(), count=st.integers(1, 6), km=st.sampled_from([None, 4.0]))
def test_everybody_of_every_area_is_served_once_or_reported(method, seed, within, count, km):
    network = small_network()
    residents = about_the_outlets(network, seed)
    options = CatchmentOptions(method, within, count, max_km=km)
    report = build_catchments(network, residents, options)
    people = {"east": 0, "west": 0}
    for code, count_of in zip(residents.area, residents.people.tolist(), strict=True):
        people[code] += count_of
    lines = {line.code: line for line in report.areas}
    for code in people.keys() & lines.keys():
        assert (lines[code].people, lines[code].served + lines[code].unserved) == (people[code], people[code])
        assert (
            people[code]
            >= lines[code].beyond_m[0]
            >= lines[code].beyond_m[1]
            >= lines[code].beyond_m[2]
            >= lines[code].unserved
        )
    assert report.served.sum() + report.catchments.unserved.sum() == residents.people.sum()
    if within:
        table = report.catchments
        for cell, outlet in zip(table.cell.tolist(), table.outlet.tolist(), strict=True):
            assert report.outlets[outlet].area_code == residents.area[cell]
    if km is not None:
        assert (report.catchments.metres <= 4000).all()


def test_limited_capacity_serves_everybody_though_the_nearest_are_full():
    network = small_network()
    residents = about_the_outlets(network, 5)
    options = CatchmentOptions(CatchmentMethod.CAPACITY, count=1, slack_percent=0)
    report = build_catchments(network, residents, options)
    assert report.catchments.unserved.sum() == 0
    by_area = {line.code: line.people for line in report.areas}
    for outlet, people in zip(report.outlets, report.served.tolist(), strict=True):
        assert people <= -(-by_area[outlet.area_code] // 5)


def test_an_outlet_of_a_district_serves_the_county_and_one_of_the_province_nobody():
    network = small_network()
    district = network.areas[0].model_copy(update={"code": "town", "parent_code": "east", "population": None})
    outlets = [o.model_copy(update={"area_code": "town"}) if o.area_code == "east" else o for o in network.outlets]
    outlets[0] = outlets[0].model_copy(update={"area_code": "province"})
    network = replace(network, areas=(*network.areas, district), outlets=tuple(outlets))
    report = build_catchments(network, about_the_outlets(small_network(), 2), CatchmentOptions())
    assert report.astray == ("O0",)
    served = dict(zip((o.code for o in report.outlets), report.served.tolist(), strict=True))
    assert served["O0"] == 0
    assert sum(served[f"O{i}"] for i in range(5, 10)) == next(
        line.people for line in report.areas if line.code == "east"
    )


def test_nobody_can_be_kept_to_an_area_that_is_not_named():
    network = small_network()
    residents = about_the_outlets(network, 1, blank=True)
    with pytest.raises(StateError, match="catchments_no_area"):
        build_catchments(network, residents, CatchmentOptions())
    report = build_catchments(network, residents, CatchmentOptions(within_areas=False))
    assert report.served.sum() == residents.people.sum()
    nobody = replace(network, outlets=tuple(o.model_copy(update={"resident_weight": 0}) for o in network.outlets))
    with pytest.raises(StateError, match="catchments_no_outlet"):
        build_catchments(nobody, residents, CatchmentOptions())


def write_polygons(path, *features):
    collection = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "properties": properties, "geometry": None if shape is None else shapely.geometry.mapping(shape)}
            for shape, properties in features
        ],
    }  # fmt: skip
    path.write_text(json.dumps(collection), encoding="utf-8")
    return path


WEST, EAST = shapely.box(58.8, 35.9, 59.2, 36.1), shapely.box(59.4, 35.9, 59.8, 36.1)


def test_the_cells_of_an_area_add_up_to_its_count(tmp_path):
    network = small_network()
    file = write_polygons(
        tmp_path / "a.geojson",
        (WEST, {"people": 100, "area_code": "west"}),
        (EAST, {"people": 30_000, "area_code": "east"}),
    )
    table, findings = read_residents(ResidentSource(file, 2000), network)
    told = [(f.code, f.severity, f.params["value"]) for f in findings]
    assert told == [("residents_fitted", Severity.NOTE, "west")]
    for code in ("west", "east"):
        assert sum(p for p, a in zip(table.people.tolist(), table.area, strict=True) if a == code) == 30_000
    assert len(set(table.code)) == len(table.code)


def test_everything_wrong_with_polygons_is_told_at_once(tmp_path):
    file = write_polygons(
        tmp_path / "a.geojson",
        (WEST, {"people": "many", "area_code": "west"}),
        (None, {"people": 5, "area_code": "wset"}),
        (shapely.Point(59, 36), {"people": 5, "area_code": "east"}),
        (EAST, {"people": None, "area_code": None}),
    )
    with pytest.raises(InputError) as refused:
        read_residents(ResidentSource(file), small_network())
    told = {(f.code, f.where.row) for f in refused.value.findings}
    assert told == {
        ("value_not_number", 2),
        ("residents_area_unknown", 3),
        ("polygon_missing", 3),
        ("polygon_not_polygon", 4),
        ("value_missing", 5),
    }


def test_everything_wrong_with_cells_is_told_at_once(tmp_path):
    file = tmp_path / "cells.csv"
    file.write_text(
        "code,lon,lat,people,area_code\na,59,36,10,west\na,59,36,10,west\nb,36,95,10,west\nc,59,36,-1,wset\nd,59,36,,\n",
        encoding="utf-8",
    )
    with pytest.raises(InputError) as refused:
        read_residents(ResidentSource(file), small_network())
    told = {(f.code, f.where.row) for f in refused.value.findings}
    assert told == {
        ("duplicate_key", 3),
        ("lonlat_swapped", 4),
        ("value_out_of_range", 5),
        ("residents_area_unknown", 5),
        ("value_missing", 6),
    }


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.txt", "x", "residents_format"),
        ("a.geojson", "{", "shapes_unreadable"),
        ("a.gpkg", "no database", "shapes_unreadable"),
        ("a.zip", "no archive", "shapes_unreadable"),
        ("a.geojson", '{"type": "FeatureCollection", "features": []}', "shapes_empty"),
        ("a.csv", "code,lon,lat,people\n", "sheet_empty"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_repair(tmp_path, name, content, code):
    (tmp_path / name).write_text(content, encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_residents(ResidentSource(tmp_path / name), small_network())
    assert [f.code for f in refused.value.findings] == [code]
    with pytest.raises(InputError) as missing:
        read_residents(ResidentSource(tmp_path / f"no_{name}"), small_network())
    assert missing.value.findings


def test_an_area_with_a_count_needs_cells_with_people(tmp_path):
    file = tmp_path / "cells.csv"
    file.write_text("code,lon,lat,people,area_code\na,59,36,0,west\n", encoding="utf-8")
    with pytest.raises(InputError) as refused:
        read_residents(ResidentSource(file), small_network())
    assert [f.code for f in refused.value.findings] == ["residents_none_in_area"]


def test_a_side_too_small_is_told_with_one_that_will_do(tmp_path, monkeypatch):
    monkeypatch.setattr(population, "_MOST_SQUARES", 2_000)
    file = write_polygons(tmp_path / "a.geojson", (shapely.box(50, 30, 60, 40), {"people": 9}))
    with pytest.raises(InputError) as refused:
        read_residents(ResidentSource(file, 10), small_network())
    (finding,) = refused.value.findings
    assert finding.code == "residents_too_many_cells"
    assert read_residents(ResidentSource(file, int(finding.params["least_m"])), small_network())[0].people.sum() == 9


def test_an_outlet_outside_its_area_is_told_with_the_one_it_lies_in(tmp_path):
    network = small_network()
    outlets = list(network.outlets)
    outlets[0] = outlets[0].model_copy(update={"lon": 59.6, "lat": 36.0})
    outlets[5] = outlets[5].model_copy(update={"lon": 59.6, "lat": 36.3})
    network = replace(network, outlets=tuple(outlets))
    file = write_polygons(
        tmp_path / "a.geojson",
        (WEST, {"people": 30_000, "area_code": "west"}),
        (EAST, {"people": 30_000, "area_code": "east"}),
    )
    _, findings = read_residents(ResidentSource(file), network)
    told = [(f.code, f.params["value"], f.params["area"], f.params["other"], f.severity) for f in findings]
    assert told == [
        ("outlet_in_other_area", "O0", "west", "east", Severity.WARNING),
        ("outlet_outside_area", "O5", "east", "", Severity.WARNING),
    ]


def write_raster(path, values, nodata=-1.0, crs="EPSG:4326"):
    values = np.array(values, dtype=np.float64)
    where = rasterio.transform.from_origin(58.8, 36.1, 0.2, 0.1)
    shape = {"width": values.shape[1], "height": values.shape[0], "count": 1, "dtype": "float64"}
    with rasterio.open(path, "w", driver="GTiff", transform=where, crs=crs, nodata=nodata, **shape) as raster:
        raster.write(values, 1)
    return path


def test_a_raster_keeps_its_people_and_areas_come_from_polygons(tmp_path):
    grid = write_raster(tmp_path / "people.tif", [[0.4, 0.4, 7.3, -1, 5], [0.4, 0.4, 0.1, 0, 6]])
    areas = write_polygons(tmp_path / "a.geojson", (WEST, {"area_code": "west"}), (EAST, {"area_code": "east"}))
    network = small_network()
    table, findings = read_residents(ResidentSource(grid), network)
    assert (table.people.sum(), findings) == (20, ())
    assert set(table.area) == {None}
    table, findings = read_residents(ResidentSource(grid, areas=areas), network)
    assert dict(zip(table.code, table.area, strict=True))["0-4"] == "east"
    assert sum(p for p, a in zip(table.people.tolist(), table.area, strict=True) if a == "east") == 30_000
    assert [f.code for f in findings] == ["residents_fitted", "residents_fitted"]
    corner = table.code.index("0-4")
    assert (table.lon[corner], table.lat[corner]) == pytest.approx((59.7, 36.05))


def test_a_raster_that_cannot_be_used_is_refused_with_a_repair(tmp_path, monkeypatch):
    (tmp_path / "broken.tif").write_bytes(b"II*")
    for file, code in (
        (tmp_path / "none.tif", "file_missing"),
        (tmp_path / "broken.tif", "grid_unreadable"),
        (write_raster(tmp_path / "negative.tif", [[-2.0, 5]]), "grid_negative"),
        (write_raster(tmp_path / "nowhere.tif", [[2.0, 5]], crs=None), "grid_no_crs"),
    ):
        with pytest.raises(InputError) as refused:
            read_residents(ResidentSource(file), small_network())
        assert [f.code for f in refused.value.findings] == [code]
    monkeypatch.setitem(sys.modules, "rasterio", None)
    with pytest.raises(InputError) as refused:
        read_residents(ResidentSource(tmp_path / "negative.tif"), small_network())
    assert [f.code for f in refused.value.findings] == ["grid_extra"]


@pytest.mark.parametrize("within", [True, False])
@pytest.mark.parametrize("method", METHODS)
def test_the_people_of_the_example_are_all_counted_and_every_outlet_keeps_its_rules(method, within):
    network = load_example()
    residents = about_the_outlets(network, 7, cells=3000)
    report = build_catchments(network, residents, CatchmentOptions(method, within, max_km=40))
    table, total = report.catchments, int(residents.people.sum())
    assert report.served.sum() + table.unserved.sum() == total
    assert np.array_equal(
        np.bincount(table.cell, weights=table.people, minlength=3000).astype(np.int64) + table.unserved,
        residents.people,
    )
    for line in report.areas:
        own = [n for n, code in enumerate(residents.area) if code == line.code]
        assert line.served + line.unserved == line.people == residents.people[own].sum()
    assert (table.metres <= 40_000).all()
    weight = {outlet.code: outlet.resident_weight for outlet in report.outlets}
    assert all(weight[report.outlets[n].code] > 0 for n in set(table.outlet.tolist()))
    if within:
        homes = {
            (residents.area[c], report.outlets[o].area_code) for c, o in zip(table.cell, table.outlet, strict=True)
        }
        assert all(lives == stands for lives, stands in homes)
    if method is CatchmentMethod.CAPACITY:
        people = {line.code: line.people for line in report.areas}
        weights = dict.fromkeys(people, 0.0)
        for outlet in report.outlets:
            weights[outlet.area_code if within else ""] = weights.get(outlet.area_code if within else "", 0.0) + float(
                outlet.resident_weight
            )
        for outlet, served in zip(report.outlets, report.served.tolist(), strict=True):
            area = outlet.area_code if within else ""
            part = (people.get(area, 0) if within else total) * float(outlet.resident_weight) / weights[area]
            assert served <= np.ceil(part * 1.2) + 1e-6
