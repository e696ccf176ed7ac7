"""Layer styles in QGIS's own format (QML), for the ``layer_styles`` table of a GeoPackage."""

from __future__ import annotations

import xml.etree.ElementTree as ET

from gis.export.layers import LayerStyle

_PREAMBLE = "<!DOCTYPE qgis PUBLIC 'http://mrcc.com/qgis.dtd' 'SYSTEM'>\n"
QGIS_VERSION = "3.22.0"


def render_qml(style: LayerStyle, kind: str) -> str:
    """Render a style for features of one kind: point, line or polygon.

    Raises
    ------
    ValueError
        If the kind is another one.
    """
    root = ET.Element("qgis", version=QGIS_VERSION, styleCategories="Symbology|Labeling")
    add_style(root, style, kind)
    return _PREAMBLE + ET.tostring(root, encoding="unicode")


def add_style(parent: ET.Element, style: LayerStyle, kind: str) -> None:
    """Add a style to the element of a layer; raise ValueError for a kind that is not point, line or polygon."""
    color = _rgba(style.color)
    size = f"{style.size_mm:g}"
    options = {
        "point": ("marker", "SimpleMarker", {
            "name": style.marker, "color": color, "outline_color": "255,255,255,255", "outline_width": "0.3",
            "size": size, "size_unit": "MM",
        }),
        "line": ("line", "SimpleLine", {
            "line_color": color, "line_width": size, "line_width_unit": "MM", "capstyle": "round", "joinstyle": "round",
        }),
        "polygon": ("fill", "SimpleFill", {
            "color": _rgba(style.color, 40), "style": "solid", "outline_color": color, "outline_style": "solid",
            "outline_width": "0.4", "outline_width_unit": "MM",
        }),
    }  # fmt: skip
    if kind not in options:
        raise ValueError(f"{kind} is not point, line or polygon")
    symbol_type, layer_class, values = options[kind]
    parent.set("labelsEnabled", "1" if style.label else "0")
    renderer = ET.SubElement(parent, "renderer-v2", type="singleSymbol", symbollevels="0", forceraster="0")
    symbols = ET.SubElement(renderer, "symbols")
    symbol = ET.SubElement(symbols, "symbol", type=symbol_type, name="0", alpha="1", clip_to_extent="1", force_rhr="0")
    layer = ET.SubElement(symbol, "layer", {"class": layer_class, "enabled": "1", "locked": "0", "pass": "0"})
    option_map = ET.SubElement(layer, "Option", type="Map")
    for name, value in values.items():
        ET.SubElement(option_map, "Option", type="QString", name=name, value=value)
    if style.label:
        _add_labels(parent, style.label, kind)


def _add_labels(parent: ET.Element, column: str, kind: str) -> None:
    labeling = ET.SubElement(parent, "labeling", type="simple")
    settings = ET.SubElement(labeling, "settings", calloutType="simple")
    text = ET.SubElement(settings, "text-style", fieldName=column, isExpression="0", fontSize="9", fontSizeUnit="Point")
    text.set("textColor", "30,30,30,255")
    ET.SubElement(
        text, "text-buffer", bufferDraw="1", bufferSize="0.8", bufferSizeUnits="MM", bufferColor="255,255,255,255"
    )
    # 6: cartographic positions around a point; 2: along a line; 0: around the centre of a polygon.
    placement = {"point": "6", "line": "2", "polygon": "0"}[kind]
    ET.SubElement(settings, "placement", placement=placement, dist="0.6", distUnits="MM")
    ET.SubElement(settings, "rendering", drawLabels="1", obstacle="1")


def _rgba(color: str, alpha: int = 255) -> str:
    red, green, blue = (int(color[at : at + 2], 16) for at in (1, 3, 5))
    return f"{red},{green},{blue},{alpha}"
