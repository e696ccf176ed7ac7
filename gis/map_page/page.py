"""The offline map: one self-contained page, made of the network, the allotment per person and the routes."""

from __future__ import annotations

import json
from importlib.resources import files

import jinja2
import numpy as np
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from gis.map_page.data import MapData, MapOutlet, MapTexts, MapWarehouse
from gis.map_page.figure import Legend, build_map_figure
from gis.projection import KM_PER_DEGREE, LocalPlane

_PAGE = files("gis.map_page")


def render_map_html(data: MapData) -> bytes:
    """Render the map as one HTML page that opens from a file, on a phone too, and asks no network for anything.

    Plotly's script comes out of its wheel into the page; a content security policy in the page forbids every request,
    so a link that slipped in could not be followed. Names are shown as plain text: no markup in them is interpreted.
    """
    figure, legend, plane = build_map_figure(data)
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    page = environment.from_string((_PAGE / "page.html").read_text(encoding="utf-8"))
    payload = {
        "figure": json.loads(figure.to_json()),
        "plane": {
            "lon": plane.lon,
            "lat": plane.lat,
            "km_per_degree_lon": plane.km_per_degree_lon,
            "km_per_degree_lat": KM_PER_DEGREE,
        },
        "home": _home(data, plane),
        "places": _list_places(data, plane),
        "routes": _list_routes(data, plane),
        "texts": {
            name: getattr(data.texts, name)
            for name in ("digits", "decimal_mark", "kilometre", "metre", "nothing_found", "all_trucks")
        },
    }
    # Safe as markup: the page's own style and script, Plotly's, and JSON whose every < is escaped; none of it can end its element
    raw = Markup
    return page.render(
        data=data,
        direction="rtl" if data.locale == "fa" else "ltr",
        legend=legend,
        classes=_class_labels(legend, data.texts),
        style=raw((_PAGE / "page.css").read_text(encoding="utf-8")),
        script=raw((_PAGE / "page.js").read_text(encoding="utf-8")),
        plotly=raw(get_plotlyjs()),
        payload=raw(json.dumps(payload, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")),
    ).encode()


def _places(data: MapData) -> tuple[MapOutlet | MapWarehouse, ...]:
    return (*data.outlets, *data.warehouses)


def _list_places(data: MapData, plane: LocalPlane) -> list[tuple[str, str, float, float]]:
    """List what can be found: name, code and place on the plane, km, of every outlet and warehouse."""
    places = _places(data)
    x, y = plane.project(*np.array([(p.lon, p.lat) for p in places], dtype=np.float64).reshape(-1, 2).T)
    return [(p.name, p.code, float(px), float(py)) for p, px, py in zip(places, x, y, strict=True)]


def _list_routes(data: MapData, plane: LocalPlane) -> list[dict[str, object]]:
    """List the trips that can be chosen: path on the plane, km, and stops by their number among the places."""
    number = {place.code: n for n, place in enumerate(_places(data))}
    routes: list[dict[str, object]] = []
    for route in data.routes:
        if route.title:
            x, y = plane.project(*np.array(route.path, dtype=np.float64).T)
            stops = [(stop.arrival, number[stop.code]) for stop in route.stops if stop.code in number]
            path = {"x": np.round(x, 4).tolist(), "y": np.round(y, 4).tolist()}
            routes.append({"day": route.day, "title": route.title, "stops": stops, **path})
    return routes


def _home(data: MapData, plane: LocalPlane) -> dict[str, list[float]]:
    """Return the ranges, km, that show every outlet and warehouse with a margin."""
    points = data.positions or [(plane.lon, plane.lat)]
    x, y = plane.project(*np.array(points, dtype=np.float64).T)
    ranges = {}
    for name, values in (("x", x), ("y", y)):
        margin = max(1.0, 0.06 * float(np.ptp(values)))
        ranges[name] = [float(values.min()) - margin, float(values.max()) + margin]
    return ranges


def _class_labels(legend: Legend, texts: MapTexts) -> list[tuple[str, str]]:
    """Return colour and ready label of each class, all with as many decimals as the bounds need."""
    bounds = [bound for _, low, high in legend.classes for bound in (low, high)]
    decimals = next((d for d in range(7) if all(abs(round(b, d) - b) < 1e-9 for b in bounds)), 6)
    digits = str.maketrans("0123456789.", texts.digits + texts.decimal_mark)

    def written(value: float) -> str:
        return f"{value:.{decimals}f}".translate(digits)

    return [
        (color, written(low) if low == high else f"{written(low)} – {written(high)}")
        for color, low, high in legend.classes
    ]
