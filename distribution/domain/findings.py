"""What a check found: a typed, translatable record, never a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from distribution.domain.enums import Severity


@dataclass(frozen=True, slots=True)
class Where:
    """The cell a finding points at; row 1 is the header."""

    sheet: str = ""
    row: int | None = None
    column: str = ""
    value: str = ""


@dataclass(frozen=True, slots=True)
class Choices:
    """The codes of a closed vocabulary, with labels in the catalogue under ``prefix``."""

    codes: tuple[str, ...]
    prefix: str

    def __str__(self) -> str:
        """List the codes."""
        return "; ".join(self.codes)


@dataclass(frozen=True, slots=True)
class Several:
    """Values that stand side by side, e.g. the parts of a key."""

    parts: tuple[str | int | dt.date, ...]

    def __str__(self) -> str:
        """List the values."""
        return "; ".join(str(part) for part in self.parts)


#: What a sentence may name. Dates, vocabularies and numbers are written in the reader's way, a text as it is.
Param = str | int | Decimal | dt.date | Choices | Several


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found wrong or worth knowing, and the way to repair it.

    ``code`` is stable and can be read out on the telephone. The sentence is the catalogue's
    ``finding.<code>`` and the repair ``fix.<code>``, both rendered with ``params``; a repair that would
    name the nearest known word is ``fix_plain.<code>`` where there is none (``suggestion`` is blank).
    """

    severity: Severity
    code: str
    where: Where = Where()
    params: Mapping[str, Param] = field(default_factory=dict)

    @property
    def message_key(self) -> str:
        """Return the catalogue key of the sentence."""
        return f"finding.{self.code}"

    @property
    def fix_key(self) -> str:
        """Return the catalogue key of the repair."""
        return f"fix_plain.{self.code}" if self.params.get("suggestion") == "" else f"fix.{self.code}"


def has_errors(findings: Iterable[Finding]) -> bool:
    """Tell whether any finding is an error."""
    return any(f.severity is Severity.ERROR for f in findings)
