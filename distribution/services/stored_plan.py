"""The plan of a round as it is kept; those that were asked for last are not read anew."""

from __future__ import annotations

from functools import lru_cache

from distribution.domain.errors import NotFoundError
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction
from optimizer.plan_file import LoadedPlan, load_plan

#: Plans of large networks take tens of megabytes each.
_MOST_PLANS = 4


def load_stored_plan(tx: Transaction, found: Round) -> LoadedPlan:
    """Return the plan of a round; it is shared by all who ask, and not to be changed.

    Raises
    ------
    NotFoundError
        ``plan_missing``.
    """
    stored = tx.plans.get(found.require_id())
    if stored is None:
        raise NotFoundError("plan_missing", round_code=found.code)
    return _load(stored.content)


@lru_cache(maxsize=_MOST_PLANS)
def _load(content: bytes) -> LoadedPlan:
    return load_plan(content)
