"""What a check found: a typed, translatable record, never a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from distribution.domain.enums import Severity


@dataclass(frozen=True, slots=True)
class Where:
    """The cell a finding points at; row 1 is the header."""

    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found wrong or worth knowing, and the way to repair it.

    ``code`` is stable and can be read out on the telephone. The sentence is the catalogue's
    ``finding.<code>`` and the repair ``fix.<code>``, both rendered with ``params``.
    """

    severity: Severity
    code: str
    where: Where = Where()
    params: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def message_key(self) -> str:
        """Return the catalogue key of the sentence."""
        return f"finding.{self.code}"

    @property
    def fix_key(self) -> str:
        """Return the catalogue key of the repair."""
        return f"fix.{self.code}"


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error."""
    return any(f.severity is Severity.ERROR for f in findings)
