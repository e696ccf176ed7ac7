"""Slow, plain reference methods and small builders for the tests of distribution.allocation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st
from numpy.typing import NDArray

from distribution.allocation.grid import NANO, tie_ranks
from distribution.allocation.round_input import NO_CAP, CommodityInput, FixedShares, RoundInput, SharingRules, Tree
from distribution.domain.enums import ApportionmentMethod, DeviationKind


def ints(values: Sequence[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def by_row(weights: Sequence[int]) -> NDArray[np.int64]:
    """Rank for ties with names in row order."""
    return tie_ranks(np.array(weights, dtype=object), [f"{i:05d}" for i in range(len(weights))])


def plain_waterfill(
    packs: int, weights: Sequence[int], balances: Sequence[int], floors: Sequence[int], caps: Sequence[int]
) -> list[Fraction]:
    """Exact targets by trying every breakpoint; floors must be within caps and not exceed the packs."""

    def at(level: Fraction) -> list[Fraction]:
        rows = zip(weights, balances, floors, caps, strict=True)
        return [min(max(Fraction(f), level * w - b), Fraction(c)) if w else Fraction(f) for w, b, f, c in rows]

    rows = [(w, b, f, c) for w, b, f, c in zip(weights, balances, floors, caps, strict=True) if w]
    points = sorted({Fraction(bound + b, w) for w, b, f, c in rows for bound in (f, c)})
    if not points or sum(at(points[-1])) <= packs:
        return at(points[-1] if points else Fraction(0))
    low = points[0]
    for high in points[1:]:
        if sum(at(high)) >= packs:
            break
        low = high
    below, above = sum(at(low)), sum(at(high))
    level = low if above == below else low + (high - low) * (packs - below) / (above - below)
    return at(level)


def commodity(n: int, quota_packs: int, **changes: object) -> CommodityInput:
    """Build a commodity of 10 kg packs, dry, cumulative, for everyone, but for the changes.

    ``method`` and ``floor_packs`` stand for one method at every level and one floor for all.
    """
    fields: dict[str, object] = {
        "code": "rice",
        "pack_g": 10_000,
        "storage_class": "dry",
        "carried_g": 0,
        "methods": (changes.pop("method", ApportionmentMethod.CUMULATIVE),),
        "eligible": np.ones(n, np.bool_),
        "floors": np.full(n, changes.pop("floor_packs", 0), np.int64),
        "caps": np.full(n, NO_CAP, np.int64),
    }
    fields |= changes
    return CommodityInput(quota_g=quota_packs * int(str(fields["pack_g"])), **fields)  # type: ignore[arg-type]  # checked by the tests


def round_input(
    people: Sequence[int],
    commodities: Sequence[CommodityInput],
    *,
    need: Sequence[str] | None = None,
    storage_g: Mapping[str, Sequence[int]] | None = None,
    deliveries: Sequence[int] | Sequence[Sequence[int]] | None = None,
    opening: Sequence[Sequence[int]] | None = None,
    debt_nano: NDArray[np.int64] | None = None,
    shortfall_nano: NDArray[np.int64] | None = None,
    **policy: Any,
) -> RoundInput:
    """Build a round over outlets 00000, 00001, ...; storage is plenty unless given."""
    n, m = len(people), len(commodities)
    plenty = {c.storage_class: [10**12] * n for c in commodities}
    return RoundInput(
        names=tuple(f"{i:05d}" for i in range(n)),
        people=ints(people),
        need=tuple(Decimal(text) for text in need or ["1"] * n),
        storage_g={key: ints(values) for key, values in (storage_g or plenty).items()},
        deliveries=np.broadcast_to(np.array(deliveries or [1] * n, dtype=np.int64).reshape(n, -1), (n, m)),
        commodities=tuple(commodities),
        opening_packs=ints(opening) if opening else np.zeros((n, m), np.int64),
        debt_nano=np.zeros((n, m), np.int64) if debt_nano is None else debt_nano,
        shortfall_nano=np.zeros((n, m), np.int64) if shortfall_nano is None else shortfall_nano,
        **policy,
    )


METHODS = tuple(ApportionmentMethod)
FORGETFUL = tuple(m for m in METHODS if not m.carries_debt)


@st.composite
def level_methods(draw):
    """Draw methods of levels from the top: forgetful ones, then cumulative ones."""
    above = draw(st.lists(st.sampled_from(FORGETFUL), max_size=2))
    last = draw(st.sampled_from(METHODS))
    return (*above, last)


@st.composite
def trees(draw, n):
    """Draw up to two levels of nodes above n outlets, some of which hang from a higher level."""
    if draw(st.booleans()):
        return None
    top = [draw(st.integers(-1, 2)) for _ in range(n)]
    paths = [[t, -1 if t < 0 else draw(st.sampled_from([-1, 3 + 2 * t, 4 + 2 * t]))] for t in top]
    return Tree(ints(paths).reshape(n, 2), tuple(f"node{i}" for i in range(9)))


@st.composite
def fixed_shares(draw, n):
    """Draw parts that are fixed for some groups of outlets."""
    if draw(st.booleans()):
        return None
    parts = [Fraction(draw(st.integers(0, 10)), 30) for _ in range(2)]
    group = ints([draw(st.integers(0, 2)) for _ in range(n)])
    return FixedShares(group, (*parts, 1 - sum(parts)))


@st.composite
def sharing_rules(draw):
    """Draw what a policy may ask of every commodity."""
    least = draw(st.sampled_from([0, 0, 2, 5]))
    return SharingRules(
        people_exponent=draw(st.sampled_from([Decimal(1), Decimal("0.5")])),
        reserve=draw(st.sampled_from([Fraction(0), Fraction(0), Fraction(1, 7)])),
        repay=draw(st.sampled_from([Fraction(0), Fraction(1, 3), Fraction(1)])),
        min_drop_packs=least,
        deviation=None if least else draw(st.sampled_from([None, Fraction(0), Fraction(1, 20), Fraction(1, 2)])),
        deviation_kind=draw(st.sampled_from(DeviationKind)),
        spare_full=draw(st.booleans()),
    )


@st.composite
def allocation_rounds(draw, max_outlets=8, policies=True):
    """Draw small rounds in which every bound, method and account turns up, and every rule if ``policies``."""
    n, m = draw(st.integers(1, max_outlets)), draw(st.integers(1, 4))
    rules = draw(sharing_rules()) if policies else SharingRules()
    baskets = [0, 0, 300_000] if policies and rules.deviation is None else [0]

    def column(low, high):
        return draw(st.lists(st.integers(low, high), min_size=n, max_size=n))

    goods = [
        commodity(
            n,
            draw(st.integers(0, 200)),
            code=f"good{j}",
            pack_g=draw(st.sampled_from([500, 1_000, 2_500])),
            storage_class=draw(st.sampled_from(["dry", "frozen"])),
            carried_g=draw(st.integers(0, 3_000)),
            methods=draw(level_methods()) if policies else (draw(st.sampled_from(METHODS)),),
            eligible=np.array(draw(st.lists(st.booleans(), min_size=n, max_size=n))),
            floors=ints(column(0, 3)) if draw(st.booleans()) else np.zeros(n, np.int64),
            caps=ints(column(0, 60)) if draw(st.booleans()) else np.full(n, NO_CAP),
            basket_mg=draw(st.sampled_from(baskets)),
        )
        for j in range(m)
    ]
    return round_input(
        column(0, 500),
        goods,
        need=[f"{draw(st.integers(1, 3_000))}e-3" for _ in range(n)],
        storage_g={"dry": column(0, 60_000), "frozen": column(0, 60_000)},
        deliveries=[[draw(st.integers(1, 4)) for _ in range(m)] for _ in range(n)],
        opening=[[draw(st.integers(0, 12)) if draw(st.booleans()) else 0 for _ in range(m)] for _ in range(n)],
        debt_nano=ints([[draw(st.integers(1 - NANO, NANO - 1)) for _ in range(m)] for _ in range(n)]),
        shortfall_nano=ints([[draw(st.integers(-NANO, 7 * NANO)) for _ in range(m)] for _ in range(n)]),
        rules=rules,
        fixed=draw(fixed_shares(n)) if policies else None,
        tree=draw(trees(n)) if policies else None,
    )
