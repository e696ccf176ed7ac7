"""The network and its routes as map layers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from distribution.domain.network import Positioned
from distribution.messages import render_message
from distribution.services.exports.outcome import RoundOutcome, Visit
from distribution.services.route_costs import RouteCost, money
from gis.export.geojson import render_geojson
from gis.export.geopackage import render_geopackage
from gis.export.layers import Layer, LayerStyle, build_line_layer, build_point_layer
from optimizer.plan import Trip

NETWORK = "network.gpkg"

Rows = list[dict[str, object]]


def render_network(outcome: RoundOutcome) -> bytes:
    """Render ``network.gpkg``: areas, outlets, warehouses, routes and stops."""
    return render_geopackage(
        [stops_layer(outcome), outlets_layer(outcome), warehouses_layer(outcome), routes_layer(outcome),
         areas_layer(outcome)],
        NETWORK,
        f"{outcome.title} – {outcome.round_code}",
    )  # fmt: skip


def render_routes(outcome: RoundOutcome) -> bytes:
    """Render ``routes.geojson``: one line per trip."""
    return render_geojson(routes_layer(outcome))


def outlets_layer(outcome: RoundOutcome) -> Layer:
    """Build the outlets with the packs and kg they are allotted."""
    packs: dict[str, dict[str, int]] = defaultdict(dict)
    for allotment in outcome.allocation.allotments:
        packs[allotment.outlet_code][allotment.commodity_code] = allotment.packs
    rows: Rows = []
    for outlet in outcome.dataset.outlets:
        people = outcome.allocation.served[outlet.code]
        kg = outcome.allotted_g[outlet.code] / 1000
        rows.append(
            {
                **_names(outlet),
                "area": outlet.area_code,
                "cooperative": outlet.cooperative_code,
                "union": outcome.dataset.union_of(outlet),
                "people": people.people,
                "people_basis": people.basis.value,
                "mode": outlet.mode.value,
                "kg": kg,
                "kg_per_person": round(kg / people.people, 4) if people.people else None,
                **{f"packs_{c.code}": packs[outlet.code].get(c.code, 0) for c in outcome.commodities},
            }
        )
    return _points(outcome, "outlets", rows, outcome.dataset.outlets, LayerStyle("#2a7f62", 2.4))


def warehouses_layer(outcome: RoundOutcome) -> Layer:
    """Build the warehouses."""
    places = outcome.dataset.warehouses
    return _points(
        outcome, "warehouses", [_names(w) for w in places], places, LayerStyle("#333333", 4.2, "name_fa", "square")
    )


def areas_layer(outcome: RoundOutcome) -> Layer:
    """Build the areas as points: the middle of each one's outlets, with its people and allotment."""
    dataset = outcome.dataset
    members = defaultdict(list)
    for outlet in dataset.outlets:
        for code in dataset.area_and_ancestors(outlet.area_code):
            members[code].append(outlet)
    rows: Rows = []
    lon, lat = [], []
    for area in dataset.areas:
        inside = members[area.code]
        if not inside:
            continue
        people = sum(outcome.allocation.served[o.code].people for o in inside)
        kg = sum(outcome.allotted_g[o.code] for o in inside) / 1000
        rows.append(
            {
                "code": area.code, "name_fa": area.name_fa, "name_en": area.name_en, "parent": area.parent_code,
                "population": area.population, "population_source": area.population_source, "outlets": len(inside),
                "people_served": people, "kg": kg, "kg_per_person": round(kg / people, 4) if people else None,
            }
        )  # fmt: skip
        lon.append(sum(o.lon for o in inside) / len(inside))
        lat.append(sum(o.lat for o in inside) / len(inside))
    return build_point_layer(
        "areas", _title(outcome, "areas"), _columns(rows), lon=lon, lat=lat, style=LayerStyle("#8a5a00", 3.0, "name_fa")
    )


def routes_layer(outcome: RoundOutcome) -> Layer:
    """Build one line per trip: the road, or straight between stops where it is not known."""
    rows: Rows = []
    paths = []
    for truck in outcome.truck_days:
        for trip in truck.trips:
            rows.append(
                _trip_columns(outcome, trip)
                | {
                    "truck": outcome.truck_name(truck),
                    "departs": outcome.clock(outcome.hours(trip).departure_s),
                    "returns": outcome.clock(outcome.hours(trip).end_s),
                    "metres": trip.metres,
                    "stops": len(outcome.visits(trip)),
                    "kg": sum(v.weight_g for v in outcome.visits(trip)) / 1000,
                    **_cost_columns(outcome.route_costs[trip]),
                }
            )
            paths.append(outcome.paths[trip])
    return build_line_layer(
        "routes", _title(outcome, "routes"), _columns(rows), paths=paths, style=LayerStyle("#1f6f8b", 0.7)
    )


def stops_layer(outcome: RoundOutcome) -> Layer:
    """Build one point per halt of every trip."""
    rows: Rows = []
    outlets = []
    for truck in outcome.truck_days:
        for trip in truck.trips:
            for visit, halt in zip(outcome.visits(trip), outcome.route_costs[trip].halts, strict=True):
                rows.append(
                    _trip_columns(outcome, trip)
                    | {"truck": outcome.truck_name(truck)}
                    | _visit_columns(outcome, visit)
                    | {"cost": float(money(halt.total))}
                )
                outlets.append(visit.outlet)
    return _points(outcome, "stops", rows, outlets, LayerStyle("#c1461b", 2.0))


def _trip_columns(outcome: RoundOutcome, trip: Trip) -> dict[str, object]:
    return {
        "date": outcome.date_of(trip.day).isoformat(),
        "warehouse": outcome.dataset.warehouses[trip.depot].code,
        "trip": trip.trip + 1,
    }


def _cost_columns(route: RouteCost) -> dict[str, object]:
    """Return the parts of a trip's cost in the currency, its wait in minutes and how full the truck is by weight."""
    cost = route.cost
    return {
        "load_factor": round(float(cost.load_factor), 4),
        "waiting_min": round(cost.waiting_s / 60, 1),
        "cost_fixed": float(money(cost.fixed)),
        "cost_road": float(money(cost.road)),
        "cost_time": float(money(cost.time)),
        "cost": float(money(cost.total)),
    }


def _visit_columns(outcome: RoundOutcome, visit: Visit) -> dict[str, object]:
    return {
        "stop": visit.order,
        **_names(visit.outlet),
        "arrival": outcome.clock(visit.arrival_s),
        "load": outcome.load_text(visit.packs),
        "kg": visit.weight_g / 1000,
    }


def _names(noun: Positioned) -> dict[str, object]:
    return {"code": noun.code, "name_fa": noun.name_fa, "name_en": noun.name_en}


def _title(outcome: RoundOutcome, name: str) -> str:
    return render_message(f"layer.{name}", outcome.locale)


def _points(outcome: RoundOutcome, name: str, rows: Rows, places: Sequence[Positioned], style: LayerStyle) -> Layer:
    return build_point_layer(
        name,
        _title(outcome, name),
        _columns(rows),
        lon=[p.lon for p in places],
        lat=[p.lat for p in places],
        style=style,
    )


def _columns(rows: Rows) -> dict[str, list[object]]:
    """Turn rows into columns; rows of one layer have the same keys."""
    return {name: [row[name] for row in rows] for name in (rows[0] if rows else {"code": ""})}
