"""The files made from rounds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from distribution.domain.errors import NotFoundError
from distribution.store.tables import ExportFile


@dataclass(frozen=True, slots=True)
class NewFile:
    """A file to keep; ``path`` is relative, with forward slashes."""

    path: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A kept file without its content; ``size`` in bytes."""

    path: str
    media_type: str
    sha256: str
    size: int


class FileRepository:
    """Keeps files by round and path."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def replace(self, round_id: int, files: Iterable[NewFile]) -> None:
        """Keep files in place of all that the round had."""
        self._session.execute(delete(ExportFile).where(col(ExportFile.round_id) == round_id))
        self._insert(round_id, files)

    def put(self, round_id: int, files: Iterable[NewFile]) -> None:
        """Keep files beside those that the round has, in place of any of the same path."""
        new = tuple(files)
        for file in new:
            self._session.execute(
                delete(ExportFile).where(col(ExportFile.round_id) == round_id, col(ExportFile.path) == file.path)
            )
        self._insert(round_id, new)

    def list(self, round_id: int) -> tuple[FileInfo, ...]:
        """List the files of a round by path."""
        query = (
            select(col(ExportFile.path), col(ExportFile.media_type), col(ExportFile.sha256), col(ExportFile.size))
            .where(col(ExportFile.round_id) == round_id)
            .order_by(col(ExportFile.path))
        )
        return tuple(FileInfo(*row) for row in self._session.execute(query))

    def get(self, round_id: int, path: str) -> ExportFile:
        """Get a file with its content.

        Raises
        ------
        NotFoundError
            If the round has no such file.
        """
        query = select(ExportFile).where(col(ExportFile.round_id) == round_id, col(ExportFile.path) == path)
        file = self._session.scalars(query).first()
        if file is None:
            raise NotFoundError("file_unknown", path=path)
        return file

    def _insert(self, round_id: int, files: Iterable[NewFile]) -> None:
        for file in files:  # one at a time: only one content need be in memory
            self._session.execute(
                insert(ExportFile).values(
                    round_id=round_id,
                    path=file.path,
                    media_type=file.media_type,
                    sha256=hashlib.sha256(file.content).hexdigest(),
                    size=len(file.content),
                    content=file.content,
                )
            )
