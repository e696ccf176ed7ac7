"""A round, for whoever may see it: the one place where that is decided."""

from __future__ import annotations

from distribution.domain.enums import Right
from distribution.domain.errors import NotFoundError
from distribution.domain.principal import Principal
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction


def find_round(tx: Transaction, asker: Principal, code: str) -> Round:
    """Return a round that the asker may see.

    Raises
    ------
    NotFoundError
        If there is no such round, or it is not published and the asker sees only what is; which is not told.
    """
    found = tx.rounds.get(code)
    if not (found.state.is_public or asker.may(Right.SEE_ALL)):
        raise NotFoundError("round_unknown", round_code=code)
    return found
