"""Read back with sqlite3 and shapely, not with the library that wrote."""

import dataclasses
import datetime as dt
import sqlite3
import struct
import xml.etree.ElementTree as ET
from contextlib import closing

import pytest
import shapely

from gis.export.areas import build_area_layer
from gis.export.geopackage import export_geopackage, render_geopackage
from gis.export.layers import LayerError, LayerStyle, build_point_layer
from gis.export.qgis_style import render_qml

CENTIMETRE_DEG = 1e-7
ENVELOPE_BYTES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}


def parse_gpkg_blob(blob: bytes) -> shapely.Geometry:
    assert blob[:2] == b"GP"
    assert struct.unpack("<i", blob[4:8])[0] == 4326
    return shapely.from_wkb(blob[8 + ENVELOPE_BYTES[(blob[3] >> 1) & 7] :])


@pytest.fixture
def package(points, lines, polygons, tmp_path):
    path = tmp_path / "network.gpkg"
    export_geopackage([polygons, lines, points], path, "Title")
    with closing(sqlite3.connect(path)) as connection:
        yield connection


def test_names_numbers_and_positions_are_read_back_by_another_reader(package, points):
    rows = package.execute("SELECT name, packs, geom FROM outlets ORDER BY fid").fetchall()
    assert [row[0] for row in rows] == points.frame["name"].tolist()
    assert [row[1] for row in rows] == [3, 0, 12]
    for row, shape in zip(rows, points.frame.geometry, strict=True):
        assert parse_gpkg_blob(row[2]).equals_exact(shape, CENTIMETRE_DEG)


def test_lines_and_multipolygons_with_holes_keep_their_shape(package, lines, polygons):
    for table, layer in (("routes", lines), ("areas", polygons)):
        blobs = [row[0] for row in package.execute(f"SELECT geom FROM {table} ORDER BY fid")]
        for blob, shape in zip(blobs, layer.frame.geometry, strict=True):
            read = parse_gpkg_blob(blob)
            if shape.geom_type == "Polygon":  # one table has one type, so the polygon was promoted
                assert read.geom_type == "MultiPolygon"
                read = read.geoms[0]
            assert read.equals_exact(shape, CENTIMETRE_DEG)


def test_every_layer_has_its_persian_title_a_spatial_index_and_a_style(package):
    titles = dict(package.execute("SELECT table_name, identifier FROM gpkg_contents"))
    assert titles == {"outlets": "نقاط توزیع", "routes": "مسیرها", "areas": "شهرستان‌ها", "layer_styles": "layer_styles"}
    indexed = {
        row[0]
        for row in package.execute("SELECT table_name FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'")
    }
    assert indexed == {"outlets", "routes", "areas"}
    styles = dict(package.execute("SELECT f_table_name, styleQML FROM layer_styles WHERE useAsDefault = 1"))
    symbols = {name: ET.fromstring(qml).find(".//symbol").get("type") for name, qml in styles.items()}
    assert symbols == {"outlets": "marker", "routes": "line", "areas": "fill"}


def test_the_file_is_sound_by_sqlites_own_check(package):
    assert package.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert package.execute("PRAGMA application_id").fetchone()[0] == int.from_bytes(b"GPKG", "big")


def test_the_same_layers_give_the_same_bytes(points, lines):
    assert render_geopackage([points, lines], "x.gpkg", "Title") == render_geopackage(
        [points, lines], "x.gpkg", "Title"
    )


def test_dates_are_dates(tmp_path):
    layer = build_point_layer("stops", "t", {"day": [dt.date(2020, 4, 14), None]}, lon=[0, 1], lat=[0, 1])
    export_geopackage([layer], tmp_path / "x.gpkg", "Title")
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as connection:
        (first,), (second,) = connection.execute("SELECT day FROM stops ORDER BY fid").fetchall()
    assert first.startswith("2020-04-14")
    assert second is None


def test_areas_known_only_in_part_become_a_table_of_polygons_and_one_of_points(tmp_path):
    layer = build_area_layer(
        "areas", "شهرستان‌ها", columns={"people": [1, 2, 3]}, codes=["a", "b", "c"],
        centres={"b": (59.0, 36.0)}, polygons={"a": shapely.box(59, 36, 60, 37)},
    )  # fmt: skip
    export_geopackage([layer], tmp_path / "x.gpkg", "Title")
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as connection:
        assert connection.execute("SELECT code, geom IS NULL FROM areas ORDER BY code").fetchall() == [
            ("a", 0),
            ("c", 1),
        ]
        assert connection.execute("SELECT code FROM areas_points").fetchall() == [("b",)]


def test_an_existing_file_is_replaced_and_nothing_else_is_left(points, tmp_path):
    path = tmp_path / "network.gpkg"
    path.write_bytes(b"old")
    export_geopackage([points], path, "Title")
    assert path.read_bytes()[:6] == b"SQLite"
    assert list(tmp_path.iterdir()) == [path]


def test_layers_may_share_a_title_or_be_titled_as_another_is_named(points, lines, tmp_path):
    both = [dataclasses.replace(lines, title="outlets"), dataclasses.replace(points, title="outlets")]
    export_geopackage(both, tmp_path / "x.gpkg", "Title")
    with closing(sqlite3.connect(tmp_path / "x.gpkg")) as connection:
        titles = dict(connection.execute("SELECT table_name, identifier FROM gpkg_contents"))
    assert titles["routes"] == "outlets"
    assert titles["outlets"] == "outlets (outlets)"


def test_no_layer_or_two_of_one_name_are_refused(points, tmp_path):
    for layers in ([], [points, points]):
        with pytest.raises(LayerError, match="differ in name"):
            export_geopackage(layers, tmp_path / "x.gpkg", "Title")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", ["point", "line", "polygon"])
def test_a_style_is_sound_xml_with_its_colour_and_label_column(kind):
    root = ET.fromstring(render_qml(LayerStyle(color="#102030", label="name"), kind))
    assert root.find(".//text-style").get("fieldName") == "name"
    assert any(option.get("value", "").startswith("16,32,48,") for option in root.iter("Option"))
