"""The waybill of a truck-day."""

from __future__ import annotations

from distribution.documents.waybill import WaybillData, WaybillStop, WaybillTrip, render_waybill
from distribution.services.exports.outcome import RoundOutcome, TruckDay, Visit, receiving_hours
from optimizer.plan import Trip


def render_truck_waybill(outcome: RoundOutcome, truck: TruckDay) -> bytes:
    """Render the PDF waybill of one truck and day."""
    trips = tuple(
        WaybillTrip(
            number=trip.trip + 1,
            start_s=trip.start_s,
            departure_s=trip.departure_s,
            end_s=trip.end_s,
            distance_m=trip.metres,
            stops=tuple(_stop(outcome, truck, trip, visit) for visit in outcome.visits(trip)),
        )
        for trip in truck.trips
    )
    data = WaybillData(
        title=outcome.title,
        number=outcome.waybill_number(truck),
        round=outcome.round_code,
        date=outcome.date_of(truck.day),
        truck=outcome.truck_title(truck),
        warehouse=outcome.warehouse_of(truck).name(outcome.locale),
        commodities=outcome.commodities,
        trips=trips,
        synthetic=outcome.dataset.settings.synthetic,
        travel_is_estimate=outcome.deliveries.travel_is_estimate,
        travel_source=outcome.dataset.settings.travel_source,
        bundle_sha256=outcome.bundle_sha256,
    )
    return render_waybill(data, outcome.locale)


def mark_stop(outcome: RoundOutcome, truck: TruckDay, trip: Trip, visit: Visit) -> str:
    """Return what the QR code of a halt says: the keys of its receipt, and where it is (a ``geo`` URI, RFC 5870)."""
    outlet = visit.outlet
    return f"{outcome.waybill_number(truck)}/{trip.trip + 1}/{outlet.code}\ngeo:{outlet.lat:.5f},{outlet.lon:.5f}"


def _stop(outcome: RoundOutcome, truck: TruckDay, trip: Trip, visit: Visit) -> WaybillStop:
    dataset, locale, outlet = outcome.dataset, outcome.locale, visit.outlet
    return WaybillStop(
        order=visit.order,
        code=outlet.code,
        name=outlet.name(locale),
        cooperative=dataset.cooperative_by_code[outlet.cooperative_code].name(locale),
        arrival_s=visit.arrival_s,
        packs=visit.packs,
        address_note=dataset.area_by_code[outlet.area_code].name(locale),
        hours=receiving_hours(outlet, locale),
        mark=mark_stop(outcome, truck, trip, visit),
    )
