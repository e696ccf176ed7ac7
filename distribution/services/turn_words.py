"""How evenly turns go round, as tables and sentences for people."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from distribution.documents.formats import NOTHING, format_amount, format_kg
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.measure_turns import Ordered, TurnPrice, TurnReport
from optimizer.plan import COST_SCALE
from optimizer.turn_order import spread_of

Table = tuple[str, list[tuple[str, ...]]]
MOST_NAMED = 5  # outlets named as those served latest so far, and as those served earliest


def list_tables(report: TurnReport, locale: Locale) -> list[Table]:
    """Render the outlets served latest and earliest so far, and the plans with and without the bound if there are any."""
    tables = [(_text("latest", locale), _outlets(report, _by_mean(report)[::-1][:MOST_NAMED], locale))]
    tables.append((_text("earliest", locale), _outlets(report, _by_mean(report)[:MOST_NAMED], locale)))
    if report.price is not None:
        currency = report.kept.dataset.settings.currency
        columns = tuple(_text(f"column.{column}", locale) for column in ("plan", "spread", "cost", "waiting"))
        plans = {"free": report.price.free, "held": report.price.held}
        rows = [columns, *(_plan(_text(f"plan.{key}", locale), plan, currency, locale) for key, plan in plans.items())]
        tables.append((_text("plans", locale), rows))
    return tables


def list_notes(report: TurnReport, locale: Locale) -> list[str]:
    """Tell the spread in sentences, and what the bound costs."""
    before = [report.past[name] for name in report.planned.turns if name in report.past]
    spreads = {
        "round": report.kept.round_code,
        "outlets": format_number(len(report.planned.turns), locale),
        "rounds": format_number(report.rounds, locale),
        "before": _number(spread_of(before), locale),
        "planned": _number(report.planned.spread, locale),
    }
    notes = [_text("spread" if before else "spread_first", locale, **spreads)]
    if report.price is not None:
        notes += _price_notes(report.price, report.kept.dataset.settings.currency, locale)
    return notes


def _price_notes(price: TurnPrice, currency: str, locale: Locale) -> list[str]:
    notes = []
    limits = {"bound": _number(price.bound, locale), "least": _number(price.width, locale)}
    if price.width > price.bound:
        notes.append(_text("unreachable", locale, **limits))
    if price.held.spread > price.width:
        notes.append(_text("waits", locale, spread=_number(price.held.spread, locale)))
    free = price.free.plan.scaled_cost
    percent = Decimal(100 * price.scaled_cost) / free if free else Decimal(0)
    cost = format_amount(abs(price.scaled_cost) // COST_SCALE, currency, locale)
    key = "dearer" if price.scaled_cost >= 0 else "cheaper"
    return [*notes, _text(key, locale, cost=cost, percent=format_number(abs(percent), locale, 1))]


def _by_mean(report: TurnReport) -> list[str]:
    turns = report.planned.turns
    return sorted(turns, key=lambda name: (turns[name].mean or Fraction(0), name))


def _outlets(report: TurnReport, names: Sequence[str], locale: Locale) -> list[tuple[str, ...]]:
    rows = [tuple(_text(f"column.{column}", locale) for column in ("outlet", "rounds", "before", "turn", "mean"))]
    for name in names:
        turns, past = report.planned.turns[name], report.past.get(name)
        this = turns.total - (past.total if past else 0)
        rows.append(
            (
                f"{name} {report.kept.dataset.outlet_by_code[name].name(locale)}",
                format_number(turns.rounds, locale),
                NOTHING if past is None or past.mean is None else _number(past.mean, locale),
                _number(this, locale),
                _number(turns.mean or Fraction(0), locale),
            )
        )
    return rows


def _plan(name: str, ordered: Ordered, currency: str, locale: Locale) -> tuple[str, ...]:
    cost = (2 * ordered.plan.scaled_cost + COST_SCALE) // (2 * COST_SCALE)
    spread, waiting = _number(ordered.spread, locale), format_kg(ordered.waiting_g, locale)
    return name, spread, format_amount(cost, currency, locale), waiting


def _number(value: Fraction, locale: Locale) -> str:
    return format_number(Decimal(value.numerator) / value.denominator, locale, 2)


def _text(key: str, locale: Locale, **params: str) -> str:
    return render_message(f"turns.{key}", locale, params)
