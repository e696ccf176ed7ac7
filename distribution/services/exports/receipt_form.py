"""The form on which a crew writes down what each outlet has accepted."""

from __future__ import annotations

from collections.abc import Iterator

from distribution.documents.tables import Cell, render_csv
from distribution.domain.receipt import ReceiptLine
from distribution.intake.fields import RECEIPTS_SHEET
from distribution.messages import render_message
from distribution.services.exports.outcome import RoundOutcome, TruckDay


def render_receipt_form(outcome: RoundOutcome, truck: TruckDay) -> bytes:
    """Render a line for every commodity of every halt, what is to be filled in left blank."""
    columns = list(ReceiptLine.model_fields)
    header = [render_message(f"column.{RECEIPTS_SHEET}.{name}", outcome.locale) for name in columns]
    return render_csv(header, ([line.get(name) for name in columns] for line in _lines(outcome, truck)))


def _lines(outcome: RoundOutcome, truck: TruckDay) -> Iterator[dict[str, Cell]]:
    codes = [commodity.code for commodity in outcome.commodities]
    for trip in truck.trips:
        for visit in outcome.visits(trip):
            for code, commodity, packs in zip(codes, outcome.commodities, visit.packs, strict=True):
                if packs:
                    yield {
                        "round_code": outcome.round_code,
                        "day": outcome.date_of(truck.day),
                        "truck": outcome.truck_name(truck),
                        "trip": trip.trip + 1,
                        "outlet_code": visit.outlet.code,
                        "outlet": visit.outlet.name(outcome.locale),
                        "commodity_code": code,
                        "commodity": commodity.name,
                        "planned_packs": packs,
                    }
