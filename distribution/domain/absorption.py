"""Shortly before the absorption deadline: what outlets report to have lifted, and the moves of what they did not."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import Field, SQLModel

from distribution.domain.types import Code

#: How many days before its deadline a commodity's packs may be moved, unless somebody says otherwise.
DEFAULT_DAYS = 3


class LiftedLine(SQLModel):
    """What an outlet reports of its allotment of one commodity."""

    outlet_code: Code = Field(description="code of an outlet")
    commodity_code: Code = Field(description="code of a commodity")
    lifted_packs: int = Field(ge=0, le=10**12, description="packs it has lifted")
    kept_packs: int = Field(default=0, ge=0, le=10**12, description="packs it still will lift before the deadline")


class Unreported(StrEnum):
    """What is taken for true of an outlet that reports nothing."""

    ZERO = "zero"
    LIFTED = "lifted"


class MoveReason(StrEnum):
    """Why a released pack goes where it goes."""

    SHORTFALL = "shortfall"
    DEBT = "debt"
    CAPACITY = "capacity"
    RETURNED = "returned"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class PackMove:
    """Packs of a commodity that pass from one outlet to another; ``to_outlet`` is None where they lapse."""

    from_outlet: str
    to_outlet: str | None
    packs: int
    reason: MoveReason
