"""Dues and payments, requests for more, what was lifted and what became of the rest."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from api.schemas.voice import Code, Words
from distribution.domain.absorption import MoveReason
from distribution.domain.goods_request import GoodsRequestBase
from distribution.domain.payment import PaymentBase
from distribution.messages import Locale
from distribution.services.absorption_report import AbsorptionReport
from distribution.services.payments import Dues
from distribution.store.tables import GoodsRequest, LiftReport, Payment

_LINE = r"^[^\x00\n\r]*$"


class DuesOut(BaseModel):
    """What a union or a cooperative has to pay for a round, in the network's currency: due = paid + deferred + left."""

    payer_code: str
    name: str = Field(description="name in the language of the answer")
    due: int
    paid: int
    deferred: int = Field(description="may wait")
    left: int = Field(description="has to come before the goods leave")


class PaymentIn(BaseModel, extra="forbid"):
    """Money that came."""

    payer_code: Code
    amount: int = Field(ge=-(10**18), le=10**18, description="negative to set an earlier one right")
    reference: str = Field(min_length=1, max_length=100, pattern=_LINE, description="number of the transfer")
    paid_on: dt.date


class DeferralIn(BaseModel, extra="forbid"):
    """All that is left of what a payer owes may wait."""

    payer_code: Code
    reference: str = Field(min_length=1, max_length=100, pattern=_LINE, description="number of the letter")
    deferred_on: dt.date
    reason: Words


class PaymentOut(PaymentBase):
    """A payment, or what may wait."""

    recorded_by: str = Field(description="prefix of a key, or @name of a person")
    recorded_at: dt.datetime


class GoodsRequestIn(BaseModel, extra="forbid"):
    """Ask for more of a commodity for an outlet of one's own."""

    outlet_code: Code
    commodity_code: Code
    packs: int = Field(ge=1, le=10**9)
    text: Words = Field(description="why")


class GoodsRequestAnswerIn(BaseModel, extra="forbid"):
    """What is given of what was asked for; the rest goes up a level."""

    filled_packs: int = Field(ge=0, le=10**9)
    comment: Words
    from_outlet_code: Code | None = Field(default=None, description="who gives them, where a union answers")


class GoodsRequestOut(GoodsRequestBase):
    """A request at one level."""

    number: int


class LiftIn(BaseModel, extra="forbid"):
    """What an outlet has lifted of its allotment of a commodity, and what it still will before the deadline."""

    outlet_code: Code
    commodity_code: Code
    lifted_packs: int = Field(ge=0, le=10**12)
    kept_packs: int = Field(default=0, ge=0, le=10**12)


class LiftsIn(BaseModel, extra="forbid"):
    """Reports of outlets: all are kept, or none; the last word counts."""

    lifts: list[LiftIn] = Field(min_length=1, max_length=2000)


class LiftOut(BaseModel):
    """What an outlet says it has lifted."""

    outlet_code: str
    commodity_code: str
    lifted_packs: int
    kept_packs: int
    reported_by: str = Field(description="prefix of a key, or @name of a person")
    reported_at: dt.datetime


class AbsorptionIn(BaseModel, extra="forbid"):
    """Move what is said not to be lifted."""

    day: dt.date | None = Field(default=None, description="day on which the reports hold; null for today")
    days: int | None = Field(
        default=None, ge=0, le=365, description="days before its deadline from which a commodity is moved"
    )


class MoveOut(BaseModel):
    """Packs that pass from one outlet to another; to none where they lapse."""

    from_outlet: str
    to_outlet: str | None
    commodity_code: str
    packs: int
    reason: MoveReason


class AbsorptionOut(BaseModel):
    """What became of packs that were not lifted."""

    day: dt.date
    moves: list[MoveOut]
    left_out: list[str] = Field(description="commodities that were not moved, and why, in words")
    file: str | None = Field(description="the log among the round's files; null where nothing moved")


def show_dues(dues: Dues, locale: Locale) -> DuesOut:
    """Make what the API shows of what is due."""
    name = dues.payer_code if dues.noun is None else dues.noun.name(locale)
    return DuesOut(
        payer_code=dues.payer_code, name=name, due=dues.due, paid=dues.paid, deferred=dues.deferred, left=dues.left
    )


def show_payment(row: Payment) -> PaymentOut:
    """Make what the API shows of a payment."""
    return PaymentOut(**{name: getattr(row, name) for name in PaymentOut.model_fields})


def show_request(row: GoodsRequest) -> GoodsRequestOut:
    """Make what the API shows of a request."""
    fields = {name: getattr(row, name) for name in GoodsRequestBase.model_fields}
    return GoodsRequestOut(**fields, number=row.require_id())


def show_lift(row: LiftReport) -> LiftOut:
    """Make what the API shows of a report."""
    return LiftOut(**{name: getattr(row, name) for name in LiftOut.model_fields})


def show_absorption(report: AbsorptionReport, locale: Locale) -> AbsorptionOut:
    """Make what the API shows of an absorption."""
    return AbsorptionOut(
        day=report.day,
        moves=[
            MoveOut(
                from_outlet=move.from_outlet, to_outlet=move.to_outlet, commodity_code=goods.commodity.code,
                packs=move.packs, reason=move.reason,
            )
            for goods in report.goods for move in goods.moves
        ],
        left_out=[left.sentence(locale) for left in report.left_out],
        file=report.path,
    )  # fmt: skip
