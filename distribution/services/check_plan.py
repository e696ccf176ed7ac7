"""Check a plan file that anybody may hand in, and put its faults into words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from optimizer.plan_file import MAX_PLAN_BYTES, PlanFileError, load_plan

from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where
from distribution.messages import Locale, render_message
from optimizer.verify import verify_plan


@dataclass(frozen=True)
class PlanCheck:
    """What a plan holds and what is wrong with it, in words."""

    trips: int
    stops: int
    waiting: int
    faults: tuple[str, ...]


def check_plan_file(path: Path, locale: Locale) -> PlanCheck:
    """Check every constraint and total of a ``plan.json`` anew.

    Raises
    ------
    InputError
        If the file cannot be read or is no plan; a finding for each reason.
    """
    try:
        if path.stat().st_size > MAX_PLAN_BYTES:
            raise InputError((_finding("plan_too_large", path, limit_mb=MAX_PLAN_BYTES // 10**6),))
        loaded = load_plan(path.read_bytes())
    except OSError as error:
        raise InputError((_finding("file_unreadable", path),)) from error
    except PlanFileError as error:
        raise InputError(
            tuple(_finding("plan_malformed", path, problem=problem) for problem in error.problems)
        ) from error
    violations = verify_plan(loaded.problem, loaded.plan)
    return PlanCheck(
        trips=len(loaded.plan.trips),
        stops=sum(len(trip.stops) for trip in loaded.plan.trips),
        waiting=len(loaded.plan.unserved),
        faults=tuple(
            f"{v.where}: {render_message(f'violation.{v.code.value}', locale, v.numbers)}" for v in violations
        ),
    )


def _finding(code: str, path: Path, **params: str | int) -> Finding:
    return Finding(Severity.ERROR, code, Where(sheet=path.name), params)
