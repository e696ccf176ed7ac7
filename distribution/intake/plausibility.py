"""Checks for values that can be read but can hardly be meant: wrong units, wrong years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from distribution.allocation.grid import MAX_PACKS
from distribution.allocation.population import outlets_without_count
from distribution.domain.enums import Severity
from distribution.domain.goods import Quota
from distribution.domain.types import TimeWindow, format_decimal, format_windows
from distribution.domain.work_clock import WorkClock
from distribution.intake.check_context import CheckContext

#: kg per litre of a pack: from puffed food, about 0.05, to tins packed tight, below 3.
LEAST_DENSITY, MOST_DENSITY = Decimal("0.05"), Decimal(3)
#: kg of payload per m3 of load space: road vehicles carry some 150 to 1,000.
LEAST_TRUCK_DENSITY, MOST_TRUCK_DENSITY = 30, 3000
#: Days that the quotas of one round may span.
MOST_ROUND_DAYS = 120
#: kg of one commodity for one person in one round: more is kg typed as tonnes.
MOST_KG_PER_PERSON = 50
_GRAMS_PER_KG = 1000


def _plain(number: Decimal) -> Decimal:
    """Return a number that is written without an exponent or trailing zeros."""
    return Decimal(format_decimal(number))


def _round_off(ratio: Decimal) -> Decimal:
    """Round a ratio to three significant digits."""
    return _plain(Decimal(f"{ratio:.3g}"))


def check_commodities(context: CheckContext) -> None:
    """Find packs that weigh too little or too much for their volume."""
    for commodity in context.dataset.commodities:
        density = commodity.pack_kg / commodity.pack_litres
        if not LEAST_DENSITY <= density <= MOST_DENSITY:
            context.log.add(
                "density_unlikely",
                Severity.WARNING,
                sheet="commodities",
                row=context.row("commodities", commodity.code),
                column="pack_litres",
                value=commodity.code,
                density=_round_off(density),
                pack_kg=_plain(commodity.pack_kg),
                pack_litres=_plain(commodity.pack_litres),
            )


def check_vehicles(context: CheckContext) -> None:
    """Find trucks that carry too little or too much for their load space."""
    for vehicle in context.dataset.vehicles:
        density = Decimal(vehicle.capacity_kg) / vehicle.capacity_m3
        if not LEAST_TRUCK_DENSITY <= density <= MOST_TRUCK_DENSITY:
            context.log.add(
                "truck_density_unlikely",
                Severity.WARNING,
                sheet="vehicles",
                row=context.row("vehicles", vehicle.code),
                column="capacity_m3",
                value=vehicle.code,
                density=_round_off(density),
                capacity_kg=vehicle.capacity_kg,
                capacity_m3=_plain(vehicle.capacity_m3),
            )


def _span(quotas: Sequence[Quota]) -> tuple[date, date, int]:
    """Return the first and the last day of any of the quotas, and the days from one to the other."""
    start, end = min(q.period_start for q in quotas), max(q.period_end for q in quotas)
    return start, end, (end - start).days + 1


def _meets(quota: Quota, others: Sequence[Quota]) -> bool:
    return any(quota.period_start <= o.period_end and o.period_start <= quota.period_end for o in others)


def find_apart(quotas: Sequence[Quota]) -> tuple[Quota, ...]:
    """Find the quotas of a round whose period does not belong with the others.

    Those that share no day with any other; of quotas that are all apart, the earliest is believed. Otherwise the
    one without which a round of more than ``MOST_ROUND_DAYS`` days would be none.
    """
    if len(quotas) < 2:
        return ()
    ordered = sorted(quotas, key=lambda q: (q.period_start, q.code))
    others = {q.code: [o for o in ordered if o is not q] for q in ordered}
    apart = [q for q in ordered if not _meets(q, others[q.code])]
    if apart:
        return tuple(apart[1:] if len(apart) == len(ordered) else apart)
    if _span(ordered)[2] <= MOST_ROUND_DAYS:
        return ()
    longest = min(ordered, key=lambda q: _span(others[q.code])[2])
    return (longest,) if _span(others[longest.code])[2] <= MOST_ROUND_DAYS else ()


def check_periods(context: CheckContext) -> None:
    """Find quotas whose period does not belong with their round's."""
    for round_code, quotas in context.dataset.quotas_by_round.items():
        apart = find_apart(quotas)
        for quota in apart:
            start, end, _ = _span([q for q in quotas if q not in apart])
            context.log.add(
                "periods_apart",
                Severity.WARNING,
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="period_start",
                value=quota.code,
                round=round_code,
                period_start=quota.period_start,
                period_end=quota.period_end,
                others_start=start,
                others_end=end,
            )


def check_tonnes(context: CheckContext) -> None:
    """Find quotas of more than anybody eats: kg written as tonnes."""
    dataset, served = context.dataset, context.served
    if outlets_without_count(dataset.areas, dataset.outlets):  # told by area; the sum would be too small
        return
    for quota, commodity, outlets in context.quotas:
        people = sum(served[o.code].people for o in outlets)
        if people and quota.quota_g > MOST_KG_PER_PERSON * _GRAMS_PER_KG * people:
            context.log.add(
                "quota_tonnes_unlikely",
                Severity.WARNING,
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="tonnes",
                value=quota.code,
                commodity=commodity.code,
                people=people,
                kg=quota.quota_g // _GRAMS_PER_KG // people,
                limit=MOST_KG_PER_PERSON,
            )


def check_countable(context: CheckContext) -> None:
    """Find quotas that are, with what lies at the outlets, more packs than the accounts of a round can hold."""
    lying: dict[str, int] = defaultdict(int)
    for line in context.dataset.stock:
        if line.place_code in context.dataset.outlet_by_code:
            lying[line.commodity_code] += line.packs
    for quota, commodity, _ in context.quotas:
        packs = quota.quota_g // commodity.pack_g + lying[commodity.code]
        if packs > MAX_PACKS:
            context.log.add(
                "quota_too_large",
                sheet="quotas",
                row=context.row("quotas", quota.code),
                column="tonnes",
                value=quota.code,
                commodity=commodity.code,
                packs=packs,
                limit=MAX_PACKS,
            )


def check_rests(context: CheckContext) -> None:
    """Find hours in which nothing can be done, for everybody rests."""
    clock = context.dataset.work_clock
    for outlet in context.dataset.outlets:
        if outlet.receiving_windows and not clock.beginnings(outlet.receiving_windows):
            _tell_rest(context, "outlets", outlet.code, "receiving_windows")
    for warehouse in context.dataset.warehouses:
        if warehouse.opening_hours and _has_no_work(clock, warehouse.opening_hours):
            _tell_rest(context, "warehouses", warehouse.code, "opening_hours")
    for vehicle in context.dataset.vehicles:
        if _has_no_work(clock, vehicle.shift):
            _tell_rest(context, "vehicles", vehicle.code, "shift")


def _has_no_work(clock: WorkClock, windows: Sequence[TimeWindow]) -> bool:
    spans = (clock.hours(window) for window in windows)
    return all(start_s == end_s for start_s, end_s in spans)


def _tell_rest(context: CheckContext, sheet: str, code: str, column: str) -> None:
    rests = format_windows(context.dataset.settings.rest_hours)
    context.log.add(
        "hours_within_rest", sheet=sheet, row=context.row(sheet, code), column=column, value=code, rests=rests
    )
