"""People and their sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict

from sqlalchemy import delete, select
from sqlmodel import Session, col

from distribution.domain.errors import NotFoundError, StateError
from distribution.store.repositories.keys import KeyHolder
from distribution.store.tables import Person, PersonSession
from distribution.store.transactions import lock_key


class PeopleRepository:
    """Keeps people by name, and their sessions by the hash of a token."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def add(self, name: str, password_hash: str, holder: KeyHolder, *, created_by: str) -> Person:
        """Add a person.

        Raises
        ------
        StateError
            ``person_exists``.
        """
        lock_key(self._session, "person", name)
        if self.find(name) is not None:
            raise StateError("person_exists", name=name)
        person = Person(
            name=name,
            password_hash=password_hash,
            **asdict(holder),
            created_by=created_by,
            created_at=self._now(),
        )
        self._session.add(person)
        self._session.flush()
        return person

    def find(self, name: str) -> Person | None:
        """Find a person, revoked or not."""
        return self._session.get(Person, name)

    def get(self, name: str) -> Person:
        """Get a person for a change.

        Raises
        ------
        NotFoundError
            If there is no such person.
        """
        query = select(Person).where(col(Person.name) == name)
        found = self._session.scalars(query.with_for_update().execution_options(populate_existing=True)).first()
        if found is None:
            raise NotFoundError("person_unknown", name=name)
        return found

    def list(self) -> tuple[Person, ...]:
        """List the people by name, revoked ones included."""
        return tuple(self._session.scalars(select(Person).order_by(col(Person.name))))

    def open_session(self, name: str, token_sha256: str, lasts: dt.timedelta) -> PersonSession:
        """Let a person be logged in for a while, and forget all sessions that are over."""
        now = self._now()
        self._session.execute(delete(PersonSession).where(col(PersonSession.expires_at) <= now))
        opened = PersonSession(token_sha256=token_sha256, person=name, created_at=now, expires_at=now + lasts)
        self._session.add(opened)
        self._session.flush()
        return opened

    def find_session(self, token_sha256: str) -> tuple[Person, PersonSession] | None:
        """Find a session that is not over, and its person."""
        found = self._session.get(PersonSession, token_sha256)
        person = None if found is None else self.find(found.person)
        if found is None or person is None or person.revoked_at is not None or found.expires_at <= self._now():
            return None
        return person, found

    def end_sessions(self, name: str, *, but: str = "") -> None:
        """End all sessions of a person, but for one token's."""
        self._session.execute(
            delete(PersonSession).where(col(PersonSession.person) == name, col(PersonSession.token_sha256) != but)
        )

    def end_session(self, token_sha256: str) -> None:
        """End one session."""
        self._session.execute(delete(PersonSession).where(col(PersonSession.token_sha256) == token_sha256))
