"""A comparison of scenarios as files: a workbook to read, and CSV in long form to compute with."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import numpy as np

from distribution.allocation.difference import order_by_loss
from distribution.documents.formats import isolate, kilograms
from distribution.documents.tables import render_csv
from distribution.documents.workbook import Heading, render_sheets
from distribution.documents.workbook_sheets import Cell, Column, Kind, Sheet
from distribution.domain.errors import StateError
from distribution.messages import Locale, render_message
from distribution.services.compare_rounds import LEVELS, Comparison, LevelFigures
from distribution.services.comparison_tables import name_measure
from distribution.services.whole_folder import writing_to

CSV_HEADER = (
    "round_code", "baseline", "scenario", "level", "code", "name_fa", "name_en", "commodity_code", "people_before",
    "people_after", "packs_before", "packs_after", "packs_change", "kg_before", "kg_after", "kg_change",
    "kg_per_person_before", "kg_per_person_after", "kg_per_person_change",
)  # fmt: skip
RATION_PLACES = 6


def write_comparison(comparison: Comparison, folder: Path, locale: Locale) -> None:
    """Write ``compare.xlsx`` and ``compare.csv`` into a folder, in place of those it holds.

    Raises
    ------
    StateError
        ``out_is_input`` if the folder is that of one of the runs.
    UnavailableError
        ``out_unusable`` if it cannot be written.
    """
    if folder.resolve() in {scenario.folder.resolve() for scenario in comparison.scenarios}:
        raise StateError("out_is_input", folder=str(folder))
    files = {
        "compare.xlsx": render_comparison_workbook(comparison, locale),
        "compare.csv": render_comparison_csv(comparison),
    }
    with writing_to(folder):
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_bytes(content)


def render_comparison_csv(comparison: Comparison) -> bytes:
    """Render a line per scenario, level, holder and commodity; an area's figures are those of all below it."""
    return render_csv(CSV_HEADER, _csv_rows(comparison))


def _csv_rows(comparison: Comparison) -> Iterator[tuple[Cell, ...]]:
    first = comparison.scenarios[0]
    for s, scenario in enumerate(comparison.scenarios[1:], start=1):
        for figures in comparison.levels.values():
            mass, rations = (figures.mass_g(0), figures.mass_g(s)), (figures.kg_per_person(0), figures.kg_per_person(s))
            for g, code in enumerate(figures.codes):
                noun = figures.names[code]
                people = int(figures.people[0, g]), int(figures.people[s, g])
                for j, commodity in enumerate(comparison.commodities):
                    packs = int(figures.packs[0, g, j]), int(figures.packs[s, g, j])
                    kg = kilograms(int(mass[0][g, j])), kilograms(int(mass[1][g, j]))
                    per_head = float(rations[0][g, j]), float(rations[1][g, j])
                    yield (
                        comparison.round_code, first.name, scenario.name, figures.level, code, noun.name_fa,
                        noun.name_en, commodity.code, *people, *packs, packs[1] - packs[0], *kg, kg[1] - kg[0],
                        *(_ration(value) for value in (*per_head, per_head[1] - per_head[0])),
                    )  # fmt: skip


def _ration(value: float, places: int = RATION_PLACES) -> Decimal | None:
    return None if np.isnan(value) else round(Decimal(repr(value)), places)


def render_comparison_workbook(comparison: Comparison, locale: Locale) -> bytes:
    """Render the sheets: summary, gains and losses, fairness, then a sheet per level, those who lose most first."""
    words = _Words(locale)
    sheets = (
        _summary(comparison, words),
        _gains(comparison, words),
        _fairness(comparison, words),
        *(_level(comparison, comparison.levels[level], words) for level in LEVELS),
    )
    names = " · ".join(isolate(scenario.name) for scenario in comparison.scenarios)
    synthetic = any(scenario.dataset.settings.synthetic for scenario in comparison.scenarios)
    title = render_message("compare.heading.scenarios", locale, {"round": comparison.round_code})
    return render_sheets(sheets, Heading(title, names, synthetic), locale)


class _Words:
    """The headers of the workbook in one language."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def __call__(self, key: str, **params: object) -> str:
        return render_message(f"compare.{key}", self.locale, params)

    def column(self, key: str, kind: Kind, **params: object) -> Column:
        return Column(self(f"column.{key}", **params), kind)

    def figure(self, key: str, kind: Kind) -> Column:
        return Column(render_message(f"summary.row.{key}", self.locale), kind)


def _summary(comparison: Comparison, words: _Words) -> Sheet:
    """Lay out a row per scenario: what it placed and what it costs."""
    columns = [
        words.column("scenario", Kind.TEXT),
        words.column("policy", Kind.TEXT),
        words.column("version", Kind.WHOLE),
        words.column("outlets", Kind.WHOLE),
        words.column("people", Kind.WHOLE),
        words.column("allotted_kg", Kind.THOUSANDTHS),
        words.column("unplaced_packs", Kind.WHOLE),
        words.column("reserved_packs", Kind.WHOLE),
        *(words.figure(key, Kind.WHOLE) for key in ("cost", "km", "trips", "trucks", "truck_days")),
        words.column("co2_kg", Kind.THOUSANDTHS),
        words.column("waiting_kg", Kind.THOUSANDTHS),
        words.column("currency", Kind.TEXT),
    ]
    rows = []
    for s, scenario in enumerate(comparison.scenarios):
        delivery = scenario.delivery
        metres, co2, waiting_g = (delivery.get(key) for key in ("metres", "co2_kg", "waiting_g"))
        rows.append(
            (
                scenario.name, scenario.policy, scenario.dataset_version, len(scenario.first_lines),
                int(comparison.outlets.people[s].sum()), kilograms(int(comparison.outlets.mass_g(s).sum())),
                sum(goods.unplaced_packs for goods in scenario.goods.values()),
                sum(goods.reserved_packs for goods in scenario.goods.values()), delivery.get("cost"),
                None if metres is None else round(metres / 1000),
                *(delivery.get(key) for key in ("trips", "trucks", "truck_days")),
                None if co2 is None else Decimal(co2), None if waiting_g is None else kilograms(waiting_g),
                scenario.dataset.settings.currency,
            )
        )  # fmt: skip
    return Sheet(words("sheet.summary"), tuple(columns), tuple(rows))


def _gains(comparison: Comparison, words: _Words) -> Sheet:
    """Lay out a row per scenario, level and commodity: packs gained and lost between the holders of the level."""
    texts = [words.column(key, Kind.TEXT) for key in ("scenario", "level", "commodity")]
    numbers = ("packs_before", "packs_after", "gained", "lost", "change", "gaining", "losing")
    rows: list[tuple[Cell, ...]] = []
    for s, scenario in enumerate(comparison.scenarios[1:], start=1):
        for figures in comparison.partitions:
            difference = figures.difference(s)
            gained, lost = difference.gained, difference.lost
            level = render_message(f"sheet.{figures.level}", words.locale)
            for j, commodity in enumerate(comparison.commodities):
                change = difference.change[:, j]
                rows.append(
                    (
                        scenario.name, level, commodity.name(words.locale), int(figures.packs[0, :, j].sum()),
                        int(figures.packs[s, :, j].sum()), gained[j], lost[j], gained[j] - lost[j],
                        int((change > 0).sum()), int((change < 0).sum()),
                    )
                )  # fmt: skip
    return Sheet(words("sheet.gains"), (*texts, *(words.column(key, Kind.WHOLE) for key in numbers)), tuple(rows))


def _fairness(comparison: Comparison, words: _Words) -> Sheet:
    columns = [words.column(key, Kind.TEXT) for key in ("commodity", "scenario")]
    columns += [Column(name_measure(name, words.locale), Kind.RATIO) for name in comparison.measures]
    rows = []
    for commodity in comparison.commodities:
        for scenario in comparison.scenarios:
            measures = scenario.fairness.get(commodity.code, {})
            given = (measures.get(name) for name in comparison.measures)
            cells = (None if value is None else _ration(float(value)) for value in given)
            rows.append((commodity.name(words.locale), scenario.name, *cells))
    return Sheet(words("sheet.fairness"), tuple(columns), tuple(rows))


def _level(comparison: Comparison, figures: LevelFigures, words: _Words) -> Sheet:
    """Lay out a row per holder: packs, kg and kg per person in every scenario, and what each changes."""
    names = [scenario.name for scenario in comparison.scenarios]
    later = range(1, len(names))
    columns = [words.column("code", Kind.CODE), words.column("name", Kind.TEXT)]
    columns += [words.column("people_of", Kind.WHOLE, scenario=name) for name in names]
    for commodity in comparison.commodities:
        goods = {"commodity": commodity.name(words.locale)}
        columns += [words.column("packs_of", Kind.WHOLE, scenario=name, **goods) for name in names]
        columns += [words.column("packs_change_of", Kind.WHOLE, scenario=names[s], **goods) for s in later]
    columns += [words.column("kg_of", Kind.THOUSANDTHS, scenario=name) for name in names]
    columns += [words.column("kg_change_of", Kind.THOUSANDTHS, scenario=names[s]) for s in later]
    columns += [words.column("ration_of", Kind.RATIO, scenario=name) for name in names]
    columns += [words.column("ration_change_of", Kind.RATIO, scenario=names[s]) for s in later]
    return Sheet(
        render_message(f"sheet.{figures.level}", words.locale),
        tuple(columns),
        tuple(_level_rows(comparison, figures, words)),
    )


def _level_rows(comparison: Comparison, figures: LevelFigures, words: _Words) -> Iterator[tuple[Cell, ...]]:
    count = len(comparison.scenarios)
    later = range(1, count)
    mass = [figures.mass_g(s).sum(axis=1) for s in range(count)]
    rations = [figures.total_kg_per_person(s) for s in range(count)]
    worst = np.min([mass[s] - mass[0] for s in later], axis=0)
    for g in order_by_loss(worst, figures.codes).tolist():
        cells: list[Cell] = [figures.codes[g], figures.names[figures.codes[g]].name(words.locale)]
        cells += [int(figures.people[s, g]) for s in range(count)]
        for j in range(len(comparison.commodities)):
            packs = figures.packs[:, g, j].tolist()
            cells += packs
            cells += [packs[s] - packs[0] for s in later]
        cells += [kilograms(int(own[g])) for own in mass]
        cells += [kilograms(int(mass[s][g] - mass[0][g])) for s in later]
        cells += [_ration(float(own[g])) for own in rations]
        cells += [_ration(float(rations[s][g] - rations[0][g])) for s in later]
        yield tuple(cells)
