"""Checks of positions against the rest of the network."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distribution.domain.enums import Severity
from distribution.domain.findings import Param
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadSheet

_POSITIONED = ("outlets", "warehouses")
_EARTH_RADIUS_KM = 6371.0
#: A position nearer than this to the middle of the network, in degrees, is not suspected of being swapped.
_NEAR_DEGREES = 3.0
#: How many times nearer the swapped position must be to be suspected.
_SWAP_GAIN = 4.0
#: A position is far if it is this many times farther from the middle than half of the network is, ...
_FAR_TIMES = 10
#: ... and at least this far, km: shops of one town may well lie in one street and a depot outside.
_FAR_KM = 300
#: An outlet stands out of its area if it is this many times farther from the middle of the area's outlets than half of
#: them are, and at least this far, km; and lies in another if half of that one's are hardly nearer to their middle.
_OUT_TIMES, _OUT_KM = 5, 25
_IN_TIMES, _IN_KM = 2, 5
#: Outlets that an area must have to tell where it is.
_FEWEST = 3


@dataclass(frozen=True, slots=True)
class _Place:
    sheet: str
    row: int
    code: str
    lon: float
    lat: float
    area: str

    @property
    def shown(self) -> str:
        return f"{self.lon}, {self.lat}"


def check_positions(sheets: Mapping[str, ReadSheet], log: FindingLog) -> None:
    """Find positions at (0, 0), swapped, far from everything else, given twice, or among the outlets of another area."""
    placed = [
        _Place(
            sheet,
            row.number,
            row.values.get("code", ""),
            row.values["lon"],
            row.values["lat"],
            row.values.get("area_code") or "",
        )
        for sheet in _POSITIONED
        if sheet in sheets
        for row in sheets[sheet].rows
        if "lon" in row.values and "lat" in row.values
    ]
    real = []
    for place in placed:
        if (place.lon, place.lat) == (0, 0):
            log.add("coordinates_zero", sheet=place.sheet, row=place.row, column="lon", value="0, 0")
        else:
            real.append(place)
    if real:
        _check_against_middle(real, log)
    for sheet in _POSITIONED:
        _check_shared([place for place in real if place.sheet == sheet], log)
    _check_against_areas([place for place in real if place.sheet == "outlets"], log)


def _check_against_middle(real: Sequence[_Place], log: FindingLog) -> None:
    """Compare every position with the medians of all, which a few wrong ones do not move."""
    lon, lat = statistics.median(p.lon for p in real), statistics.median(p.lat for p in real)
    km = [_km_between(p.lon, p.lat, lon, lat) for p in real]
    limit_km = max(_FAR_TIMES * statistics.median(km), _FAR_KM)
    for place, away_km in zip(real, km, strict=True):
        if _is_swapped(place, lon, lat):
            log.add("lonlat_swapped", sheet=place.sheet, row=place.row, column="lat", value=place.shown)
        elif away_km > limit_km:
            _warn(log, place, "position_far", "lon", place.shown, km=round(away_km))


def _check_shared(alike: Sequence[_Place], log: FindingLog) -> None:
    """Tell of places that stand exactly where one like them before does: a row that was copied and not changed."""
    first: dict[tuple[float, float], str] = {}
    for place in alike:
        other = first.setdefault((place.lon, place.lat), place.code)
        if other != place.code:
            _warn(log, place, "position_shared", "lon", place.shown, other=other)


def _check_against_areas(outlets: Sequence[_Place], log: FindingLog) -> None:
    """Tell of outlets that are far from the others of their area and in the midst of those of another one."""
    by_area: dict[str, list[_Place]] = {}
    for place in outlets:
        by_area.setdefault(place.area, []).append(place)
    areas = {code: _Area.of(places) for code, places in by_area.items() if code and len(places) >= _FEWEST}
    for place in outlets:
        own = areas.get(place.area)
        if own is None or (away_km := own.km_to(place)) <= max(_OUT_TIMES * own.half_km, _OUT_KM):
            continue
        near = [(area.km_to(place), code) for code, area in areas.items() if area.holds(place)]
        if near:
            _warn(log, place, "position_in_other_area", "area_code", place.area, other=min(near)[1], km=round(away_km))


@dataclass(frozen=True, slots=True)
class _Area:
    """Where the outlets of an area are: the medians of their positions, and the median distance from there."""

    lon: float
    lat: float
    half_km: float

    @classmethod
    def of(cls, places: Sequence[_Place]) -> _Area:
        lon, lat = statistics.median(p.lon for p in places), statistics.median(p.lat for p in places)
        return cls(lon, lat, statistics.median(_km_between(p.lon, p.lat, lon, lat) for p in places))

    def km_to(self, place: _Place) -> float:
        return _km_between(place.lon, place.lat, self.lon, self.lat)

    def holds(self, place: _Place) -> bool:
        return self.km_to(place) <= max(_IN_TIMES * self.half_km, _IN_KM)


def _warn(log: FindingLog, place: _Place, code: str, column: str, value: str, **params: Param) -> None:
    params["place"] = place.code
    log.add(code, Severity.WARNING, sheet=place.sheet, row=place.row, column=column, value=value, **params)


def _is_swapped(place: _Place, lon: float, lat: float) -> bool:
    """Tell whether a position fits the network only with longitude and latitude swapped."""
    away = max(abs(place.lon - lon), abs(place.lat - lat))
    swapped_away = max(abs(place.lat - lon), abs(place.lon - lat))
    return away > _NEAR_DEGREES and swapped_away * _SWAP_GAIN < away


def _km_between(lon: float, lat: float, other_lon: float, other_lat: float) -> float:
    """Return the great-circle distance, km (haversine formula: Sinnott 1984)."""
    a, b = math.radians(lat), math.radians(other_lat)
    half = math.sin((b - a) / 2) ** 2 + math.cos(a) * math.cos(b) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * _EARTH_RADIUS_KM * math.asin(math.sqrt(min(1.0, half)))
