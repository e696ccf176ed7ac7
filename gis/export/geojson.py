"""GeoJSON by RFC 7946."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import shapely

from gis.export.layers import Layer

#: 7 decimals of a degree are about 1 cm.
DECIMALS = 7


def render_geojson(layer: Layer) -> bytes:
    """Render a layer as a FeatureCollection of RFC 7946.

    Positions are WGS 84 (lon, lat) with 7 decimals and no ``crs`` member; outer rings run counter-clockwise. The
    layer's title is a foreign member, which the RFC allows and readers pass over.
    """
    frame = layer.frame
    shapes = shapely.force_2d(frame.geometry.to_numpy())
    shapes = shapely.orient_polygons(shapely.transform(shapes, lambda xy: np.round(xy, DECIMALS)), exterior_cw=False)
    columns = [column for column in frame.columns if column != frame.geometry.name]
    rows = zip(*(frame[column].tolist() for column in columns), strict=True) if columns else [()] * len(frame)
    features = [
        {
            "type": "Feature",
            "geometry": None if shape is None else shapely.geometry.mapping(shape),
            "properties": {column: _plain(value) for column, value in zip(columns, row, strict=True)},
        }
        for shape, row in zip(shapes, rows, strict=True)
    ]
    collection = {"type": "FeatureCollection", "name": layer.name, "title": layer.title, "features": features}
    return json.dumps(collection, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()


def _plain(value: Any) -> object:
    """Return a value as JSON knows it: dates in ISO 8601, exact decimals as text, what is missing as null."""
    if value is None or value is pd.NaT or value is pd.NA or (isinstance(value, float) and not np.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp) and value == value.normalize() and value.tzinfo is None:
        return value.date().isoformat()
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    return value.item() if isinstance(value, np.generic) else value
