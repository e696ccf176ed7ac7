"""People who log in, and their sessions; only hashes of passwords and tokens."""

from __future__ import annotations

import datetime as dt

from sqlmodel import Field

from distribution.domain.types import UtcDateTime
from distribution.store.tables.base import Stored
from distribution.store.tables.holders import Held, holder_checks


class Person(Held, Stored, table=True):
    """A person and what they may do; ``must_change`` while the password is one that somebody else has seen."""

    __tablename__ = "person"
    __table_args__ = holder_checks()

    name: str = Field(primary_key=True, max_length=60)
    password_hash: str = Field(max_length=300)
    must_change: bool = Field(default=True)


class PersonSession(Stored, table=True):
    """A person who is logged in, until it ends."""

    __tablename__ = "person_session"

    token_sha256: str = Field(primary_key=True, max_length=64)
    person: str = Field(foreign_key="person.name", max_length=60, index=True)
    created_at: dt.datetime = Field(sa_type=UtcDateTime)
    expires_at: dt.datetime = Field(sa_type=UtcDateTime)
