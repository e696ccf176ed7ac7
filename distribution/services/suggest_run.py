"""Suggest where a delivery fits best into the plan of a run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from distribution.domain.errors import NotFoundError, TaavonError
from distribution.domain.network import Outlet
from distribution.intake.labels import suggest
from distribution.services.kept_plan import KeptPlan, load_kept_plan
from distribution.services.new_delivery import with_new_delivery
from distribution.services.opened_run import opened_run
from optimizer.plan import Trip
from optimizer.problem import Delivery
from optimizer.suggest import Suggestions, suggest_insertions


@dataclass(frozen=True)
class SuggestReport:
    """The cheapest positions of a delivery in a plan.

    ``kept`` is the plan as it stands, its problem with the delivery; ``trip`` is the delivery's present one, None if it
    waits or is new.
    """

    kept: KeptPlan
    index: int
    trip: Trip | None
    found: Suggestions

    @property
    def delivery(self) -> Delivery:
        """Return the delivery."""
        return self.kept.problem.deliveries[self.index]

    @property
    def outlet(self) -> Outlet:
        """Return the outlet it is for."""
        return self.kept.dataset.outlet_by_code[self.kept.problem.places[self.delivery.place].name]

    def change(self, added_cost: int) -> int:
        """Return by how much the plan as it stands would become dearer, in 1/COST_SCALE of the currency."""
        return added_cost + (self.found.cost_without or 0) - self.kept.plan.scaled_cost


def suggest_run(
    folder: Path, name: str, k: int, *, packs: Mapping[str, int] | None = None, round_code: str | None = None
) -> SuggestReport:
    """Find the k cheapest positions of a delivery in the plan of a round, the latest by default; all else stays.

    Parameters
    ----------
    name
        Name of a delivery of the plan, or code of an outlet that has one delivery only.
    packs
        Packs by commodity code: then a new delivery of these, and ``name`` is the code of an outlet.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown`` or ``plan_missing``; ``delivery_unknown``, ``delivery_unknown_near`` or
        ``outlet_not_planned`` for the name; ``deliveries_several`` if the outlet has several; ``commodity_not_planned``.
    StateError
        ``no_previous`` if the folder holds no run; ``plan_apart``; ``classes_mixed``.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        kept = load_kept_plan(tx, folder, round_code)
    if packs:
        kept = replace(kept, problem=with_new_delivery(kept, _outlet(kept, name), packs))
        index = len(kept.problem.deliveries) - 1
    else:
        index = _find(kept, name)
    trip = next((t for t in kept.plan.trips if any(stop.delivery == index for stop in t.stops)), None)
    return SuggestReport(kept, index, trip, suggest_insertions(kept.problem, kept.plan, index, k))


def _outlet(kept: KeptPlan, code: str) -> Outlet:
    outlet = kept.dataset.outlet_by_code.get(code)
    if outlet is None:
        raise _nobody(kept, code, {o.code: o.code for o in kept.dataset.outlets})
    return outlet


def _find(kept: KeptPlan, name: str) -> int:
    by_name = {delivery.name: i for i, delivery in enumerate(kept.problem.deliveries)}
    if name in by_name:
        return by_name[name]
    place = kept.outlet_places.get(name)
    there = [d.name for d in kept.problem.deliveries if d.place == place]
    if len(there) == 1:
        return by_name[there[0]]
    if there:
        raise NotFoundError("deliveries_several", outlet_code=name, deliveries=", ".join(there))
    if name in kept.dataset.outlet_by_code:
        raise NotFoundError("outlet_not_planned", round_code=kept.round_code, outlet_code=name)
    raise _nobody(kept, name, {text: text for text in (*by_name, *kept.outlet_places)})


def _nobody(kept: KeptPlan, name: str, known: Mapping[str, str]) -> TaavonError:
    if near := suggest(name, known):
        return NotFoundError("delivery_unknown_near", round_code=kept.round_code, delivery=name, suggestion=near)
    return NotFoundError("delivery_unknown", round_code=kept.round_code, delivery=name)
