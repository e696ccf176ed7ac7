"""What a round repays of earlier shortfalls: whole packs, at the declared pace."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.apportion import apportion
from distribution.allocation.grid import NANO, total
from distribution.domain.enums import ApportionmentMethod


def repayable_packs(shortfall_nano: NDArray[np.int64], pace: Fraction) -> NDArray[np.int64]:
    """Return the whole packs that each outlet is repaid: the pace's part of its balance, rounded up.

    Never more than the whole packs of the balance, so that what is below one pack waits until it has grown to one.

    Parameters
    ----------
    shortfall_nano
        Balances in billionths of a pack, shape (n,); what is not positive is not repaid.
    pace
        Part of a balance that a round repays, 0 to 1.
    """
    owed = np.maximum(shortfall_nano, 0)
    whole = owed // NANO
    if pace in {0, 1}:
        return np.asarray(whole * int(pace))
    steps = -(-owed.astype(object) * pace.numerator // (pace.denominator * NANO))
    return np.asarray(np.minimum(whole, steps.astype(np.int64)))


def repay(due: NDArray[np.int64], caps: NDArray[np.int64], packs: int, ties: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what is repaid of what is due, within caps; where packs run short, in proportion to what is due.

    A cap above what an outlet is repaid changes nothing, so that its room can be offered to other goods.
    """
    most = np.minimum(due, caps)
    if total(most) <= packs:
        return most
    return apportion(ApportionmentMethod.HAMILTON, packs, due, ties=ties, upper=most)
