"""Rounds and everything that belongs to one: allotments, goods, postings, waiting packs, plan and files."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
)
from sqlmodel import Field

from distribution.domain.enums import Decision
from distribution.domain.rounds import Allotment, LedgerEntry, RoundBase, RoundGoods, StockUse, WaitingPacks
from distribution.domain.types import UtcDateTime, enum_text
from distribution.store.tables.base import Numbered, Stored

_round_version = Column("version", Integer, nullable=False)


class Round(RoundBase, Numbered, table=True):
    """A round; ``version`` grows with every change and is the ETag."""

    __tablename__ = "round"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("number"),
        ForeignKeyConstraint(["dataset_version"], ["dataset_version.number"]),
    )
    __mapper_args__ = {"version_id_col": _round_version}  # noqa: RUF012 - SQLAlchemy reads a plain dict

    version: int | None = Field(default=None, sa_column=_round_version)


class RoundDecision(Numbered, table=True):
    """What an approver said of a round; ``submission`` counts how often it had been submitted by then."""

    __tablename__ = "round_decision"
    __table_args__ = (
        UniqueConstraint("round_id", "submission", "level"),
        CheckConstraint("decision <> 'rejected' OR reason <> ''", name="reason"),
    )

    round_id: int = Field(foreign_key="round.id")
    submission: int
    level: str = Field(max_length=64)
    decision: Decision = Field(sa_type=enum_text(Decision))
    reason: str = Field(default="", max_length=2000)
    decided_by: str = Field(max_length=64)
    decided_at: dt.datetime = Field(sa_type=UtcDateTime)


class AllotmentRow(Allotment, Numbered, table=True):
    """An allotment of a round."""

    __tablename__ = "allotment"
    __table_args__ = (
        UniqueConstraint("round_id", "outlet_code", "commodity_code"),
        CheckConstraint("packs >= 0", name="packs"),
        CheckConstraint("cap_packs IS NULL OR packs <= cap_packs", name="cap"),
        Index("ix_allotment_union", "round_id", "union_code"),
    )

    round_id: int = Field(foreign_key="round.id")


class RoundGoodsRow(RoundGoods, Numbered, table=True):
    """A commodity of a round."""

    __tablename__ = "round_goods"
    __table_args__ = (
        UniqueConstraint("round_id", "commodity_code"),
        CheckConstraint("allotted_packs + unplaced_packs + reserved_packs = packs_to_share", name="packs"),
        CheckConstraint("quota_g + carried_g = packs_to_share * pack_g + remainder_g", name="mass"),
    )

    round_id: int = Field(foreign_key="round.id")


class LedgerRow(LedgerEntry, Numbered, table=True):
    """A posting of a round, or of the dataset version that moved a closed outlet's accounts."""

    __tablename__ = "ledger"
    __table_args__ = (
        CheckConstraint("amount_nano <> 0", name="amount"),
        Index("ix_ledger_holder", "account", "holder_kind", "commodity_code", "holder_code"),
    )

    round_id: int | None = Field(default=None, foreign_key="round.id", index=True)
    dataset_version: int | None = Field(default=None, foreign_key="dataset_version.number")
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class WaitingRow(WaitingPacks, Numbered, table=True):
    """Packs left over by one round's plan and, at last, delivered by another's."""

    __tablename__ = "waiting"
    __table_args__ = (CheckConstraint("packs > 0", name="packs"),)

    round_id: int = Field(foreign_key="round.id", index=True)
    settled_by: int | None = Field(default=None, foreign_key="round.id", index=True)


class StockUseRow(StockUse, Numbered, table=True):
    """What a round took of a row of stock."""

    __tablename__ = "stock_use"
    __table_args__ = (CheckConstraint("packs > 0", name="packs"),)

    round_id: int = Field(foreign_key="round.id", index=True)


class PlanRow(Stored, table=True):
    """The plan of a round: its JSON, compressed."""

    __tablename__ = "plan"

    round_id: int = Field(primary_key=True, foreign_key="round.id")
    content: bytes = Field(sa_type=LargeBinary)
    sha256: str = Field(max_length=64)
    status: str = Field(max_length=40)
    seed: int = Field(sa_type=BigInteger)
    iterations: int = Field(sa_type=BigInteger)
    scaled_cost: str = Field(max_length=60)  # an exact integer that may outgrow 64 bits
    created_at: dt.datetime = Field(sa_type=UtcDateTime)


class ExportFile(Numbered, table=True):
    """A file made from a round."""

    __tablename__ = "export_file"
    __table_args__ = (UniqueConstraint("round_id", "path"),)

    round_id: int = Field(foreign_key="round.id")
    path: str = Field(max_length=300)
    media_type: str = Field(max_length=100)
    sha256: str = Field(max_length=64)
    size: int = Field(sa_type=BigInteger)
    content: bytes = Field(sa_type=LargeBinary)
