"""The frozen, validated input of one round: numbers only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.grid import MAX_PACKS
from distribution.domain.enums import ApportionmentMethod, DeviationKind

#: The cap of an outlet that has none.
NO_CAP = MAX_PACKS


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
    methods
        How exact shares become whole packs at each level from the top; the last one holds for all below.
    eligible
        Which outlets take part, shape (n,).
    floors, caps
        Least packs for each of them, as far as its store and the quota allow, and most packs
        (:data:`NO_CAP` where only the store limits), shape (n,); where they cross, the cap holds.
    basket_mg
        What a complete basket holds of it, mg; 0 = it is in none.
    """

    code: str
    pack_g: int
    storage_class: str
    quota_g: int
    carried_g: int
    methods: tuple[ApportionmentMethod, ...]
    eligible: NDArray[np.bool_]
    floors: NDArray[np.int64]
    caps: NDArray[np.int64]
    basket_mg: int = 0

    @property
    def method(self) -> ApportionmentMethod:
        """Return the method of the last level, which gives the outlets their packs."""
        return self.methods[-1]


@dataclass(frozen=True)
class SharingRules:
    """What a policy asks of every commodity of a round.

    Attributes
    ----------
    people_exponent
        Power of the count in the weight.
    reserve
        Part of the packs that is kept back, below 1.
    repay
        Part of every shortfall that is repaid, in whole packs.
    min_drop_packs
        Smallest delivery worth making: who would get less gets nothing now, and a shortfall.
    deviation, deviation_kind
        How far a share of what is delivered may stray from the fair share; None = as far as caps drive it.
    spare_full
        Whether an outlet that is filled to its capacity may fall below that bound.
    """

    people_exponent: Decimal = Decimal(1)
    reserve: Fraction = Fraction(0)
    repay: Fraction = Fraction(0)
    min_drop_packs: int = 0
    deviation: Fraction | None = None
    deviation_kind: DeviationKind = DeviationKind.RELATIVE
    spare_full: bool = False

    def __post_init__(self) -> None:
        """Check the ranges.

        Raises
        ------
        ValueError
            If a part is outside of its range.
        """
        if not 0 <= self.reserve < 1 or not 0 <= self.repay <= 1 or self.min_drop_packs < 0:
            raise ValueError("a reserve is below 1, a repayment at most 1 and no rule is negative")
        if self.min_drop_packs and self.deviation is not None:
            raise ValueError("an outlet that waits for a larger drop strays from every deviation bound: choose one")


@dataclass(frozen=True, eq=False)
class FixedShares:
    """Parts of every quota that are fixed beforehand.

    Attributes
    ----------
    group
        Group of each outlet, shape (n,).
    parts
        Part of each group, in order of their names for ties, which add up to 1.
    """

    group: NDArray[np.int64]
    parts: tuple[Fraction, ...]


@dataclass(frozen=True, eq=False)
class Tree:
    """The levels above the outlets.

    Attributes
    ----------
    paths
        Node above each outlet at each level from the top, shape (n, levels); -1 below its last.
    names
        Names of the nodes, unique, also among the outlets.
    """

    paths: NDArray[np.int64]
    names: tuple[str, ...] = ()


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
    shortfall_nano
        Shortfall that may be repaid, billionths of a pack, shape (n, m).
    debt_nano
        Rounding debt before the round, billionths of a pack, positive where owed to the outlet, shape (n, m).
    rules, fixed, tree
        How the policy wants it shared; ``fixed`` and ``tree`` are None where it does not say.
    """

    names: tuple[str, ...]
    people: NDArray[np.int64]
    need: tuple[Decimal, ...]
    storage_g: Mapping[str, NDArray[np.int64]]
    deliveries: NDArray[np.int64]
    commodities: tuple[CommodityInput, ...]
    opening_packs: NDArray[np.int64]
    debt_nano: NDArray[np.int64]
    shortfall_nano: NDArray[np.int64]
    rules: SharingRules = field(default_factory=SharingRules)
    fixed: FixedShares | None = None
    tree: Tree | None = None

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
            "shortfall_nano": (self.shortfall_nano.shape, (n, m)),
        }
        shapes |= {f"storage_g of {key}": (array.shape, (n,)) for key, array in self.storage_g.items()}
        for c in self.commodities:
            shapes |= {f"{k} of {c.code}": (getattr(c, k).shape, (n,)) for k in ("eligible", "floors", "caps")}
        if self.fixed is not None:
            shapes["group"] = self.fixed.group.shape, (n,)
        if self.tree is not None:
            shapes["paths"] = self.tree.paths.shape[:1], (n,)
        return [f"{name} has shape {got}, not {due}" for name, (got, due) in shapes.items() if got != due]

    def _check_values(self) -> list[str]:
        errors = []
        if len(set(self.names)) != len(self.names):
            errors.append("an outlet is named twice")
        if len({c.code for c in self.commodities}) != len(self.commodities):
            errors.append("a commodity is named twice")
        arrays = {"people": self.people, "deliveries": self.deliveries, "opening_packs": self.opening_packs}
        arrays |= {f"storage_g of {key}": array for key, array in self.storage_g.items()}
        arrays |= {f"{k} of {c.code}": getattr(c, k) for c in self.commodities for k in ("floors", "caps")}
        errors += [f"{name} is negative" for name, array in arrays.items() if int(array.min(initial=0)) < 0]
        errors += [
            f"{c.code}: no storage is given for its class {c.storage_class}"
            for c in self.commodities
            if c.storage_class not in self.storage_g
        ]
        errors += [
            f"{c.code}: a pack needs a mass, and quota, carry-over and basket may not be negative"
            for c in self.commodities
            if c.pack_g <= 0 or min(c.quota_g, c.carried_g, c.basket_mg) < 0
        ]
        errors += [
            f"{c.code}: below a cumulative level every level is cumulative"
            for c in self.commodities
            if not c.methods or sorted(c.methods, key=lambda m: m.carries_debt) != list(c.methods)
        ]
        if self.rules.deviation is not None and any(c.basket_mg for c in self.commodities):
            errors.append("baskets come first, whatever the deviation of one commodity: choose one")
        if self.fixed is not None and sum(self.fixed.parts) != 1:
            errors.append("the fixed parts do not add up to 1")
        return errors
