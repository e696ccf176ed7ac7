"""When a truck is where: from the order of stops on a truck-day to its times."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from optimizer.plan import Stop, Trip
from optimizer.search.model import Kind, Model, Windows


@dataclass(frozen=True, slots=True)
class TripTimes:
    """A scheduled trip: loading starts, the truck leaves, stops, comes back; ``metres`` of road."""

    start_s: int
    departure_s: int
    end_s: int
    metres: int
    stops: tuple[Stop, ...]

    def cost(self, kind: Kind) -> int:
        """Return the cost of road and time, in 1/COST_SCALE, without the day's fixed cost."""
        return self.metres * kind.metre_cost + (self.end_s - self.start_s) * kind.second_cost


def first_start(windows: Windows, arrival_s: int) -> int | None:
    """Return the earliest service start at or after an arrival; None when every window is past."""
    if not windows:
        return arrival_s
    for start_s, end_s in windows:
        if arrival_s <= end_s:
            return max(arrival_s, start_s)
    return None


def last_start(windows: Windows, deadline_s: int) -> int | None:
    """Return the latest service start at or before a deadline; None when no window has opened."""
    if not windows:
        return deadline_s
    for start_s, end_s in reversed(windows):
        if start_s <= deadline_s:
            return min(deadline_s, end_s)
    return None


def schedule_trip(model: Model, kind: Kind, trip: Sequence[int], ready_s: int) -> TripTimes | None:
    """Schedule one trip: back as early as possible, and for that return leave as late as possible.

    Waiting is allowed at stops. Leaving late keeps the return and cuts the waiting, which is paid (Savelsbergh 1992).

    Parameters
    ----------
    model
        The problem's arrays.
    kind
        The truck.
    trip
        Deliveries in the order of their stops.
    ready_s
        The truck may start to load from here on.

    Returns
    -------
    TripTimes | None
        None when a window, the end of the working day or the hours of the depot cannot be kept.
    """
    metres, seconds = legs_of(model, kind, trip)
    released = max((model.release_s[i] for i in trip), default=0)
    clock = max(ready_s, kind.opens_s, released) + kind.loading_s
    if clock > kind.leaves_by_s:
        return None
    for i, leg in zip(trip, seconds, strict=False):
        start = first_start(model.windows[i], clock + leg)
        if start is None:
            return None
        clock = start + model.service_s[i]
    end = clock + seconds[-1]
    if end > kind.closes_s:
        return None
    clock = end - seconds[-1]
    for position in range(len(trip) - 1, -1, -1):
        i = trip[position]
        start = last_start(model.windows[i], clock - model.service_s[i])
        if start is None:  # pragma: no cover - the earliest schedule shows that there is one
            return None
        clock = start - seconds[position]
    departure = clock = min(clock, kind.leaves_by_s)
    stops = []
    for i, leg in zip(trip, seconds, strict=False):
        arrival = clock + leg
        start = first_start(model.windows[i], arrival)
        if start is None:  # pragma: no cover - as above
            return None
        clock = start + model.service_s[i]
        stops.append(Stop(i, arrival, start, clock))
    return TripTimes(departure - kind.loading_s, departure, end, sum(metres), tuple(stops))


def legs_of(model: Model, kind: Kind, trip: Sequence[int]) -> tuple[list[int], list[int]]:
    """Return metres and seconds of the legs of a trip; the last one is nothing where the route is open."""
    stops = [model.place[i] for i in trip]
    if kind.end_place is not None:
        return model.legs.path([kind.depot_place, *stops, kind.end_place])
    metres, seconds = model.legs.path([kind.depot_place, *stops])
    return [*metres, 0], [*seconds, 0]


def schedule_day(model: Model, kind: Kind, trips: Sequence[Sequence[int]]) -> list[TripTimes] | None:
    """Schedule the trips of one truck-day one after another; None when they do not fit or make the day too long.

    Each is back as early as possible, unless a stop with several windows makes it wait: then later starts are tried,
    and the one with the least working time is taken that leaves the trips after it in time.
    """
    ready = kind.opens_s
    times = []
    for number, trip in enumerate(trips):
        one = schedule_trip(model, kind, trip, ready)
        if one is None:
            return None
        if any(len(model.windows[i]) > 1 for i in trip) and _waits(one):
            one = _start_later(model, kind, trip, one, trips[number + 1 :])
        ready = one.end_s
        times.append(one)
    if kind.max_metres is not None and sum(one.metres for one in times) > kind.max_metres:
        return None
    if kind.max_duration_s is not None and sum(one.end_s - one.start_s for one in times) > kind.max_duration_s:
        return None
    return times


def _waits(one: TripTimes) -> bool:
    return any(stop.start_s > stop.arrival_s for stop in one.stops)


def _start_later(
    model: Model, kind: Kind, trip: Sequence[int], earliest: TripTimes, behind: Sequence[Sequence[int]]
) -> TripTimes:
    """Return the schedule with the least working time, of equal ones the earliest.

    The least is reached when some window opens as the truck arrives, or closes: no other starts need be tried.
    """
    _, seconds = legs_of(model, kind, trip)
    starts: set[int] = set()
    way = kind.loading_s
    for i, leg in zip(trip, seconds, strict=False):
        way += leg
        starts.update(edge - way for window in model.windows[i] for edge in window)
        way += model.service_s[i]
    best = earliest
    for start in sorted(start for start in starts if start > earliest.start_s):
        later = schedule_trip(model, kind, trip, start)
        if later is None:
            break
        if later.end_s - later.start_s < best.end_s - best.start_s and _fits_behind(model, kind, behind, later.end_s):
            best = later
    return best


def _fits_behind(model: Model, kind: Kind, trips: Sequence[Sequence[int]], ready: int) -> bool:
    """Tell whether trips can follow one that is back at a time."""
    for trip in trips:
        one = schedule_trip(model, kind, trip, ready)
        if one is None:
            return False
        ready = one.end_s
    return True


def cost_day(model: Model, kind: Kind, trips: Sequence[Sequence[int]]) -> int | None:
    """Return the exact cost of a truck-day in 1/COST_SCALE, fixed cost included; None when it is infeasible."""
    times = schedule_day(model, kind, trips)
    if times is None:
        return None
    return (kind.fixed_cost if times else 0) + sum(one.cost(kind) for one in times)


def schedule_loosely(
    model: Model, kind_index: int, vehicle: int, trips: Sequence[Sequence[int]], day: int = 0
) -> list[Trip]:
    """Schedule trips that may break rules: each is driven as it can be, or else as early as the roads allow.

    For plans that others have made; what is wrong with them is for ``verify_plan`` to say.
    """
    kind = model.kinds[kind_index]
    proper = schedule_day(model, kind, trips)
    times = proper if proper is not None else _drive_regardless(model, kind, trips)
    return [
        Trip(day, kind.depot, kind_index, vehicle, n, one.start_s, one.departure_s, one.end_s, one.metres, one.stops)
        for n, one in enumerate(times)
    ]


def _drive_regardless(model: Model, kind: Kind, trips: Sequence[Sequence[int]]) -> list[TripTimes]:
    ready = kind.opens_s
    times = []
    for trip in trips:
        metres, seconds = legs_of(model, kind, trip)
        start = max(ready, *(model.release_s[i] for i in trip))
        clock = start + kind.loading_s
        departure = clock
        stops = []
        for i, leg in zip(trip, seconds, strict=False):
            arrival = clock + leg
            begins = first_start(model.windows[i], arrival)
            begins = arrival if begins is None else begins
            clock = begins + model.service_s[i]
            stops.append(Stop(i, arrival, begins, clock))
        ready = clock + seconds[-1]
        times.append(TripTimes(start, departure, ready, sum(metres), tuple(stops)))
    return times
