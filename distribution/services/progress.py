"""How a long use case tells where it is, and learns that it should stop."""

from __future__ import annotations

from enum import StrEnum
from typing import Protocol


class Phase(StrEnum):
    """The parts of a run, in order; the sentence of each is ``phase.<value>``."""

    ALLOCATE = "allocate"
    TAG = "tag"
    ROUTE = "route"
    EXPORT = "export"


class Reporter(Protocol):
    """Where progress goes."""

    def report(self, phase: Phase, fraction: float, cost: int | None = None) -> None:
        """Take note that a part of the run has come this far (0 to 1), with the plan's cost so far."""
        ...

    def should_stop(self) -> bool:
        """Tell whether to stop early and keep the best so far."""
        ...


class SilentReporter:
    """Report nothing and never stop."""

    def report(self, phase: Phase, fraction: float, cost: int | None = None) -> None:
        """Do nothing."""

    def should_stop(self) -> bool:
        """Return False."""
        return False
