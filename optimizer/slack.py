"""How late a stop may end so that all that comes after it on the truck's day can still be kept."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.plan import Trip
from optimizer.search.model import Kind, Model
from optimizer.search.schedule import first_start, legs_of, schedule_trip


def slack_s(model: Model, kind: Kind, trips: Sequence[Trip], trip: int, position: int) -> int:
    """Return by how many seconds a stop may take longer than planned.

    What is planned is left alone as far as the delay does not reach it; later trips are put off where it does. Windows,
    the end of the working day and the longest working time of the day are kept.

    Parameters
    ----------
    model, kind
        The problem's arrays, and the truck.
    trips
        Its trips of the day as planned, in order of time.
    trip, position
        Which trip, and which of its stops.
    """
    fits, breaks = 0, max(kind.closes_s - trips[trip].stops[position].departure_s, 0) + 1
    while breaks - fits > 1:
        late_s = (fits + breaks) // 2
        if _keeps(model, kind, trips, trip, position, late_s):
            fits = late_s
        else:
            breaks = late_s
    return fits


def _keeps(model: Model, kind: Kind, trips: Sequence[Trip], trip: int, position: int, late_s: int) -> bool:
    """Tell whether the day can be kept if a stop ends so much later."""
    ready = _end_s(model, kind, trips[trip], position, late_s)
    if ready is None:
        return False
    worked_s = sum(one.end_s - one.start_s for one in trips[:trip]) + ready - trips[trip].start_s
    for one in trips[trip + 1 :]:
        start_s, end_s = one.start_s, one.end_s
        if ready > start_s:
            put_off = schedule_trip(model, kind, [stop.delivery for stop in one.stops], ready)
            if put_off is None:
                return False
            start_s, end_s = put_off.start_s, put_off.end_s
        worked_s += end_s - start_s
        ready = end_s
    return kind.max_duration_s is None or worked_s <= kind.max_duration_s


def _end_s(model: Model, kind: Kind, trip: Trip, position: int, late_s: int) -> int | None:
    """Return when the trip ends if a stop ends so much later; None if a window or the day's end is missed."""
    _, seconds = legs_of(model, kind, [stop.delivery for stop in trip.stops])
    clock = trip.stops[position].departure_s + late_s
    for stop, leg in zip(trip.stops[position + 1 :], seconds[position + 1 :], strict=False):
        start = first_start(model.windows[stop.delivery], clock + leg)
        if start is None:
            return None
        clock = start + model.service_s[stop.delivery]
    clock += seconds[-1]
    return clock if clock <= kind.closes_s else None
