"""What another way of sharing changes: who gains and who loses, exactly, at every level."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import SAFE, Integers, order_by, total


@dataclass(frozen=True, eq=False)
class Difference:
    """One way of sharing beside another, for n holders (outlets, or groups of them) and m commodities.

    Attributes
    ----------
    before, after
        Packs of every holder, shape (n, m).
    """

    before: NDArray[np.int64]
    after: NDArray[np.int64]

    @cached_property
    def change(self) -> NDArray[np.int64]:
        """Return the packs that each holder gains, negative where it loses, shape (n, m)."""
        return np.asarray(self.after - self.before)

    @property
    def gained(self) -> tuple[int, ...]:
        """Add up the packs gained by those who gain, per commodity."""
        return tuple(total(column[column > 0]) for column in self.change.T)

    @property
    def lost(self) -> tuple[int, ...]:
        """Add up the packs lost by those who lose, per commodity."""
        return tuple(-total(column[column < 0]) for column in self.change.T)

    def require_balanced(self, placed_before: Sequence[int], placed_after: Sequence[int]) -> None:
        """Check that gains less losses are the change in the packs placed, commodity by commodity.

        Parameters
        ----------
        placed_before, placed_after
            Packs placed in all according to the books of each round, length m.

        Raises
        ------
        UnbalancedError
            For the first commodity of which they are not.
        """
        rows = zip(self.gained, self.lost, placed_before, placed_after, strict=True)
        for column, (gained, lost, before, after) in enumerate(rows):
            if gained - lost != after - before:
                raise UnbalancedError(column, gained, lost, after - before)


class UnbalancedError(ValueError):
    """Gains less losses are not the change in the packs placed: the lines and the books disagree."""

    def __init__(self, column: int, gained: int, lost: int, change: int) -> None:
        super().__init__(f"commodity {column}: {gained} gained and {lost} lost, but {change} more placed")
        self.column, self.gained, self.lost, self.change = column, gained, lost, change


@dataclass(frozen=True, eq=False)
class Grouping:
    """Which holders belong to which groups; one may belong to several, as an outlet to its county and its province.

    Attributes
    ----------
    codes
        The groups, in order of code.
    members, groups
        Pairs of a holder and a group it belongs to, shape (k,) each.
    """

    codes: tuple[str, ...]
    members: NDArray[np.int64]
    groups: NDArray[np.int64]

    def add_up(self, values: Integers) -> Integers:
        """Add up what the members of each group have, exactly: shape (n, ...) to (groups, ...)."""
        largest = max(int(values.max(initial=0)), -int(values.min(initial=0)))
        if values.dtype != object and largest * max(self.members.size, 1) >= SAFE:
            values = values.astype(object)
        sums = np.zeros((len(self.codes), *values.shape[1:]), dtype=values.dtype)
        np.add.at(sums, self.groups, values[self.members])
        return sums


def group_by(keys: Sequence[Sequence[str]]) -> Grouping:
    """Group holders by the codes each of them belongs to; a code named twice by a holder counts once."""
    codes = tuple(sorted({code for own in keys for code in own}))
    place = {code: number for number, code in enumerate(codes)}
    pairs = [(row, place[code]) for row, own in enumerate(keys) for code in dict.fromkeys(own)]
    members, groups = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
    return Grouping(codes, members, groups)


def mass_g(packs: NDArray[np.int64], pack_g: Sequence[int]) -> Integers:
    """Return the mass of packs, g, shape (n, m); whole numbers of any size where int64 would not hold their sum."""
    largest = max(int(packs.max(initial=0)), -int(packs.min(initial=0))) * max(pack_g, default=0)
    wide = largest * max(packs.shape[-1], 1) >= SAFE
    return np.asarray(packs.astype(object if wide else np.int64) * np.array(pack_g, dtype=object if wide else np.int64))


def kg_per_person(mass: Integers, people: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return kg per person, NaN where nobody is served: a reported measure, which decides nothing.

    Parameters
    ----------
    mass
        Mass in g, shape (n,) or (n, m).
    people
        Served people, shape (n,).
    """
    heads = np.where(people > 0, people, np.nan).reshape(people.shape + (1,) * (mass.ndim - 1))
    return np.asarray(mass.astype(np.float64) / 1000 / heads)


def order_by_loss(change: Integers, codes: Sequence[str]) -> NDArray[np.int64]:
    """Return the holders from the largest loss to the largest gain, ties in order of their code."""
    ranks = np.empty(len(codes), dtype=np.int64)
    ranks[sorted(range(len(codes)), key=codes.__getitem__)] = np.arange(len(codes))
    return order_by(change, ranks)
