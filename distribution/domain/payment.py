"""What is to be paid for a round before its goods leave, and by whom."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger
from sqlmodel import Field, SQLModel

from distribution.domain.types import Code, enum_text


class Payer(StrEnum):
    """Who pays for the goods of a round before they leave."""

    NOBODY = "nobody"
    UNION = "union"
    COOPERATIVE = "cooperative"


class PaymentKind(StrEnum):
    """Whether money came, or may come later."""

    PAID = "paid"
    DEFERRED = "deferred"


class PaymentBase(SQLModel):
    """Money that came, or is allowed to come later; negative to set another right."""

    payer_code: Code = Field(max_length=64, description="code of the union or the cooperative")
    kind: PaymentKind = Field(sa_type=enum_text(PaymentKind), description="paid, or deferred")
    amount: int = Field(ge=-(10**18), le=10**18, sa_type=BigInteger, description="in the network's currency")
    reference: str = Field(max_length=100, description="number of the transfer or of the letter")
    paid_on: dt.date = Field(description="day on which it was paid or deferred")
    reason: str = Field(default="", max_length=1000, description="why it may wait")
