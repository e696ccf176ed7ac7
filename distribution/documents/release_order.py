"""Release orders (حواله): one page per outlet that collects its goods from a warehouse itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from distribution.documents.commodity import (
    DocumentCommodity,
    require_packs,
    total_amount_due,
    total_weight_g,
)
from distribution.documents.formats import (
    breakable,
    format_amount,
    format_both_dates,
    format_currency,
    format_kg,
    format_pack,
    format_packs,
    render_labels,
)
from distribution.documents.seal import format_seal
from distribution.documents.typesetting import FontSettings, render_pdf
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message

LABELS = ("number", "order", "commodity", "pack", "packs", "weight", "total", "amount_due")
SIGNATURES = ("issuer", "storekeeper", "receiver")
COMMON_LABELS = ("synthetic", "signature_name", "signature_when", "signature_sign")


@dataclass(frozen=True, slots=True)
class ReleaseOrder:
    """What one outlet may collect; ``packs`` are in the order of the document's commodities."""

    number: str
    outlet_code: str
    outlet: str
    cooperative: str
    union: str
    warehouse_code: str
    warehouse: str
    valid_from: dt.date
    valid_until: dt.date
    packs: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class ReleaseOrdersData:
    """The release orders of a round; names are in the reader's language."""

    title: str
    round: str
    currency: str
    commodities: tuple[DocumentCommodity, ...]
    orders: tuple[ReleaseOrder, ...]
    synthetic: bool = False
    bundle_sha256: str = ""

    def __post_init__(self) -> None:
        """Check that there is an order, that packs fit the commodities and that no order is empty."""
        if not self.orders:
            raise ValueError("a document of release orders needs an order")
        for order in self.orders:
            require_packs(order.packs, self.commodities)
            if not any(order.packs) or order.valid_from > order.valid_until:
                raise ValueError(f"release order {order.number} has no pack or no day")


def render_release_orders(data: ReleaseOrdersData, locale: Locale, fonts: FontSettings | None = None) -> bytes:
    """Typeset release orders as one PDF on A4, each order on a page of its own; the same data gives the same bytes.

    Prices are left out where no commodity has one.

    Raises
    ------
    UnavailableError
        ``font_missing`` if no font folder holds the font.
    """
    currency = {"currency": format_currency(data.currency, locale)}
    page: dict[str, object] = {
        "heading": render_message("document.release_order.heading", locale),
        "title": data.title,
        "number": data.round,
        "synthetic": data.synthetic,
        "seal": format_seal(data.bundle_sha256, locale),
        "paper": "a4",
        "flipped": False,
        "with_money": any(commodity.price for commodity in data.commodities),
        "labels": render_labels("common", COMMON_LABELS, locale)
        | render_labels("release_order", LABELS + SIGNATURES, locale)
        | {key: render_message(f"document.release_order.{key}", locale, currency) for key in ("price", "amount")}
        | {"page": render_message("document.common.page", locale, {"page": "{page}", "pages": "{pages}"})},
        "orders": [_order(order, data, locale) for order in data.orders],
        "notes": _notes(data, locale),
    }
    return render_pdf("release_order.typ", page, locale, fonts)


def _order(order: ReleaseOrder, data: ReleaseOrdersData, locale: Locale) -> dict[str, object]:
    carried = [(c, packs) for c, packs in zip(data.commodities, order.packs, strict=True) if packs]
    amount = total_amount_due(order.packs, data.commodities)
    return {
        "number": breakable(order.number),
        "facts": _facts(order, data, locale),
        "lines": [
            {
                "order": format_number(line, locale),
                "commodity": breakable(commodity.name),
                "pack": format_pack(commodity.pack_g, locale),
                "packs": format_packs(packs, locale),
                "weight": format_kg(commodity.weight_g(packs), locale),
                "price": format_number(commodity.price, locale),
                "amount": format_number(commodity.amount_due(packs), locale),
            }
            for line, (commodity, packs) in enumerate(carried, start=1)
        ],
        "packs": format_packs(sum(order.packs), locale),
        "weight": format_kg(total_weight_g(order.packs, data.commodities), locale),
        "amount": format_number(amount, locale),
        "amount_due": format_amount(amount, data.currency, locale),
    }


def _facts(order: ReleaseOrder, data: ReleaseOrdersData, locale: Locale) -> list[dict[str, str]]:
    values = {
        "outlet": (order.outlet, order.outlet_code),
        "cooperative": (order.cooperative, ""),
        "warehouse": (order.warehouse, order.warehouse_code),
        "union": (order.union, ""),
        "valid_from": (format_both_dates(order.valid_from, locale), ""),
        "valid_until": (format_both_dates(order.valid_until, locale), ""),
        "round": (data.round, ""),
    }
    labels = render_labels("release_order", values, locale)
    return [
        {"label": labels[key], "value": breakable(value), "note": breakable(note)}
        for key, (value, note) in values.items()
    ]


def _notes(data: ReleaseOrdersData, locale: Locale) -> list[str]:
    keys = ["note_bring", "note_difference", *(["note_synthetic"] if data.synthetic else [])]
    return list(render_labels("release_order", keys, locale).values())
