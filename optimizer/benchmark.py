"""Runs of several solvers on the same instances, and the figures that compare them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import mean, median
from typing import Any

#: A run that took more of its limit than this is marked.
LATE = 1.05


@dataclass(frozen=True, slots=True)
class Run:
    """One solver, once, on one instance.

    Attributes
    ----------
    instance, set_name
        Which one, and the folder it lies in.
    solver, seed
        Who, and from which seed.
    cost
        In money of the problem; None where not everyone is served, a rule is broken or the solver cannot say it.
    gap
        How much dearer than the best known routes, as a part of their cost; None without one or without a cost.
    seconds
        Wall time from the call to the plan.
    note
        Why there is no cost; empty where there is one.
    """

    instance: str
    set_name: str
    solver: str
    seed: int
    cost: float | None
    gap: float | None
    seconds: float
    note: str = ""

    def to_document(self) -> dict[str, Any]:
        """Return the run as JSON values."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Figure:
    """A solver on one instance over its seeds: median, least and greatest gap, median wall time, failed runs."""

    median_gap: float | None
    least_gap: float | None
    greatest_gap: float | None
    seconds: float
    failed: int


def summarise(runs: Sequence[Run]) -> Figure:
    """Return the figures of the runs of one solver on one instance.

    A run without a cost counts as worse than any other: with most of them there is no median.
    """
    gaps = sorted(run.gap if run.gap is not None else float("inf") for run in runs)
    known = [gap for gap in gaps if gap != float("inf")]
    middle = median(gaps)
    return Figure(
        middle if middle != float("inf") else None,
        known[0] if known else None,
        known[-1] if known else None,
        median(run.seconds for run in runs),
        len(gaps) - len(known),
    )


def mean_of_medians(runs: Sequence[Run], solver: str, set_name: str | None = None) -> float | None:
    """Return the mean over instances of a solver's median gap; None if it has none on one of them.

    Parameters
    ----------
    runs
        Of all solvers.
    solver
        Whose.
    set_name
        Of one set; None for all.
    """
    by_instance: dict[tuple[str, str], list[Run]] = {}
    for run in runs:
        if run.solver == solver and set_name in {None, run.set_name}:
            by_instance.setdefault((run.set_name, run.instance), []).append(run)
    medians = [summarise(group).median_gap for group in by_instance.values()]
    known = [gap for gap in medians if gap is not None]
    return mean(known) if known and len(known) == len(medians) else None
