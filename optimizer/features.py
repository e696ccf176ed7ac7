"""What a problem asks for that another solver may have no words for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from optimizer.problem import Problem, VehicleType


class Feature(StrEnum):
    """A rule of a problem; the others (capacity, one window, several kinds of truck) every router knows."""

    SEVERAL_DAYS = "several_days"  # more than one day, or a delivery with no day at all
    STOCK = "stock"  # a depot may run out
    STORAGE = "storage"  # a place may be filled up
    SEVERAL_TRIPS = "several_trips"  # a truck comes back and leaves again
    SEVERAL_TRIPS_TIMED = "several_trips_timed"  # and its work, without the pauses between trips, is paid or limited
    RELEASE = "release"  # goods that come to the depot during the day
    DOCKS = "docks"  # no more trucks can load at a depot at once than so many
    DEPOT_HOURS = "depot_hours"  # a truck that ends elsewhere has to leave before its depot closes
    MANY_PLACES = "many_places"  # more than the solver's matrices of all places have room for


#: What a router has no words for that knows one day, and trucks that leave once with goods that are all there.
BEYOND_PLAIN_ROUTERS = frozenset(
    {
        Feature.SEVERAL_DAYS,
        Feature.STOCK,
        Feature.STORAGE,
        Feature.SEVERAL_TRIPS,
        Feature.RELEASE,
        Feature.DOCKS,
    }
)


class UnsupportedError(ValueError):
    """The solver has no words for some of the problem; ``features`` says what."""

    def __init__(self, features: Iterable[Feature]) -> None:
        self.features = tuple(sorted(features))
        super().__init__(", ".join(self.features))


@dataclass(frozen=True, slots=True)
class Ability:
    """What a solver has no words for, and the most deliveries that its matrices have room for."""

    unsupported: frozenset[Feature]
    most_deliveries: int

    def missing(self, problem: Problem) -> frozenset[Feature]:
        """Return the features of a problem that are beyond the solver."""
        many = {Feature.MANY_PLACES} if len(problem.deliveries) > self.most_deliveries else set()
        return (features_of(problem) & self.unsupported) | many

    def require(self, problem: Problem) -> None:
        """Raise for a problem that is beyond the solver.

        Raises
        ------
        UnsupportedError
            Listing what of it.
        """
        if missing := self.missing(problem):
            raise UnsupportedError(missing)


def features_of(problem: Problem) -> frozenset[Feature]:
    """Tell which of the features matter in a problem: a limit that cannot be reached does not."""
    vehicles = [vehicle for vehicle in problem.vehicle_types if vehicle.count]
    several = [vehicle for vehicle in vehicles if vehicle.trips_per_day > 1]
    found = {
        Feature.SEVERAL_DAYS: len(problem.days) != 1 or not all(d.days for d in problem.deliveries),
        Feature.STOCK: _may_run_out(problem),
        Feature.STORAGE: _may_fill_up(problem),
        Feature.SEVERAL_TRIPS: bool(several),
        Feature.SEVERAL_TRIPS_TIMED: any(v.cost_per_hour or v.max_duration_s is not None for v in several),
        Feature.RELEASE: any(d.release_s for d in problem.deliveries),
        Feature.DOCKS: problem.docks_may_bind,
        Feature.DEPOT_HOURS: any(problem.depots[v.depot].closes_s < _through_by(problem, v) for v in vehicles),
    }
    return frozenset(feature for feature, is_there in found.items() if is_there)


def _through_by(problem: Problem, vehicle: VehicleType) -> int:
    """Return when a truck has to be through at the latest."""
    end = vehicle.depot if vehicle.end_depot is None else vehicle.end_depot
    return min(vehicle.shift_end_s, problem.depots[end].closes_s) if vehicle.returns else vehicle.shift_end_s


def _may_run_out(problem: Problem) -> bool:
    """Tell whether some depot has less of a commodity than all deliveries together ask for."""
    for commodity in range(len(problem.commodities)):
        asked = sum(delivery.packs[commodity] for delivery in problem.deliveries)
        if any(min(depot.stock[commodity], default=0) < asked for depot in problem.depots):
            return True
    return False


def _may_fill_up(problem: Problem) -> bool:
    brought: dict[tuple[int, str, int], int] = {}
    for d in problem.deliveries:
        key = d.place, d.storage_class, d.drop
        brought[key] = brought.get(key, 0) + d.weight_g
    limits = problem.storage_g
    return any(g > limits.get((place, storage_class), g) for (place, storage_class, _), g in brought.items())
