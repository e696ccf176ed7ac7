"""Sessions of people who have logged in: opened by a password, known by a token that a browser keeps in a cookie.

Because a browser sends the cookie by itself, whatever page asks it to, a change has to bring a second token as well, which
only a page of our own can have read (OWASP, signed double-submit token): it is derived from the first.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from functools import cache

from distribution.domain.errors import NotFoundError, UnauthorizedError
from distribution.domain.principal import Principal
from distribution.services.audit import record
from distribution.services.passwords import hash_password, matches, require_strong
from distribution.store.tables import Person
from distribution.store.unit_of_work import UnitOfWork

#: How long a session lasts at most: a working day.
LASTS = dt.timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Session:
    """Who is logged in, until when, and the second token that changes have to bring."""

    principal: Principal
    expires_at: dt.datetime
    csrf_token: str


def log_in(uow: UnitOfWork, name: str, password: str) -> tuple[str, Session]:
    """Open a session; return its token, of which only a hash is kept, and the session.

    Raises
    ------
    UnauthorizedError
        ``login_failed``: an unknown name, a wrong password, somebody who may log in no more; which is not told, and all
        take the same time.
    """
    with uow.read() as tx:
        person = tx.people.find(name)
    fits = matches(password, _nobodys_hash() if person is None else person.password_hash)
    token = secrets.token_urlsafe(32)
    with uow.write() as tx:
        now = None if person is None else tx.people.get(name)  # it may have changed while the password was looked at
        if person is None or now is None or not fits or now.revoked_at or now.password_hash != person.password_hash:
            raise UnauthorizedError("login_failed")
        opened = tx.people.open_session(name, _hash(token), LASTS)
        session = Session(_principal(now), opened.expires_at, csrf_token(token))
        record(tx, session.principal, "logged_in", f"person/{name}")
    return token, session


def find_session(uow: UnitOfWork, token: str) -> Session:
    """Tell whose session a token is of.

    Raises
    ------
    UnauthorizedError
        ``session_over`` if it is of none.
    """
    with uow.read() as tx:
        found = tx.people.find_session(_hash(token))
    if found is None:
        raise UnauthorizedError("session_over")
    person, session = found
    return Session(_principal(person), session.expires_at, csrf_token(token))


def log_out(uow: UnitOfWork, token: str) -> None:
    """End a session; one that is over already stays so."""
    with uow.write() as tx:
        tx.people.end_session(_hash(token))


def change_password(uow: UnitOfWork, asker: Principal, token: str, old: str, new: str) -> None:
    """Choose another password, and end all other sessions of the person.

    Raises
    ------
    UnauthorizedError
        ``login_failed`` if the old one is wrong.
    StateError
        ``password_weak`` if the new one is too short, is the old one or holds the name.
    NotFoundError
        ``person_unknown`` if the asker is no person.
    """
    name = person_of(asker)
    with uow.read() as tx:
        person = tx.people.find(name)
    if person is None:
        raise NotFoundError("person_unknown", name=name)
    if not matches(old, person.password_hash):
        raise UnauthorizedError("login_failed")
    require_strong(new, name, old)
    hashed = hash_password(new)
    with uow.write() as tx:
        found = tx.people.get(name)
        if found.password_hash != person.password_hash:
            raise UnauthorizedError("login_failed")
        found.password_hash, found.must_change = hashed, False
        tx.people.end_sessions(name, but=_hash(token))
        record(tx, asker, "password_changed", f"person/{name}")


def csrf_token(token: str) -> str:
    """Return the second token of a session."""
    return hmac.new(token.encode(errors="surrogatepass"), b"csrf", hashlib.sha256).hexdigest()


def person_of(asker: Principal) -> str:
    """Return the name of a person who asks; blank for the holder of a key."""
    return asker.actor[1:] if asker.actor.startswith("@") else ""


def _principal(person: Person) -> Principal:
    return Principal(
        person.role, person.union_code, f"@{person.name}", person.cooperative_code, person.level, person.must_change
    )


@cache
def _nobodys_hash() -> str:
    """Return a hash that no password has, so that an unknown name takes as long as a wrong password."""
    return hash_password(secrets.token_urlsafe(32))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()
