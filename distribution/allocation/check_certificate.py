"""Compute a certificate anew from its own figures, trusting none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction

import numpy as np

from distribution.allocation.certificate import Certificate
from distribution.allocation.grid import NANO, grid_weights
from distribution.allocation.need import NeedFactor, combine_factors
from distribution.allocation.packs import packs_to_share
from distribution.allocation.repayment import repayable_packs

_PERCENT = 100


def check_certificate(certificate: Certificate) -> tuple[str, ...]:
    """Name the figures that do not follow from the others; none if the certificate is right.

    What depends on the other outlets (what their balances, floors and full stores move) is taken as it stands; the sum
    in which it appears is not.
    """
    return tuple(name for name, holds in _CHECKS.items() if not _holds(holds, certificate))


def _holds(check: Callable[[Certificate], bool], certificate: Certificate) -> bool:
    try:
        return check(certificate)
    except (ValueError, ArithmeticError):  # a figure that is no number, or far out of range
        return False


def _need_weight(c: Certificate) -> bool:
    factors = [NeedFactor(f.basis, f.key, Decimal(f.weight)) for f in c.outlet.factors]
    return combine_factors(factors, Decimal(c.policy.need_exponent)) == Decimal(c.outlet.need_weight)


def _weight(c: Certificate) -> bool:
    counted = np.array([c.outlet.counted], dtype=np.int64)
    (weight,) = grid_weights(counted, [Decimal(c.outlet.need_weight)], Decimal(c.policy.people_exponent)).tolist()
    return bool(weight == c.outlet.weight_grid <= c.commodity.weight_total_grid)


def _packs_to_share(c: Certificate) -> bool:
    goods = c.commodity
    shared = packs_to_share(goods.quota_g, goods.carried_g, goods.pack_g)
    return shared == (goods.packs_to_share, goods.remainder_g)


def _reserved(c: Certificate) -> bool:
    part = Fraction(c.policy.reserve_percent) / _PERCENT
    return c.commodity.reserved_packs == int(c.commodity.packs_to_share * part)


def _entitlement(c: Certificate) -> bool:
    whole, share = c.commodity.weight_total_grid, c.line.entitlement_nano
    if whole == 0:
        return share == 0
    return abs(share * whole - c.commodity.shared_packs * NANO * c.outlet.weight_grid) < whole


def _repaid(c: Certificate) -> bool:
    owed = np.array([c.line.shortfall_before_nano], dtype=np.int64)
    (due,) = repayable_packs(owed, Fraction(c.policy.repay_percent) / _PERCENT).tolist()
    return bool(0 <= c.line.repaid_packs <= due)


def _debt_after(c: Certificate) -> bool:
    carried = -c.line.rounding_nano if c.commodity.method.carries_debt else c.line.debt_before_nano
    return c.line.debt_after_nano == carried


def _shortfall_after(c: Certificate) -> bool:
    line = c.line
    owed = line.shortfall_nano - line.carried_on_nano
    return line.shortfall_after_nano == line.shortfall_before_nano + owed - line.repaid_packs * NANO


def _carried_on(c: Certificate) -> bool:
    return 0 <= c.line.carried_on_nano <= (c.line.shortfall_nano if c.commodity.unplaced_packs else 0)


def _within(c: Certificate) -> bool:
    line = c.line
    least = 0 if c.commodity.floor_short_packs else min(max(line.floor_packs, line.basket_packs), line.cap_packs)
    limit = line.cap_packs if line.limit_packs is None else line.limit_packs
    return least <= line.packs <= line.cap_packs <= limit


_CHECKS: Mapping[str, Callable[[Certificate], bool]] = {
    "counted": lambda c: c.outlet.counted == c.outlet.members + c.outlet.residents,
    "need_weight": _need_weight,
    "weight_grid": _weight,
    "packs_to_share": _packs_to_share,
    "reserved_packs": _reserved,
    "entitlement_nano": _entitlement,
    "repaid_packs": _repaid,
    "target_nano": lambda c: sum(c.target_terms.values()) == c.line.target_nano,
    "packs": lambda c: c.line.target_nano + c.debt_taken_nano + c.line.rounding_nano == c.line.packs * NANO,
    "debt_after_nano": _debt_after,
    "carried_on_nano": _carried_on,
    "shortfall_after_nano": _shortfall_after,
    "bounds": _within,
}
