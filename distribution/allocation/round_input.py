"""The frozen, validated input of one round: numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from distribution.domain.enums import ApportionmentMethod


@dataclass(frozen=True, eq=False)
class CommodityInput:
    """One commodity's quota in a round.

    Attributes
    ----------
    code
        Its code.
    pack_g
        Mass of one pack, g.
    storage_class
        Key into the round's ``storage_g``.
    quota_g, carried_g
        Mass assigned now, and mass carried over from its last round, g.
    method
        How exact shares become whole packs.
    eligible
        Which outlets take part, shape (n,).
    floor_packs
        Least packs for each of them, as far as its store and the quota allow.
    """

    code: str
    pack_g: int
    storage_class: str
    quota_g: int
    carried_g: int
    method: ApportionmentMethod
    eligible: NDArray[np.bool_]
    floor_packs: int = 0


@dataclass(frozen=True, eq=False)
class RoundInput:
    """Everything the allotments of a round follow from, for n outlets and m commodities.

    Attributes
    ----------
    names
        Outlet codes, unique.
    people
        Served population, shape (n,).
    need
        Need weight of one person, length n.
    storage_g
        Storage class -> mass one delivery may bring, g, shape (n,).
    deliveries
        Deliveries of each commodity an outlet can take in that commodity's period, shape (n, m).
    commodities
        The quotas, length m, codes unique.
    opening_packs
        Packs that lie at the outlet already (its closing balance), shape (n, m).
    debt_nano
        Rounding debt before the round, billionths of a pack, positive where owed to the outlet, shape (n, m).
    """

    names: tuple[str, ...]
    people: NDArray[np.int64]
    need: tuple[Decimal, ...]
    storage_g: Mapping[str, NDArray[np.int64]]
    deliveries: NDArray[np.int64]
    commodities: tuple[CommodityInput, ...]
    opening_packs: NDArray[np.int64]
    debt_nano: NDArray[np.int64]

    def __post_init__(self) -> None:
        """Check that everything fits together.

        Raises
        ------
        ValueError
            Naming every contradiction found.
        """
        errors = [*self._check_shapes(), *self._check_values()]
        if errors:
            raise ValueError("; ".join(errors))

    def _check_shapes(self) -> list[str]:
        n, m = len(self.names), len(self.commodities)
        shapes = {
            "people": (self.people.shape, (n,)),
            "need": ((len(self.need),), (n,)),
            "deliveries": (self.deliveries.shape, (n, m)),
            "opening_packs": (self.opening_packs.shape, (n, m)),
            "debt_nano": (self.debt_nano.shape, (n, m)),
        }
        shapes |= {f"storage_g of {key}": (array.shape, (n,)) for key, array in self.storage_g.items()}
        shapes |= {f"eligible of {c.code}": (c.eligible.shape, (n,)) for c in self.commodities}
        return [f"{name} has shape {got}, not {due}" for name, (got, due) in shapes.items() if got != due]

    def _check_values(self) -> list[str]:
        errors = []
        if len(set(self.names)) != len(self.names):
            errors.append("an outlet is named twice")
        if len({c.code for c in self.commodities}) != len(self.commodities):
            errors.append("a commodity is named twice")
        arrays = {"people": self.people, "deliveries": self.deliveries, "opening_packs": self.opening_packs}
        arrays |= {f"storage_g of {key}": array for key, array in self.storage_g.items()}
        errors += [f"{name} is negative" for name, array in arrays.items() if int(array.min(initial=0)) < 0]
        errors += [
            f"{c.code}: no storage is given for its class {c.storage_class}"
            for c in self.commodities
            if c.storage_class not in self.storage_g
        ]
        errors += [
            f"{c.code}: a pack needs a mass, and quota, carry-over and floor may not be negative"
            for c in self.commodities
            if c.pack_g <= 0 or min(c.quota_g, c.carried_g, c.floor_packs) < 0
        ]
        return errors
