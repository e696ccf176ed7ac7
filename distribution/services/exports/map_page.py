"""The offline map: outlets by kg per person, and the routes of each day."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from distribution.allocation.population import Served
from distribution.documents.seal import format_seal
from distribution.domain.enums import PopulationBasis
from distribution.domain.jalali import format_date
from distribution.domain.network import Outlet
from distribution.domain.numerals import format_number
from distribution.messages import render_message
from distribution.services.exports.outcome import RoundOutcome, TruckDay
from gis.export.thin_path import thin_path
from gis.maps import MapData, MapOutlet, MapPlace, MapRoute, MapStop, MapTexts, MapWarehouse, render_map_html
from optimizer.plan import Trip

MARKS = {"fa": {"digits": "۰۱۲۳۴۵۶۷۸۹", "decimal_mark": "٫"}, "en": {}}


#: Of a road, points are left out on the map that are no further than this from the line of the others, m.
_THIN_M = 15.0


def render_map(outcome: RoundOutcome) -> bytes:
    """Render ``map.html``, which opens from a file and asks nothing of a network."""
    locale = outcome.locale
    words = [name for name in MapTexts.__dataclass_fields__ if name not in {"digits", "decimal_mark"}]
    texts = MapTexts(**{name: render_message(f"map.{name}", locale) for name in words}, **MARKS[locale])
    days = outcome.deliveries.demand.days
    return render_map_html(
        MapData(
            locale=locale,
            title=outcome.title,
            subtitle=describe_round(outcome),
            note=" ".join([*list_notes(outcome), *filter(None, [format_seal(outcome.bundle_sha256, locale)])]),
            texts=texts,
            outlets=_outlets(outcome),
            warehouses=tuple(
                MapWarehouse(w.name(locale), w.lon, w.lat, w.name(locale), w.code) for w in outcome.dataset.warehouses
            ),
            routes=tuple(_route(outcome, truck, trip) for truck in outcome.truck_days for trip in truck.trips),
            days=tuple(format_date(day, locale) for day in days),
            places=_places(outcome),
        )
    )


def describe_round(outcome: RoundOutcome) -> str:
    """Say in a line what the round allots, by which policy and when."""
    days, delivery = outcome.deliveries.demand.days, outcome.summary.delivery

    def tonnes(mass_g: int) -> str:
        return format_number(Decimal(mass_g) / 1_000_000, outcome.locale, 1)

    params = {
        "round": outcome.round_code,
        "policy": outcome.policy_name,
        "start": format_date(days[0], outcome.locale),
        "end": format_date(days[-1], outcome.locale),
        "allotted": tonnes(outcome.summary.allotted_g),
        "on_the_way": tonnes(delivery.routed_g + delivery.collected_g),
        "outlets": format_number(delivery.outlets_served, outcome.locale),
    }
    return render_message("map.subtitle", outcome.locale, params)


def list_notes(outcome: RoundOutcome) -> list[str]:
    """List what must be said below every map: what is made up, what is estimated, whose roads they are."""
    notes = []
    if outcome.dataset.settings.synthetic:
        notes.append(render_message("map.synthetic", outcome.locale))
    if outcome.deliveries.travel_is_estimate:
        notes.append(render_message("map.estimate", outcome.locale))
    elif source := outcome.dataset.settings.travel_source:
        notes.append(render_message("roads.source", outcome.locale, {"source": source}))
    return notes


def _outlets(outcome: RoundOutcome) -> tuple[MapOutlet, ...]:
    waiting = {outlet for outlet, _ in outcome.deliveries.waiting_packs()}
    packs: dict[str, dict[str, int]] = defaultdict(dict)
    for allotment in outcome.allocation.allotments:
        packs[allotment.outlet_code][allotment.commodity_code] = allotment.packs
    outlets = []
    for outlet in outcome.dataset.outlets:
        served = outcome.allocation.served[outlet.code]
        people = served.people
        load = tuple(packs[outlet.code].get(c.code, 0) for c in outcome.commodities)
        kg = outcome.allotted_g[outlet.code] / 1000
        outlets.append(
            MapOutlet(
                name=outlet.name(outcome.locale),
                lon=outlet.lon,
                lat=outlet.lat,
                people=people,
                kg_per_person=kg / people if people and outlet.code in packs else None,
                text=_outlet_text(outcome, outlet, served, load),
                unserved=outlet.code in waiting,
                code=outlet.code,
            )
        )
    return tuple(outlets)


def _outlet_text(outcome: RoundOutcome, outlet: Outlet, served: Served, load: tuple[int, ...]) -> str:
    locale = outcome.locale
    people = format_number(served.people, locale)
    if served.basis is PopulationBasis.ASSUMED:
        basis = render_message(f"enum.PopulationBasis.{served.basis.value}", locale).lower()
        people = render_message("map.people_of", locale, {"people": people, "basis": basis})
    else:
        people = render_message("map.people", locale, {"people": people})
    params = {
        "cooperative": outcome.dataset.cooperative_by_code[outlet.cooperative_code].name(locale),
        "area": outcome.dataset.area_by_code[outlet.area_code].name(locale),
        "people": people,
        "load": outcome.load_text(load),
    }
    return f"{outlet.name(locale)} ({outlet.code})\n" + render_message("map.outlet_text", locale, params)


def _route(outcome: RoundOutcome, truck: TruckDay, trip: Trip) -> MapRoute:
    locale = outcome.locale
    params = {
        "truck": outcome.truck_title(truck),
        "trip": format_number(trip.trip + 1, locale),
        "start": outcome.clock(outcome.hours(trip).departure_s),
        "end": outcome.clock(outcome.hours(trip).end_s),
        "stops": format_number(len(outcome.visits(trip)), locale),
        "km": format_number(round(trip.metres / 1000), locale),
    }
    title = render_message("map.route_title", locale, params)
    stops = tuple(MapStop(visit.outlet.code, outcome.clock(visit.arrival_s)) for visit in outcome.visits(trip))
    return MapRoute(
        trip.day,
        thin_path(outcome.paths[trip], _THIN_M),
        render_message("map.route_text", locale, params),
        title,
        stops,
    )


def _places(outcome: RoundOutcome) -> tuple[MapPlace, ...]:
    """Name the areas that have outlets of their own, at the middle of the people they serve."""
    members: dict[str, list[Outlet]] = defaultdict(list)
    for outlet in outcome.dataset.outlets:
        members[outlet.area_code].append(outlet)
    places = []
    for code, outlets in sorted(members.items()):
        weights = [outcome.allocation.served[o.code].people + 1 for o in outlets]
        total = sum(weights)
        places.append(
            MapPlace(
                name=outcome.dataset.area_by_code[code].name(outcome.locale),
                lon=sum(o.lon * w for o, w in zip(outlets, weights, strict=True)) / total,
                lat=sum(o.lat * w for o, w in zip(outlets, weights, strict=True)) / total,
                rank=total,
            )
        )
    return tuple(places)
