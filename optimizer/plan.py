"""The answer of ``solve``: dated trips, and a typed reason for everything that waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from optimizer.problem import VehicleType

#: One unit of currency in the exact integer cost below: the least common denominator of a metre at a price per km
#: (1/1000) and a second at a price per hour (1/3600).
COST_SCALE = 18_000


class Reason(StrEnum):
    """Why a delivery is not in the plan."""

    NO_COMPATIBLE_VEHICLE = "no_compatible_vehicle"  # class or access: no truck of the depot may serve it
    TOO_LARGE = "too_large"  # heavier or bulkier than any truck that may stop there
    NO_DAY = "no_day"  # no working day within its days
    UNREACHABLE = "unreachable"  # no road is known
    WINDOW_UNREACHABLE = "window_unreachable"  # no truck can be there in its hours
    TOO_FAR = "too_far"  # there and back is more road than any truck may drive in a day
    SHIFT_TOO_SHORT = "shift_too_short"  # there and back is longer than any shift
    STORAGE_FULL = "storage_full"  # no room is left for it at the place in its drop
    STOCK_SHORT = "stock_short"  # the depot's stock is given to others before it
    FLEET_USED_UP = "fleet_used_up"  # all trucks are taken by those before it
    DOCKS_FULL = "docks_full"  # a truck is idle, but no dock is free to load it in time


class Status(StrEnum):
    """How the search ended; every status has a feasible plan."""

    ITERATION_LIMIT = "iteration_limit"
    TIME_LIMIT = "time_limit"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Stop:
    """One delivery on a trip; ``start_s`` is when service begins, after any wait."""

    delivery: int
    arrival_s: int
    start_s: int
    departure_s: int


@dataclass(frozen=True, slots=True)
class Trip:
    """One round of one truck on one day, from the start of loading to the return.

    ``vehicle`` numbers the trucks of a type from 0 and ``trip`` the trips of that truck's day from 0, in time order.
    """

    day: int
    depot: int
    vehicle_type: int
    vehicle: int
    trip: int
    start_s: int
    departure_s: int
    end_s: int
    metres: int
    stops: tuple[Stop, ...]

    def scaled_cost(self, vehicle: VehicleType) -> int:
        """Return the exact cost in 1/COST_SCALE of the currency, the day's fixed cost on its first trip."""
        fixed = vehicle.fixed_cost * COST_SCALE if self.trip == 0 else 0
        return fixed + self.metres * vehicle.cost_per_km * 18 + (self.end_s - self.start_s) * vehicle.cost_per_hour * 5


@dataclass(frozen=True, slots=True)
class Unserved:
    """A delivery that waits, why, and the numbers that show it (e.g. needs_g, largest_g)."""

    delivery: int
    reason: Reason
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Limits:
    """When to stop: at the first of both. ``iterations`` alone gives the same plan on any machine."""

    seconds: float | None = None
    iterations: int | None = None

    def __post_init__(self) -> None:
        """Check that there is a limit and that none is negative."""
        given = [limit for limit in (self.seconds, self.iterations) if limit is not None]
        if not given or min(given) < 0:
            raise ValueError("give seconds or iterations, none negative")

    def part(self, share: float | Fraction) -> Limits:
        """Return a share of the limits, in whole iterations cut off."""
        return Limits(
            None if self.seconds is None else float(self.seconds * share),
            None if self.iterations is None else int(self.iterations * share),
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """Trips in the order day, depot, vehicle type, vehicle, trip; unserved in the order of the deliveries.

    ``scaled_cost`` is the sum over the trips, in 1/COST_SCALE of the currency. The depot that serves a delivery is its
    trip's depot: consolidation may have changed the tag.
    """

    trips: tuple[Trip, ...]
    unserved: tuple[Unserved, ...]
    scaled_cost: int
    status: Status
    iterations: int
    seed: int
