"""Who asks, and the keys of those who may."""

from __future__ import annotations

from fastapi import APIRouter, Depends, status

from api.dependencies import Database, Lang
from api.schemas.keys import KeyOut, KeyRequest, MeOut, NewKeyOut
from api.schemas.page import PageOut
from api.security import Admin, Asker, require_right
from distribution.domain.enums import Right
from distribution.domain.principal import Principal
from distribution.domain.rights import RIGHTS
from distribution.messages import Locale
from distribution.services.api_keys import create_api_key, list_api_keys, revoke_api_key
from distribution.services.view_network import name_union
from distribution.store.repositories.keys import KeyHolder
from distribution.store.tables import ApiKey
from distribution.store.unit_of_work import UnitOfWork

router = APIRouter(tags=["keys"])


@router.get("/me", operation_id="get_me")
def read_me(uow: Database, asker: Asker, locale: Lang) -> MeOut:
    """Tell who asks, and what they may."""
    return show_me(uow, asker, locale)


def show_me(uow: UnitOfWork, asker: Principal, locale: Locale) -> MeOut:
    """Make what the API shows of whoever asks."""
    union = asker.union_code
    return MeOut(
        role=asker.role,
        union_code=union,
        cooperative_code=asker.cooperative_code,
        level=asker.level,
        rights=sorted(RIGHTS[asker.role]),
        union_name=None if union is None else name_union(uow, union, locale),
        actor=asker.actor,
    )


@router.get("/keys", operation_id="list_keys", dependencies=[Depends(require_right(Right.MANAGE_KEYS))])
def read_keys(uow: Database) -> PageOut[KeyOut]:
    """List the keys, revoked ones included; all on one page."""
    return PageOut(items=[_show(key) for key in list_api_keys(uow)])


@router.post("/keys", operation_id="create_key", status_code=status.HTTP_201_CREATED)
def add_key(uow: Database, asker: Admin, wanted: KeyRequest) -> NewKeyOut:
    """Make a key; it is shown this once."""
    return NewKeyOut(key=create_api_key(uow, KeyHolder(**wanted.model_dump()), asker))


@router.delete("/keys/{prefix}", operation_id="revoke_key")
def remove_key(uow: Database, asker: Admin, prefix: str) -> KeyOut:
    """Revoke a key for good; it stays listed."""
    return _show(revoke_api_key(uow, prefix, asker))


def _show(key: ApiKey) -> KeyOut:
    return KeyOut(
        prefix=key.prefix, role=key.role, union_code=key.union_code, cooperative_code=key.cooperative_code,
        level=key.level, label=key.label, created_by=key.created_by, created_at=key.created_at, revoked_at=key.revoked_at,
    )  # fmt: skip
