"""Photos and documents."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from distribution.store.tables import Attachment


class AttachmentOut(BaseModel):
    """A file that was given with something."""

    name: str
    media_type: str
    size: int = Field(description="bytes")
    sha256: str
    href: str = Field(description="where to get it")
    added_by: str = Field(description="prefix of a key, or @name of a person")
    added_at: dt.datetime


def show_attachment(file: Attachment, place: str) -> AttachmentOut:
    """Make what the API shows of a file that is found below an address."""
    return AttachmentOut(
        name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256, href=f"{place}/{file.sha256}",
        added_by=file.added_by, added_at=file.added_at,
    )  # fmt: skip
