"""Release orders (حواله) for the outlets that fetch their goods."""

from __future__ import annotations

from distribution.documents.release_order import ReleaseOrder, ReleaseOrdersData, render_release_orders
from distribution.services.exports.outcome import RoundOutcome


def render_orders(outcome: RoundOutcome) -> bytes:
    """Render ``release_orders.pdf``, a page for each order; there must be an outlet that fetches its goods."""
    dataset, locale = outcome.dataset, outcome.locale
    orders = []
    for number, collection in enumerate(outcome.deliveries.collections, start=1):
        outlet = dataset.outlet_by_code[collection.outlet_code]
        orders.append(
            ReleaseOrder(
                number=f"{outcome.round_code}/R{number:04d}",
                outlet_code=outlet.code,
                outlet=outlet.name(locale),
                cooperative=dataset.cooperative_by_code[outlet.cooperative_code].name(locale),
                union=dataset.union_by_code[dataset.union_of(outlet)].name(locale),
                warehouse_code=collection.warehouse_code,
                warehouse=dataset.warehouse_by_code[collection.warehouse_code].name(locale),
                valid_from=collection.valid_from,
                valid_until=collection.valid_until,
                packs=tuple(collection.packs.get(c.code, 0) for c in outcome.commodities),
            )
        )
    data = ReleaseOrdersData(
        title=outcome.title,
        round=outcome.round_code,
        currency=dataset.settings.currency,
        commodities=outcome.commodities,
        orders=tuple(orders),
        synthetic=dataset.settings.synthetic,
        bundle_sha256=outcome.bundle_sha256,
    )
    return render_release_orders(data, locale)
