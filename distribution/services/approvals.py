"""How far the approvals of a round are."""

from __future__ import annotations

from dataclasses import dataclass

from distribution.domain.enums import Decision
from distribution.store.tables import Round, RoundDecision
from distribution.store.unit_of_work import Transaction

#: Where a round's parameters keep who has to approve it, in order, how often it was submitted, and by whom last.
LEVELS, SUBMISSIONS, SUBMITTED_BY = "approval_levels", "submissions", "submitted_by"


@dataclass(frozen=True, slots=True)
class Approvals:
    """How far the approvals of a round's last submission are: levels that have approved, and those that are left."""

    given: tuple[RoundDecision, ...]
    left: tuple[str, ...]


def list_givers(tx: Transaction, actor: str) -> frozenset[str]:
    """Return who gave out the key of an actor, or added the person, who let that one in, and so on."""
    givers: set[str] = set()
    while actor and actor not in givers:
        found = tx.people.find(actor[1:]) if actor.startswith("@") else tx.keys.find(actor)
        givers.add(actor)
        actor = "" if found is None else found.created_by
    return frozenset(givers)


def read_approvals(tx: Transaction, found: Round) -> Approvals:
    """Return how far the approvals of the last submission are."""
    submission = int(found.parameters.get(SUBMISSIONS, 0))
    given = tuple(said for said in tx.rounds.decisions(found.require_id()) if said.submission == submission)
    levels = tuple(found.parameters.get(LEVELS) or ("",)) if submission else ()
    return Approvals(given, levels[len([said for said in given if said.decision is Decision.APPROVED]) :])
