"""Checks inside one row, or between rows of sheets that need not be free of errors."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from distribution.domain.enums import ApportionmentMethod
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


def check_limits(sheet: ReadSheet, log: FindingLog) -> None:
    """Find limits with a floor above the cap."""
    for row in sheet.rows:
        floor, cap = row.values.get("floor_packs", 0), row.values.get("cap_packs")
        if cap is not None and floor > cap:
            log.add(
                "floor_above_cap",
                sheet="limits",
                row=row.number,
                column="floor_packs",
                value=floor,
                floor=floor,
                cap=cap,
                outlet=row.values.get("outlet_code", ""),
                commodity=row.values.get("commodity_code", ""),
            )


def check_methods(sheet: ReadSheet, log: FindingLog) -> None:
    """Find policies with a level that carries rounding debt above one that does not.

    A parent's debt is the sum of its children's, so there is none to keep where the children have none.
    """
    for row in sheet.rows:
        if row.values.get("min_drop_packs") and row.values.get("deviation_percent") is not None:
            log.add(
                "min_drop_against_deviation",
                sheet="policies",
                row=row.number,
                column="min_drop_packs",
                value=row.values["min_drop_packs"],
                policy=row.values.get("code", ""),
            )
        methods = [ApportionmentMethod(method) for method in row.values.get("methods", ())]
        for above, below in itertools.pairwise(methods):
            if above.carries_debt and not below.carries_debt:
                log.add(
                    "methods_lose_debt",
                    sheet="policies",
                    row=row.number,
                    column="methods",
                    value=";".join(methods),
                    policy=row.values.get("code", ""),
                    above=above,
                    below=below,
                )
                break


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
