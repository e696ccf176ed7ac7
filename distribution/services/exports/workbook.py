"""The allotments of a whole round as a workbook and as CSV."""

from __future__ import annotations

from dataclasses import replace

from distribution.services.exports.allotment_table import (
    AllotmentTable,
    SharedGoods,
    render_table_csv,
    render_table_workbook,
)
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.exports.route_rows import list_route_rows


def render_workbook(outcome: RoundOutcome) -> bytes:
    """Render ``allotments.xlsx``."""
    return render_table_workbook(replace(_table(outcome), routes=list_route_rows(outcome)), outcome.locale)


def render_allotments_csv(outcome: RoundOutcome) -> bytes:
    """Render ``allotments.csv``: one line per outlet and commodity, with the terms that led to it."""
    return render_table_csv(_table(outcome))


def _table(outcome: RoundOutcome) -> AllotmentTable:
    dataset = outcome.dataset
    return AllotmentTable(
        title=outcome.title,
        round_code=outcome.round_code,
        policy=outcome.policy_name,
        letters=outcome.letters,
        currency=dataset.settings.currency,
        synthetic=dataset.settings.synthetic,
        bundle_sha256=outcome.bundle_sha256,
        commodities=outcome.commodities,
        lines=outcome.allocation.allotments,
        names={
            "outlets": dataset.outlet_by_code,
            "cooperatives": dataset.cooperative_by_code,
            "unions": dataset.union_by_code,
            "areas": dataset.area_by_code,
        },
        shared=tuple(
            SharedGoods(
                commodity_code=goods.code,
                available_g=goods.quota_g + goods.carried_g,
                packs_to_share=goods.packs_to_share,
                allotted_packs=goods.allotted_packs,
                fairness=goods.fairness,
                unplaced_packs=goods.unplaced_packs,
                stops=goods.unplaced.stops if goods.unplaced else {},
            )
            for goods in outcome.summary.goods
        ),
    )
