"""A QGIS project inside a GeoPackage: opened there, every layer stands styled, named and in order."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from pyproj import Transformer

from gis.export.archive import build_zip
from gis.export.layers import LAYER_CRS, Layer
from gis.export.qgis_style import QGIS_VERSION, add_style

#: On the screen the map is in the projection of web maps, so that shapes look as on the phone.
_MAP_CRS = "EPSG:3857"
#: QGIS's own numbers; it takes no code without one.
_SRSID = {"EPSG:3857": "3857", "EPSG:4326": "3452"}
#: What is seen around the layers, as a part of their width and height, and at least so many metres.
_MARGIN, _LEAST_MARGIN_M = 0.08, 300.0
#: Labels are written as text, which any program shapes right, also from right to left (0: as outlines).
_LABELS_AS_TEXT = "1"
_SHAPES = {"point": "Point", "line": "Line", "polygon": "Polygon"}

PROJECTS_TABLE = "CREATE TABLE qgis_projects (name TEXT PRIMARY KEY, metadata BLOB, content BLOB)"


@dataclass(frozen=True, slots=True)
class ProjectLayer:
    """A layer of a project: the table it is in, the kind of its geometry, its title and what it was made of."""

    table: str
    kind: str
    title: str
    layer: Layer

    @property
    def id(self) -> str:
        """Return what the project knows it by; QGIS takes no id of up to ten letters for one."""
        return f"taavon_layer_{self.table}"


def render_project(file_name: str, title: str, layers: Sequence[ProjectLayer], moment: str) -> tuple[str, str]:
    """Render a project of the layers of a GeoPackage.

    Parameters
    ----------
    file_name
        Name of the GeoPackage; the project finds its layers beside itself under it.
    title
        Of the project.
    layers
        The uppermost first.
    moment
        Of writing, ISO 8601.

    Returns
    -------
    tuple of str
        The columns ``metadata`` (JSON) and ``content`` (a zipped project in hexadecimal digits) of ``qgis_projects``.
    """
    metadata = json.dumps({"last_modified_time": moment, "last_modified_user": ""}, separators=(",", ":"))
    project = _build_project(file_name, title, layers)
    text = b"<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n" + ET.tostring(project, encoding="utf-8")
    return metadata, build_zip({"project.qgs": text}).hex()


def _build_project(file_name: str, title: str, layers: Sequence[ProjectLayer]) -> ET.Element:
    root = ET.Element("qgis", version=QGIS_VERSION, projectname=title)
    ET.SubElement(root, "title").text = title
    _add_crs(ET.SubElement(root, "projectCrs"), _MAP_CRS)
    tree = ET.SubElement(root, "layer-tree-group")
    for one in layers:
        ET.SubElement(
            tree, "layer-tree-layer", id=one.id, name=one.title, source=_source(file_name, one), providerKey="ogr",
            checked="Qt::Checked", expanded="1",
        )  # fmt: skip
    canvas = ET.SubElement(root, "mapcanvas", name="theMapCanvas")
    ET.SubElement(canvas, "units").text = "meters"
    extent = ET.SubElement(canvas, "extent")
    for name, value in zip(("xmin", "ymin", "xmax", "ymax"), _extent([one.layer for one in layers]), strict=True):
        ET.SubElement(extent, name).text = f"{value:.2f}"
    _add_crs(ET.SubElement(canvas, "destinationsrs"), _MAP_CRS)
    maps = ET.SubElement(root, "projectlayers")
    for one in layers:
        _add_layer(maps, file_name, one)
    order = ET.SubElement(root, "layerorder")
    for one in layers:
        ET.SubElement(order, "layer", id=one.id)
    properties = ET.SubElement(root, "properties")
    ET.SubElement(ET.SubElement(properties, "PAL"), "TextFormat", type="int").text = _LABELS_AS_TEXT
    ET.SubElement(ET.SubElement(properties, "SpatialRefSys"), "ProjectionsEnabled", type="int").text = "1"
    return root


def _add_layer(parent: ET.Element, file_name: str, one: ProjectLayer) -> None:
    layer = ET.SubElement(parent, "maplayer", type="vector", geometry=_SHAPES[one.kind], wkbType="Unknown")
    ET.SubElement(layer, "id").text = one.id
    ET.SubElement(layer, "datasource").text = _source(file_name, one)
    ET.SubElement(layer, "layername").text = one.title
    _add_crs(ET.SubElement(layer, "srs"), LAYER_CRS)
    ET.SubElement(layer, "provider", encoding="UTF-8").text = "ogr"
    add_style(layer, one.layer.style, one.kind)


def _source(file_name: str, one: ProjectLayer) -> str:
    return f"./{file_name}|layername={one.table}"


def _add_crs(parent: ET.Element, code: str) -> None:
    system = ET.SubElement(parent, "spatialrefsys")
    ET.SubElement(system, "srsid").text = _SRSID[code]
    ET.SubElement(system, "authid").text = code


def _extent(layers: Sequence[Layer]) -> tuple[float, float, float, float]:
    """Return the part of the map, in its own metres, that shows all layers."""
    bounds = np.array([layer.frame.total_bounds for layer in layers], dtype=np.float64)
    bounds = bounds[np.isfinite(bounds).all(axis=1)]
    west, south, east, north = (-180.0, -85.0, 180.0, 85.0)
    if len(bounds):
        west, south = bounds[:, :2].min(axis=0)
        east, north = bounds[:, 2:].max(axis=0)
    to_map = Transformer.from_crs(LAYER_CRS, _MAP_CRS, always_xy=True)
    left, bottom, right, top = to_map.transform_bounds(west, south, east, north)
    across, up = (max(_LEAST_MARGIN_M, _MARGIN * side) for side in (right - left, top - bottom))
    return left - across, bottom - up, right + across, top + up
