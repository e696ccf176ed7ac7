"""Move a round through its life: submit, approve or reject, publish, dispatch, close, withdraw."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from distribution.allocation.bundle import BundleError, read_bundle
from distribution.domain.enums import Decision, RoundAction, RoundState
from distribution.domain.errors import ForbiddenError, NotFoundError, StateError
from distribution.domain.principal import Principal
from distribution.domain.rights import roles_with
from distribution.domain.round_life import STEPS, possible_actions
from distribution.services.approvals import LEVELS, SUBMISSIONS, SUBMITTED_BY, list_givers, read_approvals
from distribution.services.audit import record
from distribution.services.exports.build import BUNDLE
from distribution.services.find_round import policy_of
from distribution.services.payments import require_paid
from distribution.services.receipts import settle_deliveries
from distribution.services.run_round import BUNDLE_ROOT
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction, UnitOfWork


def act_on_round(
    uow: UnitOfWork, asker: Principal, code: str, action: RoundAction, *, version: int, reason: str = ""
) -> Round:
    """Take a step in the life of a round; all of it or nothing, with an event in the log.

    Parameters
    ----------
    version
        The version of the round that the asker has read.
    reason
        Why; some steps need one.

    Raises
    ------
    ForbiddenError
        ``role_required``; ``approval_level_other`` if another level is to decide; ``approval_by_submitter``,
        ``approval_by_own_key`` or ``approval_twice`` if the asker, or whoever let the asker in, submitted the round, or if
        the asker has decided on it already.
    NotFoundError
        ``round_unknown``.
    StaleError
        If the round has changed since it was read.
    StateError
        ``round_action_impossible``; ``reason_missing``; ``payments_missing`` for dispatching one that is not paid for;
        ``receipts_missing`` for closing one whose drops have not all a receipt; ``round_not_latest`` for withdrawing one that others follow; ``bundle_not_kept`` for publishing one whose
        bundle is not the one it was computed with.
    """
    step = STEPS[action]
    if not asker.may(step.right):
        raise ForbiddenError("role_required", roles=", ".join(roles_with(step.right)))
    with uow.write() as tx:
        if action is RoundAction.WITHDRAW:
            tx.rounds.lock()
        found = tx.rounds.get(code, for_update=True, version=version)
        if found.state not in step.sources:
            actions = ", ".join(possible_actions(found.state)) or "–"
            raise StateError("round_action_impossible", action=action.value, state=found.state.value, actions=actions)
        if step.needs_reason and not reason.strip():
            raise StateError("reason_missing", action=action.value)
        before = found.state
        found.state = step.target
        _EFFECTS.get(action, _nothing)(tx, asker, found, reason)
        details = {"from": before.value, "to": found.state.value, "reason": reason, "level": asker.level}
        record(tx, asker, f"round_{action.value}", f"round/{code}", details)
        tx.session.flush()  # now, so that somebody else's change is told and not found at the end
        return found


def _nothing(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:
    """Change nothing beyond the state."""


def _submit(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:  # noqa: ARG001 - one shape for all
    found.parameters = found.parameters | {
        LEVELS: list(policy_of(tx, found).approval_levels),
        SUBMISSIONS: int(found.parameters.get(SUBMISSIONS, 0)) + 1,
        SUBMITTED_BY: asker.actor,
    }


def _approve(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:
    left = _decide(tx, asker, found, Decision.APPROVED, reason)
    if left > 1:
        found.state = RoundState.SUBMITTED
        # The state is what it was, yet who has read the round must read it again before the next decision.
        found.parameters = found.parameters | {"approvals_left": left - 1}


def _reject(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:
    _decide(tx, asker, found, Decision.REJECTED, reason)


def _decide(tx: Transaction, asker: Principal, found: Round, decision: Decision, reason: str) -> int:
    """Keep a decision at the level whose turn it is; return how many levels were left."""
    approvals = read_approvals(tx, found)
    level = approvals.left[0]
    if level not in {"", asker.level}:
        raise ForbiddenError("approval_level_other", level=level, own=asker.level or "–")
    if asker.actor == found.parameters.get(SUBMITTED_BY):
        raise ForbiddenError("approval_by_submitter")
    if found.parameters.get(SUBMITTED_BY) in list_givers(tx, asker.actor):
        raise ForbiddenError("approval_by_own_key")
    if asker.actor in {said.decided_by for said in approvals.given}:
        raise ForbiddenError("approval_twice")
    submission = int(found.parameters[SUBMISSIONS])
    tx.rounds.decide(found.require_id(), submission, level, decision, reason=reason, decided_by=asker.actor)
    return len(approvals.left)


def _publish(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:  # noqa: ARG001
    tx.rounds.lock()  # numbers are given one after the other
    _require_bundle(tx, found)
    found.number = tx.rounds.next_number()
    found.published_at = tx.now()


def _require_bundle(tx: Transaction, found: Round) -> None:
    """Check that what is published is what was computed and approved, byte for byte."""
    try:
        root = read_bundle(tx.files.get(found.require_id(), BUNDLE).content).root
    except (NotFoundError, BundleError):
        root = ""
    if not root or root != found.parameters.get(BUNDLE_ROOT):
        raise StateError("bundle_not_kept", round_code=found.code)


def _dispatch(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:  # noqa: ARG001
    require_paid(tx, asker, found)


def _close(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:  # noqa: ARG001
    settle_deliveries(tx, found)


def _withdraw(tx: Transaction, asker: Principal, found: Round, reason: str) -> None:  # noqa: ARG001
    """Undo what a round posted, took and left, and free its code; its files and figures stay to be looked at."""
    latest, round_id = tx.rounds.latest(), found.require_id()
    if latest is not None and latest.require_id() > round_id:
        raise StateError("round_not_latest", round_code=found.code, latest=latest.code)
    tx.ledger.reverse_round(round_id)
    tx.waiting.forget_round(round_id)
    tx.stock_use.forget_round(round_id)
    found.code = f"{found.code[:40]}.withdrawn-{round_id}"


_EFFECTS: Mapping[RoundAction, Callable[[Transaction, Principal, Round, str], None]] = MappingProxyType(
    {
        RoundAction.SUBMIT: _submit,
        RoundAction.APPROVE: _approve,
        RoundAction.REJECT: _reject,
        RoundAction.PUBLISH: _publish,
        RoundAction.DISPATCH: _dispatch,
        RoundAction.CLOSE: _close,
        RoundAction.WITHDRAW: _withdraw,
    }
)
