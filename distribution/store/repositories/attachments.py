"""Photos and documents; who may see what they belong to may see them."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable

from sqlalchemy import select
from sqlalchemy.orm import defer
from sqlmodel import Session, col

from distribution.domain.errors import NotFoundError
from distribution.store.tables import Attachment


class AttachmentRepository:
    """Keeps files by what they were given with and by their hash."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def list(self, subject: str) -> tuple[Attachment, ...]:
        """List the files of something in the order they came, without their content."""
        query = select(Attachment).where(col(Attachment.subject) == subject).order_by(col(Attachment.id))
        return tuple(self._session.scalars(query.options(defer(col(Attachment.content)))))  # type: ignore[arg-type]

    def get(self, subject: str, sha256: str) -> Attachment:
        """Get a file with its content.

        Raises
        ------
        NotFoundError
            ``file_unknown``.
        """
        query = select(Attachment).where(col(Attachment.subject) == subject, col(Attachment.sha256) == sha256)
        found = self._session.scalars(query).first()
        if found is None:
            raise NotFoundError("file_unknown", path=sha256)
        return found

    def add(self, subject: str, name: str, media_type: str, content: bytes, *, added_by: str) -> Attachment:
        """Keep a file with something; the same bytes are kept once."""
        digest = hashlib.sha256(content).hexdigest()
        for kept in self.list(subject):
            if kept.sha256 == digest:
                return kept
        file = Attachment(
            subject=subject,
            name=name,
            media_type=media_type,
            sha256=digest,
            size=len(content),
            content=content,
            added_by=added_by,
            added_at=self._now(),
        )
        self._session.add(file)
        self._session.flush()
        return file
