"""The first start of a service."""

from __future__ import annotations

from distribution.services.api_keys import create_first_key
from distribution.store.unit_of_work import UnitOfWork

FIRST_KEY_LABEL = "first start"


def first_key(uow: UnitOfWork) -> str | None:
    """Make a planner's key if nobody holds one, to be shown once; None if somebody does."""
    return create_first_key(uow, FIRST_KEY_LABEL)
