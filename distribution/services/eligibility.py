"""Tell which outlets take part in a quota."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from distribution.domain.dataset import Dataset
from distribution.domain.goods import Quota
from distribution.domain.network import Outlet


def eligible_outlets(dataset: Dataset, quota: Quota, outlets: Sequence[Outlet]) -> NDArray[np.bool_]:
    """Tell which outlets a quota's kinds, unions and areas admit, shape (outlets,); a blank list admits all."""
    areas = set(quota.eligible_areas)

    def takes_part(outlet: Outlet) -> bool:
        cooperative = dataset.cooperative_by_code[outlet.cooperative_code]
        return (
            (not quota.eligible_kinds or cooperative.kind in quota.eligible_kinds)
            and (not quota.eligible_unions or cooperative.union_code in quota.eligible_unions)
            and (not areas or not areas.isdisjoint(dataset.area_and_ancestors(outlet.area_code)))
        )

    return np.fromiter((takes_part(outlet) for outlet in outlets), dtype=bool, count=len(outlets))
