"""Inspections, replies to scorecards, and the share of the cooperative sector."""

from __future__ import annotations

import datetime as dt

from pydantic import AwareDatetime, BaseModel, Field

from api.schemas.attachments import AttachmentOut, show_attachment
from api.schemas.voice import Code, Words
from distribution.domain.inspection import InspectionBase
from distribution.messages import Locale
from distribution.services.sector_share import SectorShare
from distribution.store.tables import Attachment, Inspection, ScorecardReply


class InspectionIn(BaseModel, extra="forbid"):
    """What somebody found at an outlet."""

    outlet_code: Code
    round_code: Code | None = None
    taken_at: AwareDatetime = Field(description="when it was")
    lon: float = Field(ge=-180, le=180, description="where it was, degrees east")
    lat: float = Field(ge=-90, le=90, description="where it was, degrees north")
    in_order: bool = Field(description="whether everything was as it should be")
    text: Words = Field(description="what was found")


class InspectionOut(InspectionBase):
    """An inspection."""

    number: int


class InspectionWithFilesOut(InspectionOut):
    """An inspection with its files."""

    files: list[AttachmentOut]


class ReplyOut(BaseModel):
    """What a union or a cooperative says to a scorecard."""

    text: str
    said_by: str = Field(description="prefix of a key, or @name of a person")
    said_at: dt.datetime


class SectorGoodsOut(BaseModel):
    """A commodity's part for the cooperative sector; masses in g."""

    code: str
    name: str = Field(description="name in the language of the answer")
    quota_g: int = Field(description="assigned to the network")
    received_g: int = Field(description="of that received by outlets so far")
    whole_g: int | None = Field(description="assigned through all channels together; null where no letter says it")
    share: float | None = Field(description="quota_g as a part of whole_g")


class SectorOut(BaseModel):
    """The cooperative sector's share of people and goods, beside its target."""

    target: float
    people: int = Field(description="served by outlets that take part in the round")
    population: int = Field(description="living in the areas of the network")
    people_share: float | None
    goods: list[SectorGoodsOut]
    goods_share: float | None = Field(description="of all commodities whose whole is known, by mass")


def show_inspection(row: Inspection) -> InspectionOut:
    """Make what the API shows of an inspection."""
    fields = {name: getattr(row, name) for name in InspectionBase.model_fields}
    return InspectionOut(**fields, number=row.require_id())


def show_inspection_with_files(row: Inspection, files: tuple[Attachment, ...]) -> InspectionWithFilesOut:
    """Make what the API shows of an inspection and its files."""
    place = f"/v1/inspections/{row.id}/files"
    shown = show_inspection(row).model_dump()
    return InspectionWithFilesOut(**shown, files=[show_attachment(file, place) for file in files])


def show_reply(row: ScorecardReply) -> ReplyOut:
    """Make what the API shows of a reply."""
    return ReplyOut(text=row.text, said_by=row.said_by, said_at=row.said_at)


def show_sector(share: SectorShare, locale: Locale) -> SectorOut:
    """Make what the API shows of the sector's share."""
    return SectorOut(
        target=share.target,
        people=share.people,
        population=share.population,
        people_share=_rounded(share.people_share),
        goods=[
            SectorGoodsOut(
                code=one.code,
                name=one.code if one.noun is None else one.noun.name(locale),
                quota_g=one.quota_g,
                received_g=one.received_g,
                whole_g=one.whole_g,
                share=_rounded(one.share),
            )
            for one in share.goods
        ],
        goods_share=_rounded(share.goods_share),
    )


def _rounded(ratio: float | None) -> float | None:
    return None if ratio is None else round(ratio, 4)
