"""Make a delivery that a plan does not have: packs for an outlet, as the round would have made it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from distribution.domain.enums import StorageClass
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.network import Outlet
from distribution.intake.labels import suggest
from distribution.services.demand import commodity_mask, receiving_mask
from distribution.services.kept_plan import KeptPlan
from distribution.services.outlet_loads import service_s
from optimizer.problem import Delivery, Problem


def with_new_delivery(kept: KeptPlan, outlet: Outlet, packs: Mapping[str, int]) -> Problem:
    """Return the problem of a plan with one delivery more, the last.

    It may come on the days on which the outlet receives and all its commodities may be delivered. Where the outlet gets
    goods of the class already, it joins the drop that leaves the most room in its store, and comes on that one's days.

    Parameters
    ----------
    packs
        Packs by commodity code, above 0, of commodities that may travel and stand together.

    Raises
    ------
    NotFoundError
        ``commodity_not_planned`` if the plan carries none of a commodity; ``outlet_not_planned`` if it knows no road to
        the outlet, which has nothing in the round.
    StateError
        ``classes_mixed`` if the commodities are of several storage classes.
    """
    problem = kept.problem
    place = kept.outlet_places.get(outlet.code)
    if place is None:
        raise NotFoundError("outlet_not_planned", round_code=kept.round_code, outlet_code=outlet.code)
    cls = _storage_class(kept, packs)
    counts = tuple(packs.get(code, 0) for code in problem.commodities)
    weight_g = int(np.dot(counts, problem.commodity_weight_g))
    drop, days = _drop_and_days(kept, outlet, place, cls, packs)
    there = [d for d in problem.deliveries if d.place == place]
    delivery = Delivery(
        name=f"{outlet.code}/+",
        place=place,
        depot=there[0].depot if there else 0,
        packs=counts,
        weight_g=weight_g,
        volume_ml=int(np.dot(counts, problem.commodity_volume_ml)),
        storage_class=cls.value,
        days=days,
        windows=kept.dataset.work_clock.beginnings(outlet.receiving_windows),
        service_s=service_s(kept.dataset.settings, weight_g),
        largest_vehicle_g=None if outlet.largest_vehicle_kg is None else outlet.largest_vehicle_kg * 1000,
        rank=max((d.rank for d in problem.deliveries), default=0),
        drop=drop,
    )
    return replace(problem, deliveries=(*problem.deliveries, delivery))


def _storage_class(kept: KeptPlan, packs: Mapping[str, int]) -> StorageClass:
    known = {code: code for code in kept.problem.commodities}
    for code in packs:
        if code not in known:
            near = suggest(code, known)
            params = {"commodity_code": code, "round_code": kept.round_code, "commodities": ", ".join(known)}
            if near:
                raise NotFoundError("commodity_not_planned_near", **params, suggestion=near)
            raise NotFoundError("commodity_not_planned", **params)
    classes = {kept.dataset.commodity_by_code[code].storage_class for code in packs}
    if len(classes) > 1:
        raise StateError("classes_mixed", commodities=", ".join(sorted(packs)))
    return classes.pop()


def _drop_and_days(
    kept: KeptPlan, outlet: Outlet, place: int, cls: StorageClass, packs: Mapping[str, int]
) -> tuple[int, tuple[int, ...]]:
    dates = [kept.date_of(day) for day in range(len(kept.problem.days))]
    quotas = kept.dataset.quotas_by_round[kept.round_code]
    allowed = receiving_mask(outlet, dates)
    for code in packs:
        allowed &= commodity_mask(quotas, code, dates)
    days = set(np.flatnonzero(allowed).tolist())
    there = [d for d in kept.problem.deliveries if (d.place, d.storage_class) == (place, cls.value)]
    if not there:
        return 0, tuple(sorted(days))
    filled: Counter[int] = Counter()
    for delivery in there:
        filled[delivery.drop] += delivery.weight_g
    drop = min(filled, key=lambda number: (filled[number], number))
    of_drop = {day for d in there if d.drop == drop for day in d.days}
    return drop, tuple(sorted(days & of_drop))
