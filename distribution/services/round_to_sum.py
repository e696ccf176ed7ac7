"""Round amounts for the eye so that what is shown adds up to the sum that is shown."""

from __future__ import annotations

from collections.abc import Sequence


def round_to_sum(amounts: Sequence[int], whole: int, unit: int) -> tuple[int, ...]:
    """Round amounts to multiples of a unit that add up to a rounded sum.

    Each becomes the multiple below or above it, the largest remainders going up, the earlier one of equals first
    (Hamilton 1792). So none is a whole unit off, one that is a multiple stays as it is, and none changes its sign,
    though it may become 0.

    Parameters
    ----------
    amounts
        Whole amounts of either sign.
    whole
        Their sum, itself rounded down or up to a multiple of the unit.
    unit
        What is to be shown as 1, above 0.

    Raises
    ------
    ValueError
        If the sum is no such multiple.
    """
    floors = [amount // unit for amount in amounts]
    remainders = [amount % unit for amount in amounts]
    steps_up, beside = divmod(whole - sum(floors) * unit, unit)
    if beside or abs(whole - sum(amounts)) >= unit:
        raise ValueError(f"{whole} is not the sum of the amounts, {sum(amounts)}, rounded to multiples of {unit}")
    largest_first = sorted(range(len(amounts)), key=lambda i: -remainders[i])
    goes_up = frozenset(largest_first[:steps_up])
    return tuple((floor + (i in goes_up)) * unit for i, floor in enumerate(floors))
