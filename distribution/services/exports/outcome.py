"""All that the exports of a round are rendered from."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby

from distribution import __version__
from distribution.documents.commodity import DocumentCommodity
from distribution.documents.formats import format_time
from distribution.documents.workbook_data import Letter
from distribution.domain.dataset import Dataset
from distribution.domain.network import Outlet, Warehouse
from distribution.domain.numerals import format_number
from distribution.domain.rounds import LedgerEntry, StockUse, WaitingPacks
from distribution.domain.types import TimeWindow
from distribution.messages import Locale, render_message
from distribution.services.allocate_round import Allocation
from distribution.services.plan_deliveries import DeliveryPlan
from distribution.services.policy_words import name_policy
from distribution.services.remedy_figures import RemedyFigures, find_remedies
from distribution.services.route_costs import RouteCost, cost_routes, truck_name
from distribution.services.stock_use import packs_taken, use_stock
from distribution.services.summary import RoundSummary
from distribution.services.waiting import carry_waiting, post_undelivered
from optimizer.plan import Trip

Line = tuple[tuple[float, float], ...]
#: Returns the line of the road through places (lon, lat) in their order, nothing where there is no way.
FindLine = Callable[[Line], Line]


def packs_text(packs: int, commodity: str, locale: Locale) -> str:
    """Write a number of packs of a commodity, so that it is not taken for a mass."""
    return render_message("crew.packs", locale, {"packs": format_number(packs, locale), "commodity": commodity})


def receiving_hours(outlet: Outlet, locale: Locale) -> str:
    """Write the hours in which an outlet receives goods; blank where any hour is."""
    return write_hours(outlet.receiving_windows, locale)


def write_hours(windows: Iterable[TimeWindow], locale: Locale) -> str:
    """Write hours as ``08:00–12:00, 16:00–18:00``, in the digits of the language."""
    hours = (f"{format_time(window.start_s, locale)}–{format_time(window.end_s, locale)}" for window in windows)
    return ("، " if locale == "fa" else ", ").join(hours)


@dataclass(frozen=True)
class TruckDay:
    """What one truck does on one day."""

    day: int
    vehicle_type: int
    vehicle: int
    trips: tuple[Trip, ...]


@dataclass(frozen=True, slots=True)
class Hours:
    """When a trip's loading begins, when it leaves and when it is back, seconds after midnight."""

    start_s: int
    departure_s: int
    end_s: int


@dataclass(frozen=True)
class Visit:
    """One halt of a truck: all deliveries it makes there in a row, numbered from 1 within the trip.

    ``arrival_s`` is the time of day.
    """

    order: int
    outlet: Outlet
    arrival_s: int
    packs: tuple[int, ...]
    weight_g: int


@dataclass(frozen=True)
class RoundOutcome:
    """A round's network, shares, plan and figures.

    Attributes
    ----------
    parked
        Packs that wait for an outlet or a commodity now gone.
    waited
        Packs of earlier rounds that were to be delivered in this one.
    taavon_version
        Of the program that computed it.
    bundle_sha256
        Root hash of its bundle, for the papers; empty as long as there is none.
    roads
        Finds the line of the road through places; None where lines are straight.
    """

    dataset: Dataset
    round_code: str
    allocation: Allocation
    deliveries: DeliveryPlan
    summary: RoundSummary
    parked: tuple[WaitingPacks, ...] = ()
    waited: tuple[WaitingPacks, ...] = ()
    taavon_version: str = __version__
    bundle_sha256: str = ""
    roads: FindLine | None = None

    @property
    def locale(self) -> Locale:
        """Return the language of the round's documents."""
        return self.dataset.settings.language.locale

    @property
    def title(self) -> str:
        """Return the network's name in the documents' language."""
        settings = self.dataset.settings
        first, second = settings.title_fa, settings.title_en
        return (first or second) if self.locale == "fa" else (second or first)

    @property
    def policy_name(self) -> str:
        """Return the policy's name and code in the documents' language."""
        return name_policy(self.allocation.policy, self.locale)

    @property
    def period(self) -> tuple[dt.date, dt.date]:
        """Return the first day of the quotas' periods, and the last."""
        quotas = self.allocation.quotas
        return min(q.period_start for q in quotas), max(q.period_end for q in quotas)

    @cached_property
    def waiting_after(self) -> tuple[WaitingPacks, ...]:
        """List the packs that wait after the round, with the day since which they do."""
        return carry_waiting(
            self.waited,
            {(a.outlet_code, a.commodity_code): a.packs for a in self.allocation.allotments},
            self.deliveries.waiting_packs(),
            self.period[0],
        )

    @cached_property
    def postings(self) -> tuple[LedgerEntry, ...]:
        """List what the round posts to the accounts, in the order in which it is kept."""
        return (*self.allocation.entries, *post_undelivered(self.waited, self.waiting_after))

    @cached_property
    def stock_uses(self) -> tuple[StockUse, ...]:
        """List what the round takes of each row of stock."""
        return use_stock(self.dataset.stock, packs_taken(self.allocation.allotments, self.deliveries))

    @cached_property
    def remedies(self) -> RemedyFigures:
        """Find what would serve the loads that wait; it takes a moment for each."""
        return find_remedies(self.dataset, self.deliveries)

    @cached_property
    def letters(self) -> tuple[Letter, ...]:
        """List the letters behind the round's quotas, each once."""
        letters = {(q.letter_number, q.letter_date) for q in self.allocation.quotas if q.letter_number or q.letter_date}
        ordered = sorted(letters, key=lambda letter: (letter[0], letter[1] or dt.date.min))
        return tuple(Letter(number, date) for number, date in ordered)

    @cached_property
    def commodities(self) -> tuple[DocumentCommodity, ...]:
        """List the commodities of the round's quotas and of packs that had waited, in order of code."""
        price = {goods.commodity_code: goods.price for goods in self.allocation.goods}
        codes = sorted({c.code for c in self.deliveries.demand.commodities} | set(price))
        commodities = [self.dataset.commodity_by_code[code] for code in codes]
        return tuple(
            DocumentCommodity(c.code, c.name(self.locale), c.pack_g, price.get(c.code, c.price)) for c in commodities
        )

    @cached_property
    def truck_days(self) -> tuple[TruckDay, ...]:
        """Group the trips by truck and day, in order of day, type and truck."""
        groups: dict[tuple[int, int, int], list[Trip]] = defaultdict(list)
        for trip in self.deliveries.plan.trips:
            groups[trip.day, trip.vehicle_type, trip.vehicle].append(trip)
        return tuple(
            TruckDay(*key, trips=tuple(sorted(trips, key=lambda t: t.trip))) for key, trips in sorted(groups.items())
        )

    @cached_property
    def route_costs(self) -> dict[Trip, RouteCost]:
        """Split the cost of the plan by trip, in its order."""
        costs = cost_routes(self.dataset, self.deliveries.problem, self.deliveries.plan)
        return {route.cost.trip: route for route in costs}

    @cached_property
    def allotted_g(self) -> Counter[str]:
        """Return the mass allotted to each outlet in all, g."""
        total: Counter[str] = Counter()
        for allotment in self.allocation.allotments:
            commodity = self.dataset.commodity_by_code[allotment.commodity_code]
            total[allotment.outlet_code] += allotment.packs * commodity.pack_g
        return total

    @cached_property
    def road_lines(self) -> dict[Trip, Line]:
        """Find the road (lon, lat) of each trip from its warehouse over its halts and back, where it is known."""
        if self.roads is None:
            return {}
        trips = (trip for truck in self.truck_days for trip in truck.trips)
        return {trip: line for trip in trips if (line := self.roads(self._straight(trip)))}

    @cached_property
    def paths(self) -> dict[Trip, Line]:
        """Return the line to draw for each trip: its road, or straight from halt to halt."""
        trips = (trip for truck in self.truck_days for trip in truck.trips)
        return {trip: self.road_lines.get(trip) or self._straight(trip) for trip in trips}

    def _straight(self, trip: Trip) -> Line:
        yard = self.dataset.warehouses[trip.depot]
        return tuple((p.lon, p.lat) for p in (yard, *(v.outlet for v in self.visits(trip)), yard))

    def date_of(self, day: int) -> dt.date:
        """Return the date of a working day."""
        return self.deliveries.demand.days[day]

    def truck_name(self, truck: TruckDay) -> str:
        """Return a truck's code and number, e.g. ``V-MASHHAD-T6-2``; unique among the trucks."""
        return truck_name(self.deliveries.problem, truck.vehicle_type, truck.vehicle)

    def truck_title(self, truck: TruckDay, locale: Locale | None = None) -> str:
        """Return a truck's name with its number, for people; in the documents' language if none is given."""
        locale = locale or self.locale
        code = self.deliveries.problem.vehicle_types[truck.vehicle_type].name
        vehicle = next(v for v in self.dataset.vehicles if v.code == code)
        params = {"name": vehicle.name(locale), "number": format_number(truck.vehicle + 1, locale)}
        return render_message("crew.truck_title", locale, params)

    def waybill_number(self, truck: TruckDay) -> str:
        """Return the number of a truck-day's waybill, unique in the round."""
        return f"{self.round_code}/{self.date_of(truck.day):%Y%m%d}/{self.truck_name(truck)}"

    def warehouse_of(self, truck: TruckDay) -> Warehouse:
        """Return the warehouse a truck works from."""
        return self.dataset.warehouses[truck.trips[0].depot]

    def visits(self, trip: Trip) -> tuple[Visit, ...]:
        """List the halts of a trip; packs are in the order of the documents' commodities."""
        problem = self.deliveries.problem
        visits = []
        by_place = groupby(trip.stops, key=lambda stop: problem.deliveries[stop.delivery].place)
        for order, (place, group) in enumerate(by_place, start=1):
            stops = list(group)
            loads = [problem.deliveries[stop.delivery] for stop in stops]
            total = tuple(map(sum, zip(*(load.packs for load in loads), strict=True)))
            visits.append(
                Visit(
                    order=order,
                    outlet=self.dataset.outlet_by_code[problem.places[place].name],
                    arrival_s=self.dataset.work_clock.ends(stops[0].arrival_s),
                    packs=self.document_packs(total),
                    weight_g=sum(load.weight_g for load in loads),
                )
            )
        return tuple(visits)

    def document_packs(self, packs: tuple[int, ...]) -> tuple[int, ...]:
        """Spread packs in the problem's order of commodities over the documents' commodities."""
        count = dict(zip(self.deliveries.problem.commodities, packs, strict=True))
        return tuple(count.get(c.code, 0) for c in self.commodities)

    def load_text(self, packs: tuple[int, ...]) -> str:
        """Write packs as ``10 × rice; 4 × oil`` in the documents' language; names have commas of their own."""
        semicolon = "؛ " if self.locale == "fa" else "; "
        return semicolon.join(
            packs_text(count, c.name, self.locale) for c, count in zip(self.commodities, packs, strict=True) if count
        )

    def hours(self, trip: Trip) -> Hours:
        """Return when a trip is loaded, leaves and is back, by the time of day."""
        clock = self.dataset.work_clock
        return Hours(clock.begins(trip.start_s), clock.begins(trip.departure_s), clock.ends(trip.end_s))

    def clock(self, time_s: int) -> str:
        """Write a time of day as the waybill does."""
        return format_time(time_s, self.locale)
