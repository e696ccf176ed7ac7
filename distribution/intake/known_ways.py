"""A file of ways whose length is known: CSV, checked against the places of a network."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from distribution.domain.known_way import KnownWay
from distribution.intake.csv_folder import read_csv_alone
from distribution.intake.fields import KNOWN_WAYS_SHEET
from distribution.intake.labels import suggest
from distribution.intake.log import FindingLog


def read_known_ways(file: Path, places: Collection[str], log: FindingLog) -> list[tuple[int, KnownWay]]:
    """Read ways between places, each with its row; rows with errors are told and left out.

    Parameters
    ----------
    places
        Codes that may stand in a row.
    """
    sheet = read_csv_alone(KNOWN_WAYS_SHEET, file, log)
    if sheet.columns and not sheet.rows and not log.has_error_in(KNOWN_WAYS_SHEET):
        log.add("sheet_empty", sheet=KNOWN_WAYS_SHEET)
    ways = []
    for row in sheet.rows:
        way = row.noun
        if not isinstance(way, KnownWay):
            continue  # told already
        unknown = [name for name in ("origin_code", "destination_code") if getattr(way, name) not in places]
        for name in unknown:
            code = getattr(way, name)
            where = {"sheet": KNOWN_WAYS_SHEET, "row": row.number, "column": name, "value": code}
            log.add("known_way_place", **where, suggestion=suggest(code, sorted(places)))
        if not unknown:
            ways.append((row.number, way))
    return ways
