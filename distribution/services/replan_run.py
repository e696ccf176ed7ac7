"""Plan what is left of a round after trucks broke down or outlets closed; what has begun stays as it is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path

from distribution.domain.enums import Severity
from distribution.domain.errors import InputError, StateError
from distribution.domain.findings import Finding, Param, Several, Where
from distribution.services.kept_plan import KeptPlan, load_kept_plan
from distribution.services.opened_run import opened_run
from distribution.services.plan_deliveries import SearchOptions, SolverError
from distribution.services.route_costs import truck_name
from optimizer.parallel import SerialExecutor, ThreadExecutor, count_available_cpus
from optimizer.replan import Breakdown, Event, Replan, Scope, replan
from optimizer.verify_replan import verify_replan

#: Trucks named in the repair of a finding.
_MOST_NAMED = 12


@dataclass(frozen=True)
class Happened:
    """What has happened to a round, in the names that people know.

    Attributes
    ----------
    day, second
        The moment. Where the day is no working day, the morning of the next one.
    broken
        Trucks that cannot go on, as ``truck_name`` writes them.
    until
        Last day without them; None for the rest of the period.
    made
        Halts that a broken truck has made of the trip it was on, by truck; the others by the times of the plan.
    back
        Day from which what they have on board can leave again; None for the next working day.
    closed
        Codes of outlets that take nothing any more.
    """

    day: dt.date
    second: int
    broken: tuple[str, ...] = ()
    until: dt.date | None = None
    made: Mapping[str, int] = field(default_factory=dict)
    back: dt.date | None = None
    closed: tuple[str, ...] = ()


@dataclass(frozen=True)
class ReplanReport:
    """The plan of a round as it was, what happened to it, and the plan of what is left."""

    kept: KeptPlan
    event: Event
    found: Replan

    @property
    def scaled_cost(self) -> int:
        """Return what the whole period costs now, in 1/COST_SCALE of the currency."""
        types = self.kept.problem.vehicle_types
        return sum(trip.scaled_cost(types[trip.vehicle_type]) for trip in self.found.trips)


def replan_run(
    folder: Path,
    happened: Happened,
    options: SearchOptions | None = None,
    round_code: str | None = None,
    scope: Scope = Scope.TOUCHED,
) -> ReplanReport:
    """Plan what is left of a round, the latest by default; nothing is kept.

    Parameters
    ----------
    folder
        Of a run.
    happened
        What has happened.
    options
        None leaves every trip that has not begun as it is and puts in beside them who lost their truck; with options
        a search goes on from there.
    round_code
        The round.
    scope
        What that search may change.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown`` or ``plan_missing``.
    StateError
        ``no_previous`` if the folder holds no run; ``plan_apart``; ``replan_docks`` where docks bind.
    InputError
        ``moment_after_period``, ``day_before_moment``, ``truck_not_there``, ``outlet_not_in_plan``,
        ``halts_too_many``, ``halts_of_whole_truck``: all at once.
    SolverError
        ``plan_rejected`` if the independent check finds a fault in what was planned.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        kept = load_kept_plan(tx, folder, round_code)
    event = _Reading(kept, happened).event()
    if kept.problem.docks_may_bind:
        raise StateError("replan_docks", round_code=kept.round_code)
    workers = 1 if options is None else options.workers or count_available_cpus()
    with ThreadExecutor(workers) if workers > 1 else nullcontext(SerialExecutor()) as executor:
        limits, seed = (None, 1) if options is None else (options.limits, options.seed)
        found = replan(kept.problem, kept.plan, event, limits, seed, scope=scope, executor=executor)
    if violations := verify_replan(kept.problem, kept.plan, event, found):
        raise SolverError("plan_rejected", details="; ".join(map(str, violations[:5])))
    return ReplanReport(kept, event, found)


class _Reading:
    """Reads the names of what has happened, and collects what is wrong with them."""

    def __init__(self, kept: KeptPlan, happened: Happened) -> None:
        self._kept, self._happened = kept, happened
        self._dates = [kept.date_of(day) for day in range(len(kept.problem.days))]
        self._findings: list[Finding] = []

    def event(self) -> Event:
        happened = self._happened
        day = self._first_day(happened.day)
        if day is None:
            self._complain("moment_after_period", "--at", str(happened.day), last=self._dates[-1])
            raise InputError(tuple(self._findings))
        second = self._kept.dataset.work_clock.read(happened.second) if self._dates[day] == happened.day else 0
        until, back = self._until(day), self._back(day)
        closed = frozenset(self._closed())
        breakdowns = tuple(self._breakdowns(day, second, until))
        if self._findings:
            raise InputError(tuple(self._findings))
        return Event(day, second, breakdowns, back, closed)

    def _first_day(self, date: dt.date) -> int | None:
        return next((day for day, its_date in enumerate(self._dates) if its_date >= date), None)

    def _until(self, day: int) -> int | None:
        until = self._happened.until
        if until is None or until >= self._dates[-1]:
            return None
        if until < self._dates[day]:
            self._complain("day_before_moment", "--until", until.isoformat(), first=self._dates[day])
            return None
        return max(number for number, date in enumerate(self._dates) if date <= until)

    def _back(self, day: int) -> int | None:
        back = self._happened.back
        if back is None:
            return None
        if back < self._dates[day]:
            self._complain("day_before_moment", "--back", back.isoformat(), first=self._dates[day])
        first = self._first_day(back)
        return len(self._dates) if first is None else first

    def _closed(self) -> Iterator[int]:
        places = self._kept.outlet_places
        for code in self._happened.closed:
            if code in places:
                yield places[code]
            else:
                self._complain("outlet_not_in_plan", "--closed", code)

    def _breakdowns(self, day: int, second: int, until: int | None) -> Iterator[Breakdown]:
        problem, happened = self._kept.problem, self._happened
        trucks = {
            truck_name(problem, k, unit): (k, unit)
            for k, vehicle in enumerate(problem.vehicle_types)
            for unit in range(vehicle.trucks_on(day))
        }
        for name in dict.fromkeys(happened.broken):
            if name in trucks:
                yield Breakdown(*trucks[name], until, self._served(name, trucks[name], day, second))
            else:
                driving = {
                    truck_name(problem, t.vehicle_type, t.vehicle) for t in self._kept.plan.trips if t.day == day
                }
                named = Several(tuple(sorted(driving)[:_MOST_NAMED]))
                self._complain("truck_not_there", "--broken", name, day=self._dates[day], trucks=named)
        for name in happened.made:
            if name not in happened.broken:
                self._complain("halts_of_whole_truck", "--made", name)

    def _served(self, name: str, truck: tuple[int, int], day: int, second: int) -> int | None:
        """Return the stops that the halts told of stand for: loads unloaded in a row at one place are one halt."""
        made = self._happened.made.get(name)
        if made is None:
            return None
        deliveries = self._kept.problem.deliveries
        halts = [
            len(list(stops))
            for trip in self._kept.plan.trips
            if (trip.day, trip.vehicle_type, trip.vehicle) == (day, *truck) and trip.start_s < second < trip.end_s
            for _, stops in groupby(trip.stops, key=lambda stop: deliveries[stop.delivery].place)
        ]
        if made > len(halts):
            self._complain("halts_too_many", "--made", f"{name}={made}", halts=len(halts))
            return None
        return sum(halts[:made])

    def _complain(self, code: str, option: str, value: str, **params: Param) -> None:
        self._findings.append(Finding(Severity.ERROR, code, Where(column=option, value=value), params))
