"""Read a file of shapes (GeoJSON, GeoPackage, shapefile, zipped shapefile) as rows and geometries in WGS 84."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray

#: Endings of the files that can be read, and what they are.
FORMATS = {".geojson": "GeoJSON", ".json": "GeoJSON", ".gpkg": "GeoPackage", ".shp": "shapefile", ".zip": "shapefile"}
_WGS84 = "EPSG:4326"

#: An attribute.
Value = str | int | float | bool | None


class ShapesError(ValueError):
    """The file cannot be read as shapes."""


@dataclass(frozen=True, eq=False)
class Shapes:
    """The features of a file, in its order.

    Attributes
    ----------
    columns
        Names of the attributes.
    rows
        Attributes of each feature: None, text, whole number, number or boolean.
    geometry
        Shape of each, in degrees (lon, lat), or None, of shape (n,).
    has_crs
        Whether the file says what its positions refer to; if not they are taken for WGS 84.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]
    geometry: NDArray[np.object_]
    has_crs: bool


def read_shapes(file: Path) -> Shapes:
    """Read the first layer of a file.

    Raises
    ------
    ShapesError
        If it cannot be read, or its positions cannot be brought to WGS 84.
    """
    path = f"/vsizip/{file}" if file.suffix.lower() == ".zip" else str(file)
    try:
        with warnings.catch_warnings():
            # Of attributes of several types: whoever reads them checks them.
            warnings.simplefilter("ignore", UserWarning)
            frame = pyogrio.read_dataframe(path)
    except (pyogrio.errors.DataSourceError, pyogrio.errors.DataLayerError, ValueError, UnicodeDecodeError) as error:
        raise ShapesError(str(error)) from error
    if not hasattr(frame, "geometry"):
        raise ShapesError("no geometry")
    has_crs = frame.crs is not None
    try:
        frame = frame.to_crs(_WGS84) if has_crs else frame
    except Exception as error:  # pyproj raises errors of many kinds
        raise ShapesError(str(error)) from error
    columns = [name for name in frame.columns if name != frame.geometry.name]
    rows = zip(*(map(_plain, frame[name].tolist()) for name in columns), strict=True) if columns else [()] * len(frame)
    return Shapes(tuple(map(str, columns)), tuple(rows), shapely.force_2d(frame.geometry.to_numpy()), has_crs)


def _plain(value: object) -> Value:
    if isinstance(value, float) and not np.isfinite(value):
        return None
    return value if value is None or isinstance(value, str | int | float) else str(value)
