"""Real road engines on the small map, each as its maker ships it: Valhalla in this process and as a service, OSRM."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import urllib3

from gis.travel.engine import RoadEngine
from gis.travel.http_json import JsonService
from gis.travel.osrm import OsrmEngine
from gis.travel.tiles import build_tiles, open_tiles
from gis.travel.valhalla import USUAL_TRUCK, Truck, ValhallaEngine, ValhallaService
from tests.support.servers import free_port
from tests.support.tiny_map import write_map

USUAL = USUAL_TRUCK
_PATIENCE_S = 60


def require_roads() -> None:
    """Skip the tests of a module without the engines; with ``TAAVON_REQUIRE_ROADS=1``, fail instead."""
    lacking = [name for name in ("valhalla", "osrm", "osmium") if importlib.util.find_spec(name) is None]
    if lacking and os.environ.get("TAAVON_REQUIRE_ROADS") != "1":
        pytest.skip("roads need Python 3.12 and pip install '.[test-roads]'", allow_module_level=True)
    assert not lacking, f"not installed: {lacking}"


def package(name: str) -> Path:
    """Return the folder of a package."""
    found = importlib.util.find_spec(name)
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def make_roads(folder: Path) -> Path:
    """Make roads of the small map for the embedded Valhalla."""
    roads = folder / "roads"
    build_tiles(write_map(folder / "tiny.osm.pbf"), roads)
    return roads


@contextmanager
def embedded_valhalla(folder: Path, truck: Truck = USUAL) -> Iterator[RoadEngine]:
    """Open Valhalla in this process."""
    yield open_tiles(make_roads(folder), truck)


@contextmanager
def valhalla_service(folder: Path, truck: Truck = USUAL) -> Iterator[RoadEngine]:
    """Start Valhalla's own service, with its own limits."""
    from valhalla import get_config  # noqa: PLC0415 - an extra

    tool = package("valhalla") / "bin" / "valhalla_service"
    config = get_config(tile_extract="", tile_dir=make_roads(folder) / "tiles")
    port = free_port()
    with tempfile.TemporaryDirectory() as short:  # the path of a socket has little room
        config["httpd"]["service"]["listen"] = f"tcp://127.0.0.1:{port}"
        for key in ("loopback", "interrupt"):
            config["httpd"]["service"][key] = f"ipc://{short}/{key}"
        for part in ("loki", "thor", "odin", "meili"):
            config[part].setdefault("service", {})["proxy"] = f"ipc://{short}/{part}"
        file = folder / "service.json"
        file.write_text(json.dumps(config))
        with _running([str(tool), str(file), "1"], f"http://127.0.0.1:{port}/status", folder):
            yield ValhallaEngine(ValhallaService(JsonService(f"http://127.0.0.1:{port}")), truck, "small map")


@contextmanager
def osrm_service(folder: Path) -> Iterator[RoadEngine]:
    """Make roads for OSRM and start its own service, with its own limits."""
    home = package("osrm")
    extract = write_map(folder / "tiny.osm.pbf")
    base = folder / "tiny.osrm"
    for step in (
        ["osrm-extract", "-p", str(home / "share" / "profiles" / "car.lua"), str(extract)],
        ["osrm-contract", str(base)],
    ):
        subprocess.run([str(home / "bin" / step[0]), *step[1:]], check=True, capture_output=True, cwd=folder)
    port = free_port()
    command = [str(home / "bin" / "osrm-routed"), "-i", "127.0.0.1", "-p", str(port), str(base)]
    with _running(command, f"http://127.0.0.1:{port}/nearest/v1/driving/59,36", folder):
        yield OsrmEngine(JsonService(f"http://127.0.0.1:{port}"), "small map")


@contextmanager
def _running(command: list[str], url: str, folder: Path) -> Iterator[None]:
    log = folder / "service.log"
    with log.open("wb") as output, subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT) as service:
        try:
            end = time.monotonic() + _PATIENCE_S
            while True:
                try:
                    urllib3.request("GET", url, retries=False, timeout=2)
                    break
                except urllib3.exceptions.HTTPError:
                    assert service.poll() is None, log.read_text(errors="replace")
                    assert time.monotonic() < end, "the service does not answer"
                    time.sleep(0.1)
            yield
        finally:
            service.terminate()
            try:
                service.wait(10)
            except subprocess.TimeoutExpired:
                service.kill()
