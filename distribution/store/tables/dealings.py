"""What goes on between the network's levels around a round: payments, requests for more, and what was lifted."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from distribution.domain.absorption import LiftedLine
from distribution.domain.goods_request import GoodsRequestBase
from distribution.domain.payment import PaymentBase
from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Numbered


class Payment(PaymentBase, Numbered, table=True):
    """A payment, or that one may wait; neither is ever changed: what was wrong is set right by another."""

    __tablename__ = "payment"
    __table_args__ = (
        UniqueConstraint("round_id", "payer_code", "reference"),
        CheckConstraint("kind <> 'deferred' OR reason <> ''", name="reason"),
        CheckConstraint("amount <> 0", name="amount"),
    )

    round_id: int = Field(foreign_key="round.id")
    recorded_by: str = Field(max_length=64)
    recorded_at: dt.datetime = Field(sa_type=UtcDateTime)


class GoodsRequest(GoodsRequestBase, Numbered, table=True):
    """A request at one level."""

    __tablename__ = "goods_request"
    __table_args__ = (
        UniqueConstraint("asked_by", "idempotency_key"),
        UniqueConstraint("parent"),
        CheckConstraint("filled_packs <= packs", name="filled"),
        CheckConstraint("answered_at IS NOT NULL OR filled_packs = 0", name="answered"),
        CheckConstraint("(from_outlet_code IS NOT NULL) = (level = 'union' AND filled_packs > 0)", name="giver"),
    )

    round_id: int = Field(foreign_key="round.id")
    idempotency_key: str | None = Field(default=None, max_length=200)


class LiftReport(LiftedLine, Numbered, table=True):
    """What an outlet says it has lifted of its allotment of one commodity; the last word counts."""

    __tablename__ = "lift_report"
    __table_args__ = (UniqueConstraint("round_id", "outlet_code", "commodity_code"),)

    round_id: int = Field(foreign_key="round.id")
    lifted_packs: int = Field(sa_type=BigInteger)
    kept_packs: int = Field(default=0, sa_type=BigInteger)
    union_code: str = Field(max_length=64)
    cooperative_code: str = Field(max_length=64)
    reported_by: str = Field(max_length=64)
    reported_at: dt.datetime = Field(sa_type=UtcDateTime)
