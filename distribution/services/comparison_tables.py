"""A comparison of scenarios as titled tables of ready text, for a terminal."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import numpy as np

from distribution.allocation.difference import order_by_loss
from distribution.documents.formats import NOTHING, format_amount
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.compare_rounds import Comparison, LevelFigures
from distribution.services.scenarios import Scenario

Table = tuple[str, list[tuple[str, ...]]]
MOST_NAMED = 5  # holders of a level named as the largest losers, and as the largest gainers
#: Measures of fairness that a terminal shows; the workbook has all.
SHOWN_MEASURES = ("gini", "fill_min", "largest_deviation_packs", "kg_per_person_median")
MOST_CODES = 12  # outlets listed that only one network has


def list_tables(comparison: Comparison, locale: Locale) -> list[Table]:
    """Render the comparison: the scenarios, their cost and fairness, then gains and losses of each against the first.

    Every table starts with its header.
    """
    tables = [_scenarios(comparison, locale), _cost(comparison, locale), *_fairness(comparison, locale)]
    for s in range(1, len(comparison.scenarios)):
        tables += [_gains(comparison, s, locale), _levels(comparison, s, locale)]
        tables += [_largest(comparison, s, figures, locale) for figures in comparison.levels.values()]
    return tables


def list_notes(comparison: Comparison, locale: Locale) -> list[str]:
    """Tell in sentences which outlets only one of two networks has."""
    notes = []
    for s in range(1, len(comparison.scenarios)):
        for one, other in ((0, s), (s, 0)):
            codes = comparison.only_in(one, other)
            if codes:
                more = " …" if len(codes) > MOST_CODES else ""
                params = {
                    "scenario": comparison.scenarios[one].name,
                    "other": comparison.scenarios[other].name,
                    "count": format_number(len(codes), locale),
                    "codes": ", ".join(codes[:MOST_CODES]) + more,
                }
                notes.append(render_message("compare.only_in", locale, params))
    return notes


def format_change(value: int | Decimal, locale: Locale, places: int | None = None) -> str:
    """Write a change with its sign; a left-to-right mark keeps the sign at the left of Persian digits."""
    text = format_number(value, locale, places)
    plus = "+" if locale == "en" else "\u200e+"
    return plus + text if value > 0 else text


def name_measure(name: str, locale: Locale) -> str:
    """Name a fairness measure; one of a fifth of the people, ``by_need.1``, names the fifth."""
    topic, _, fifth = name.partition(".")
    return _text(f"measure.{topic}", locale, fifth=format_number(int(fifth), locale) if fifth else "")


def measure_text(value: float | None, locale: Locale, places: int) -> str:
    """Write a reported measure, a dash where there is none."""
    return NOTHING if value is None or np.isnan(value) else format_number(Decimal(repr(float(value))), locale, places)


def _text(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"compare.{key}", locale, params)


def _header(locale: Locale, *columns: str) -> tuple[str, ...]:
    return tuple(_text(f"column.{column}", locale) for column in columns)


def _tonnes(mass_g: int, locale: Locale, write: Callable[[Decimal, Locale, int], str] = format_number) -> str:
    return render_message("summary.tonnes", locale, {"value": write(Decimal(mass_g) / 1_000_000, locale, 2)})


def _scenarios(comparison: Comparison, locale: Locale) -> Table:
    rows = [_header(locale, "scenario", "version", "outlets", "people", "allotted")]
    outlets = comparison.outlets
    for s, scenario in enumerate(comparison.scenarios):
        counts = (scenario.dataset_version, len(scenario.first_lines), int(outlets.people[s].sum()))
        mass = _tonnes(int(outlets.mass_g(s).sum()), locale)
        rows.append((scenario.name, *(format_number(count, locale) for count in counts), mass))
    return _text("heading.scenarios", locale, round=comparison.round_code), rows


def _cost(comparison: Comparison, locale: Locale) -> Table:
    rows = [(_text("column.figure", locale), *(s.name for s in comparison.scenarios))]
    for name, write in _cost_figures(locale).items():
        texts = []
        for scenario in comparison.scenarios:
            try:
                texts.append(write(scenario))
            except KeyError:  # a run of an earlier version did not tell it
                texts.append(NOTHING)
        rows.append((render_message(f"summary.row.{name}", locale), *texts))
    return _text("heading.cost", locale), rows


def _cost_figures(locale: Locale) -> Mapping[str, Callable[[Scenario], str]]:
    def count(name: str) -> Callable[[Scenario], str]:
        return lambda scenario: format_number(scenario.delivery[name], locale)

    def mass(name: str) -> Callable[[Scenario], str]:
        return lambda scenario: _tonnes(scenario.delivery[f"{name}_g"], locale)

    return {
        "cost": lambda s: format_amount(s.delivery["cost"], s.dataset.settings.currency, locale),
        "km": lambda s: format_number(round(s.delivery["metres"] / 1000), locale),
        "trips": count("trips"),
        "trucks": count("trucks"),
        "truck_days": count("truck_days"),
        "co2": lambda s: _tonnes(int(Decimal(s.delivery["co2_kg"]) * 1000), locale),
        "routed": mass("routed"),
        "collected": mass("collected"),
        "waiting": mass("waiting"),
        "outlets_served": count("outlets_served"),
        "people_covered": count("people_covered"),
    }


def _fairness(comparison: Comparison, locale: Locale) -> Iterator[Table]:
    """Tell the measures that say most of how fair a round is, each of every commodity in every scenario."""
    names = tuple(scenario.name for scenario in comparison.scenarios)
    for measure in SHOWN_MEASURES:
        rows = [(_text("column.commodity", locale), *names)]
        for commodity in comparison.commodities:
            values = (scenario.fairness.get(commodity.code, {}).get(measure) for scenario in comparison.scenarios)
            rows.append((commodity.name(locale), *(measure_text(value, locale, 4) for value in values)))
        yield _text("heading.fairness", locale, measure=name_measure(measure, locale)), rows


def _against(key: str, comparison: Comparison, s: int, locale: Locale, **params: object) -> str:
    names = {"scenario": comparison.scenarios[s].name, "first": comparison.scenarios[0].name}
    return _text(f"heading.{key}", locale, **names, **params)


def _gains(comparison: Comparison, s: int, locale: Locale) -> Table:
    """Tell per commodity the packs that outlets gain and lose, and how many people are served by them."""
    figures = comparison.outlets
    difference = figures.difference(s)
    people = np.maximum(figures.people[0], figures.people[s])
    rows = [_header(locale, "commodity", "gained", "lost", "change", "gainers", "losers")]
    for j, commodity in enumerate(comparison.commodities):
        change = difference.change[:, j]
        rows.append(
            (
                commodity.name(locale),
                format_number(difference.gained[j], locale),
                format_number(difference.lost[j], locale),
                format_change(difference.gained[j] - difference.lost[j], locale),
                *(
                    _text("of_people", locale, outlets=format_number(int(who.sum()), locale),
                          people=format_number(int(people[who].sum()), locale))
                    for who in (change > 0, change < 0)
                ),
            )
        )  # fmt: skip
    return _against("gains", comparison, s, locale), rows


def _levels(comparison: Comparison, s: int, locale: Locale) -> Table:
    """Tell how much moves between the holders of each level, all commodities together."""
    rows = [_header(locale, "level", "gained_mass", "lost_mass", "change")]
    for figures in comparison.partitions:
        difference = figures.difference(s)
        gained, lost = (
            sum(packs * pack_g for packs, pack_g in zip(side, figures.pack_g, strict=True))
            for side in (difference.gained, difference.lost)
        )
        level = render_message(f"sheet.{figures.level}", locale)
        rows.append(
            (level, _tonnes(gained, locale), _tonnes(lost, locale), _tonnes(gained - lost, locale, format_change))
        )
    return _against("levels", comparison, s, locale), rows


def _largest(comparison: Comparison, s: int, figures: LevelFigures, locale: Locale) -> Table:
    """Name the holders that lose most and those that gain most, by mass of all commodities, in order of the change."""
    change = figures.change_g(s)
    order = order_by_loss(change, figures.codes).tolist()
    losers = [row for row in order if change[row] < 0][:MOST_NAMED]
    gainers = [row for row in order if change[row] > 0][-MOST_NAMED:]
    level = render_message(f"sheet.{figures.level}", locale)
    heading = _against("largest", comparison, s, locale, level=level)
    rows = [_header(locale, "holder", "people", "kg_before", "kg_after", "kg_change", "kg_per_person_change")]
    rows += [_holder_row(figures, s, row, locale) for row in (*losers, *gainers)]
    return heading, rows if len(rows) > 1 else [*rows, (_text("nobody", locale), *[NOTHING] * 5)]


def _holder_row(figures: LevelFigures, s: int, row: int, locale: Locale) -> tuple[str, ...]:
    code = figures.codes[row]
    before, after = (Decimal(int(figures.mass_g(k)[row].sum())) / 1000 for k in (0, s))
    ration = figures.total_kg_per_person(s)[row] - figures.total_kg_per_person(0)[row]
    return (
        f"{figures.names[code].name(locale)} ({code})",
        format_number(int(max(figures.people[0, row], figures.people[s, row])), locale),
        format_number(before, locale, 1),
        format_number(after, locale, 1),
        format_change(after - before, locale, 1),
        NOTHING if np.isnan(ration) else format_change(Decimal(repr(float(ration))), locale, 3),
    )
