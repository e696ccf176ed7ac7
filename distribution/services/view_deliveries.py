"""Show which goods reach which outlet when, from the plan of a round, to whoever may see the outlet."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby
from typing import Any

from distribution.domain.network import Named
from distribution.domain.numerals import format_number
from distribution.domain.principal import Principal
from distribution.domain.work_clock import clock_of
from distribution.messages import Locale, render_message
from distribution.services.exports.plan_json import REST_HOURS
from distribution.services.exports.unserved import describe_unserved
from distribution.services.find_round import find_round
from distribution.services.page import Page, cut_page
from distribution.services.stored_plan import load_stored_plan
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction, UnitOfWork
from optimizer.plan import Reason, Trip
from optimizer.plan_file import LoadedPlan


class DeliveryState(StrEnum):
    """What is to become of packs."""

    PLANNED = "planned"
    TO_COLLECT = "to_collect"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class NamedPacks:
    """Packs of one commodity."""

    commodity: Named
    packs: int


@dataclass(frozen=True, slots=True)
class OutletDelivery:
    """One halt of a truck at an outlet, one collection by an outlet, or one load that waits.

    ``day`` is the day of the halt, or the first of those on which to collect, up to ``until``; ``arrival_s`` is in
    seconds after midnight. ``truck`` names the type, ``truck_number`` the truck of it and ``trip`` its trip of the
    day, both from 1. ``reason`` is the stable code, and ``why`` the sentence, of what waits. What is not known is None.
    """

    state: DeliveryState
    outlet: Named
    packs: tuple[NamedPacks, ...]
    weight_g: int
    warehouse: Named | None = None
    day: dt.date | None = None
    until: dt.date | None = None
    arrival_s: int | None = None
    arrival_is_estimate: bool = False
    truck: Named | None = None
    truck_number: int | None = None
    trip: int | None = None
    reason: str | None = None
    why: str | None = None

    @property
    def order(self) -> tuple[bool, dt.date, int, str]:
        """Return what deliveries are put in order by: dated ones first, by day and arrival, then by outlet."""
        return self.day is None, self.day or dt.date.max, self.arrival_s or 0, self.outlet.code


def list_deliveries(
    uow: UnitOfWork,
    asker: Principal,
    round_code: str,
    locale: Locale,
    *,
    outlet_code: str | None = None,
    after: int = 0,
    limit: int,
) -> Page[OutletDelivery]:
    """List the deliveries of a round, those of a union's own outlets only, by day and hour; what waits comes last.

    Parameters
    ----------
    after
        How many to pass over: a plan never changes, so a delivery keeps its place in the list.

    Raises
    ------
    NotFoundError
        If there is no such round, or it has no plan.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        outlets = _outlets(tx, found, asker, outlet_code)
        view = _PlanView(load_stored_plan(tx, found), tx, found, outlets, locale)
    listed = sorted(view.deliveries(), key=lambda delivery: delivery.order)
    numbered = [(str(number), delivery) for number, delivery in enumerate(listed, start=1)]
    return cut_page(numbered[after : after + limit + 1], limit)


def _outlets(tx: Transaction, found: Round, asker: Principal, outlet_code: str | None) -> dict[str, Named]:
    """Index the outlets that the asker may see, as they were in the round; only one of them if it is named."""
    pages, version, scope = NetworkPages(tx.session), found.dataset_version, asker.scope
    if outlet_code is None:
        rows = pages.page("outlets", version, scope=scope)
    else:
        noun = pages.find("outlets", version, outlet_code, scope=scope)
        rows = () if noun is None else ((outlet_code, noun),)
    return {code: noun for code, noun in rows if isinstance(noun, Named)}


class _PlanView:
    """A plan as the outlets see it; what goes elsewhere is not looked at."""

    def __init__(
        self, loaded: LoadedPlan, tx: Transaction, found: Round, outlets: Mapping[str, Named], locale: Locale
    ) -> None:
        self._problem, self._plan, self._header = loaded.problem, loaded.plan, loaded.header
        self._clock = clock_of(str(loaded.header.get(REST_HOURS, "")))
        self._outlets = outlets
        self._locale = locale
        problem, pages, version = loaded.problem, NetworkPages(tx.session), found.dataset_version
        depots = [problem.places[depot.place].name for depot in problem.depots]
        self._warehouses = pages.named("warehouses", version, depots)
        self._commodities = pages.named("commodities", version, problem.commodities)
        self._vehicles = pages.named("vehicles", version, [v.name for v in problem.vehicle_types])
        self._pack_g = dict(zip(problem.commodities, problem.commodity_weight_g, strict=True))

    def deliveries(self) -> Iterator[OutletDelivery]:
        """Yield halts, collections and what waits."""
        for trip in self._plan.trips:
            yield from self._halts(trip)
        yield from self._collections()
        yield from self._waiting()

    def _halts(self, trip: Trip) -> Iterator[OutletDelivery]:
        problem = self._problem
        for place, group in groupby(trip.stops, key=lambda stop: problem.deliveries[stop.delivery].place):
            code = problem.places[place].name
            if code not in self._outlets:
                continue
            stops = list(group)
            packs: Counter[str] = Counter()
            for stop in stops:
                packs.update(self._loaded(stop.delivery))
            yield OutletDelivery(
                state=DeliveryState.PLANNED,
                outlet=self._outlets[code],
                packs=self._named(packs),
                weight_g=self._weight_g(packs),
                warehouse=self._depot(trip.depot),
                day=dt.date.fromisoformat(problem.days[trip.day]),
                arrival_s=self._clock.ends(stops[0].arrival_s),
                arrival_is_estimate=bool(self._header.get("travel_is_estimate")),
                truck=self._vehicles[problem.vehicle_types[trip.vehicle_type].name],
                truck_number=trip.vehicle + 1,
                trip=trip.trip + 1,
            )

    def _collections(self) -> Iterator[OutletDelivery]:
        for entry in self._header.get("collections", ()):
            if entry["outlet"] in self._outlets:
                yield OutletDelivery(
                    state=DeliveryState.TO_COLLECT,
                    outlet=self._outlets[entry["outlet"]],
                    packs=self._named(entry["packs"]),
                    weight_g=self._weight_g(entry["packs"]),
                    warehouse=self._warehouses[entry["warehouse"]],
                    day=dt.date.fromisoformat(entry["valid_from"]),
                    until=dt.date.fromisoformat(entry["valid_until"]),
                )

    def _waiting(self) -> Iterator[OutletDelivery]:
        names = {j: self._commodities[code].name(self._locale) for j, code in enumerate(self._problem.commodities)}
        for unserved in self._plan.unserved:
            delivery = self._problem.deliveries[unserved.delivery]
            code = self._problem.places[delivery.place].name
            if code in self._outlets:
                packs = self._loaded(unserved.delivery)
                why = describe_unserved(unserved, names, self._clock, self._locale)
                yield self._left(code, packs, unserved.reason, why, self._depot(delivery.depot))
        for entry in self._header.get("stock_short", ()):
            if entry["outlet"] in self._outlets:
                yield self._short(entry)

    def _short(self, entry: Mapping[str, Any]) -> OutletDelivery:
        packs = {entry["commodity"]: entry["packs"]}
        number = {"packs": format_number(entry["packs"], self._locale)}
        why = render_message("shortage.no_warehouse", self._locale, number)
        return self._left(entry["outlet"], packs, Reason.STOCK_SHORT, why)

    def _left(
        self, code: str, packs: Mapping[str, int], reason: Reason, why: str, warehouse: Named | None = None
    ) -> OutletDelivery:
        return OutletDelivery(
            state=DeliveryState.WAITING,
            outlet=self._outlets[code],
            packs=self._named(packs),
            weight_g=self._weight_g(packs),
            warehouse=warehouse,
            reason=reason.value,
            why=why,
        )

    def _depot(self, depot: int) -> Named:
        return self._warehouses[self._problem.places[self._problem.depots[depot].place].name]

    def _loaded(self, delivery: int) -> dict[str, int]:
        packs = zip(self._problem.commodities, self._problem.deliveries[delivery].packs, strict=True)
        return {code: count for code, count in packs if count}

    def _named(self, packs: Mapping[str, int]) -> tuple[NamedPacks, ...]:
        return tuple(NamedPacks(self._commodities[code], count) for code, count in sorted(packs.items()))

    def _weight_g(self, packs: Mapping[str, int]) -> int:
        return sum(self._pack_g[code] * count for code, count in packs.items())
