"""The project inside a GeoPackage, taken apart; and opened by QGIS itself where that is installed."""

import io
import json
import shutil
import sqlite3
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from contextlib import closing

import pytest
from pyproj import Transformer

from gis.export.geopackage import export_geopackage
from gis.export.layers import build_point_layer

SYSTEM_PYTHON = "/usr/bin/python3"
OPEN = """
import sys
from qgis.core import QgsApplication, QgsProject
app = QgsApplication([], False)
app.initQgis()
project = QgsProject.instance()
assert project.read(f"geopackage:{sys.argv[1]}?projectName=taavon"), project.error()
print(project.title(), project.crs().authid(), int(project.labelingEngineSettings().defaultTextRenderFormat()), sep="|")
for layer in project.layerTreeRoot().layerOrder():
    print(layer.name(), layer.isValid(), layer.featureCount(), layer.labelsEnabled(), layer.crs().authid(), sep="|")
"""


@pytest.fixture
def path(points, lines, polygons, tmp_path):
    path = tmp_path / "شبکه network.gpkg"
    export_geopackage([points, lines, polygons], path, "شبکه & «آزمایش»")
    return path


def read_project(path):
    with closing(sqlite3.connect(path)) as connection:
        ((name, metadata, content),) = connection.execute("SELECT name, metadata, content FROM qgis_projects")
    assert name == "taavon"
    assert json.loads(metadata)["last_modified_time"]
    with zipfile.ZipFile(io.BytesIO(bytes.fromhex(content))) as archive:
        (only,) = archive.namelist()
        assert only.endswith(".qgs")
        return ET.fromstring(archive.read(only))


def test_every_layer_is_there_in_order_by_its_title(path, points, lines, polygons):
    project = read_project(path)
    assert project.findtext("title") == "شبکه & «آزمایش»"
    layers = project.findall("projectlayers/maplayer")
    titles = [layer.title for layer in (points, lines)]
    assert [layer.findtext("layername") for layer in layers][:2] == titles
    assert [layer.get("geometry") for layer in layers] == ["Point", "Line", "Polygon"]
    ids = [layer.findtext("id") for layer in layers]
    assert [node.get("id") for node in project.findall("layer-tree-group/layer-tree-layer")] == ids
    assert [node.get("id") for node in project.findall("layerorder/layer")] == ids
    assert len(set(ids)) == 3
    assert all(len(name) > 10 for name in ids)  # QGIS makes up another for a shorter one


def test_every_source_is_a_table_of_the_file_beside_the_project(path):
    with closing(sqlite3.connect(path)) as connection:
        tables = {row[0] for row in connection.execute("SELECT table_name FROM gpkg_contents")}
    for layer in read_project(path).findall("projectlayers/maplayer"):
        file, _, table = layer.findtext("datasource").partition("|layername=")
        assert file == f"./{path.name}"
        assert table in tables


def test_layers_have_symbols_and_labels_are_text(path):
    project = read_project(path)
    assert project.findtext("properties/PAL/TextFormat") == "1"
    for layer in project.findall("projectlayers/maplayer"):
        assert layer.find("renderer-v2/symbols/symbol") is not None


def test_the_first_view_shows_everything(path, points):
    project = read_project(path)
    sides = [float(project.findtext(f"mapcanvas/extent/{name}")) for name in ("xmin", "ymin", "xmax", "ymax")]
    to_map = Transformer.from_crs(4326, 3857, always_xy=True)
    for shape in points.frame.geometry:
        x, y = to_map.transform(shape.x, shape.y)
        assert sides[0] < x < sides[2]
        assert sides[1] < y < sides[3]


def test_a_layer_without_features_does_no_harm(tmp_path):
    path = tmp_path / "x.gpkg"
    export_geopackage([build_point_layer("none", "هیچ", {"name": []}, lon=[], lat=[])], path, "t")
    assert read_project(path).findtext("projectlayers/maplayer/layername") == "هیچ"


def test_qgis_opens_it(path):
    if (
        not shutil.which(SYSTEM_PYTHON)
        or subprocess.run([SYSTEM_PYTHON, "-c", "import qgis.core"], check=False, capture_output=True).returncode
    ):
        pytest.skip("QGIS is not installed")
    done = subprocess.run(
        [SYSTEM_PYTHON, "-c", OPEN, str(path)], capture_output=True, text=True, check=True,
        env={"QT_QPA_PLATFORM": "offscreen", "HOME": str(path.parent)},
    )  # fmt: skip
    assert done.stdout.splitlines() == [
        "شبکه & «آزمایش»|EPSG:3857|1",
        "نقاط توزیع|True|3|False|EPSG:4326",
        "مسیرها|True|2|False|EPSG:4326",
        "شهرستان‌ها|True|2|False|EPSG:4326",
    ]
