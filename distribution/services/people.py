"""People who may log in: add them, give them a new password to begin with, let them in no more."""

from __future__ import annotations

import re
from dataclasses import asdict

from distribution.domain.errors import StateError
from distribution.domain.principal import Principal
from distribution.domain.types import CODE_PATTERN
from distribution.services.api_keys import PROGRAM, require_holder
from distribution.services.audit import record
from distribution.services.passwords import hash_password, new_password
from distribution.store.repositories.keys import KeyHolder
from distribution.store.tables import Person
from distribution.store.unit_of_work import UnitOfWork

#: Characters of a name, which stands in the log behind an @.
MOST_NAME = 60


def add_person(uow: UnitOfWork, name: str, holder: KeyHolder, asker: Principal = PROGRAM) -> str:
    """Let a person log in; return the password to begin with, which is shown this once and has to be changed.

    Raises
    ------
    StateError
        ``person_name_unfit``, ``person_exists``; ``api_key_bounds`` if a role is bound to what it cannot be.
    NotFoundError
        If there is no such union or cooperative.
    """
    if not re.fullmatch(CODE_PATTERN, name) or len(name) > MOST_NAME:
        raise StateError("person_name_unfit", name=name, most=MOST_NAME)
    password = new_password()
    hashed = hash_password(password)
    with uow.write() as tx:
        require_holder(tx, holder)
        tx.people.add(name, hashed, holder, created_by=asker.actor)
        record(tx, asker, "person_added", f"person/{name}", asdict(holder))
    return password


def list_people(uow: UnitOfWork) -> tuple[Person, ...]:
    """List the people, those included who may log in no more."""
    with uow.read() as tx:
        return tx.people.list()


def reset_password(uow: UnitOfWork, name: str, asker: Principal = PROGRAM) -> str:
    """Give a person a new password to begin with, and end their sessions; it is shown this once.

    Raises
    ------
    NotFoundError
        ``person_unknown``.
    """
    password = new_password()
    hashed = hash_password(password)
    with uow.write() as tx:
        person = tx.people.get(name)
        person.password_hash, person.must_change = hashed, True
        tx.people.end_sessions(name)
        record(tx, asker, "password_reset", f"person/{name}")
    return password


def revoke_person(uow: UnitOfWork, name: str, asker: Principal = PROGRAM) -> Person:
    """Let a person log in no more, for good, and end their sessions; they stay listed.

    Raises
    ------
    NotFoundError
        ``person_unknown``.
    """
    with uow.write() as tx:
        person = tx.people.get(name)
        person.revoked_at = person.revoked_at or tx.now()
        tx.people.end_sessions(name)
        record(tx, asker, "person_revoked", f"person/{name}")
        tx.session.flush()
        return person
