"""Who is asking."""

from __future__ import annotations

from dataclasses import dataclass

from distribution.domain.enums import Role


@dataclass(frozen=True, slots=True)
class Principal:
    """The holder of an API key; ``union_code`` is set for, and only for, the role union."""

    role: Role
    union_code: str | None
    key_prefix: str

    def may_see_union(self, union_code: str) -> bool:
        """Tell whether what belongs to a union may be shown."""
        return self.role.sees_everything or self.union_code == union_code

    @property
    def union_filter(self) -> str | None:
        """Return the union that every query is narrowed to; None for all."""
        return None if self.role.sees_everything else self.union_code
