"""Who is asking, and for which part of the network."""

from __future__ import annotations

from dataclasses import dataclass

from distribution.domain.enums import Right, Role
from distribution.domain.rights import RIGHTS


@dataclass(frozen=True, slots=True)
class Scope:
    """The part of the network that every query is narrowed to: a union's or a cooperative's."""

    union_code: str | None = None
    cooperative_code: str | None = None

    @property
    def filters(self) -> dict[str, str]:
        """Return the columns that rows are narrowed by."""
        both = {"union_code": self.union_code, "cooperative_code": self.cooperative_code}
        return {name: code for name, code in both.items() if code is not None}


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of an API key; ``level`` is an approver's."""

    role: Role
    union_code: str | None
    key_prefix: str
    cooperative_code: str | None = None
    level: str = ""

    def may(self, right: Right) -> bool:
        """Tell whether the role has a right."""
        return right in RIGHTS[self.role]

    @property
    def scope(self) -> Scope | None:
        """Return what every query is narrowed to; None for the whole network."""
        if self.union_code is None and self.cooperative_code is None:
            return None
        return Scope(self.union_code, self.cooperative_code)
