"""What unions and cooperatives say: answers to allotments, feedback, and appeals with what they claim."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, SQLModel

from distribution.domain.types import UtcDateTime, enum_text

#: Most characters of a text that somebody writes.
MOST_CHARACTERS = 4000


class AllotmentAnswer(StrEnum):
    """What a union or a cooperative says of an allotment."""

    ACCEPTED = "accepted"
    OBJECTED = "objected"


class FeedbackKind(StrEnum):
    """What somebody has to say."""

    VIEW = "view"
    SUGGESTION = "suggestion"
    CRITICISM = "criticism"


class AppealKind(StrEnum):
    """What an appeal is about."""

    POPULATION = "population"
    MEMBERS = "members"
    OUTLET_CLOSED = "outlet_closed"
    CAPACITY = "capacity"
    LOCATION = "location"
    DELIVERY_TIME = "delivery_time"
    WAREHOUSE = "warehouse"
    PRICE_OR_QUALITY = "price_or_quality"
    OTHER = "other"


class AppealState(StrEnum):
    """Life of an appeal."""

    OPEN = "open"
    GRANTED = "granted"
    REJECTED = "rejected"
    TAKEN_BACK = "taken_back"


#: Kind -> what it may claim; a kind that claims anything claims at least the first.
CLAIMS: Mapping[AppealKind, tuple[str, ...]] = MappingProxyType(
    {
        AppealKind.POPULATION: ("served_population",),
        AppealKind.MEMBERS: ("people", "area_code"),
        AppealKind.OUTLET_CLOSED: ("successor_code",),
        AppealKind.CAPACITY: ("storage_dry_kg", "storage_chilled_kg", "storage_frozen_kg"),
        AppealKind.LOCATION: ("lon", "lat"),
        AppealKind.DELIVERY_TIME: ("receiving_windows", "receiving_days"),
        AppealKind.WAREHOUSE: ("warehouse_code",),
        AppealKind.PRICE_OR_QUALITY: (),
        AppealKind.OTHER: (),
    }
)
#: Kinds all of whose claims are needed, and those that need none of theirs.
NEEDS_ALL = frozenset({AppealKind.POPULATION, AppealKind.MEMBERS, AppealKind.LOCATION, AppealKind.WAREHOUSE})
NEEDS_ANY = frozenset({AppealKind.CAPACITY, AppealKind.DELIVERY_TIME})
#: Kinds that correct the network when they are granted; the others are answered in words.
CORRECTING = frozenset(
    {
        AppealKind.POPULATION,
        AppealKind.MEMBERS,
        AppealKind.OUTLET_CLOSED,
        AppealKind.CAPACITY,
        AppealKind.LOCATION,
        AppealKind.DELIVERY_TIME,
    }
)


class OfOutlet(SQLModel):
    """An outlet, and whom it belongs to at the time of what is said."""

    outlet_code: str = Field(max_length=64, description="code of the outlet")
    union_code: str = Field(max_length=64, description="code of its union")
    cooperative_code: str = Field(max_length=64, description="code of its cooperative")


class Answer(OfOutlet):
    """A union or a cooperative accepts an allotment, or objects to it with a reason."""

    commodity_code: str = Field(max_length=64, description="code of the commodity")
    answer: AllotmentAnswer = Field(sa_type=enum_text(AllotmentAnswer), description="accepted or objected")
    reason: str = Field(default="", max_length=MOST_CHARACTERS, description="why it objects")
    answered_by: str = Field(max_length=64, description="prefix of a key, or @name of a person")
    answered_at: dt.datetime = Field(sa_type=UtcDateTime, description="when, UTC")


class FeedbackBase(SQLModel):
    """A view, a suggestion or a criticism, and what is answered to it."""

    kind: FeedbackKind = Field(sa_type=enum_text(FeedbackKind), description="view, suggestion or criticism")
    text: str = Field(max_length=MOST_CHARACTERS, description="what was said")
    union_code: str | None = Field(default=None, max_length=64, description="union of whoever said it")
    cooperative_code: str | None = Field(default=None, max_length=64, description="cooperative of whoever said it")
    said_by: str = Field(max_length=64, description="prefix of a key, or @name of a person")
    said_at: dt.datetime = Field(sa_type=UtcDateTime, description="when, UTC")
    answer: str = Field(default="", max_length=MOST_CHARACTERS, description="what was answered; blank = not yet")
    answered_by: str = Field(default="", max_length=64, description="prefix of a key, or @name of a person")
    answered_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, description="when, UTC")


class AppealBase(OfOutlet):
    """An appeal: what is wrong, what would be right, by when it is to be decided, and how it was."""

    kind: AppealKind = Field(sa_type=enum_text(AppealKind), description="what it is about")
    round_code: str | None = Field(default=None, max_length=64, description="round it is about")
    commodity_code: str | None = Field(default=None, max_length=64, description="commodity it is about")
    claim: dict[str, Any] = Field(default_factory=dict, sa_type=JSON, description="what would be right")
    text: str = Field(max_length=MOST_CHARACTERS, description="why")
    state: AppealState = Field(default=AppealState.OPEN, sa_type=enum_text(AppealState), description="how far it is")
    filed_by: str = Field(max_length=64, description="prefix of a key, or @name of a person")
    filed_at: dt.datetime = Field(sa_type=UtcDateTime, description="when, UTC")
    due_at: dt.datetime = Field(sa_type=UtcDateTime, description="by when it is to be decided, UTC")
    reason: str = Field(default="", max_length=MOST_CHARACTERS, description="why it was decided so")
    decided_by: str = Field(default="", max_length=64, description="prefix of a key, or @name of a person")
    decided_at: dt.datetime | None = Field(default=None, sa_type=UtcDateTime, description="when, UTC")
    dataset_version: int | None = Field(default=None, description="version of the network that the correction made")
