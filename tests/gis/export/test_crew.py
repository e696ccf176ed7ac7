import csv
import dataclasses
import io
import json
import sqlite3
import time
import xml.etree.ElementTree as ET
from contextlib import closing

import pytest

from gis.export.archive import build_zip
from gis.export.crew import CrewDay, CrewStop, build_crew_members

GPX = {"g": "http://www.topografix.com/GPX/1/1"}
KML = {"k": "http://www.opengis.net/kml/2.2"}


@pytest.fixture
def members(crew_day) -> dict[str, bytes]:
    return build_crew_members(crew_day)


def test_a_truck_day_has_every_format_under_its_name(members):
    assert sorted(members) == [f"2020-04-14_T1.{ending}" for ending in ("csv", "geojson", "gpkg", "gpx", "kml")]


def test_geojson_has_the_same_stops_as_the_gpx(members):
    features = json.loads(members["2020-04-14_T1.geojson"])["features"]
    waypoints = ET.fromstring(members["2020-04-14_T1.gpx"]).findall("g:wpt", GPX)[1:]
    assert [one["properties"]["name"] for one in features] == [
        one.findtext("g:name", namespaces=GPX) for one in waypoints
    ]
    for one, waypoint in zip(features, waypoints, strict=True):
        lon, lat = one["geometry"]["coordinates"]
        assert (lon, lat) == pytest.approx((float(waypoint.get("lon")), float(waypoint.get("lat"))), abs=1e-7)


def test_gpx_numbers_the_stops_and_drives_each_trip_from_the_warehouse_and_back(members, crew_day):
    root = ET.fromstring(members["2020-04-14_T1.gpx"])
    routes = root.findall("g:rte", GPX)
    assert [route.findtext("g:name", namespaces=GPX) for route in routes] == ["سفر ۱", "سفر ۲"]
    for route, trip in zip(routes, crew_day.trips, strict=True):
        names = [e.text for e in route.findall("g:rtept/g:name", GPX)]
        assert names[0] == names[-1] == "انبار مشهد"
        assert names[1:-1] == [f"{trip.number}-{stop.order:02d} {stop.name}" for stop in trip.stops]
    assert len(root.findall("g:wpt", GPX)) == 4
    assert len(root.findall("g:trk", GPX)) == 1  # the road is known for one trip only


def test_a_single_trip_numbers_its_stops_plainly(crew_day):
    members = build_crew_members(dataclasses.replace(crew_day, trips=crew_day.trips[:1]))
    names = [e.text for e in ET.fromstring(members["2020-04-14_T1.gpx"]).findall("g:wpt/g:name", GPX)]
    assert names[1].startswith("01 ")


def test_kml_shows_the_same_names_as_the_gpx(members):
    kml = {e.text for e in ET.fromstring(members["2020-04-14_T1.kml"]).findall(".//k:Placemark/k:name", KML)}
    gpx = {e.text for e in ET.fromstring(members["2020-04-14_T1.gpx"]).findall("g:wpt/g:name", GPX)}
    assert gpx <= kml


def test_a_stop_is_described_with_labels_and_its_receiving_hours_in_the_gpx_and_the_kml(members):
    gpx = ET.fromstring(members["2020-04-14_T1.gpx"]).findall("g:wpt", GPX)
    kml = ET.fromstring(members["2020-04-14_T1.kml"]).findall(".//k:Placemark", KML)
    for texts in (
        [point.findtext("g:desc", namespaces=GPX) for point in gpx],
        [mark.findtext("k:description", namespaces=KML) for mark in kml],
    ):
        assert "رسیدن: 08:15\nساعت تحویل‌گیری: ۰۸:۰۰–۱۲:۰۰\nبار: 1 کیسه برنج\nکد: O1" in texts
        assert "رسیدن: 09:15\nبار: 2 کیسه برنج\nکد: O2" in texts


def test_the_kml_shows_no_field_names_that_a_driver_cannot_read(members):
    assert b"ExtendedData" not in members["2020-04-14_T1.kml"]


def test_geopackage_holds_stops_routes_and_warehouses(members, tmp_path, crew_day):
    path = tmp_path / "x.gpkg"
    path.write_bytes(members["2020-04-14_T1.gpkg"])
    with closing(sqlite3.connect(path)) as connection:
        stops = connection.execute("SELECT trip, stop, outlet, weight_kg FROM stops ORDER BY fid").fetchall()
        assert stops == [(t.number, s.order, s.name, s.weight_kg) for t in crew_day.trips for s in t.stops]
        assert connection.execute("SELECT distance_m FROM routes ORDER BY fid").fetchall() == [(123_456,), (65_432,)]
        assert connection.execute("SELECT name FROM warehouses").fetchall() == [("انبار مشهد",)]


def test_csv_lists_the_packs_per_commodity_in_driving_order(members):
    rows = list(csv.reader(io.StringIO(members["2020-04-14_T1.csv"].decode("utf-8-sig"), newline="")))
    assert rows[0][:8] == ["سفر", "ردیف", "کد", "نام", "رسیدن", "ساعت تحویل‌گیری", "برنج", "شکر"]
    assert [row[5] for row in rows[1:]] == ["۰۸:۰۰–۱۲:۰۰", "", ""]
    assert [row[:3] + row[6:8] for row in rows[1:]] == [
        ["1", "1", "O1", "1", "0"],
        ["1", "2", "O2", "2", "0"],
        ["2", "3", "O3", "3", "0"],
    ]


def test_packs_that_do_not_match_the_commodities_and_an_empty_day_are_refused(crew_day):
    with pytest.raises(ValueError, match="commodities"):
        build_crew_members(dataclasses.replace(crew_day, commodities=("برنج",)))
    with pytest.raises(ValueError, match="no trip"):
        build_crew_members(dataclasses.replace(crew_day, trips=()))


def large_day(day: CrewDay, stops: int) -> CrewDay:
    trip = day.trips[0]
    many = tuple(
        CrewStop(i, f"O{i}", f"فروشگاه شماره {i}", 58 + i / 50, 35 + i / 70, "08:00", "۱۲ کیسه", 120, (12, 0))
        for i in range(1, stops + 1)
    )
    return dataclasses.replace(day, trips=(dataclasses.replace(trip, stops=many, path=()),))


def test_one_truck_day_of_forty_stops_takes_less_than_a_third_of_a_second_and_is_small(crew_day):
    day = large_day(crew_day, 40)
    build_crew_members(day)  # loads the drivers
    start = time.process_time()
    for _ in range(3):
        packed = build_zip(build_crew_members(day))
    assert (time.process_time() - start) / 3 < 0.3
    assert len(packed) < 2_000_000


def test_the_same_day_gives_the_same_bytes(crew_day):
    assert build_crew_members(crew_day) == build_crew_members(crew_day)
