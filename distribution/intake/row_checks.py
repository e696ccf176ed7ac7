"""Checks inside one row, or between rows of sheets that need not be free of errors."""

from __future__ import annotations

from collections.abc import Mapping

from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadSheet

#: A longer period is a mistyped year.
MAX_PERIOD_DAYS = 366


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
                period_start=start,
            )
        elif start and end and (end - start).days >= MAX_PERIOD_DAYS:
            log.add(
                "period_too_long",
                sheet="quotas",
                row=row.number,
                column="period_end",
                value=end,
                period_start=start,
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
                period_start=start,
                period_end=end,
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


def check_stock(sheets: Mapping[str, ReadSheet], log: FindingLog) -> None:
    """Find closing balances with a day of arrival: what an outlet still has is there now."""
    if not {"stock", "outlets", "warehouses"} <= sheets.keys():
        return
    outlets, warehouses = sheets["outlets"].codes or {}, sheets["warehouses"].codes or {}
    for row in sheets["stock"].rows:
        place, day = row.values.get("place_code"), row.values.get("available_on")
        if day and place in outlets and place not in warehouses:
            log.add(
                "closing_balance_dated",
                sheet="stock",
                row=row.number,
                column="available_on",
                value=day,
                outlet=place,
            )
