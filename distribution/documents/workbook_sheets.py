"""Lay a round's allotments out as sheets: headers, rows and totals, not yet a file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from distribution.documents.commodity import DocumentCommodity, sum_packs, total_amount_due, total_weight_g
from distribution.documents.formats import format_currency, kilograms
from distribution.documents.workbook_data import AllotmentRow, AllotmentsWorkbook, Place
from distribution.messages import Locale, render_message

Cell = str | int | Decimal | None
KG_PER_PERSON = Decimal("0.0001")


class Kind(Enum):
    """How a column's cells are shown."""

    TEXT = "text"
    CODE = "code"
    WHOLE = "whole"
    THOUSANDTHS = "thousandths"
    RATIO = "ratio"


@dataclass(frozen=True, slots=True)
class Column:
    """A column's header and how its cells are shown."""

    header: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: columns, rows, and a row of totals where totals make sense."""

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    totals: tuple[Cell, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Group:
    """The outlets that share a place, added up."""

    place: Place
    first: AllotmentRow
    outlets: int
    people: int
    packs: tuple[int, ...]


def build_sheets(data: AllotmentsWorkbook, locale: Locale) -> tuple[Sheet, ...]:
    """Lay out the sheets: allotments, their sums per cooperative, union and area, and fairness where it is measured."""
    words = _Words(data, locale)
    return (
        _allotments(data, words),
        _cooperatives(data, words),
        _unions(data, words),
        _areas(data, words),
        *((_fairness(data, words),) if data.fairness else ()),
    )


class _Words:
    """The headers of one workbook in one language."""

    def __init__(self, data: AllotmentsWorkbook, locale: Locale) -> None:
        self._locale = locale
        self._currency = format_currency(data.currency, locale)

    def __call__(self, key: str, commodity: str = "") -> str:
        params = {"commodity": commodity, "currency": self._currency}
        return render_message(f"document.workbook.{key}", self._locale, params)

    def column(self, key: str, kind: Kind, commodity: str = "") -> Column:
        return Column(self(key, commodity), kind)

    def texts(self, *keys: str) -> tuple[Column, ...]:
        return tuple(self.column(key, Kind.CODE if key.endswith("_code") else Kind.TEXT) for key in keys)

    def label(self, row: AllotmentRow) -> str:
        return render_message(f"enum.PopulationBasis.{row.basis.value}", self._locale)


def _kg_kind(commodities: Iterable[DocumentCommodity]) -> Kind:
    return Kind.WHOLE if all(c.pack_g % 1000 == 0 for c in commodities) else Kind.THOUSANDTHS


def _kg_per_person(weight_g: int, people: int) -> Decimal | None:
    return (kilograms(weight_g) / people).quantize(KG_PER_PERSON) if people else None


def _has_prices(data: AllotmentsWorkbook) -> bool:
    return any(commodity.price for commodity in data.commodities)


def _goods_columns(data: AllotmentsWorkbook, words: _Words) -> tuple[Column, ...]:
    """Return packs, kg and amount per commodity, then the totals; no amounts where nothing has a price."""
    columns: list[Column] = []
    for commodity in data.commodities:
        columns.append(words.column("packs", Kind.WHOLE, commodity.name))
        columns.append(words.column("kg", _kg_kind([commodity]), commodity.name))
        if _has_prices(data):
            columns.append(words.column("due", Kind.WHOLE, commodity.name))
    columns.append(words.column("total_kg", _kg_kind(data.commodities)))
    if _has_prices(data):
        columns.append(words.column("total_due", Kind.WHOLE))
    return tuple(columns)


def _goods_cells(packs: tuple[int, ...], data: AllotmentsWorkbook) -> tuple[Cell, ...]:
    cells: list[Cell] = []
    for commodity, number in zip(data.commodities, packs, strict=True):
        cells += [number, kilograms(commodity.weight_g(number))]
        if _has_prices(data):
            cells.append(commodity.amount_due(number))
    cells.append(kilograms(total_weight_g(packs, data.commodities)))
    if _has_prices(data):
        cells.append(total_amount_due(packs, data.commodities))
    return tuple(cells)


def _total_packs(data: AllotmentsWorkbook) -> tuple[int, ...]:
    return sum_packs([row.packs for row in data.rows], len(data.commodities))


def _total_people(data: AllotmentsWorkbook) -> int:
    return sum(row.people for row in data.rows)


def _totals(words: _Words, blanks: int, *numbers: Cell) -> tuple[Cell, ...]:
    return (words("total"), *[None] * (blanks - 1), *numbers)


def _groups(data: AllotmentsWorkbook, place_of: Callable[[AllotmentRow], Place]) -> tuple[_Group, ...]:
    """Add up the rows of each place, in order of its code."""
    members: dict[str, list[AllotmentRow]] = defaultdict(list)
    for row in data.rows:
        members[place_of(row).code].append(row)
    return tuple(
        _Group(
            place=place_of(rows[0]),
            first=rows[0],
            outlets=len(rows),
            people=sum(row.people for row in rows),
            packs=sum_packs([row.packs for row in rows], len(data.commodities)),
        )
        for _, rows in sorted(members.items())
    )


def _allotments(data: AllotmentsWorkbook, words: _Words) -> Sheet:
    places = ("outlet_code", "outlet", "cooperative_code", "cooperative", "union_code", "union", "area_code", "area")
    rows = tuple(
        (
            *(
                text
                for place in (row.outlet, row.cooperative, row.union, row.area)
                for text in (place.code, place.name)
            ),
            row.people,
            words.label(row),
            *_goods_cells(row.packs, data),
        )
        for row in data.rows
    )
    return Sheet(
        name=words("sheet_allotments"),
        columns=(
            *words.texts(*places),
            words.column("people", Kind.WHOLE),
            *words.texts("basis"),
            *_goods_columns(data, words),
        ),
        rows=rows,
        totals=_totals(words, len(places), _total_people(data), None, *_goods_cells(_total_packs(data), data)),
    )


def _cooperatives(data: AllotmentsWorkbook, words: _Words) -> Sheet:
    return _group_sheet(
        data,
        words,
        name="sheet_cooperatives",
        place_of=lambda row: row.cooperative,
        texts=("cooperative_code", "cooperative", "union_code", "union"),
        lead=lambda group: (
            group.place.code,
            group.place.name,
            group.first.union.code,
            group.first.union.name,
        ),
    )


def _unions(data: AllotmentsWorkbook, words: _Words) -> Sheet:
    return _group_sheet(
        data,
        words,
        name="sheet_unions",
        place_of=lambda row: row.union,
        texts=("union_code", "union"),
        lead=lambda group: (group.place.code, group.place.name),
    )


def _group_sheet(
    data: AllotmentsWorkbook,
    words: _Words,
    *,
    name: str,
    place_of: Callable[[AllotmentRow], Place],
    texts: Sequence[str],
    lead: Callable[[_Group], tuple[str, ...]],
) -> Sheet:
    numbers = (words.column("outlets", Kind.WHOLE), words.column("people", Kind.WHOLE))
    rows = tuple(
        (*lead(group), group.outlets, group.people, *_goods_cells(group.packs, data))
        for group in _groups(data, place_of)
    )
    total = (len(data.rows), _total_people(data), *_goods_cells(_total_packs(data), data))
    return Sheet(
        name=words(name),
        columns=(*words.texts(*texts), *numbers, *_goods_columns(data, words)),
        rows=rows,
        totals=_totals(words, len(texts), *total),
    )


def _areas(data: AllotmentsWorkbook, words: _Words) -> Sheet:
    columns = [
        *words.texts("area_code", "area"),
        words.column("outlets", Kind.WHOLE),
        words.column("people", Kind.WHOLE),
    ]
    for commodity in data.commodities:
        columns.append(words.column("packs", Kind.WHOLE, commodity.name))
        columns.append(words.column("kg_per_person_of", Kind.RATIO, commodity.name))
    columns.append(words.column("total_kg", _kg_kind(data.commodities)))
    columns.append(words.column("kg_per_person", Kind.RATIO))

    def cells(outlets: int, people: int, packs: tuple[int, ...]) -> tuple[Cell, ...]:
        goods: list[Cell] = []
        for commodity, number in zip(data.commodities, packs, strict=True):
            goods += [number, _kg_per_person(commodity.weight_g(number), people)]
        weight_g = total_weight_g(packs, data.commodities)
        return (outlets, people, *goods, kilograms(weight_g), _kg_per_person(weight_g, people))

    return Sheet(
        name=words("sheet_areas"),
        columns=tuple(columns),
        rows=tuple(
            (group.place.code, group.place.name, *cells(group.outlets, group.people, group.packs))
            for group in _groups(data, lambda row: row.area)
        ),
        totals=_totals(words, 2, *cells(len(data.rows), _total_people(data), _total_packs(data))),
    )


def _fairness(data: AllotmentsWorkbook, words: _Words) -> Sheet:
    ratios = (
        "gini",
        "largest_deviation",
        "lowest_fill",
        "highest_fill",
        "kg_per_person_min",
        "kg_per_person_median",
        "kg_per_person_max",
        "hoover",
        "theil",
        "jain",
        "atkinson_half",
        "atkinson_one",
    )
    return Sheet(
        name=words("sheet_fairness"),
        columns=(
            *words.texts("commodity"),
            words.column("pack_kg", Kind.THOUSANDTHS),
            words.column("price", Kind.WHOLE),
            words.column("quota_kg", Kind.THOUSANDTHS),
            words.column("packs_to_share", Kind.WHOLE),
            words.column("packs_allotted", Kind.WHOLE),
            words.column("packs_unplaced", Kind.WHOLE),
            *words.texts("stopped_by"),
            *(words.column(key, Kind.RATIO) for key in ratios),
        ),
        rows=tuple(
            (
                row.commodity.name,
                kilograms(row.commodity.pack_g),
                row.commodity.price,
                row.quota_kg,
                row.packs_to_share,
                row.packs_allotted,
                row.packs_unplaced,
                row.stopped_by,
                row.gini,
                row.largest_deviation_packs,
                row.lowest_fill,
                row.highest_fill,
                row.kg_per_person_min,
                row.kg_per_person_median,
                row.kg_per_person_max,
                row.hoover,
                row.theil,
                row.jain,
                row.atkinson_half,
                row.atkinson_one,
            )
            for row in data.fairness
        ),
    )
