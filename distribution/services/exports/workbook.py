"""The allotments as a workbook and as CSV."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from distribution.documents.commodity import DocumentCommodity
from distribution.documents.tables import render_csv
from distribution.documents.workbook import render_allotments_workbook
from distribution.documents.workbook_data import AllotmentRow, AllotmentsWorkbook, FairnessRow, Place
from distribution.domain.network import Named
from distribution.domain.rounds import Allotment
from distribution.services.exports.outcome import RoundOutcome

CSV_HEADER = (
    "outlet_code", "outlet_name_fa", "outlet_name_en", "cooperative_code", "union_code", "area_code", "people", "basis",
    "commodity_code", "packs", "kg", "entitlement_packs", "target_packs", "bound", "cap_packs", "debt_before_packs",
    "debt_after_packs", "price", "amount_due",
)  # fmt: skip


def render_workbook(outcome: RoundOutcome) -> bytes:
    """Render ``allotments.xlsx``."""
    locale, dataset = outcome.locale, outcome.dataset
    commodities = outcome.commodities
    column = {c.code: j for j, c in enumerate(commodities)}
    by_outlet: dict[str, list[Allotment]] = defaultdict(list)
    for allotment in outcome.allocation.allotments:
        by_outlet[allotment.outlet_code].append(allotment)

    def place(noun: Named) -> Place:
        return Place(noun.code, noun.name(locale))

    rows = []
    for code, lines in sorted(by_outlet.items()):
        packs = [0] * len(commodities)
        for line in lines:
            packs[column[line.commodity_code]] = line.packs
        first = lines[0]
        rows.append(
            AllotmentRow(
                outlet=place(dataset.outlet_by_code[code]),
                cooperative=place(dataset.cooperative_by_code[first.cooperative_code]),
                union=place(dataset.union_by_code[first.union_code]),
                area=place(dataset.area_by_code[first.area_code]),
                people=first.people,
                basis=first.basis,
                packs=tuple(packs),
            )
        )
    data = AllotmentsWorkbook(
        title=outcome.title,
        round=outcome.round_code,
        letters=outcome.letters,
        currency=dataset.settings.currency,
        commodities=commodities,
        rows=tuple(rows),
        fairness=_fairness_rows(outcome, commodities),
        synthetic=dataset.settings.synthetic,
    )
    return render_allotments_workbook(data, locale)


def render_allotments_csv(outcome: RoundOutcome) -> bytes:
    """Render ``allotments.csv``: one line per outlet and commodity, with the terms that led to it."""
    dataset = outcome.dataset
    return render_csv(
        CSV_HEADER, (_csv_row(outcome, a, dataset.outlet_by_code[a.outlet_code]) for a in outcome.allocation.allotments)
    )


def _csv_row(outcome: RoundOutcome, a: Allotment, outlet: Named) -> tuple[str | int | Decimal | None, ...]:
    commodity = outcome.dataset.commodity_by_code[a.commodity_code]
    return (
        a.outlet_code, outlet.name_fa, outlet.name_en, a.cooperative_code, a.union_code, a.area_code, a.people,
        a.basis.value, a.commodity_code, a.packs, a.packs * commodity.pack_kg, _packs(a.entitlement_nano),
        _packs(a.target_nano), a.bound.value, a.cap_packs, _packs(a.debt_before_nano), _packs(a.debt_after_nano),
        a.price, a.amount_due,
    )  # fmt: skip


def _packs(nano: int) -> Decimal:
    return Decimal(nano).scaleb(-9)


def _fairness_rows(outcome: RoundOutcome, commodities: tuple[DocumentCommodity, ...]) -> tuple[FairnessRow, ...]:
    by_code = {c.code: c for c in commodities}

    def rounded(value: float | None, places: int) -> Decimal | None:
        return None if value is None else round(Decimal(value), places)

    return tuple(
        FairnessRow(
            commodity=by_code[goods.code],
            quota_kg=Decimal(goods.quota_g + goods.carried_g) / 1000,
            packs_to_share=goods.packs_to_share,
            packs_allotted=goods.allotted_packs,
            gini=round(Decimal(goods.fairness.gini or 0), 4),
            largest_deviation_packs=round(Decimal(goods.fairness.largest_deviation_packs), 3),
            lowest_fill=rounded(goods.fairness.fill_min, 4),
            highest_fill=rounded(goods.fairness.fill_max, 4),
            kg_per_person_min=rounded(goods.fairness.kg_per_person_min, 3),
            kg_per_person_median=rounded(goods.fairness.kg_per_person_median, 3),
            kg_per_person_max=rounded(goods.fairness.kg_per_person_max, 3),
        )
        for goods in outcome.summary.goods
    )
