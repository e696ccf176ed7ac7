"""Checks inside one row, or one sheet, that bounds of single fields cannot express."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping

from distribution.domain.enums import Severity
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadRow, ReadSheet

#: A longer period is a mistyped year.
MAX_PERIOD_DAYS = 366
#: A position nearer than this to the middle of the network, in degrees, is not suspected.
_NEAR_DEGREES = 3.0
#: How many times nearer the swapped position must be to be suspected.
_SWAP_GAIN = 4.0
_POSITIONED = ("outlets", "warehouses")


def check_quotas(sheet: ReadSheet, log: FindingLog) -> None:
    """Check the dates of every quota, and that a round shares each commodity once."""
    first: dict[tuple[str, str], int] = {}
    for row in sheet.rows:
        values = row.values
        start, end, deadline = (values.get(n) for n in ("period_start", "period_end", "absorption_deadline"))
        if start and end and end < start:
            log.add(
                "period_backwards",
                sheet="quotas",
                row=row.number,
                column="period_end",
                value=end,
                period_start=start.isoformat(),
            )
        elif start and end and (end - start).days >= MAX_PERIOD_DAYS:
            log.add(
                "period_too_long",
                sheet="quotas",
                row=row.number,
                column="period_end",
                value=end,
                period_start=start.isoformat(),
                days=(end - start).days + 1,
                limit=MAX_PERIOD_DAYS,
            )
        elif start and end and deadline and not start <= deadline <= end:
            log.add(
                "deadline_outside_period",
                sheet="quotas",
                row=row.number,
                column="absorption_deadline",
                value=deadline,
                period_start=start.isoformat(),
                period_end=end.isoformat(),
            )
        round_code, commodity = values.get("round_code"), values.get("commodity_code")
        if round_code and commodity:
            if (round_code, commodity) in first:
                log.add(
                    "quota_commodity_twice_in_round",
                    sheet="quotas",
                    row=row.number,
                    column="commodity_code",
                    value=commodity,
                    round=round_code,
                    first_row=first[round_code, commodity],
                )
            first.setdefault((round_code, commodity), row.number)


def check_positions(sheets: Mapping[str, ReadSheet], log: FindingLog) -> None:
    """Find positions at (0, 0) and positions that fit the network only with longitude and latitude swapped."""
    placed = [
        (sheet, row, row.values["lon"], row.values["lat"])
        for sheet in _POSITIONED
        if sheet in sheets
        for row in sheets[sheet].rows
        if "lon" in row.values and "lat" in row.values
    ]
    real = [(sheet, row, lon, lat) for sheet, row, lon, lat in placed if (lon, lat) != (0, 0)]
    for sheet, row, lon, lat in placed:
        if (lon, lat) == (0, 0):
            log.add("coordinates_zero", sheet=sheet, row=row.number, column="lon", value="0, 0")
    if real:
        _check_swapped(real, log)


def _check_swapped(real: Iterable[tuple[str, ReadRow, float, float]], log: FindingLog) -> None:
    real = tuple(real)
    middle_lon = statistics.median(lon for _, _, lon, _ in real)
    middle_lat = statistics.median(lat for _, _, _, lat in real)
    for sheet, row, lon, lat in real:
        away = max(abs(lon - middle_lon), abs(lat - middle_lat))
        swapped_away = max(abs(lat - middle_lon), abs(lon - middle_lat))
        if away > _NEAR_DEGREES and swapped_away * _SWAP_GAIN < away:
            log.add(
                "lonlat_swapped", Severity.WARNING, sheet=sheet, row=row.number, column="lat", value=f"{lon}, {lat}"
            )
