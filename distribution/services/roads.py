"""Real roads for a network: open an engine, make roads of a map, measure the ways between all places."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import Dataset, TravelMatrix
from distribution.domain.enums import Severity
from distribution.domain.errors import InputError, UnavailableError
from distribution.domain.findings import Finding, Several, Where
from distribution.intake.limits import MAX_TRAVEL_PLACES
from distribution.intake.log import FindingLog
from distribution.services.whole_folder import replaced_folder
from gis.travel.engine import LonLat, RoadEngine, RoadsError
from gis.travel.http_json import JsonService
from gis.travel.osrm import OsrmEngine
from gis.travel.protocol import UNREACHABLE
from gis.travel.road_cache import RoadCache
from gis.travel.roads import MOST_OFF_ROAD_M, RoadTravel
from gis.travel.tiles import build_tiles, open_tiles
from gis.travel.valhalla import USUAL_TRUCK, By, Truck, ValhallaEngine, ValhallaService

#: Where ``taavon roads build`` puts roads, and the engine ``valhalla`` looks for them, if nothing else is said.
USUAL_FOLDER = Path("roads")
_ENGINES = ("valhalla", "valhalla:DIR", "valhalla:http://HOST:PORT", "osrm:http://HOST:PORT")
_ADDRESS = frozenset({"http", "https"})
#: A place further from the nearest road than this is told: its position may be wrong, or the road not on the map.
_FAR_OFF_ROAD_M = 500.0
_MOST_KM = round(MOST_OFF_ROAD_M / 1000)


def open_engine(name: str, truck: Truck = USUAL_TRUCK, by: By = By.TRUCK) -> RoadEngine:
    """Open the engine of a name: ``valhalla``, ``valhalla:DIR``, or ``valhalla:`` or ``osrm:`` with an address.

    OSRM's roads are made for one kind of traveller, whatever ``by`` says.

    Raises
    ------
    InputError
        ``engine_unknown`` if there is none of that name; ``engine_of_one_truck`` if a truck is given to OSRM, whose
        roads are made for one.
    UnavailableError
        ``roads_no_package`` or ``roads_no_roads``.
    """
    kind, _, place = name.partition(":")
    address = urlsplit(place)
    is_address = address.scheme in _ADDRESS and bool(address.netloc)
    if kind == "osrm" and is_address:
        if truck.options:
            raise InputError((_refuse("engine_of_one_truck", name),))
        return OsrmEngine(JsonService(place))
    if kind == "valhalla" and is_address:
        return ValhallaEngine(ValhallaService(JsonService(place)), truck, place, by=by)
    if kind == "valhalla" and not address.scheme:
        with roads_in_words():
            return open_tiles(Path(place) if place else USUAL_FOLDER, truck, by)
    raise InputError((_refuse("engine_unknown", name, engines=Several(_ENGINES)),))


class RoadLines:
    """Finds the line of the road through places; once the engine fails, ``fault`` says how, and lines are straight."""

    def __init__(self, engine: RoadEngine) -> None:
        self._engine = engine
        self.fault: UnavailableError | None = None

    def __call__(self, places: tuple[LonLat, ...]) -> tuple[LonLat, ...]:
        """Return the line; nothing where there is no way, or the engine does not answer."""
        if self.fault is not None:
            return ()
        try:
            with roads_in_words():
                return self._engine.path(places)
        except UnavailableError as fault:
            self.fault = fault
            return ()


def build_roads(extract: Path, folder: Path) -> None:
    """Make roads of an OpenStreetMap extract in a new folder; the folder appears when all of it is there.

    Raises
    ------
    InputError
        ``file_missing`` or ``file_unreadable``.
    UnavailableError
        ``roads_no_package``, ``roads_build_failed`` or ``roads_no_roads``; ``out_unusable``.
    """
    if not extract.is_file() or not os.access(extract, os.R_OK):
        code = "file_unreadable" if extract.exists() else "file_missing"
        raise InputError((Finding(Severity.ERROR, code, Where(value=extract.name)),))
    with replaced_folder(folder) as partial, roads_in_words():
        build_tiles(extract, partial)


@contextmanager
def roads_in_words() -> Iterator[None]:
    """Raise what an engine says as an UnavailableError, ``roads_`` and its fault."""
    try:
        yield
    except RoadsError as error:
        raise UnavailableError(f"roads_{error.fault.value}", where=error.where, detail=error.detail) from error


def road_travel(
    engine: RoadEngine, lon: NDArray[np.float64], lat: NDArray[np.float64], cache: Path | None
) -> RoadTravel:
    """Return the travel between positions by an engine, its ways kept in a folder, or nowhere.

    Raises
    ------
    UnavailableError
        If the engine does not answer.
    """
    with roads_in_words():
        return RoadTravel(engine, lon, lat, None if cache is None else RoadCache(cache, engine.version))


@dataclass(frozen=True)
class MeasuredRoads:
    """A network with its measured travel, and what is to be said of it."""

    dataset: Dataset
    findings: tuple[Finding, ...]


def measure_roads(
    dataset: Dataset, engine: RoadEngine, on_progress: Callable[[float], None], *, cache: Path | None = None
) -> MeasuredRoads:
    """Measure the ways between all places of a network, and put them in as its travel matrix.

    Parameters
    ----------
    engine
        Who finds the ways.
    on_progress
        Told which part of the ways is found.
    cache
        Folder in which ways are kept, to be found again at once; None for none.

    Raises
    ------
    InputError
        ``travel_given_and_measured`` if the network has a matrix of its own; ``travel_too_large``; ``map_elsewhere`` if
        most places are on no road.
    UnavailableError
        If the engine does not answer.
    """
    if dataset.travel is not None:
        raise InputError((Finding(Severity.ERROR, "travel_given_and_measured", Where(sheet="travel")),))
    places = {place.code: place for place in (*dataset.warehouses, *dataset.outlets)}
    codes = tuple(sorted(places))
    if len(codes) > MAX_TRAVEL_PLACES:
        params = {"places": len(codes), "limit": MAX_TRAVEL_PLACES}
        raise InputError((Finding(Severity.ERROR, "travel_too_large", Where(sheet="travel"), params),))
    every = np.arange(len(codes))
    lon, lat = (np.array([getattr(places[code], axis) for code in codes]) for axis in ("lon", "lat"))
    travel = road_travel(engine, lon, lat, cache)
    with roads_in_words():
        label, off_road_m = travel.label, travel.off_road_m
        lost = int(np.count_nonzero(off_road_m > MOST_OFF_ROAD_M))
        if 2 * lost > len(codes):
            where = Where(column="--travel", value=label)
            raise InputError((Finding(Severity.ERROR, "map_elsewhere", where, {"count": lost, "places": len(codes)}),))
        metres, seconds = travel.measure(every, every, on_progress)
    matrix = TravelMatrix(codes, metres.astype(np.int32), seconds.astype(np.int32))
    settings = dataset.settings.model_copy(update={"travel_source": label[:200]})
    findings = (*_tell_off_road(codes, off_road_m.tolist(), dataset), *_tell_gaps(matrix, off_road_m))
    return MeasuredRoads(replace(dataset, travel=matrix, settings=settings), findings)


def cache_folder() -> Path:
    """Return where ways are kept: of the user, outside every project."""
    caches = os.environ.get("XDG_CACHE_HOME")
    return (Path(caches) if caches else Path.home() / ".cache") / "taavon" / "ways"


def _tell_off_road(codes: tuple[str, ...], off_road_m: list[float], dataset: Dataset) -> Iterator[Finding]:
    """Name the places that lie far from every road, those on none apart: an outlet there is not served."""
    log = FindingLog()  # which tells how many more there are, where there are many
    warehouses = dataset.warehouse_by_code
    for code, metres in zip(codes, off_road_m, strict=True):
        sheet, warning = "warehouses" if code in warehouses else "outlets", Severity.WARNING
        if metres > MOST_OFF_ROAD_M:
            log.add("place_on_no_road", warning, sheet=sheet, column="lon", value=code, limit_km=_MOST_KM)
        elif metres > _FAR_OFF_ROAD_M:
            log.add("place_off_road", warning, sheet=sheet, column="lon", value=code, metres=round(metres))
    yield from log.findings()


def _tell_gaps(matrix: TravelMatrix, off_road_m: np.ndarray) -> Iterator[Finding]:
    """Tell of ways that are not found between places that are on roads."""
    on_road = off_road_m <= MOST_OFF_ROAD_M
    gaps = (matrix.metres == UNREACHABLE) & on_road[:, np.newaxis] & on_road[np.newaxis, :]
    if count := int(np.count_nonzero(gaps)):
        origin, destination = np.unravel_index(int(np.argmax(gaps)), gaps.shape)
        params = {
            "count": count,
            "pairs": gaps.size - len(matrix.codes),
            "origin": matrix.codes[origin],
            "destination": matrix.codes[destination],
        }
        yield Finding(Severity.WARNING, "roads_gap", Where(sheet="travel"), params)


def _refuse(code: str, value: str, **params: Several) -> Finding:
    return Finding(Severity.ERROR, code, Where(column="--travel", value=value), params)
