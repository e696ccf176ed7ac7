"""KML 2.2 (OGC 07-147r2), plain or zipped (KMZ), for Google Earth, Organic Maps, OsmAnd and the like."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Sequence

import numpy as np
import shapely

from gis.export.archive import build_zip
from gis.export.layers import Layer
from gis.export.xml_text import clean_xml_text

KML_NAMESPACE = "http://www.opengis.net/kml/2.2"

#: About 1 cm; more digits only fill the file.
_DEGREES = "{:.7f},{:.7f}"


def render_kml(
    title: str,
    layers: Sequence[Layer],
    name_column: str = "name",
    text_column: str = "text",
    data_columns: Sequence[str] | None = None,
) -> bytes:
    """Render layers as one KML document, a folder each.

    Every feature is named by ``name_column``, described by ``text_column`` and carries ``data_columns``, all others
    if None, as extended data, which viewers show under the columns' own names; rows without geometry are left out,
    for there is nowhere to put them.
    """
    root = ET.Element("kml", xmlns=KML_NAMESPACE)
    document = ET.SubElement(root, "Document")
    _add_text(document, "name", title)
    for layer in layers:
        _add_style(document, layer)
    for layer in layers:
        folder = ET.SubElement(document, "Folder")
        _add_text(folder, "name", layer.title)
        _add_features(folder, layer, name_column, text_column, data_columns)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def render_kmz(kml: bytes) -> bytes:
    """Zip a KML document as KMZ: its first file is the document."""
    return build_zip({"doc.kml": kml})


def _add_style(document: ET.Element, layer: Layer) -> None:
    style = ET.SubElement(document, "Style", id=f"style_{layer.name}")
    color = layer.style.color
    opaque = f"ff{color[5:7]}{color[3:5]}{color[1:3]}"  # KML writes alpha, blue, green, red
    icon = ET.SubElement(style, "IconStyle")  # the viewer's own pin: an address would need a network
    _add_text(icon, "color", opaque)
    line = ET.SubElement(style, "LineStyle")
    _add_text(line, "color", opaque)
    _add_text(line, "width", "4")
    fill = ET.SubElement(style, "PolyStyle")
    _add_text(fill, "color", f"33{opaque[2:]}")


def _add_features(
    folder: ET.Element, layer: Layer, name_column: str, text_column: str, data_columns: Sequence[str] | None
) -> None:
    frame = layer.frame
    columns = [column for column in frame.columns if column != frame.geometry.name]
    wanted = columns if data_columns is None else data_columns
    extra = [column for column in columns if column in wanted and column not in {name_column, text_column}]
    cells = {column: frame[column].tolist() for column in columns}
    for row, shape in enumerate(frame.geometry.to_numpy()):
        if shape is None or shape.is_empty:
            continue
        placemark = ET.SubElement(folder, "Placemark")
        _add_text(placemark, "name", cells[name_column][row] if name_column in cells else "")
        if text_column in cells:
            _add_text(placemark, "description", cells[text_column][row])
        _add_text(placemark, "styleUrl", f"#style_{layer.name}")
        if extra:
            data = ET.SubElement(placemark, "ExtendedData")
            for column in extra:
                _add_text(ET.SubElement(data, "Data", name=str(column)), "value", cells[column][row])
        _add_shape(placemark, shape)


def _add_shape(parent: ET.Element, shape: shapely.Geometry) -> None:
    if shape.geom_type.startswith(("Multi", "Geometry")):
        many = ET.SubElement(parent, "MultiGeometry")
        for part in shape.geoms:
            _add_shape(many, part)
    elif shape.geom_type == "Polygon":
        polygon = ET.SubElement(parent, "Polygon")
        for tag, rings in (("outerBoundaryIs", [shape.exterior]), ("innerBoundaryIs", shape.interiors)):
            for ring in rings:
                linear = ET.SubElement(ET.SubElement(polygon, tag), "LinearRing")
                _add_text(linear, "coordinates", _coordinates(shapely.get_coordinates(ring).tolist()))
    else:
        element = ET.SubElement(parent, "Point" if shape.geom_type == "Point" else "LineString")
        if shape.geom_type != "Point":
            _add_text(element, "tessellate", "1")  # lines follow the ground
        _add_text(element, "coordinates", _coordinates(shapely.get_coordinates(shape).tolist()))


def _coordinates(positions: Iterable[Sequence[float]]) -> str:
    return " ".join(_DEGREES.format(lon, lat) for lon, lat in positions)


def _add_text(parent: ET.Element, tag: str, value: object) -> None:
    missing = value is None or (isinstance(value, float) and np.isnan(value))
    ET.SubElement(parent, tag).text = "" if missing else clean_xml_text(str(value))
