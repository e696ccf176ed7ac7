"""GeoPackage: every layer in one file, with a spatial index, the styles that QGIS opens it with, and a project."""

from __future__ import annotations

import datetime as dt
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import geopandas as gpd
import pandas as pd
import pyogrio

from gis.export.layers import Layer, LayerError
from gis.export.qgis_project import PROJECTS_TABLE, ProjectLayer, render_project
from gis.export.qgis_style import render_qml

#: The project in the file, as QGIS lists it.
PROJECT_NAME = "taavon"
#: Stands for the moment of writing, so that the same layers always give the same bytes.
_FIXED_MOMENT = "2000-01-01T00:00:00.000Z"

# A draft that is lost in a power cut is written anew; waiting for the disk at every step makes a pack several times slower.
pyogrio.set_gdal_config_options({"OGR_SQLITE_SYNCHRONOUS": "OFF"})

_KINDS = {
    "Point": "point", "MultiPoint": "point",
    "LineString": "line", "MultiLineString": "line", "LinearRing": "line",
    "Polygon": "polygon", "MultiPolygon": "polygon",
}  # fmt: skip

_STYLES_TABLE = """
CREATE TABLE layer_styles (
    id INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL, f_table_catalog TEXT(256), f_table_schema TEXT(256),
    f_table_name TEXT(256), f_geometry_column TEXT(256), styleName TEXT(30), styleQML TEXT, styleSLD TEXT,
    useAsDefault BOOLEAN, description TEXT, owner TEXT(30), ui TEXT(30), update_time DATETIME
)
"""


class _Table(NamedTuple):
    name: str
    frame: gpd.GeoDataFrame
    kind: str
    layer: Layer


def export_geopackage(layers: Sequence[Layer], path: Path, title: str) -> None:
    """Export layers, the uppermost first, to a GeoPackage with a QGIS project; the same layers give the same bytes.

    The file is complete or not there at all: it is written under another name beside ``path`` and moved at the end.
    A layer that mixes points and polygons (areas known only in part) is split into ``<name>`` and ``<name>_points``.

    Raises
    ------
    LayerError
        If there is no layer, or two layers have one name.
    """
    tables = [table for layer in layers for table in _split_by_kind(layer)]
    names = [table.name for table in tables]
    if not names or len(set(names)) < len(names):
        raise LayerError(f"layers need to be at least one and to differ in name, not {names}")
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".gpkg-") as folder:
        draft = Path(folder) / "draft.gpkg"
        for table in tables:
            _write_table(table.frame, draft, table.name)
        _finish(draft, tables, path.name, title)
        _fix_change_counter(draft)
        draft.replace(path)


def render_geopackage(layers: Sequence[Layer], file_name: str, title: str) -> bytes:
    """Render layers as the bytes of a GeoPackage that is to be called ``file_name``: its project finds them by it.

    Raises
    ------
    LayerError
        If there is no layer, or two layers have one name.
    """
    with tempfile.TemporaryDirectory(prefix="gpkg-") as folder:
        path = Path(folder) / file_name
        export_geopackage(layers, path, title)
        return path.read_bytes()


def read_geopackage(content: bytes) -> tuple[Layer, ...]:
    """Read the layers that :func:`render_geopackage` wrote, in their order, with their titles; their styles are lost."""
    with tempfile.TemporaryDirectory(prefix="gpkg-") as folder:
        path = Path(folder) / "layers.gpkg"
        path.write_bytes(content)
        with closing(sqlite3.connect(path)) as connection:
            # The order of writing, which that of the tables in the catalogue is not.
            named = connection.execute("SELECT f_table_name, description FROM layer_styles ORDER BY id").fetchall()
        return tuple(Layer(name, title, pyogrio.read_dataframe(path, layer=name)) for name, title in named)


def _split_by_kind(layer: Layer) -> list[_Table]:
    """Return a table per kind of geometry; rows without geometry stay with the first."""
    kinds = layer.frame.geometry.geom_type.map(_KINDS)
    unknown = sorted(set(layer.frame.geometry.geom_type.dropna()) - _KINDS.keys())
    if unknown:
        raise LayerError(f"layer {layer.name} holds {', '.join(unknown)}")
    present = sorted(set(kinds.dropna()), key=["polygon", "line", "point"].index)
    if len(present) < 2:
        return [_Table(layer.name, layer.frame, present[0] if present else "point", layer)]
    first = kinds.isna() | (kinds == present[0])
    parts = [_Table(layer.name, layer.frame[first], present[0], layer)]
    parts += [_Table(f"{layer.name}_{kind}s", layer.frame[kinds == kind], kind, layer) for kind in present[1:]]
    return parts


def _write_table(frame: gpd.GeoDataFrame, path: Path, name: str) -> None:
    columns = {
        column: pd.to_datetime(frame[column])
        for column in frame.columns
        # GDAL's Arrow-less path refuses columns of datetime.date objects
        if column != frame.geometry.name and frame[column].map(type).eq(dt.date).any()
    }
    types = {shape.removeprefix("Multi") for shape in frame.geometry.geom_type.dropna()}
    mixed = any(shape.startswith("Multi") for shape in frame.geometry.geom_type.dropna())
    pyogrio.write_dataframe(
        frame.assign(**columns) if columns else frame,
        path,
        layer=name,
        driver="GPKG",
        append=path.exists(),
        geometry_type=("Multi" if mixed else "") + types.pop() if types else "Point",
        promote_to_multi=mixed,
        layer_options={"SPATIAL_INDEX": "YES", "FID": "fid"},
        dataset_options={"VERSION": "1.3"} if not path.exists() else {},
    )


def _finish(path: Path, tables: Sequence[_Table], file_name: str, project_title: str) -> None:
    """Write titles, styles and the project, and take the moment of writing out."""
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(_STYLES_TABLE)
        # Identifiers are unique, and GDAL set them to the table names: cleared first, lest a title meets one of those.
        connection.execute("UPDATE gpkg_contents SET identifier = NULL")
        connection.execute(
            "INSERT INTO gpkg_contents (table_name, data_type, identifier) VALUES ('layer_styles', 'attributes', 'layer_styles')"
        )
        taken = {"layer_styles"}
        shown = []
        for name, _, kind, layer in tables:
            title = layer.title if layer.title not in taken else f"{layer.title} ({name})"
            taken.add(title)
            shown.append(ProjectLayer(name, kind, title, layer))
            connection.execute(
                "UPDATE gpkg_contents SET identifier = ?, description = ? WHERE table_name = ?",
                (title, layer.title, name),
            )
            connection.execute(
                "INSERT INTO layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName,"
                " styleQML, styleSLD, useAsDefault, description, owner, update_time)"
                " VALUES ('', '', ?, ?, 'default', ?, '', 1, ?, '', ?)",
                (name, _geometry_column(connection, name), render_qml(layer.style, kind), layer.title, _FIXED_MOMENT),
            )
        connection.execute(PROJECTS_TABLE)
        project = render_project(file_name, project_title, shown, _FIXED_MOMENT)
        connection.execute("INSERT INTO qgis_projects VALUES (?, ?, ?)", (PROJECT_NAME, *project))
        connection.execute("UPDATE gpkg_contents SET last_change = ?", (_FIXED_MOMENT,))


def _fix_change_counter(path: Path) -> None:
    """Set the count of write transactions to one: GDAL makes one more or less as the clock has moved meanwhile.

    It stands twice in the file's header, which must agree (SQLite database file format, 1.3.7 and 1.3.16).
    """
    with path.open("r+b") as file:
        for offset in (24, 92):
            file.seek(offset)
            file.write((1).to_bytes(4, "big"))


def _geometry_column(connection: sqlite3.Connection, table: str) -> str:
    found = connection.execute(
        "SELECT column_name FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
    ).fetchone()
    return str(found[0])
