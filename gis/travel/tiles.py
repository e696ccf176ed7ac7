"""Make roads for the embedded Valhalla of a map, and open them."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import subprocess
from pathlib import Path
from typing import Any

from gis.travel.engine import RoadsError, RoadsFault
from gis.travel.valhalla import USUAL_TRUCK, By, EmbeddedValhalla, Truck, ValhallaEngine

#: In the folder of the roads: what they were made of.
ORIGIN = "roads.json"
_TILES = "tiles"
_SCHEMA = "taavon.roads/1"
#: The library in this process answers as many places at once as there are, at any distance.
_LIMITS = {"max_matrix_location_pairs": 10**9, "max_matrix_distance": 5e6, "max_locations": 10_000}
_EMBEDDED_PLACES = 250
_NAME = "© OpenStreetMap contributors (ODbL)"


def build_tiles(extract: Path, folder: Path) -> None:
    """Make the roads of an OpenStreetMap extract (``.osm.pbf``) ready for the embedded Valhalla.

    Parameters
    ----------
    extract
        The map.
    folder
        A new or empty folder.

    Raises
    ------
    RoadsError
        ``no_package``; ``build_failed`` with the last words of Valhalla; ``no_roads`` if the map holds none.
    OSError
        If the map cannot be read or the folder not be written.
    """
    tool = _require_package(extract)
    with extract.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    (folder / _TILES).mkdir(parents=True)
    config = folder / "valhalla.json"
    config.write_text(json.dumps(_config(folder)), encoding="utf-8")
    done = subprocess.run(  # noqa: S603 - the tool that the package brings
        [str(tool), "-c", str(config), str(extract)], capture_output=True, text=True, errors="replace", check=False
    )
    if done.returncode != 0:
        words = " ".join((done.stdout + done.stderr).split())
        raise RoadsError(RoadsFault.BUILD_FAILED, str(extract), words[-400:])
    config.unlink()
    if not any((folder / _TILES).rglob("*.gph")):
        raise RoadsError(RoadsFault.NO_ROADS, str(extract))
    origin = {"schema": _SCHEMA, "extract": extract.name, "sha256": digest}
    (folder / ORIGIN).write_text(json.dumps(origin, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def open_tiles(folder: Path, truck: Truck = USUAL_TRUCK, by: By = By.TRUCK) -> ValhallaEngine:
    """Open the roads that :func:`build_tiles` made.

    Raises
    ------
    RoadsError
        ``no_package`` or ``no_roads``.
    """
    _require_package(folder)
    try:
        origin = json.loads((folder / ORIGIN).read_text(encoding="utf-8"))
        name, digest = str(origin["extract"]), str(origin["sha256"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise RoadsError(RoadsFault.NO_ROADS, str(folder), str(error)) from error
    if not (folder / _TILES).is_dir():
        raise RoadsError(RoadsFault.NO_ROADS, str(folder))
    source = f"{_NAME}, {name} {digest[:8]}"
    return ValhallaEngine(EmbeddedValhalla(folder, _config(folder)), truck, source, _EMBEDDED_PLACES, by)


def _config(folder: Path) -> dict[str, Any]:
    from valhalla import get_config  # noqa: PLC0415 - an extra, and only from Python 3.12 on

    config: dict[str, Any] = get_config(tile_extract="", tile_dir=folder / _TILES)
    for by in By:
        config["service_limits"][by.value].update(_LIMITS)
    return config


def _require_package(where: Path) -> Path:
    """Return the tool that makes roads.

    Raises
    ------
    RoadsError
        ``no_package``.
    """
    found = importlib.util.find_spec("valhalla")
    if found is None or found.origin is None:
        raise RoadsError(RoadsFault.NO_PACKAGE, str(where))
    return Path(found.origin).parent / "bin" / "valhalla_build_tiles"
