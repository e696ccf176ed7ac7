"""The life of a round, as data: which action leads from which state to which, and who may take it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from distribution.domain.enums import Right, RoundAction, RoundState


@dataclass(frozen=True, slots=True)
class Step:
    """From which states an action leads to which, by whom, and whether it needs a reason.

    An approval leads to its state with the last level only.
    """

    sources: frozenset[RoundState]
    target: RoundState
    right: Right
    needs_reason: bool = False


_UNDECIDED = frozenset({RoundState.COMPUTED, RoundState.REJECTED})

STEPS: Mapping[RoundAction, Step] = MappingProxyType(
    {
        RoundAction.SUBMIT: Step(_UNDECIDED, RoundState.SUBMITTED, Right.PLAN),
        RoundAction.APPROVE: Step(frozenset({RoundState.SUBMITTED}), RoundState.APPROVED, Right.APPROVE),
        RoundAction.REJECT: Step(
            frozenset({RoundState.SUBMITTED}), RoundState.REJECTED, Right.APPROVE, needs_reason=True
        ),
        RoundAction.PUBLISH: Step(frozenset({RoundState.APPROVED}), RoundState.PUBLISHED, Right.PLAN),
        RoundAction.DISPATCH: Step(frozenset({RoundState.PUBLISHED}), RoundState.DISPATCHING, Right.PLAN),
        RoundAction.CLOSE: Step(frozenset({RoundState.DISPATCHING}), RoundState.CLOSED, Right.PLAN),
        RoundAction.WITHDRAW: Step(
            _UNDECIDED | {RoundState.APPROVED}, RoundState.WITHDRAWN, Right.PLAN, needs_reason=True
        ),
    }
)


def possible_actions(state: RoundState) -> tuple[RoundAction, ...]:
    """List what can be done with a round in a state."""
    return tuple(action for action, step in STEPS.items() if state in step.sources)
