"""How the fifths of the people fare, ordered by need, by distance or by anything else."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import NANO, total

FIFTHS = 5


@dataclass(frozen=True, slots=True)
class Fifth:
    """One fifth of the people, counted from 1 for the lowest key.

    ``fill`` is allotted over entitled packs. Figures are None where there is nobody, or nothing is due.
    """

    fifth: int
    outlets: int
    people: int
    kg_per_person: float | None
    fill: float | None


def split_fifths(key: NDArray[Any], people: NDArray[np.int64]) -> NDArray[np.int64]:
    """Tell which fifth of the people, by rising key, each outlet belongs to: 1 to 5, and 0 if it serves nobody.

    An outlet belongs where the middle one of its people stands, and outlets of the same key stay together, so that the
    order of the rows does not matter; fifths may differ in size, and be empty where many share one key.

    Parameters
    ----------
    key, people
        What they are ordered by, and served population, shape (n,).
    """
    _, group = np.unique(key, return_inverse=True)
    group = group.reshape(key.shape)
    sizes = np.zeros(int(group.max(initial=-1)) + 1, dtype=np.int64)
    np.add.at(sizes, group, people)
    middle = 2 * np.cumsum(sizes) - sizes  # twice the people up to the middle of the group
    fifth = np.minimum(middle * FIFTHS // max(2 * int(sizes.sum()), 1), FIFTHS - 1) + 1
    return np.asarray(np.where(people > 0, fifth[group], 0), dtype=np.int64)


def measure_fifths(
    key: NDArray[Any],
    people: NDArray[np.int64],
    packs: NDArray[np.int64],
    entitlement_nano: NDArray[np.int64],
    pack_g: int,
) -> tuple[Fifth, ...]:
    """Measure what each fifth of the people gets.

    Parameters
    ----------
    key
        What the people are ordered by, shape (n,).
    people, packs, entitlement_nano
        Served population, allotted packs and exact share in billionths of a pack, shape (n,).
    pack_g
        Mass of one pack, g.
    """
    number = split_fifths(key, people)
    fifths = []
    for fifth in range(1, FIFTHS + 1):
        rows = number == fifth
        count, given, due = total(people[rows]), total(packs[rows]), total(entitlement_nano[rows])
        fifths.append(
            Fifth(
                fifth=fifth,
                outlets=int(rows.sum()),
                people=count,
                kg_per_person=given * pack_g / 1000 / count if count else None,
                fill=given * NANO / due if due else None,
            )
        )
    return tuple(fifths)
