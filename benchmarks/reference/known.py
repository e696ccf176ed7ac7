"""Which rules of a problem the exact reference and the bound know."""

from __future__ import annotations

from dataclasses import MISSING, fields

from optimizer.problem import Delivery, Depot, Problem, VehicleType

#: Fields whose meaning is taken into account; any other must be left at its default.
KNOWN = {
    Problem: "days places depots commodities commodity_weight_g commodity_volume_ml deliveries vehicle_types travel "
    "storage_g",
    Depot: "place stock opens_s closes_s",
    Delivery: "name place depot packs weight_g volume_ml storage_class days windows service_s largest_vehicle_g rank "
    "drop release_s vehicle_types",
    VehicleType: "name depot count capacity_g capacity_ml storage_classes shift_start_s shift_end_s fixed_cost "
    "cost_per_km cost_per_hour trips_per_day loading_s end_depot returns class_capacity_g max_metres max_duration_s",
}


def require_known(problem: Problem, *also: str) -> None:
    """Refuse a problem with a rule whose meaning the exact reference and the bound do not take into account.

    Parameters
    ----------
    problem
        The problem.
    also
        Further fields that the caller takes into account, or may leave out.

    Raises
    ------
    NotImplementedError
        Naming the field that is not at its default.
    """
    parts: tuple[Problem | Depot | Delivery | VehicleType, ...] = (
        problem,
        *problem.depots,
        *problem.deliveries,
        *problem.vehicle_types,
    )
    for one in parts:
        for field in fields(one):
            if field.name not in {*KNOWN[type(one)].split(), *also}:
                usual = field.default_factory() if field.default_factory is not MISSING else field.default
                if getattr(one, field.name) != usual:
                    raise NotImplementedError(f"the reference knows no {field.name}")
