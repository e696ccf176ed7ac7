"""The plan as ``plan.json``: what it was made from, what it says, and nothing of when or where it was computed."""

from __future__ import annotations

from distribution.domain.types import format_decimal, format_windows
from distribution.services.exports.outcome import RoundOutcome
from optimizer.plan_file import dump_plan

#: In the header: when the clock that the plan's times are told by stands still.
REST_HOURS = "rest_hours"
#: In the header: whether the ways are those of a table, which cannot be worked out anew from positions.
TRAVEL_IS_TABLE = "travel_is_table"


def render_plan_json(outcome: RoundOutcome) -> bytes:
    """Render ``plan.json``; the same input, seed and iterations give the same bytes."""
    deliveries = outcome.deliveries
    header: dict[str, object] = {
        "round": outcome.round_code,
        "dataset_version": outcome.summary.dataset_version,
        "synthetic": outcome.dataset.settings.synthetic,
        "currency": outcome.dataset.settings.currency,
        "travel": deliveries.travel_label,
        "travel_is_estimate": deliveries.travel_is_estimate,
        TRAVEL_IS_TABLE: outcome.dataset.travel is not None,
        "detour_factor": format_decimal(outcome.dataset.settings.detour_factor),
        "speed_kmh": format_decimal(outcome.dataset.settings.speed_kmh),
        "taavon_version": outcome.taavon_version,
        "collections": [
            {
                "outlet": c.outlet_code,
                "warehouse": c.warehouse_code,
                "packs": c.packs,
                "valid_from": c.valid_from.isoformat(),
                "valid_until": c.valid_until.isoformat(),
            }
            for c in deliveries.collections
        ],
        "stock_short": [
            {"outlet": s.outlet_code, "commodity": s.commodity_code, "packs": s.packs} for s in deliveries.shortages
        ],
    }
    if rests := outcome.dataset.settings.rest_hours:
        header[REST_HOURS] = format_windows(rests)
    return dump_plan(deliveries.problem, deliveries.plan, header)
