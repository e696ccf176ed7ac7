"""What the routes of a round cost, as rows of its workbook."""

from __future__ import annotations

from decimal import Decimal

from distribution.documents.workbook_data import HaltRow, RouteRow
from distribution.messages import Locale
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.route_costs import HaltCost, RouteCost, money


def list_route_rows(outcome: RoundOutcome) -> tuple[RouteRow, ...]:
    """List the routes in the order of the plan, each with its halts."""
    return tuple(_route(route, outcome.locale) for route in outcome.route_costs.values())


def _route(route: RouteCost, locale: Locale) -> RouteRow:
    cost, trip = route.cost, route.cost.trip
    return RouteRow(
        day=route.day,
        warehouse=route.warehouse.name(locale),
        truck=route.truck,
        trip=route.trip,
        start_s=route.start_s,
        departure_s=route.departure_s,
        end_s=route.end_s,
        driving_s=cost.driving_s,
        waiting_s=cost.waiting_s,
        weight_g=route.weight_g,
        load_factor=(Decimal(cost.load_factor.numerator) / cost.load_factor.denominator).quantize(Decimal("0.0001")),
        metres=trip.metres,
        fixed=money(cost.fixed),
        road=money(cost.road),
        time=money(cost.time),
        total=money(cost.total),
        halts=tuple(_halt(halt, locale) for halt in route.halts),
    )


def _halt(halt: HaltCost, locale: Locale) -> HaltRow:
    return HaltRow(
        order=halt.order,
        outlet_code=halt.outlet.code,
        outlet=halt.outlet.name(locale),
        arrival_s=halt.arrival_s,
        weight_g=halt.weight_g,
        way=money(halt.way),
        fixed=money(halt.fixed),
        total=money(halt.total),
        saved=money(halt.saved),
    )
