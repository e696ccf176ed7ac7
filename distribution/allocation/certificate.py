"""The certificate of an allotment: every figure it follows from, as a document that anybody can add up again.

A certificate is made of four parts, so that a round keeps each of them once: the policy, the commodity, the outlet and
the line where the last two meet. Amounts are whole numbers, of billionths of a pack in ``_nano`` and of millionths in
``_grid``; decimals and dates are text, as in any document. ``docs/certificate-format.md`` says how to check one by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from distribution.allocation.round_result import TERMS
from distribution.domain.enums import (
    ApportionmentMethod,
    Bound,
    CountBasis,
    DeviationKind,
    Hierarchy,
    NeedBasis,
    PopulationBasis,
)
from distribution.domain.types import format_decimal
from optimizer.records import encode_record

SCHEMA = "taavon.certificate/1"


@dataclass(frozen=True, slots=True)
class PolicyTerms:
    """What the policy asked for; percents and exponents are decimals."""

    code: str
    counts: CountBasis
    people_exponent: str
    need_exponent: str
    hierarchy: Hierarchy
    reserve_percent: str
    repay_percent: str
    min_drop_packs: int
    deviation_percent: str | None
    deviation_kind: DeviationKind
    deviation_spares_full: bool


@dataclass(frozen=True, slots=True)
class CommodityTerms:
    """What there was of a commodity.

    Attributes
    ----------
    code
        Its code.
    pack_g, quota_g, carried_g, remainder_g
        Mass of a pack, assigned, carried over from before, and too small for a whole pack, g.
    packs_to_share, reserved_packs
        Whole packs of both together, and those of them that are kept back.
    unplaced_packs, floor_short_packs
        Packs that found no room, and those lacking to meet every floor.
    weight_total_grid
        Weight of all outlets that take part, millionths.
    methods
        How exact shares become whole packs at each level from the top, the last one for all below.
    """

    code: str
    pack_g: int
    quota_g: int
    carried_g: int
    remainder_g: int
    packs_to_share: int
    reserved_packs: int
    unplaced_packs: int
    floor_short_packs: int
    weight_total_grid: int
    methods: tuple[ApportionmentMethod, ...]

    @property
    def shared_packs(self) -> int:
        """Return the packs that are shared now."""
        return self.packs_to_share - self.reserved_packs

    @property
    def method(self) -> ApportionmentMethod:
        """Return the method of the last level, which gives the outlets their packs."""
        return self.methods[-1]


@dataclass(frozen=True, slots=True)
class FactorTerms:
    """One factor of a need; ``basis`` is None for the need weight in the area's own row, ``key`` being its code."""

    basis: NeedBasis | None
    key: str
    weight: str


@dataclass(frozen=True, slots=True)
class OutletTerms:
    """Whom an outlet serves and how much they weigh.

    Attributes
    ----------
    code
        Its code.
    people
        People it serves.
    counted
        What the policy counts of them, people or households: ``members + residents``.
    basis
        Where the count comes from.
    weight_grid
        ``counted ** people_exponent x need_weight``, millionths.
    members, residents
        Those on a member list, and all others.
    source, counted_on
        Who counted the area that the residents are a part of, and the day, as YYYY-MM-DD.
    factors
        The factors of the need.
    need_weight
        Their product to the power of ``need_exponent``, a decimal.
    warehouse_m
        Road from the nearest warehouse, m; -1 where there is none, None if the policy does not look at distances.
    distance_is_estimate
        Whether that road was estimated from positions, and not measured.
    fixed_part
        Part of the packs that is fixed for its group, as a fraction; None where nothing is fixed.
    """

    code: str
    people: int
    counted: int
    basis: PopulationBasis
    weight_grid: int
    members: int = 0
    residents: int = 0
    source: str = ""
    counted_on: str | None = None
    factors: tuple[FactorTerms, ...] = ()
    need_weight: str = "1"
    warehouse_m: int | None = None
    distance_is_estimate: bool = False
    fixed_part: str | None = None


@dataclass(frozen=True, slots=True)
class LineTerms:
    """What an outlet gets of a commodity, term by term.

    ``entitlement + repaid + level + netted + floor - shortfall + moved = target``, and
    ``target + debt taken into account + rounding = packs x 10^9``.

    Attributes
    ----------
    packs
        The allotment.
    entitlement_nano
        Share of the packs that are not kept back, by weight alone.
    repaid_nano, level_nano, netted_nano, floor_nano, shortfall_nano, moved_nano, target_nano
        As in :class:`distribution.allocation.round_result.RoundResult`.
    rounding_nano
        What rounding to whole packs adds or takes.
    opening_packs
        Packs that lie there already.
    floor_packs, basket_packs
        Least packs that the quota or the outlet's limit sets, and those in its complete baskets.
    limit_packs, cap_packs
        Most packs that its limit sets, None for none; most that it may get, by limit and store.
    bound
        What held the target.
    debt_before_nano, debt_after_nano
        The rounding-debt account.
    shortfall_before_nano, repaid_packs, shortfall_after_nano
        Shortfall that may be repaid (the account less packs that wait for delivery), what of it is repaid in whole
        packs, and what is left with the shortfall of this round.
    carried_on_nano
        What of this round's shortfall lies in packs that are carried on and shared again, and is not owed as well.
    """

    packs: int
    entitlement_nano: int
    target_nano: int
    cap_packs: int
    repaid_nano: int = 0
    level_nano: int = 0
    netted_nano: int = 0
    floor_nano: int = 0
    shortfall_nano: int = 0
    moved_nano: int = 0
    rounding_nano: int = 0
    opening_packs: int = 0
    floor_packs: int = 0
    basket_packs: int = 0
    limit_packs: int | None = None
    bound: Bound = Bound.NONE
    debt_before_nano: int = 0
    debt_after_nano: int = 0
    shortfall_before_nano: int = 0
    repaid_packs: int = 0
    carried_on_nano: int = 0
    shortfall_after_nano: int = 0


@dataclass(frozen=True, slots=True)
class Certificate:
    """Why one outlet is allotted what it is of one commodity in one round."""

    round: str
    policy: PolicyTerms
    commodity: CommodityTerms
    outlet: OutletTerms
    line: LineTerms

    @property
    def debt_taken_nano(self) -> int:
        """Return the part of the earlier debt that this round takes into account."""
        return self.line.debt_before_nano if self.commodity.method.carries_debt else 0

    @property
    def target_terms(self) -> Mapping[str, int]:
        """Return the terms that add up to the target, by name in their order, billionths; a shortfall is below 0."""
        sign = {"shortfall_nano": -1}
        return {name.removesuffix("_nano"): sign.get(name, 1) * getattr(self.line, name) for name in TERMS}

    @property
    def terms(self) -> Mapping[str, int]:
        """Return the terms that add up to the packs, by name in their order, billionths."""
        return {**self.target_terms, "debt": self.debt_taken_nano, "rounding": self.line.rounding_nano}

    def to_document(self) -> dict[str, Any]:
        """Return the certificate as JSON values, with its sum written out in packs too."""
        terms = [
            {"term": name, "nano": nano, "packs": format_decimal(Decimal(nano).scaleb(-9))}
            for name, nano in self.terms.items()
        ]
        document: dict[str, Any] = encode_record(self)
        return document | {"schema": SCHEMA, "sum": terms}
