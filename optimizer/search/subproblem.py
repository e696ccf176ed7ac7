"""A piece of the plan that is solved by itself: trips to fill, deliveries that must all be served."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.search.model import Windows
from optimizer.travel import IntArray

Routes = tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A trip that may be made between ``opens_s`` (loading may start) and ``closes_s`` (the truck is back).

    Costs are in 1/COST_SCALE of the currency; ``fixed_cost`` is due when the slot is used. ``after`` is the slot of the
    trip before it on the same truck-day, which must be over before this one starts and be used if this one is.
    """

    capacity_g: int
    capacity_ml: int
    metre_cost: int
    second_cost: int
    fixed_cost: int
    loading_s: int
    opens_s: int
    closes_s: int
    after: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Subproblem:
    """Deliveries 0 .. n-1 of one depot, and the slots they may be put into.

    Attributes
    ----------
    metres, seconds
        Shape (n + 1, n + 1); the depot is last.
    weight_g, volume_ml, service_s, windows
        Of each delivery.
    allowed
        Slots that each delivery may use (day, class, access).
    slots
        The trips.
    routes
        The present solution: deliveries of each slot, in order.
    waits_cost
        Whether the engine weighs the working time with its waiting; else only road, service and loading.
    solutions
        Work limit: solutions the engine may look at; 0 to end in the first local optimum. No clock, so that the answer
        is the same on every machine.
    """

    metres: IntArray
    seconds: IntArray
    weight_g: tuple[int, ...]
    volume_ml: tuple[int, ...]
    service_s: tuple[int, ...]
    windows: tuple[Windows, ...]
    allowed: tuple[tuple[int, ...], ...]
    slots: tuple[Slot, ...]
    routes: Routes
    waits_cost: bool
    solutions: int
