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
    """The holder of an API key, or a person who has logged in.

    Attributes
    ----------
    role, union_code, cooperative_code, level
        What it is for, and the part of the network or the level of approval that it is bound to.
    actor
        The prefix of the key, or ``@`` and the person's name: what is kept of whoever does something.
    must_change_password
        Whether the password was set by somebody else; nothing but choosing one of one's own is allowed then.
    """

    role: Role
    union_code: str | None
    actor: str
    cooperative_code: str | None = None
    level: str = ""
    must_change_password: bool = False

    def may(self, right: Right) -> bool:
        """Tell whether the role has a right."""
        return right in RIGHTS[self.role]

    @property
    def scope(self) -> Scope | None:
        """Return what every query is narrowed to; None for the whole network."""
        if self.union_code is None and self.cooperative_code is None:
            return None
        return Scope(self.union_code, self.cooperative_code)
