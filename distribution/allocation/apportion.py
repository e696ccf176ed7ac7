"""Whole packs from weights, by any method without memory: one door to all of them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.divisors import apportion_by_divisor
from distribution.allocation.grid import MAX_PACKS, Integers, total
from distribution.allocation.hamilton import apportion_hamilton
from distribution.allocation.quota_method import apportion_quota
from distribution.allocation.waterfill import WaterFill
from distribution.domain.enums import ApportionmentMethod


def apportion(
    method: ApportionmentMethod,
    packs: int,
    weights: Integers,
    *,
    ties: NDArray[np.int64],
    lower: NDArray[np.int64] | None = None,
    upper: NDArray[np.int64] | None = None,
    fill: WaterFill | None = None,
) -> NDArray[np.int64]:
    """Apportion whole packs in proportion to weights, within bounds.

    Parameters
    ----------
    method
        Any but ``cumulative``, which needs debts
        (:func:`distribution.allocation.cumulative.round_cumulative`).
    packs
        Whole packs to give out.
    weights
        Whole weights, shape (n,), int64 or Python integers of up to 900 bits; an outlet without weight gets its
        lower bound.
    ties
        Rank of each outlet for ties (:func:`distribution.allocation.grid.tie_ranks`).
    lower, upper
        Bounds in whole packs, shape (n,); 0 and ``packs`` where left out.
    fill
        The water-filling of these packs within these bounds whose ``effective`` the weights are, if it is at hand:
        Hamilton then need not do it again.

    Raises
    ------
    ValueError
        If the bounds leave no apportionment, a figure does not fit, or the method has a memory.
    """
    if method.carries_debt:
        raise ValueError(f"{method} needs debts")
    if not 0 <= packs <= MAX_PACKS:
        raise ValueError(f"{packs} packs do not fit the ledger; the most is {MAX_PACKS}")
    lower = np.zeros(weights.shape, np.int64) if lower is None else lower
    upper = np.full(weights.shape, packs, np.int64) if upper is None else np.minimum(upper, packs)
    weighted = weights > 0
    if (lower > upper).any() or total(lower) > packs or total(np.where(weighted, upper, lower)) < packs:
        raise ValueError("no apportionment keeps the bounds")
    if method is ApportionmentMethod.HAMILTON:
        return apportion_hamilton(packs, weights, ties=ties, lower=lower, upper=upper, fill=fill)
    if weighted.all():
        return _apportion_weighted(method, packs, weights, ties, lower, upper)
    held, rows = lower.copy(), np.flatnonzero(weighted)
    left = packs - total(lower[~weighted])
    held[rows] = _apportion_weighted(method, left, weights[rows], ties[rows], lower[rows], upper[rows])
    return held


def _apportion_weighted(
    method: ApportionmentMethod,
    packs: int,
    weights: Integers,
    ties: NDArray[np.int64],
    lower: NDArray[np.int64],
    upper: NDArray[np.int64],
) -> NDArray[np.int64]:
    if method is ApportionmentMethod.QUOTA:
        return apportion_quota(packs, weights, ties=ties, lower=lower, upper=upper)
    return apportion_by_divisor(method, packs, weights, ties=ties, lower=lower, upper=upper)
