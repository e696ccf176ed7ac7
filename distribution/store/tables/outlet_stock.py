"""Stock accounts of outlets."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlmodel import Field

from distribution.domain.outlet_stock import StockAccount
from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Numbered


class StockAccountRow(StockAccount, Numbered, table=True):
    """The account of an outlet and a commodity in a round; ``reported_by`` is the prefix of a key, or the @name of a person."""

    __tablename__ = "outlet_stock"
    __table_args__ = (
        UniqueConstraint("round_id", "outlet_code", "commodity_code"),
        CheckConstraint(
            "opening_packs + delivered_packs + collected_packs + moved_in_packs"
            " = offtake_packs + loss_packs + moved_out_packs + closing_packs",
            name="balance",
        ),
        CheckConstraint("loss_packs = 0 OR reason <> ''", name="reason"),
    )

    round_id: int = Field(foreign_key="round.id")
    union_code: str = Field(max_length=64)
    cooperative_code: str = Field(max_length=64)
    reported_by: str = Field(max_length=64)
    reported_at: dt.datetime = Field(sa_type=UtcDateTime)
