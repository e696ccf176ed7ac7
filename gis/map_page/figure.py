"""The map as a Plotly figure: scatter traces on projected axes in kilometres, which need no WebGL and no network."""

from __future__ import annotations

import html
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import shapely
from numpy.typing import NDArray

from gis.classes import classify, quantile_bounds
from gis.map_colors import (
    AREA_COLOR,
    CLASS_COLORS,
    NO_VALUE_COLOR,
    ROUTE_COLORS,
    UNSERVED_COLOR,
    WAREHOUSE_COLOR,
)
from gis.map_page.data import LonLat, MapData, MapPlace, MapRoute
from gis.projection import LocalPlane

#: Outlines are drawn to this; finer detail is not seen and only fills the file.
_OUTLINE_TOLERANCE_KM = 0.15
_SMALLEST_PX, _LARGEST_PX = 5.0, 20.0


@dataclass(frozen=True, slots=True)
class Legend:
    """What the page explains beside the figure: (colour, from, to) per class, and whether each sign occurs."""

    classes: tuple[tuple[str, float, float], ...]
    has_no_value: bool
    has_unserved: bool


def build_map_figure(data: MapData) -> tuple[go.Figure, Legend, LocalPlane]:
    """Build the figure, its legend and its projection.

    Each trace's ``meta`` tells the page what it is: ``kind`` (area, route, arrow, outlet, unserved, warehouse, place)
    and, for routes, ``day``. Texts travel in ``customdata``, which the page shows as plain text.
    """
    plane = LocalPlane.around([lon for lon, _ in data.positions], [lat for _, lat in data.positions])
    figure = go.Figure()
    _add_areas(figure, data, plane)
    _add_routes(figure, data, plane)
    legend = _add_outlets(figure, data, plane)
    _add_warehouses(figure, data, plane)
    _add_places(figure, data.places, plane)
    _lay_out(figure, "right" if data.locale == "fa" else "left")
    return figure, legend, plane


def _add_areas(figure: go.Figure, data: MapData, plane: LocalPlane) -> None:
    if data.areas is None or data.areas.empty:
        return
    shapes = shapely.transform(data.areas.geometry.to_numpy(), lambda xy: np.stack(plane.project(*xy.T), axis=1))
    rings = shapely.get_parts(shapely.boundary(shapely.simplify(shapes, _OUTLINE_TOLERANCE_KM)))
    pieces = [shapely.get_coordinates(ring) for ring in rings if not ring.is_empty]
    x, y = _joined(pieces)
    figure.add_scatter(x=x, y=y, mode="lines", line={"color": AREA_COLOR, "width": 1}, meta={"kind": "area"}, **_MUTE)


def _add_routes(figure: go.Figure, data: MapData, plane: LocalPlane) -> None:
    by_day: dict[int, list[MapRoute]] = {}
    for route in data.routes:
        by_day.setdefault(route.day, []).append(route)
    for day, routes in sorted(by_day.items()):
        paths = [np.stack(plane.project(*np.array(route.path, dtype=np.float64).T), axis=1) for route in routes]
        for shade, color in enumerate(ROUTE_COLORS):
            x, y = _joined(paths[shade :: len(ROUTE_COLORS)])
            if x.size:
                figure.add_scatter(
                    x=x, y=y, mode="lines", line={"color": color, "width": 1}, opacity=0.35,
                    meta={"kind": "route", "day": day}, **_MUTE,
                )  # fmt: skip
        _add_arrows(figure, day, routes, paths)


def _add_arrows(figure: go.Figure, day: int, routes: Sequence[MapRoute], paths: Sequence[NDArray[np.float64]]) -> None:
    """Add one arrow per route, in the middle of its longest leg: shows the direction and is a handle to touch."""
    shown = [(at, path) for at, path in enumerate(paths) if len(path) > 1]
    if not shown:
        return
    middles, angles = [], []
    for _, path in shown:
        legs = np.diff(path, axis=0)
        longest = int(np.argmax((legs**2).sum(axis=1)))
        middles.append(path[longest] + legs[longest] / 2)
        angles.append(float(np.degrees(np.arctan2(legs[longest, 0], legs[longest, 1]))))
    x, y = np.array(middles, dtype=np.float32).T
    marker = {
        "symbol": "arrow", "size": 13, "angle": np.array(angles, dtype=np.float32),
        "color": [ROUTE_COLORS[at % len(ROUTE_COLORS)] for at, _ in shown], "line": {"color": "#ffffff", "width": 1},
    }  # fmt: skip
    figure.add_scatter(
        x=x, y=y, mode="markers", marker=marker, customdata=[routes[at].text for at, _ in shown], visible=False,
        meta={"kind": "arrow", "day": day}, **_TOUCH,
    )  # fmt: skip


def _add_outlets(figure: go.Figure, data: MapData, plane: LocalPlane) -> Legend:
    outlets = sorted(data.outlets, key=lambda outlet: -outlet.people)  # small ones on top of large ones
    values = np.array([np.nan if o.kg_per_person is None else o.kg_per_person for o in outlets], dtype=np.float64)
    bounds = quantile_bounds(values, len(CLASS_COLORS))
    classes = classify(values, bounds)
    colors = _spread_colors(max(0, bounds.size - 1))
    x, y = _project32(plane, [(outlet.lon, outlet.lat) for outlet in outlets])
    sizes = _sizes_px(np.array([outlet.people for outlet in outlets], dtype=np.float64))
    marker = {
        "size": sizes, "color": [NO_VALUE_COLOR if at < 0 else colors[at] for at in classes.tolist()],
        "opacity": 0.92, "line": {"color": "#33302e", "width": 0.6},
    }  # fmt: skip
    figure.add_scatter(
        x=x, y=y, mode="markers", marker=marker, customdata=[o.text or o.name for o in outlets],
        meta={"kind": "outlet"}, **_TOUCH,
    )  # fmt: skip
    waiting = np.array([outlet.unserved for outlet in outlets], dtype=bool)
    if waiting.any():
        ring = {"symbol": "x-thin", "size": sizes[waiting] + 3, "line": {"color": UNSERVED_COLOR, "width": 2}}
        figure.add_scatter(x=x[waiting], y=y[waiting], mode="markers", marker=ring, meta={"kind": "unserved"}, **_MUTE)
    return Legend(
        tuple((color, *span) for color, span in zip(colors, pairwise(bounds.tolist()), strict=True)),
        bool((classes < 0).any()),
        bool(waiting.any()),
    )


def _add_warehouses(figure: go.Figure, data: MapData, plane: LocalPlane) -> None:
    x, y = _project32(plane, [(warehouse.lon, warehouse.lat) for warehouse in data.warehouses])
    marker = {"symbol": "square", "size": 13, "color": WAREHOUSE_COLOR, "line": {"color": "#ffffff", "width": 2}}
    figure.add_scatter(
        x=x, y=y, mode="markers", marker=marker, customdata=[w.text or w.name for w in data.warehouses],
        meta={"kind": "warehouse"}, **_TOUCH,
    )  # fmt: skip


def _add_places(figure: go.Figure, places: Sequence[MapPlace], plane: LocalPlane) -> None:
    ranked = sorted(places, key=lambda place: (-place.rank, place.name))
    x, y = _project32(plane, [(place.lon, place.lat) for place in ranked])
    names = [html.escape(place.name, quote=False) for place in ranked]  # Plotly reads < and & in texts as markup
    halo = "-1px -1px 1px #fff, 1px -1px 1px #fff, -1px 1px 1px #fff, 1px 1px 1px #fff, 0 0 3px #fff"
    figure.add_scatter(
        x=x, y=y, mode="text", text=names, textposition="top center", meta={"kind": "place"},
        textfont={"size": 12, "color": "#22262b", "shadow": halo}, cliponaxis=True, **_MUTE,
    )  # fmt: skip


def _lay_out(figure: go.Figure, parallels_side: str) -> None:
    """Lay out the axes; the latitudes stand where the page's text begins, away from its buttons."""
    axis = {
        "showgrid": True, "gridcolor": "#e3e7eb", "zeroline": False, "ticks": "", "showline": False,
        "tickfont": {"size": 10, "color": "#6b7480"}, "ticklabelposition": "inside",
    }  # fmt: skip
    figure.update_layout(
        template="none", showlegend=False, dragmode="pan", hovermode="closest", hoverdistance=14,
        margin={"l": 0, "r": 0, "t": 0, "b": 0}, paper_bgcolor="#f7f8f9", plot_bgcolor="#f7f8f9",
        xaxis=axis, yaxis={**axis, "scaleanchor": "x", "scaleratio": 1, "side": parallels_side},
        font={"family": "Vazirmatn, 'Noto Naskh Arabic', Tahoma, 'DejaVu Sans', sans-serif"},
    )  # fmt: skip


#: Texts are shown by the page, as plain text in its own direction, not by Plotly's hover boxes.
_TOUCH = {"hoverinfo": "none", "showlegend": False}
_MUTE = {"hoverinfo": "skip", "showlegend": False}


def _spread_colors(classes: int) -> list[str]:
    """Pick colours from the whole scale, so that few classes are told apart as well as many."""
    at = np.linspace(0, len(CLASS_COLORS) - 1, classes).round().astype(int) if classes > 1 else np.array([2] * classes)
    return [CLASS_COLORS[i] for i in at.tolist()]


def _sizes_px(people: NDArray[np.float64]) -> NDArray[np.float32]:
    """Return diameters whose area grows with the people, the median at about 8 px, within bounds."""
    if not people.size:
        return np.empty(0, dtype=np.float32)
    typical = 8.0 if people.size <= 1500 else 6.5
    median = max(1.0, float(np.median(people)))
    return np.clip(typical * np.sqrt(people / median), _SMALLEST_PX, _LARGEST_PX).astype(np.float32)


def _project32(plane: LocalPlane, points: Sequence[LonLat]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Project to 32 bits: within 10 cm in a country, at half the size."""
    x, y = plane.project(*np.array(points, dtype=np.float64).reshape(-1, 2).T)
    return x.astype(np.float32), y.astype(np.float32)


def _joined(pieces: Sequence[NDArray[np.float64]]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Join lines into one pair of arrays, a gap between each two."""
    gap = np.full((1, 2), np.nan)
    rows = [part for piece in pieces for part in (piece, gap)]
    joined = np.concatenate(rows)[:-1].astype(np.float32) if rows else np.empty((0, 2), dtype=np.float32)
    return joined[:, 0], joined[:, 1]
