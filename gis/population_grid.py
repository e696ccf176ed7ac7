"""People of a raster (GeoTIFF), such as WorldPop and GHS-POP publish: one cell for each pixel with people."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer

#: Endings of rasters that can be read.
ENDINGS = (".tif", ".tiff")
#: Pixels with people that are taken at most, some 1 GB.
MOST_CELLS = 2_000_000


class GridError(ValueError):
    """The raster cannot be used; ``code`` says why: ``extra``, ``unreadable``, ``no_crs``, ``negative`` or ``too_many``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, eq=False)
class GridCells:
    """Pixels with people: row and column from 0, position of the middle in degrees, and whole people; each (n,)."""

    row: NDArray[np.int64]
    column: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    people: NDArray[np.int64]


def read_population_grid(file: Path) -> GridCells:
    """Read the first band of a raster as people per pixel, made whole so that the sum stays.

    Pixels without data have nobody. Fractions of people are carried on from pixel to pixel, row by row, so that of any
    row or part of it less than one person is lost or won.

    Raises
    ------
    GridError
        If rasterio (the extra ``grids``) is not there, or the raster cannot be read, does not say where it lies, has
        negative people, or more than 2,000,000 pixels with people.
    """
    try:
        import rasterio  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise GridError("extra") from error
    try:
        with rasterio.open(file) as raster:
            band = raster.read(1, masked=True)
            transform, crs = raster.transform, raster.crs
    except rasterio.errors.RasterioError as error:
        raise GridError("unreadable") from error
    if crs is None:
        raise GridError("no_crs")
    values = np.ma.filled(band.astype(np.float64), 0.0)
    values[~np.isfinite(values)] = 0.0
    if values.min(initial=0.0) < 0:
        raise GridError("negative")
    whole = np.diff(np.floor(np.cumsum(values.reshape(-1)) + 0.5), prepend=0.0).astype(np.int64).reshape(values.shape)
    row, column = np.nonzero(whole)
    if row.size > MOST_CELLS:
        raise GridError("too_many")
    across, down = column + 0.5, row + 0.5
    x = transform.a * across + transform.b * down + transform.c
    y = transform.d * across + transform.e * down + transform.f
    lon, lat = Transformer.from_crs(crs.to_wkt(), "EPSG:4326", always_xy=True).transform(x, y)
    return GridCells(row, column, np.asarray(lon), np.asarray(lat), whole[row, column])
