"""A round, for whoever may see it: the one place where that is decided; and the policy it was computed with."""

from __future__ import annotations

from distribution.domain.enums import Right
from distribution.domain.errors import NotFoundError
from distribution.domain.policy import Policy
from distribution.domain.principal import Principal
from distribution.services.policies import DEFAULT_POLICY
from distribution.store.repositories.network_pages import NetworkPages
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


def policy_of(tx: Transaction, found: Round) -> Policy:
    """Return the policy of a round, as it was then."""
    code = str(found.parameters.get("policy") or DEFAULT_POLICY.code)
    noun = NetworkPages(tx.session).find("policies", found.dataset_version, code)
    return noun if isinstance(noun, Policy) else DEFAULT_POLICY
