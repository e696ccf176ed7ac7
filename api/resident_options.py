"""Options of the commands that read where people live."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Residents = Annotated[
    Path,
    typer.Option(
        "--residents",
        metavar="FILE",
        help="where people live: cells.csv (code, lon, lat, people, area_code), polygons with people and area_code "
        "(.geojson, .gpkg, .shp, .zip), or people per pixel (.tif)",
    ),
]
Side = Annotated[int, typer.Option(min=10, max=1_000_000, help="side of the cells of polygons, m")]
Layer = Annotated[
    Path | None, typer.Option(metavar="FILE", help="polygons of where people live within those of --residents")
]
Areas = Annotated[
    Path | None, typer.Option(metavar="FILE", help="polygons with area_code, for cells that name no area")
]
WithinAreas = Annotated[
    bool | None,
    typer.Option(
        "--within-areas/--across-areas",
        help="whether people stay in the area they live in [default: as the policy says]",
    ),
]
PolicyCode = Annotated[
    str | None,
    typer.Option(
        "--policy",
        help="policy of the network that says whether people cross areas [default: its policy default, if any]",
    ),
]
