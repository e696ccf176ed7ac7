"""The allotments of a round, or of one union in it, as a workbook and as CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from distribution.allocation.fairness import Fairness
from distribution.documents.commodity import DocumentCommodity
from distribution.documents.formats import kilograms
from distribution.documents.tables import render_csv
from distribution.documents.workbook import render_allotments_workbook
from distribution.documents.workbook_data import AllotmentRow, AllotmentsWorkbook, FairnessRow, Letter, Place, RouteRow
from distribution.domain.network import Named
from distribution.domain.rounds import Allotment
from distribution.messages import Locale
from distribution.services.unplaced_sentences import describe_stops

CSV_HEADER = (
    "outlet_code", "outlet_name_fa", "outlet_name_en", "cooperative_code", "union_code", "area_code", "people", "basis",
    "commodity_code", "packs", "kg", "entitlement_packs", "repaid_net_packs", "level_packs", "shortfall_packs",
    "target_packs", "bound", "cap_packs", "debt_before_packs", "debt_after_packs", "price", "amount_due",
)  # fmt: skip


@dataclass(frozen=True)
class SharedGoods:
    """What a round had of one commodity, with what was carried over, g, and how fairly it was shared.

    ``stops`` counts the outlets that could take none of the unplaced packs, by what stopped them.
    """

    commodity_code: str
    available_g: int
    packs_to_share: int
    allotted_packs: int
    fairness: Fairness
    unplaced_packs: int = 0
    stops: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class AllotmentTable:
    """Allotments with the names that their codes have, by sheet and code, and how fairly the goods were shared.

    ``policy`` is its name and code, for people. ``shared`` and ``routes`` are
    empty in a union's own table: fairness and routes are the whole network's.
    """

    title: str
    round_code: str
    policy: str
    letters: tuple[Letter, ...]
    currency: str
    synthetic: bool
    commodities: tuple[DocumentCommodity, ...]
    lines: Sequence[Allotment]
    names: Mapping[str, Mapping[str, Named]]
    shared: tuple[SharedGoods, ...] = ()
    bundle_sha256: str = ""
    routes: tuple[RouteRow, ...] = ()


def render_table_workbook(table: AllotmentTable, locale: Locale) -> bytes:
    """Render ``allotments.xlsx``: a row per outlet, and sums."""
    by_outlet: dict[str, list[Allotment]] = defaultdict(list)
    for line in table.lines:
        by_outlet[line.outlet_code].append(line)
    data = AllotmentsWorkbook(
        title=table.title,
        round=table.round_code,
        policy=table.policy,
        routes=table.routes,
        letters=table.letters,
        currency=table.currency,
        commodities=table.commodities,
        rows=tuple(_row(table, lines, locale) for _, lines in sorted(by_outlet.items())),
        fairness=tuple(_fairness_row(table, goods, locale) for goods in table.shared),
        synthetic=table.synthetic,
        bundle_sha256=table.bundle_sha256,
    )
    return render_allotments_workbook(data, locale)


def render_table_csv(table: AllotmentTable) -> bytes:
    """Render ``allotments.csv``: one line per outlet and commodity, with the terms that led to it."""
    by_code = {c.code: c for c in table.commodities}
    outlets = table.names["outlets"]
    return render_csv(CSV_HEADER, (_csv_row(a, outlets[a.outlet_code], by_code[a.commodity_code]) for a in table.lines))


def _row(table: AllotmentTable, lines: Sequence[Allotment], locale: Locale) -> AllotmentRow:
    packs = {line.commodity_code: line.packs for line in lines}
    first = lines[0]

    def place(sheet: str, code: str) -> Place:
        return Place(code, table.names[sheet][code].name(locale))

    return AllotmentRow(
        outlet=place("outlets", first.outlet_code),
        cooperative=place("cooperatives", first.cooperative_code),
        union=place("unions", first.union_code),
        area=place("areas", first.area_code),
        people=first.people,
        basis=first.basis,
        packs=tuple(packs.get(c.code, 0) for c in table.commodities),
    )


def _csv_row(a: Allotment, outlet: Named, commodity: DocumentCommodity) -> tuple[str | int | Decimal | None, ...]:
    return (
        a.outlet_code, outlet.name_fa, outlet.name_en, a.cooperative_code, a.union_code, a.area_code, a.people,
        a.basis.value, a.commodity_code, a.packs, kilograms(commodity.weight_g(a.packs)), _packs(a.entitlement_nano),
        _packs(a.repaid_nano), _packs(a.level_nano), _packs(a.shortfall_nano), _packs(a.target_nano), a.bound.value,
        a.cap_packs, _packs(a.debt_before_nano), _packs(a.debt_after_nano), a.price, a.amount_due,
    )  # fmt: skip


def _packs(nano: int) -> Decimal:
    return Decimal(nano).scaleb(-9)


def _fairness_row(table: AllotmentTable, goods: SharedGoods, locale: Locale) -> FairnessRow:
    fairness = goods.fairness

    def rounded(value: float | None, places: int) -> Decimal | None:
        return None if value is None else round(Decimal(value), places)

    return FairnessRow(
        commodity=next(c for c in table.commodities if c.code == goods.commodity_code),
        quota_kg=kilograms(goods.available_g),
        packs_to_share=goods.packs_to_share,
        packs_allotted=goods.allotted_packs,
        packs_unplaced=goods.unplaced_packs,
        stopped_by=describe_stops(goods.stops, locale),
        gini=round(Decimal(fairness.gini or 0), 4),
        largest_deviation_packs=round(Decimal(fairness.largest_deviation_packs), 3),
        lowest_fill=rounded(fairness.fill_min, 4),
        highest_fill=rounded(fairness.fill_max, 4),
        kg_per_person_min=rounded(fairness.kg_per_person_min, 3),
        kg_per_person_median=rounded(fairness.kg_per_person_median, 3),
        kg_per_person_max=rounded(fairness.kg_per_person_max, 3),
        hoover=rounded(fairness.hoover, 4),
        theil=rounded(fairness.theil, 4),
        jain=rounded(fairness.jain, 4),
        atkinson_half=rounded(fairness.atkinson_half, 4),
        atkinson_one=rounded(fairness.atkinson_one, 4),
    )
