"""Route an instance of a benchmark set: read it and its solution, search in a child process, check, compare."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where
from distribution.messages import Locale, render_message
from distribution.services.plan_deliveries import SearchOptions, SolverError
from distribution.services.sentences import spell_numbers
from optimizer.launch import SolverCrash, solve_in_child
from optimizer.plan import Plan
from optimizer.solve import Progress
from optimizer.verify import Violation, verify_plan
from optimizer.vrplib_fault import VrplibError
from optimizer.vrplib_file import Instance, Rounding, read_instance
from optimizer.vrplib_solution import exact_cost, read_solution, stated_cost, unit_of_stated


@dataclass(frozen=True)
class KnownSolution:
    """A solution of others: its routes as a plan, the cost it states, and what is wrong with it.

    ``unit`` is that of the cost stated, in money of the problem; None if it states none, or not that of its routes.
    """

    plan: Plan
    stated: float | None
    unit: Fraction | None
    violations: tuple[Violation, ...]


@dataclass(frozen=True)
class RoutedInstance:
    """A plan of an instance, checked, and how long the search took."""

    instance: Instance
    plan: Plan
    violations: tuple[Violation, ...]
    seconds: float
    known: KnownSolution | None

    @property
    def unit(self) -> Fraction:
        """Return the unit in which costs are told: that of the known solution, else of the instance's own numbers."""
        if self.known is not None and self.known.unit is not None:
            return self.known.unit
        return Fraction(self.instance.scale)

    @property
    def gap(self) -> Fraction | None:
        """Return how much dearer the plan is than the known solution's routes, as a part of their cost."""
        if self.known is None or self.known.plan.scaled_cost == 0:
            return None
        return Fraction(self.plan.scaled_cost, self.known.plan.scaled_cost) - 1

    @property
    def is_complete(self) -> bool:
        """Tell whether all clients are served and no rule is broken."""
        return not self.violations and not self.plan.unserved


def read_routing_instance(path: Path, rounding: Rounding | None = None) -> Instance:
    """Read a VRPLIB instance.

    Raises
    ------
    InputError
        With a finding for everything that is wrong.
    """
    try:
        return read_instance(path, rounding)
    except (OSError, VrplibError) as error:
        raise InputError(_findings(error, path)) from error


def read_known_solution(path: Path, instance: Instance) -> KnownSolution:
    """Read and check the solution of an instance.

    Raises
    ------
    InputError
        With a finding for everything that keeps it from being read.
    """
    try:
        plan, stated = read_solution(path, instance), stated_cost(path)
    except (OSError, VrplibError) as error:
        raise InputError(_findings(error, path)) from error
    unit = None if stated is None else unit_of_stated(stated, exact_cost(plan))
    return KnownSolution(plan, stated, unit, verify_plan(instance.problem, plan))


def show_known_solution(instance: Instance, known: KnownSolution) -> RoutedInstance:
    """Take the known solution for the answer, with no search."""
    return RoutedInstance(instance, known.plan, known.violations, 0.0, known)


def route_instance(
    instance: Instance,
    options: SearchOptions,
    known: KnownSolution | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> RoutedInstance:
    """Search for the routes of an instance and check them; a plan that breaks a rule is told, not hidden.

    Raises
    ------
    SolverError
        If the search ends without a plan.
    """
    began = time.monotonic()
    try:
        plan = solve_in_child(
            instance.problem, options.limits, options.seed, workers=options.workers, on_progress=on_progress
        )
    except SolverCrash as crash:
        raise SolverError("solver_crash", exit_code=crash.exit_code) from crash
    seconds = time.monotonic() - began
    return RoutedInstance(instance, plan, verify_plan(instance.problem, plan), seconds, known)


def describe_violation(violation: Violation, locale: Locale) -> str:
    """Put a broken rule into words."""
    numbers = spell_numbers(violation.numbers, locale)
    return f"{violation.where}: {render_message(f'violation.{violation.code.value}', locale, numbers)}"


def _findings(error: OSError | VrplibError, path: Path) -> tuple[Finding, ...]:
    if isinstance(error, OSError):
        code = "file_unreadable" if path.exists() else "file_missing"
        return (Finding(Severity.ERROR, code, Where(sheet=path.name, value=path.name)),)
    return tuple(
        Finding(
            Severity.ERROR,
            f"vrplib_{fault.code.value}",
            Where(sheet=path.name, row=fault.line, column=fault.key),
            fault.params,
        )
        for fault in error.faults
    )
