"""Who takes part in a quota."""

from __future__ import annotations

from distribution.domain.dataset import Dataset
from distribution.domain.goods import Quota
from distribution.domain.network import Outlet


def is_eligible(dataset: Dataset, quota: Quota, outlet: Outlet) -> bool:
    """Tell whether a quota's kinds, unions and areas all admit an outlet; a blank list admits all.

    Raises
    ------
    KeyError
        If the outlet's cooperative is not in the dataset.
    """
    cooperative = dataset.cooperative_by_code[outlet.cooperative_code]
    if quota.eligible_kinds and cooperative.kind not in quota.eligible_kinds:
        return False
    if quota.eligible_unions and cooperative.union_code not in quota.eligible_unions:
        return False
    if not quota.eligible_areas:
        return True
    return not set(quota.eligible_areas).isdisjoint(dataset.area_and_ancestors(outlet.area_code))


def eligible_outlets(dataset: Dataset, quota: Quota) -> tuple[Outlet, ...]:
    """List the outlets that take part in a quota, in the dataset's order."""
    return tuple(outlet for outlet in dataset.outlets if is_eligible(dataset, quota, outlet))
