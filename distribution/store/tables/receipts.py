"""What outlets were handed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from distribution.domain.receipt import ReceiptBase
from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Numbered


class Receipt(ReceiptBase, Numbered, table=True):
    """What an outlet accepted of one commodity of one halt; where that is not all, there is a reason.

    ``recorded_by`` is the prefix of a key, or the @name of a person.
    """

    __tablename__ = "receipt"
    __table_args__ = (
        UniqueConstraint("round_id", "day", "truck", "trip", "outlet_code", "commodity_code"),
        CheckConstraint("accepted_packs >= 0 AND rejected_packs >= 0", name="packs"),
        CheckConstraint("accepted_packs + rejected_packs <= planned_packs", name="planned"),
        CheckConstraint(
            "(accepted_packs = planned_packs AND (shipped_g IS NULL OR accepted_g = shipped_g)) = (reason IS NULL)",
            name="reason",
        ),
        CheckConstraint(
            "(shipped_g IS NULL) = (arrived_g IS NULL) AND (shipped_g IS NULL) = (accepted_g IS NULL)", name="weights"
        ),
        CheckConstraint("accepted_g <= arrived_g", name="weighed"),
        CheckConstraint("(lon IS NULL) = (lat IS NULL)", name="position"),
        Index("ix_receipt_outlet", "round_id", "outlet_code"),
    )

    round_id: int = Field(foreign_key="round.id")
    union_code: str = Field(max_length=64)
    cooperative_code: str = Field(max_length=64)
    recorded_by: str = Field(max_length=64)
    recorded_at: dt.datetime = Field(sa_type=UtcDateTime)
