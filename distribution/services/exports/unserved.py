"""What waits, and why, in words: ``unserved.csv``."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from distribution.documents.tables import render_csv
from distribution.domain.jalali import format_date
from distribution.domain.numerals import format_number
from distribution.domain.types import format_clock
from distribution.domain.work_clock import WorkClock
from distribution.messages import Locale, render_message
from distribution.services.delivery_figures import parked_reason
from distribution.services.exports.outcome import RoundOutcome, packs_text
from optimizer.plan import Reason, Unserved

#: Numbers that are times of day, by how they are read off the clock of work; the other seconds are lengths.
_TIMES: Mapping[str, Callable[[WorkClock, int], int]] = {
    "earliest_s": WorkClock.begins,
    "latest_s": WorkClock.ends,
    "window_start_s": WorkClock.begins,
    "window_end_s": WorkClock.ends,
}
HEADER = ("outlet_code", "outlet", "load", "kg", "reason", "why")


def render_unserved(outcome: RoundOutcome) -> bytes:
    """Render one line per load that waits, per outlet and commodity that no warehouse has, and per parked line."""
    return render_csv(HEADER, (*_waiting_loads(outcome), *_shortages(outcome), *_parked(outcome)))


def describe_unserved(unserved: Unserved, commodity_names: Mapping[int, str], clock: WorkClock, locale: Locale) -> str:
    """Put the reason why a load waits into words.

    Parameters
    ----------
    commodity_names
        By the problem's index.
    clock
        That the problem's times are told by.
    """
    key = f"reason.{unserved.reason.value}"
    if unserved.reason is Reason.NO_COMPATIBLE_VEHICLE and "limit_g" in unserved.numbers:
        key += "_access"
    numbers = {
        name: _TIMES[name](clock, value) if name in _TIMES else value for name, value in unserved.numbers.items()
    }
    params = dict(_param(name, value, commodity_names, locale) for name, value in numbers.items())
    return render_message(key, locale, params)


def _param(name: str, value: int, commodity_names: Mapping[int, str], locale: Locale) -> tuple[str, str]:
    if name == "commodity":
        return name, commodity_names[value]
    stem, _, unit = name.rpartition("_")
    # A need is rounded up and a room down, so that the words never claim that what waits would fit.
    up = stem == "needs"
    match unit:
        case "g":
            return f"{stem}_kg", format_number(-(-value // 1000) if up else value // 1000, locale)
        case "ml":
            hundredths = -(-value // 10_000) if up else value // 10_000
            return f"{stem}_m3", format_number(Decimal(hundredths) / 100, locale, 2)
        case "m":
            return f"{stem}_km", format_number(-(-value // 1000) if up else value // 1000, locale)
        case "s":
            return stem, format_clock(-(-value // 60) * 60)
        case _:
            return name, format_number(value, locale)


def _waiting_loads(outcome: RoundOutcome) -> Iterator[tuple[str | int, ...]]:
    problem = outcome.deliveries.problem
    names = {
        j: outcome.dataset.commodity_by_code[code].name(outcome.locale) for j, code in enumerate(problem.commodities)
    }
    for unserved in outcome.deliveries.plan.unserved:
        delivery = problem.deliveries[unserved.delivery]
        outlet = outcome.dataset.outlet_by_code[problem.places[delivery.place].name]
        load = outcome.load_text(outcome.document_packs(delivery.packs))
        why = describe_unserved(unserved, names, outcome.dataset.work_clock, outcome.locale)
        kg = -(-delivery.weight_g // 1000)
        yield outlet.code, outlet.name(outcome.locale), load, kg, unserved.reason.value, why


def _shortages(outcome: RoundOutcome) -> Iterator[tuple[str | int, ...]]:
    for shortage in outcome.deliveries.shortages:
        outlet = outcome.dataset.outlet_by_code[shortage.outlet_code]
        commodity = outcome.dataset.commodity_by_code[shortage.commodity_code]
        load = packs_text(shortage.packs, commodity.name(outcome.locale), outcome.locale)
        kg = -(-shortage.packs * commodity.pack_g // 1000)
        why = render_message(
            "shortage.no_warehouse", outcome.locale, {"packs": format_number(shortage.packs, outcome.locale)}
        )
        yield outlet.code, outlet.name(outcome.locale), load, kg, Reason.STOCK_SHORT.value, why


def _parked(outcome: RoundOutcome) -> Iterator[tuple[str | int | None, ...]]:
    """Yield the packs of earlier rounds whose outlet or commodity is gone: only their codes are left."""
    for line in outcome.parked:
        commodity = outcome.dataset.commodity_by_code.get(line.commodity_code)
        name = commodity.name(outcome.locale) if commodity else line.commodity_code
        outlet = outcome.dataset.outlet_by_code.get(line.outlet_code)
        reason = parked_reason(line, outcome.dataset)
        yield (
            line.outlet_code,
            outlet.name(outcome.locale) if outlet else line.outlet_code,
            packs_text(line.packs, name, outcome.locale),
            -(-line.packs * commodity.pack_g // 1000) if commodity else None,
            reason,
            render_message(
                f"parked.{reason}", outcome.locale, {"since": format_date(line.waiting_since, outcome.locale)}
            ),
        )
