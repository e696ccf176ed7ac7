"""KML and GPX against their schemas."""

import importlib.util
import io
import zipfile
from pathlib import Path

import pytest
import xmlschema

from gis.export.crew import build_crew_members
from gis.export.gpx import GpxPoint, GpxRoute, render_gpx
from gis.export.kml import render_kml, render_kmz


@pytest.fixture(scope="module")
def kml_schema():
    home = importlib.util.find_spec("fastkml")  # found, not imported: it warns of what it could do without
    assert home is not None
    return xmlschema.XMLSchema(Path(home.origin).parent / "schema" / "ogckml22.xsd", allow="local")


@pytest.fixture(scope="module")
def gpx_schema():
    return xmlschema.XMLSchema(Path(__file__).with_name("gpx_1_1_as_written.xsd"))


def test_kml_of_points_lines_and_polygons_is_valid(kml_schema, points, lines, polygons):
    kml_schema.validate(render_kml("سند", [points, lines, polygons]).decode())


def test_the_schema_refuses_what_is_no_kml(kml_schema, points):
    wrong = render_kml("t", [points]).decode().replace("<styleUrl>", "<style>").replace("</styleUrl>", "</style>")
    assert not kml_schema.is_valid(wrong)


def test_a_kmz_is_a_zip_with_its_document_first(kml_schema, points):
    with zipfile.ZipFile(io.BytesIO(render_kmz(render_kml("سند", [points])))) as archive:
        assert archive.namelist() == ["doc.kml"]
        kml_schema.validate(archive.read("doc.kml").decode())


def test_gpx_with_waypoints_routes_tracks_and_a_source_is_valid(gpx_schema):
    stop = GpxPoint("۱ فروشگاه", 59.1, 36.2, "متن", "Flag")
    gpx_schema.validate(render_gpx("روز", [stop], [GpxRoute("سفر", (stop,), "شرح", ((59.0, 36.0),))], "© x").decode())
    gpx_schema.validate(render_gpx("", [GpxPoint("", -180, -90)], []).decode())


def test_the_files_of_a_crew_are_valid(kml_schema, gpx_schema, crew_day):
    members = build_crew_members(crew_day)
    kml_schema.validate(members["2020-04-14_T1.kml"].decode())
    gpx_schema.validate(members["2020-04-14_T1.gpx"].decode())
