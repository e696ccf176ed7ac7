"""How a planner wants a quota shared: named policies, and the weights, shares, baskets and limits they use."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from distribution.domain.enums import CountBasis, DeviationKind, Hierarchy, NeedBasis
from distribution.domain.network import Named
from distribution.domain.payment import Payer
from distribution.domain.types import Code, CodesText, DecimalText, ExactDecimal, Levels, Methods, enum_text


class Policy(Named):
    """A named way to share the quotas of a round; every field has the default that a round without a policy takes."""

    hierarchy: Hierarchy = Field(
        default=Hierarchy.FLAT,
        sa_type=enum_text(Hierarchy),
        description="levels the packs are handed down: flat, areas (province, county, outlet) or unions "
        "(union, cooperative, outlet)",
    )
    methods: Methods = Field(
        default=(),
        sa_type=CodesText,
        description="rounding method of each level from the top, the last one for all below; blank = the quota's method",
    )
    counts: CountBasis = Field(
        default=CountBasis.PEOPLE, sa_type=enum_text(CountBasis), description="what is counted: people or households"
    )
    people_exponent: ExactDecimal = Field(
        default=Decimal(1),
        ge=0,
        le=2,
        max_digits=5,
        decimal_places=4,
        sa_type=DecimalText,
        description="power of the count in the weight; 1 = in proportion, 0.5 = square root",
    )
    need_exponent: ExactDecimal = Field(
        default=Decimal(1),
        ge=0,
        le=4,
        max_digits=5,
        decimal_places=4,
        sa_type=DecimalText,
        description="power of the need weight; 0 = need is left out",
    )
    reserve_percent: ExactDecimal = Field(
        default=Decimal(0),
        ge=0,
        le=99,
        max_digits=6,
        decimal_places=3,
        sa_type=DecimalText,
        description="part of the packs kept back for the next round, percent",
    )
    min_drop_packs: int = Field(
        default=0, ge=0, le=10**9, description="smallest delivery worth making, packs; who would get less waits"
    )
    repay_percent: ExactDecimal = Field(
        default=Decimal(0),
        ge=0,
        le=100,
        max_digits=6,
        decimal_places=3,
        sa_type=DecimalText,
        description="part of every shortfall that a round repays, percent",
    )
    deviation_percent: ExactDecimal | None = Field(
        default=None,
        ge=0,
        le=100,
        max_digits=6,
        decimal_places=3,
        sa_type=DecimalText,
        description="how far a share of what is delivered may stray from the fair share, percent; blank = no bound",
    )
    deviation_kind: DeviationKind = Field(
        default=DeviationKind.RELATIVE,
        sa_type=enum_text(DeviationKind),
        description="whether the bound is of each fair share (relative) or of all that is delivered (absolute)",
    )
    deviation_spares_full: bool = Field(
        default=True, description="yes if a full outlet may stay below the bound; no if it then holds all others back"
    )
    people_cross_areas: bool = Field(
        default=False, description="yes if catchments may give people an outlet outside the area they live in"
    )

    approval_levels: Levels = Field(
        default=(),
        sa_type=CodesText,
        description="who approves a round of this policy, in order, e.g. union;chamber; blank = one approver of any level",
    )

    payer: Payer = Field(
        default=Payer.NOBODY,
        sa_type=enum_text(Payer),
        description="who has to pay for a round's goods before they leave: nobody, each union or each cooperative",
    )

    @property
    def reserve(self) -> Fraction:
        """Return the part kept back."""
        return Fraction(self.reserve_percent) / 100

    @property
    def repay(self) -> Fraction:
        """Return the part of every shortfall that is repaid."""
        return Fraction(self.repay_percent) / 100

    @property
    def deviation(self) -> Fraction | None:
        """Return the deviation bound as a part of one."""
        return None if self.deviation_percent is None else Fraction(self.deviation_percent) / 100


class NeedWeight(SQLModel):
    """A factor in the need weight of the outlets it fits; factors of several bases are multiplied.

    ``key`` is the code of an area (it holds for the areas below too, the nearest wins), a kind of cooperative, a
    setting, or the least number of kilometres by road to the nearest warehouse (the largest that is reached wins).
    """

    policy_code: Code = Field(description="code of the policy")
    basis: NeedBasis = Field(sa_type=enum_text(NeedBasis), description="what the weight depends on")
    key: str = Field(min_length=1, max_length=64, description="area code, kind, setting, or kilometres from")
    weight: ExactDecimal = Field(
        gt=0, le=1000, max_digits=10, decimal_places=6, sa_type=DecimalText, description="factor, 1 = ordinary"
    )


class FixedShare(SQLModel):
    """A fixed part of every quota for an area or a union; what is left goes to all others by weight."""

    policy_code: Code = Field(description="code of the policy")
    node_code: Code = Field(description="code of an area or a union")
    percent: ExactDecimal = Field(
        gt=0,
        le=100,
        max_digits=9,
        decimal_places=6,
        sa_type=DecimalText,
        description="part of the packs to share, percent",
    )


class BasketLine(SQLModel):
    """What a complete basket holds of a commodity, for one person or household as the policy counts."""

    policy_code: Code = Field(description="code of the policy")
    commodity_code: Code = Field(description="code of a commodity")
    kg: ExactDecimal = Field(
        gt=0, le=1000, max_digits=10, decimal_places=6, sa_type=DecimalText, description="kg in one basket"
    )


class OutletLimit(SQLModel):
    """The least and the most packs of a commodity that an outlet may get in a round, whatever the policy."""

    outlet_code: Code = Field(description="code of an outlet")
    commodity_code: Code = Field(description="code of a commodity")
    floor_packs: int = Field(default=0, ge=0, le=10**9, sa_type=BigInteger, description="least packs in a round")
    cap_packs: int | None = Field(
        default=None,
        ge=0,
        le=10**9,
        sa_type=BigInteger,
        description="most packs in a round; blank = what its store takes",
    )


class MemberCount(SQLModel):
    """Members of an outlet's cooperative who live in an area, so that nobody is counted twice."""

    area_code: Code = Field(description="code of the area they live in")
    outlet_code: Code = Field(description="code of the outlet that serves them")
    people: int = Field(ge=0, le=2_000_000_000, sa_type=BigInteger, description="people in the members' households")
    households: int | None = Field(
        default=None, ge=0, le=2_000_000_000, sa_type=BigInteger, description="members' households"
    )
