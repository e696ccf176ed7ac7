"""What each role may do: the one place where it is said."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from distribution.domain.enums import Right, Role

_PLANNER = frozenset({Right.SEE_ALL, Right.PLAN, Right.DECIDE, Right.RECEIVE, Right.INSPECT, Right.AUDIT})

#: Role -> its rights. Nobody who plans approves: two people stand behind every round.
RIGHTS: Mapping[Role, frozenset[Right]] = MappingProxyType(
    {
        Role.ADMIN: _PLANNER | {Right.MANAGE_KEYS},
        Role.PLANNER: _PLANNER,
        Role.APPROVER: frozenset({Right.SEE_ALL, Right.APPROVE}),
        Role.UNION: frozenset({Right.SPEAK, Right.RECEIVE}),
        Role.COOPERATIVE: frozenset({Right.SPEAK, Right.RECEIVE}),
        Role.FIELD: frozenset({Right.RECEIVE, Right.INSPECT}),
        Role.AUDITOR: frozenset({Right.SEE_ALL, Right.AUDIT}),
    }
)


def roles_with(*rights: Right) -> tuple[Role, ...]:
    """List the roles that have any of some rights."""
    return tuple(role for role in Role if RIGHTS[role].intersection(rights))
