"""GeoJSON, KML, GPX, CSV and zip, each read back by another reader than its writer."""

import csv
import datetime as dt
import io
import json
import xml.etree.ElementTree as ET
import zipfile
from decimal import Decimal

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.export.archive import build_zip
from gis.export.geojson import render_geojson
from gis.export.gpx import GpxPoint, GpxRoute, render_gpx
from gis.export.kml import render_kml
from gis.export.layers import build_point_layer
from gis.export.table_csv import render_csv
from gis.export.xml_text import clean_xml_text

CENTIMETRE_DEG = 1e-7
KML = {"k": "http://www.opengis.net/kml/2.2"}
GPX = {"g": "http://www.topografix.com/GPX/1/1"}


def test_geojson_keeps_names_and_positions_and_has_no_crs(points):
    data = json.loads(render_geojson(points))
    assert data["type"] == "FeatureCollection"
    assert "crs" not in data
    assert data["title"] == "نقاط توزیع"
    assert [f["properties"]["name"] for f in data["features"]] == points.frame["name"].tolist()
    assert [f["properties"]["packs"] for f in data["features"]] == [3, 0, 12]
    for feature, shape in zip(data["features"], points.frame.geometry, strict=True):
        assert feature["geometry"]["coordinates"] == pytest.approx(shape.coords[0], abs=CENTIMETRE_DEG)
        assert all(
            len(str(abs(c)).partition(".")[2].partition("e")[0]) <= 7 for c in feature["geometry"]["coordinates"]
        )


def test_geojson_polygons_follow_the_right_hand_rule(polygons):
    for feature in json.loads(render_geojson(polygons))["features"]:
        shape = shapely.geometry.shape(feature["geometry"])
        for polygon in getattr(shape, "geoms", [shape]):
            assert polygon.exterior.is_ccw
            assert not any(ring.is_ccw for ring in polygon.interiors)


def test_geojson_writes_dates_decimals_and_what_is_missing_as_json_knows_them():
    columns = {"day": [dt.date(2020, 4, 14)], "kg": [Decimal("1.50")], "ratio": [float("nan")], "n": [np.int64(4)]}
    data = json.loads(render_geojson(build_point_layer("a", "t", columns, lon=[1], lat=[2])))
    assert data["features"][0]["properties"] == {"day": "2020-04-14", "kg": "1.50", "ratio": None, "n": 4}


def test_kml_keeps_names_descriptions_and_positions(points):
    root = ET.fromstring(render_kml("سند", [points]))
    assert root.findtext("k:Document/k:name", namespaces=KML) == "سند"
    marks = root.findall(".//k:Placemark", KML)
    assert [mark.findtext("k:name", namespaces=KML) for mark in marks] == points.frame["name"].tolist()
    assert marks[1].findtext("k:description", namespaces=KML) == "ب\nپ"
    for mark, shape in zip(marks, points.frame.geometry, strict=True):
        read = [float(c) for c in mark.findtext(".//k:coordinates", namespaces=KML).split(",")]
        assert read == pytest.approx(shape.coords[0], abs=CENTIMETRE_DEG)


def test_kml_styles_are_all_defined_and_nothing_is_fetched(points, lines, polygons):
    raw = render_kml("t", [points, lines, polygons])
    root = ET.fromstring(raw)
    ids = {style.get("id") for style in root.findall(".//k:Style", KML)}
    assert {url.text.removeprefix("#") for url in root.findall(".//k:styleUrl", KML)} == ids
    assert raw.count(b"http") == 1  # the namespace


def test_kml_holes_and_parts_are_inside_their_polygon(polygons):
    root = ET.fromstring(render_kml("t", [polygons]))
    assert len(root.findall(".//k:Polygon", KML)) == 3
    assert len(root.findall(".//k:MultiGeometry/k:Polygon", KML)) == 2
    assert len(root.findall(".//k:innerBoundaryIs/k:LinearRing", KML)) == 2


def test_kml_is_read_by_gdal_too(points, lines, tmp_path):
    path = tmp_path / "x.kml"
    path.write_bytes(render_kml("t", [points, lines]))
    assert [name for name, _ in pyogrio.list_layers(path)] == ["نقاط توزیع", "مسیرها"]
    frame = pyogrio.read_dataframe(path, layer="نقاط توزیع")
    assert frame["Name"].tolist() == points.frame["name"].tolist()


def test_gpx_lists_waypoints_and_the_route_in_driving_order(tmp_path):
    stops = [GpxPoint(f"0{i} فروشگاه", 59 + i / 7, 36 - i / 9, "متن") for i in (1, 2, 3)]
    raw = render_gpx(
        "روز", stops, [GpxRoute("سفر", (stops[2], stops[0], stops[1]), "شرح", ((59.0, 36.0), (59.1, 36.1)))]
    )
    root = ET.fromstring(raw)
    assert [e.text for e in root.findall("g:rte/g:rtept/g:name", GPX)] == ["03 فروشگاه", "01 فروشگاه", "02 فروشگاه"]
    path = tmp_path / "x.gpx"
    path.write_bytes(raw)
    frame = pyogrio.read_dataframe(path, layer="waypoints")
    assert frame["name"].tolist() == [stop.name for stop in stops]
    for shape, stop in zip(frame.geometry, stops, strict=True):
        assert (shape.x, shape.y) == pytest.approx((stop.lon, stop.lat), abs=CENTIMETRE_DEG)
    assert len(pyogrio.read_dataframe(path, layer="track_points")) == 2


def test_gpx_of_the_same_day_is_the_same_bytes():
    point = GpxPoint("a", -1e-7, 5e-8)
    assert render_gpx("t", [point], []) == render_gpx("t", [point], [])
    read = ET.fromstring(render_gpx("t", [point], [])).find("g:wpt", GPX)
    assert (float(read.get("lon")), float(read.get("lat"))) == pytest.approx((-1e-7, 5e-8), abs=CENTIMETRE_DEG)
    assert "e" not in read.get("lon") + read.get("lat")  # xsd:decimal knows no exponent


@given(st.text())
def test_any_text_is_sound_xml_once_cleaned(text):
    element = ET.Element("a")
    element.text = clean_xml_text(text)
    read = ET.fromstring(ET.tostring(element, encoding="utf-8")).text or ""
    assert read == clean_xml_text(text).replace("\r\n", "\n").replace("\r", "\n")


def test_cleaning_leaves_persian_with_its_joiners_alone():
    assert clean_xml_text("علی‌آباد\x00\x0b\ufffe 😀") == "علی‌آباد 😀"


def test_csv_has_a_byte_order_mark_crlf_and_no_formula():
    raw = render_csv(["نام", "وزن"], [("فروشگاه, «۱»", -5), ('=HYPERLINK("x")', 2)])
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == 3
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows == [["نام", "وزن"], ["فروشگاه, «۱»", "-5"], ['\'=HYPERLINK("x")', "2"]]


def test_a_zip_of_the_same_members_is_the_same_bytes_in_any_order():
    members = {"بارنامه.pdf": b"%PDF", "a/b.csv": b"x" * 1000}
    raw = build_zip(members)
    assert raw == build_zip(dict(reversed(members.items())))
    with zipfile.ZipFile(io.BytesIO(raw)) as archive:
        assert {name: archive.read(name) for name in archive.namelist()} == members
        assert archive.testzip() is None


@pytest.mark.parametrize("name", ["/etc/x", "../x", "a/../../x", "a\\b", ""])
def test_a_name_that_leads_out_of_the_zip_is_refused(name):
    with pytest.raises(ValueError, match="leads out"):
        build_zip({name: b""})
