"""What one person of an outlet's people weighs: factors that are multiplied, and a power.

``need = (product of the factors) ** exponent``, rounded once, half to even, to billionths. The product is exact;
the power is that of :mod:`distribution.allocation.powers`. What is listed for an outlet gives the number again by
:func:`combine_factors`.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal, DivisionByZero, InvalidOperation, Overflow

from distribution.allocation.powers import decimal_power, exact_product
from distribution.domain.enums import CooperativeKind, NeedBasis, OutletSetting
from distribution.domain.network import Area
from distribution.domain.policy import NeedWeight

#: How a need is rounded: 34 digits (those of IEEE 754 decimal128) hold every need up to the largest.
NEED_CONTEXT = Context(prec=34, rounding=ROUND_HALF_EVEN, traps=[DivisionByZero, InvalidOperation, Overflow])
NEED_STEP = Decimal("1E-9")
LARGEST_NEED = Decimal(10) ** 9

_ONE = Decimal(1)
_METRES_PER_KM = 1000


@dataclass(frozen=True, slots=True)
class NeedFactor:
    """One factor of a need.

    ``basis`` is None for the need weight in the area's own row, ``key`` then being the area's code; else the basis and
    the key are those of the policy's row.
    """

    basis: NeedBasis | None
    key: str
    weight: Decimal


class NeedRangeError(ValueError):
    """A need is not between a billionth and a billion."""


def combine_factors(factors: Iterable[NeedFactor], exponent: Decimal = _ONE) -> Decimal:
    """Multiply factors exactly, raise the product to a power, and round once to billionths.

    Raises
    ------
    NeedRangeError
        If the need is less than a billionth, so that it would be rounded to nothing, or more than a billion.
    """
    product = exact_product(tuple(factor.weight for factor in factors))
    try:
        power = product if exponent == 1 else decimal_power(product, exponent)
    except ValueError as error:
        raise NeedRangeError(f"need weight {product} to the power {exponent} is out of range") from error
    if not NEED_STEP <= power <= LARGEST_NEED:
        raise NeedRangeError(f"need weight {product} to the power {exponent} is out of range")
    return power.quantize(NEED_STEP, context=NEED_CONTEXT)


class NeedTable:
    """The factors of one policy, ready to be looked up.

    Parameters
    ----------
    areas
        The areas of the network; each gives the need weight of its own row to the outlets that stand in it.
    weights
        The rows of one policy; none for a round without a policy.

    Raises
    ------
    ValueError
        If the key of a distance is not a number.
    """

    def __init__(self, areas: Iterable[Area], weights: Iterable[NeedWeight] = ()) -> None:
        self._areas: Mapping[str, Area] = {area.code: area for area in areas}
        by_basis: dict[NeedBasis, dict[str, Decimal]] = {basis: {} for basis in NeedBasis}
        for row in weights:
            by_basis[row.basis][row.key] = row.weight
        self._by_basis = by_basis
        bands = sorted((_edge_m(key), key) for key in by_basis[NeedBasis.DISTANCE_KM])
        self._edges_m: Sequence[Decimal] = [edge for edge, _ in bands]
        self._band_keys: Sequence[str] = [key for _, key in bands]
        self._area_factors: dict[str, tuple[NeedFactor, ...]] = {}

    @property
    def needs_distance(self) -> bool:
        """Tell whether the policy looks at distances at all."""
        return bool(self._band_keys)

    def band(self, metres: int | None) -> str | None:
        """Return the key of the distance band that is reached; None below the lowest, or if no policy asks.

        No road (None) is the farthest band: who cannot be reached is not to count as near.
        """
        if not self._band_keys:
            return None
        reached = len(self._edges_m) if metres is None else bisect_right(self._edges_m, Decimal(metres))
        return self._band_keys[reached - 1] if reached else None

    def factors(
        self, area_code: str, kind: CooperativeKind, setting: OutletSetting, band: str | None = None
    ) -> tuple[NeedFactor, ...]:
        """List the factors that fit an outlet: its area's own, then those of area, kind, setting and distance.

        An area's own need weight of 1 (ordinary) is not listed.
        """
        if area_code not in self._area_factors:
            self._area_factors[area_code] = self._factors_of_area(area_code)
        keys = (
            (NeedBasis.KIND, kind.value),
            (NeedBasis.SETTING, setting.value),
            (NeedBasis.DISTANCE_KM, band),
        )
        found = (
            NeedFactor(basis, key, self._by_basis[basis][key])
            for basis, key in keys
            if key is not None and key in self._by_basis[basis]
        )
        return (*self._area_factors[area_code], *found)

    def _factors_of_area(self, code: str) -> tuple[NeedFactor, ...]:
        own = self._areas[code].need_weight
        factors = [] if own == 1 else [NeedFactor(None, code, own)]
        weights = self._by_basis[NeedBasis.AREA]
        step: str | None = code
        seen: set[str] = set()  # a circle of parents ends the search
        while step is not None and step in self._areas and step not in seen:
            if step in weights:
                factors.append(NeedFactor(NeedBasis.AREA, step, weights[step]))
                break
            seen.add(step)
            step = self._areas[step].parent_code
        return tuple(factors)


def _edge_m(key: str) -> Decimal:
    try:
        edge = Decimal(key) * _METRES_PER_KM
    except InvalidOperation as error:
        raise ValueError(f"{key!r} is no number of kilometres") from error
    if not edge.is_finite():
        raise ValueError(f"{key!r} is no number of kilometres")
    return edge
