"""Receipts and scorecards."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from api.schemas.monitoring import ReplyOut, show_reply
from api.schemas.voice import Code
from distribution.domain.outlet_stock import StockAccount
from distribution.domain.receipt import DiscrepancyReason, ReceiptBase
from distribution.messages import Locale, render_message
from distribution.services.alerts import Alert, AlertKind
from distribution.services.loss_account import LossLine
from distribution.services.round_progress import GoodsProgress
from distribution.services.scorecards import Scorecard
from distribution.store.tables import Receipt, StockAccountRow

_TEXT = r"^[^\x00]*$"


class ReceiptIn(BaseModel, extra="forbid"):
    """What an outlet accepted of one commodity of one halt."""

    day: dt.date
    truck: str = Field(min_length=1, max_length=100, pattern=_TEXT, description="truck, as on its waybill")
    trip: int = Field(ge=1, le=100)
    outlet_code: Code
    commodity_code: Code
    planned_packs: int = Field(ge=0, le=10**9, description="packs that were to come")
    accepted_packs: int = Field(ge=0, le=10**9)
    rejected_packs: int = Field(default=0, ge=0, le=10**9, description="packs that came and were sent back")
    reason: DiscrepancyReason | None = Field(
        default=None, description="why not all was accepted; needed where it was not"
    )
    shipped_g: int | None = Field(default=None, ge=0, le=10**12, description="weighed when it was loaded, g")
    arrived_g: int | None = Field(default=None, ge=0, le=10**12, description="weighed when it arrived, g")
    accepted_g: int | None = Field(default=None, ge=0, le=10**12, description="weight of what was accepted, g")
    receiver: str = Field(default="", max_length=200, pattern=_TEXT)
    note: str = Field(default="", max_length=1000, pattern=_TEXT)
    lot: str = Field(default="", max_length=100, pattern=_TEXT)
    taken_at: AwareDatetime | None = None
    lon: float | None = Field(default=None, ge=-180, le=180)
    lat: float | None = Field(default=None, ge=-90, le=90)

    @model_validator(mode="after")
    def _whole_position(self) -> ReceiptIn:
        if (self.lon is None) != (self.lat is None):
            raise ValueError("position")
        return self


class ReceiptsIn(BaseModel, extra="forbid"):
    """Receipts: all are kept, or none; sent again they are the same."""

    receipts: list[ReceiptIn] = Field(min_length=1, max_length=2000)


class RecordedOut(BaseModel):
    """What came of recording receipts."""

    new: int = Field(description="receipts that were not there yet")
    known: int = Field(description="receipts that were there already, word for word")
    open: int = Field(description="drops of the asker's part of the round that have no receipt yet")


class ReceiptOut(ReceiptBase):
    """A receipt."""

    recorded_by: str = Field(description="prefix of a key, or @name of a person")
    recorded_at: dt.datetime


class LatenessOut(BaseModel):
    """How late goods came to one fifth of the outlets; only receipts that tell when they were taken count."""

    timed: int = Field(description="halts with a time")
    late: int = Field(description="of them later than the plan, beyond the network's `late_minutes`")
    mean_late_s: float | None = Field(description="how late those were, s")


class ScorecardOut(BaseModel):
    """The figures of a union, a cooperative, an outlet, a truck or a carrier in a round; masses in g."""

    code: str
    name: str = Field(description="name in the language of the answer; blank for a truck or a carrier")
    people: int
    people_reached: int = Field(description="of outlets that have received anything so far")
    allotted_g: int
    collected_g: int = Field(description="fetched by outlets, by their stock accounts")
    planned_g: int = Field(description="planned to be brought by trucks")
    told_g: int = Field(description="planned mass of the drops that have a receipt")
    accepted_g: int
    rejected_g: int
    missing_g: int = Field(description="did not come")
    drops: int
    receipts: int
    allotments: int
    accepted: int = Field(description="allotments that were accepted")
    objected: int = Field(description="allotments that were objected to")
    appeals: int
    appeals_open: int
    appeals_overdue: int
    appeals_late: int = Field(description="decided after they were due")
    reasons: dict[str, int] = Field(description="how often each reason for a discrepancy was given")
    fill: float | None = Field(description="part of what was allotted that was accepted from trucks or fetched")
    coverage: float | None = Field(description="part of the people whose outlet has received anything so far")
    discrepancy: float | None = Field(description="part of what receipts tell of that was not accepted")
    lateness: list[LatenessOut] = Field(description="by fifths of the outlets by distance, the nearest first")
    reply: ReplyOut | None = Field(description="what the union or the cooperative says to it")


class StockIn(BaseModel, extra="forbid"):
    """An outlet's account of one commodity at the end of a round, in whole packs."""

    outlet_code: Code
    commodity_code: Code
    collected_packs: int = Field(default=0, ge=0, le=10**9, description="packs the outlet has fetched from a warehouse")
    offtake_packs: int = Field(ge=0, le=10**9, description="packs handed out to people")
    loss_packs: int = Field(default=0, ge=0, le=10**9, description="packs lost or spoilt; they need a reason")
    closing_packs: int = Field(ge=0, le=10**9, description="packs that are left")
    reason: str = Field(default="", max_length=1000, pattern=_TEXT, description="what became of lost packs")


class StocksIn(BaseModel, extra="forbid"):
    """Stock accounts: all are kept, or none; sent again they are the same."""

    accounts: list[StockIn] = Field(min_length=1, max_length=2000)


class ReportedOut(BaseModel):
    """What came of reporting stock."""

    new: int
    known: int = Field(description="accounts that were there already, word for word")


class StockOut(StockAccount):
    """A stock account: opening + delivered + collected = offtake + loss + closing."""

    reported_by: str = Field(description="prefix of a key, or @name of a person")
    reported_at: dt.datetime


def show_stock(row: StockAccountRow) -> StockOut:
    """Make what the API shows of a stock account."""
    return StockOut(**{name: getattr(row, name) for name in StockOut.model_fields})


class LossOut(BaseModel):
    """A line of a loss account; masses in g, shipped = accepted + returned + lost."""

    code: str = Field(description="carrier (blank: the network itself), truck, warehouse>outlet, or commodity")
    shipped_g: int
    accepted_g: int
    returned_g: int = Field(description="brought back")
    lost_g: int = Field(description="neither accepted nor brought back; negative if more was weighed on arrival")
    receipts: int
    weighed: int = Field(description="receipts of goods that were weighed; else the mass of packs counts")


def show_loss(line: LossLine) -> LossOut:
    """Make what the API shows of a line of a loss account."""
    return LossOut(**asdict(line))


class AlertOut(BaseModel):
    """One thing to look at."""

    kind: AlertKind
    kind_text: str = Field(description="the kind in words")
    subject: str = Field(description="what it is about, e.g. outlet/KR-0904-001")
    numbers: dict[str, int]


def show_alert(alert: Alert, locale: Locale) -> AlertOut:
    """Make what the API shows of an alert."""
    kind = render_message(f"enum.AlertKind.{alert.kind.value}", locale)
    return AlertOut(kind=alert.kind, kind_text=kind, subject=alert.subject, numbers=alert.numbers)


class GoodsProgressOut(BaseModel):
    """How far a commodity of a round is; masses in g."""

    code: str
    name: str = Field(description="name in the language of the answer")
    pack_g: int
    before_g: int = Field(description="received in the last round before that shared it")
    quota_g: int = Field(description="assigned for the round")
    carried_g: int = Field(description="left over from the round before")
    allotted_g: int
    approved_g: int = Field(description="allotted_g once every approval is given, 0 before")
    reserved_g: int = Field(description="kept back by the policy")
    unplaced_g: int = Field(description="without room anywhere")
    planned_g: int = Field(description="on trucks, packs that had waited among them")
    collected_g: int = Field(description="to be fetched by outlets")
    told_g: int = Field(description="on trucks and told of by a receipt")
    accepted_g: int
    rejected_g: int
    missing_g: int
    fetched_g: int = Field(description="fetched by outlets, by their stock accounts")


def show_progress(goods: GoodsProgress, locale: Locale) -> GoodsProgressOut:
    """Make what the API shows of a commodity's progress."""
    fields: dict[str, Any] = {name: getattr(goods, name) for name in GoodsProgressOut.model_fields if name != "name"}
    return GoodsProgressOut(**fields, name=goods.code if goods.noun is None else goods.noun.name(locale))


def to_receipt(given: ReceiptIn) -> ReceiptBase:
    """Make a receipt of what was sent."""
    return ReceiptBase.model_construct(**given.model_dump())


def show_receipt(row: Receipt) -> ReceiptOut:
    """Make what the API shows of a receipt."""
    return ReceiptOut(**{name: getattr(row, name) for name in ReceiptOut.model_fields})


def show_scorecard(card: Scorecard, locale: Locale) -> ScorecardOut:
    """Make what the API shows of a scorecard."""
    apart = {"name", "lateness", "reply"}
    fields: dict[str, Any] = {name: getattr(card, name) for name in ScorecardOut.model_fields if name not in apart}
    for ratio in ("fill", "coverage", "discrepancy"):
        fields[ratio] = None if fields[ratio] is None else round(fields[ratio], 4)
    return ScorecardOut(
        **fields,
        name="" if card.noun is None else card.noun.name(locale),
        lateness=[LatenessOut(timed=f.timed, late=f.late, mean_late_s=f.mean_late_s) for f in card.lateness],
        reply=None if card.reply is None else show_reply(card.reply),
    )
