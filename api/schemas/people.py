"""People who may log in, and their sessions."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from api.schemas.keys import HolderOut, HolderRequest, MeOut
from distribution.domain.types import CODE_PATTERN
from distribution.services.passwords import LEAST_CHARACTERS, MOST_CHARACTERS

_ANY_TEXT = r"^[^\x00]*$"


class LoginIn(BaseModel, extra="forbid"):
    """Who wants to log in."""

    name: str = Field(min_length=1, max_length=60, pattern=CODE_PATTERN)
    password: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=_ANY_TEXT)


class PasswordIn(BaseModel, extra="forbid"):
    """Another password for oneself."""

    old: str = Field(min_length=1, max_length=MOST_CHARACTERS, pattern=_ANY_TEXT)
    new: str = Field(
        min_length=1,
        max_length=MOST_CHARACTERS,
        pattern=_ANY_TEXT,
        description=f"{LEAST_CHARACTERS} characters or more",
    )


class SessionOut(BaseModel):
    """A session."""

    me: MeOut
    must_change_password: bool = Field(description="nothing else is allowed until the password is changed")
    expires_at: dt.datetime
    csrf_token: str = Field(description="goes into the header `X-CSRF-Token` of everything that changes something")


class PersonIn(HolderRequest, extra="forbid"):
    """Somebody who shall be able to log in."""

    name: str = Field(min_length=1, max_length=60, pattern=CODE_PATTERN, description="what the person logs in with")


class PersonOut(HolderOut):
    """A person who may log in, or may no more."""

    name: str
    must_change_password: bool = Field(description="has not yet chosen a password of their own")


class NewPasswordOut(BaseModel):
    """A password to begin with; it is shown this once."""

    name: str
    password: str
