"""The figures of a run as tables of ready text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from distribution.allocation.fifths import FIFTHS, Fifth
from distribution.documents.formats import format_amount
from distribution.domain.enums import Bound
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.basket_figures import BasketFigures
from distribution.services.remedy_figures import ActionFigures, cost_per_tonne
from distribution.services.summary import GoodsFigures, RoundSummary

#: What holds outlets in most networks; where it holds nobody, that is worth a figure too.
ALWAYS_TOLD = frozenset({Bound.STORAGE, Bound.CLOSING_BALANCE})

#: Actions that are told; the rest is in ``actions.csv``.
MOST_ACTIONS = 10

_FIFTHS: Mapping[str, Callable[[GoodsFigures], tuple[Fifth, ...]]] = {
    "by_need": lambda goods: goods.fairness.by_need,
    "by_distance": lambda goods: goods.fairness.by_distance,
}


def list_tables(summary: RoundSummary, locale: Locale) -> list[tuple[str, list[tuple[str, ...]]]]:
    """Render as titled tables of ready text; a table of more than two columns starts with its header."""
    tables = [
        (_text("heading.goods", locale), _goods_table(summary, locale)),
        (_text("heading.held", locale), _held_table(summary, locale)),
        (_text("heading.fairness", locale), _fairness_table(summary, locale)),
        (_text("heading.inequality", locale), _inequality_table(summary, locale)),
        *_fifths_tables(summary, locale),
    ]
    if summary.baskets is not None:
        tables.append((_text("heading.baskets", locale), _basket_table(summary, summary.baskets, locale)))
    return [
        *tables,
        (_text("heading.delivery", locale), _delivery_table(summary, locale)),
        *_remedy_tables(summary, locale),
        (_text("heading.distance", locale), _distance_table(summary, locale)),
    ]


def _goods_table(summary: RoundSummary, locale: Locale) -> list[tuple[str, ...]]:
    columns = ("commodity", "tonnes_in", "tonnes_allotted", "kg_per_person", "unplaced")
    rows = [tuple(_text(f"column.{column}", locale) for column in columns)]
    rows += [
        (
            goods.name(locale),
            _tonnes(goods.quota_g + goods.carried_g, locale),
            _tonnes(goods.allotted_g, locale),
            _number(goods.fairness.kg_per_person_median, locale, 3),
            format_number(goods.unplaced_packs, locale),
        )
        for goods in summary.goods
    ]
    total_in = sum(goods.quota_g + goods.carried_g for goods in summary.goods)
    total = (_text("total", locale), _tonnes(total_in, locale), _tonnes(summary.allotted_g, locale))
    rows.append((*total, "", format_number(sum(g.unplaced_packs for g in summary.goods), locale)))
    return rows


def _held_table(summary: RoundSummary, locale: Locale) -> list[tuple[str, ...]]:
    """Count the outlets by what held them; of the rarer bounds, those that held any."""
    bounds = [b.value for b in Bound if b in ALWAYS_TOLD or any(goods.held.get(b.value) for goods in summary.goods)]
    labels = (render_message(f"enum.Bound.{bound}", locale) for bound in bounds)
    rows = [(_text("column.commodity", locale), *labels)]
    rows += [
        (goods.name(locale), *(format_number(goods.held.get(bound, 0), locale) for bound in bounds))
        for goods in summary.goods
    ]
    return rows


def _fairness_table(summary: RoundSummary, locale: Locale) -> list[tuple[str, ...]]:
    columns = ("commodity", "gini", "deviation", "rounding")
    rows = [tuple(_text(f"column.{column}", locale) for column in columns)]
    rows += [
        (
            goods.name(locale),
            _number(goods.fairness.gini, locale, 4),
            _number(goods.fairness.largest_deviation_packs, locale, 2),
            _number(goods.largest_rounding_packs, locale, 2),
        )
        for goods in summary.goods
    ]
    return rows


def _inequality_table(summary: RoundSummary, locale: Locale) -> list[tuple[str, ...]]:
    columns = ("hoover", "theil", "jain", "atkinson_half", "atkinson_one")
    rows = [tuple(_text(f"column.{column}", locale) for column in ("commodity", *columns, "fill"))]
    rows += [
        (
            goods.name(locale),
            *(_number(getattr(goods.fairness, column), locale, 4) for column in columns),
            f"{_number(goods.fairness.fill_min, locale, 3)} / {_number(goods.fairness.fill_max, locale, 3)}",
        )
        for goods in summary.goods
    ]
    return rows


def _fifths_tables(summary: RoundSummary, locale: Locale) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Tell what the fifths of the people get; where all stand in one, as of equal need, there is nothing to compare."""
    for key, fifths_of in _FIFTHS.items():
        if any(sum(fifth.people > 0 for fifth in fifths_of(goods)) > 1 for goods in summary.goods):
            yield _text(f"heading.{key}", locale), _fifths_table(summary, locale, fifths_of)


def _fifths_table(
    summary: RoundSummary, locale: Locale, fifths_of: Callable[[GoodsFigures], tuple[Fifth, ...]]
) -> list[tuple[str, ...]]:
    rows = [(_text("column.commodity", locale), *(format_number(number + 1, locale) for number in range(FIFTHS)))]
    rows += [
        (goods.name(locale), *(_number(fifth.kg_per_person, locale, 3) for fifth in fifths))
        for goods in summary.goods
        if (fifths := fifths_of(goods))
    ]
    return rows


def _basket_table(summary: RoundSummary, baskets: BasketFigures, locale: Locale) -> list[tuple[str, ...]]:
    names = {goods.code: goods.name(locale) for goods in summary.goods}
    figures = {"minimum": baskets.minimum, "median": baskets.median, "mean": baskets.mean}
    return [
        *(
            (_text(f"baskets.{key}_{baskets.counts}", locale), _number(value, locale, 4))
            for key, value in figures.items()
        ),
        *(
            (_text("baskets.scarcest", locale, commodity=names[code]), format_number(outlets, locale))
            for code, outlets in baskets.scarcest.items()
        ),
        *(
            (_text(f"baskets.held_by_{stop}", locale), format_number(outlets, locale))
            for stop, outlets in baskets.held_by.items()
        ),
    ]


def _delivery_table(summary: RoundSummary, locale: Locale) -> list[tuple[str, ...]]:
    d = summary.delivery

    def count(value: int) -> str:
        return format_number(value, locale)

    values = {
        "outlets_served": _of(d.outlets_served, d.outlets_due, locale),
        "people_covered": _of(d.people_covered, summary.people, locale),
        "routed": _tonnes(d.routed_g, locale),
        "collected": _tonnes(d.collected_g, locale),
        "waiting": _tonnes(d.waiting_g, locale),
        "days": _of(d.days_used, d.working_days, locale),
        "trucks": count(d.trucks),
        "truck_days": count(d.truck_days),
        "trips": count(d.trips),
        "stops": count(d.stops),
        "km": count(round(d.metres / 1000)),
        "tonne_km": count(d.tonne_km),
        "cost": format_amount(d.cost, summary.currency, locale),
        "co2": _tonnes(int(d.co2_kg * 1000), locale),
    }
    rows: list[tuple[str, ...]] = [(_text(f"row.{key}", locale), value) for key, value in values.items()]
    rows += [
        (_text(f"unserved.{reason}", locale), format_number(number, locale)) for reason, number in d.unserved.items()
    ] or [(_text("row.unserved", locale), _text("none", locale))]
    return rows


def _remedy_tables(summary: RoundSummary, locale: Locale) -> Iterator[tuple[str, list[tuple[str, ...]]]]:
    """Tell which actions would serve the loads that wait, in the order in which they build on each other."""
    if summary.remedies is None:
        return
    told, further = summary.remedies.actions[:MOST_ACTIONS], summary.remedies.actions[MOST_ACTIONS:]
    columns = ("action", "loads", "tonnes", "cost", "per_tonne")
    rows = [tuple(render_message(f"remedy.column.{column}", locale) for column in columns)]
    rows += [_action_row(action.words[locale], (action,), summary.currency, locale) for action in told]
    if further:
        params = {"actions": format_number(len(further), locale)}
        rows.append(_action_row(render_message("remedy.further", locale, params), further, summary.currency, locale))
    if summary.remedies.rest:
        rest = render_message("remedy.rest", locale)
        rows.append((rest, format_number(summary.remedies.rest, locale), "", "", ""))
    yield render_message("remedy.heading.actions", locale), rows


def _action_row(words: str, actions: Sequence[ActionFigures], currency: str, locale: Locale) -> tuple[str, ...]:
    weight_g, cost = sum(action.weight_g for action in actions), sum(action.cost for action in actions)
    return (
        words,
        format_number(sum(len(action.loads) for action in actions), locale),
        _tonnes(weight_g, locale),
        format_amount(cost, currency, locale),
        format_amount(cost_per_tonne(cost, weight_g), currency, locale),
    )


def _distance_table(summary: RoundSummary, locale: Locale) -> list[tuple[str, ...]]:
    columns = ("quintile", "outlets", "nothing_yet", "mean_km", "mean_day", "mean_rank")
    rows = [tuple(_text(f"column.{column}", locale) for column in columns)]
    rows += [
        (
            format_number(q.quintile, locale),
            format_number(q.outlets, locale),
            format_number(q.waiting, locale),
            _number(q.mean_km, locale, 1),
            _number(q.mean_day, locale, 1),
            _number(q.mean_rank, locale, 2),
        )
        for q in summary.delivery.rank_by_distance
    ]
    return rows


def _text(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"summary.{key}", locale, params)


def _tonnes(mass_g: int, locale: Locale) -> str:
    return render_message("summary.tonnes", locale, {"value": format_number(Decimal(mass_g) / 1_000_000, locale, 1)})


def _number(value: float | None, locale: Locale, decimals: int) -> str:
    return "–" if value is None else format_number(value, locale, decimals)


def _of(part: int, whole: int, locale: Locale) -> str:
    return render_message(
        "summary.of", locale, {"part": format_number(part, locale), "whole": format_number(whole, locale)}
    )
