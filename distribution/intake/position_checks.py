"""Checks of positions against the rest of the network."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from distribution.domain.enums import Severity
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


@dataclass(frozen=True, slots=True)
class _Place:
    sheet: str
    row: int
    code: str
    lon: float
    lat: float

    @property
    def shown(self) -> str:
        return f"{self.lon}, {self.lat}"


def check_positions(sheets: Mapping[str, ReadSheet], log: FindingLog) -> None:
    """Find positions at (0, 0), with longitude and latitude swapped, or far from everything else."""
    placed = [
        _Place(sheet, row.number, row.values.get("code", ""), row.values["lon"], row.values["lat"])
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


def _check_against_middle(real: Sequence[_Place], log: FindingLog) -> None:
    """Compare every position with the medians of all, which a few wrong ones do not move."""
    lon, lat = statistics.median(p.lon for p in real), statistics.median(p.lat for p in real)
    km = [_km_between(p.lon, p.lat, lon, lat) for p in real]
    limit_km = max(_FAR_TIMES * statistics.median(km), _FAR_KM)
    for place, away_km in zip(real, km, strict=True):
        if _is_swapped(place, lon, lat):
            log.add("lonlat_swapped", sheet=place.sheet, row=place.row, column="lat", value=place.shown)
        elif away_km > limit_km:
            log.add(
                "position_far",
                Severity.WARNING,
                sheet=place.sheet,
                row=place.row,
                column="lon",
                value=place.shown,
                place=place.code,
                km=round(away_km),
            )


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
