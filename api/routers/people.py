"""People who may log in, for those who may let them in."""

from __future__ import annotations

from fastapi import APIRouter, Depends, status

from api.dependencies import Database
from api.schemas.page import PageOut
from api.schemas.people import NewPasswordOut, PersonIn, PersonOut
from api.security import Admin, require_right
from distribution.domain.enums import Right
from distribution.services.people import add_person, list_people, reset_password, revoke_person
from distribution.store.repositories.keys import KeyHolder
from distribution.store.tables import Person

router = APIRouter(prefix="/people", tags=["people"])


@router.get("", operation_id="list_people", dependencies=[Depends(require_right(Right.MANAGE_KEYS))])
def read_people(uow: Database) -> PageOut[PersonOut]:
    """List the people who may log in, and those who may no more; all on one page."""
    return PageOut(items=[_show(person) for person in list_people(uow)])


@router.post("", operation_id="add_person", status_code=status.HTTP_201_CREATED)
def add(uow: Database, asker: Admin, wanted: PersonIn) -> NewPasswordOut:
    """Let somebody log in; the password to begin with is shown this once."""
    holder = KeyHolder(**wanted.model_dump(exclude={"name"}))
    return NewPasswordOut(name=wanted.name, password=add_person(uow, wanted.name, holder, asker))


@router.post("/{name}/password", operation_id="reset_password")
def reset(uow: Database, asker: Admin, name: str) -> NewPasswordOut:
    """Give somebody a new password to begin with and end their sessions; it is shown this once."""
    return NewPasswordOut(name=name, password=reset_password(uow, name, asker))


@router.delete("/{name}", operation_id="revoke_person")
def revoke(uow: Database, asker: Admin, name: str) -> PersonOut:
    """Let somebody log in no more, for good; they stay listed."""
    return _show(revoke_person(uow, name, asker))


def _show(person: Person) -> PersonOut:
    return PersonOut(
        name=person.name, must_change_password=person.must_change, role=person.role, union_code=person.union_code,
        cooperative_code=person.cooperative_code, level=person.level, label=person.label,
        created_by=person.created_by, created_at=person.created_at, revoked_at=person.revoked_at,
    )  # fmt: skip
