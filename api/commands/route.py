"""``taavon route``: routes for an instance of a benchmark set, compared with the best known ones."""

# ruff: noqa: PLC0415 - what is slow to load is imported by the command that needs it

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from api.console_table import print_table
from api.terminal import FAILED, Lang, err, errors_in_words, finite, out, say
from distribution.domain.enums import Language
from distribution.domain.errors import UnavailableError
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.sentences import spell_numbers
from optimizer.vrplib_travel import Rounding

if TYPE_CHECKING:
    from distribution.services.route_instance import KnownSolution, RoutedInstance
    from optimizer.solve import Progress

DEFAULT_SECONDS = 30.0
MOST_FAULTS = 20


def route(
    file: Annotated[Path, typer.Argument(metavar="INSTANCE", help="VRPLIB file, also with the fields of PyVRP")],
    seconds: Annotated[
        float | None,
        typer.Option(
            min=0,
            callback=finite,
            help="solver time [default: 30, or no limit with --iterations]; 0 with --sol checks that solution only",
        ),
    ] = None,
    iterations: Annotated[
        int | None, typer.Option(min=0, help="solver work; without --seconds the same routes on any machine")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="seed of every random choice")] = 1,
    solution: Annotated[Path | None, typer.Option("--sol", help="solution to compare with")] = None,
    target: Annotated[Path | None, typer.Option("--out", metavar="X.sol", help="solution to write")] = None,
    rounding: Annotated[
        Rounding | None, typer.Option(help="how numbers become whole [default: the custom of the file's TYPE]")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="cores [default: all]")] = None,
    lang: Lang = Language.EN,
) -> None:
    """Route an instance of a benchmark set: cost, gap, routes and time; exit code 0 only if all is served and feasible."""
    from distribution.services.plan_deliveries import SearchOptions
    from distribution.services.route_instance import (
        read_known_solution,
        read_routing_instance,
        route_instance,
        show_known_solution,
    )
    from optimizer.plan import Limits
    from optimizer.vrplib_solution import write_solution

    locale = lang.locale
    limits = Limits(DEFAULT_SECONDS if seconds is None and iterations is None else seconds, iterations)
    with errors_in_words(lang):
        instance = read_routing_instance(file, rounding)
        known = None if solution is None else read_known_solution(solution, instance)
        if known is not None and seconds == 0:
            routed = show_known_solution(instance, known)
        else:
            unit = Fraction(instance.scale) if known is None or known.unit is None else known.unit
            with _progress(unit, locale) as on_progress:
                routed = route_instance(instance, SearchOptions(limits, seed, workers), known, on_progress)
        if target is not None:
            try:
                target.write_text(write_solution(routed.plan, instance, routed.unit), encoding="utf-8")
            except OSError as error:
                reason = error.strerror or str(error)
                raise UnavailableError("file_unwritable", file=str(target), reason=reason) from error
    print_table(out, instance.name, [*_list_rows(routed, locale)])
    for unserved in routed.plan.unserved:
        numbers = ", ".join(f"{name}={value}" for name, value in unserved.numbers.items())
        client = instance.n_depots + unserved.delivery
        say("route.unserved", lang, client=client, reason=unserved.reason.value, numbers=numbers)
    if known is not None and solution is not None:
        _warn_of(known, solution, routed, locale)
    _print_faults(routed, locale)
    if target is not None:
        say("route.written", lang, file=target)
    if not routed.is_complete:
        raise typer.Exit(FAILED)


def _list_rows(routed: RoutedInstance, locale: Locale) -> Iterator[tuple[str, str]]:
    """List the labels and values of the table."""

    def row(label: str, value: str) -> tuple[str, str]:
        return render_message(f"route.{label}", locale), value

    plan, known = routed.plan, routed.known
    served = sum(len(trip.stops) for trip in plan.trips)
    yield row("stops", format_number(served, locale))
    yield row("routes", format_number(len({(t.vehicle_type, t.vehicle) for t in plan.trips}), locale))
    if any(trip.trip for trip in plan.trips):
        yield row("trips", format_number(len(plan.trips), locale))
    yield row("cost", _spell_cost(plan.scaled_cost, routed.unit, locale))
    if known is not None and plan is not known.plan:
        yield row("known", _spell_cost(known.plan.scaled_cost, routed.unit, locale))
    if known is not None and known.stated is not None:
        yield row("stated", format_number(Decimal(repr(known.stated)), locale))
    if known is None or plan is not known.plan:
        if routed.gap is not None:
            yield row("gap", format_number(Decimal(round(routed.gap * 10**5)).scaleb(-3), locale, 3))
        yield row("seconds", format_number(Decimal(repr(routed.seconds)), locale, 1))
        yield row("iterations", format_number(plan.iterations, locale))
        yield row("seed", format_number(plan.seed, locale))
    yield row("rounding", routed.instance.rounding.value)
    yield row("feasible", render_message(f"route.feasible_{'no' if routed.violations else 'yes'}", locale))


def _spell_cost(scaled_cost: int, unit: Fraction, locale: Locale) -> str:
    from optimizer.plan import COST_SCALE
    from optimizer.vrplib_solution import to_decimal

    return format_number(to_decimal(Fraction(scaled_cost, COST_SCALE) / unit), locale)


def _warn_of(known: KnownSolution, path: Path, routed: RoutedInstance, locale: Locale) -> None:
    """Tell what is wrong with the known solution."""
    if known.stated is not None and known.unit is None:
        params = {
            "file": path.name,
            "stated": format_number(Decimal(repr(known.stated)), locale),
            "cost": _spell_cost(known.plan.scaled_cost, routed.unit, locale),
        }
        err.print(render_message("route.stated_otherwise", locale, params), style="yellow", markup=False)
    if known.violations and routed.plan is not known.plan:
        count = spell_numbers({"file": path.name, "count": len(known.violations)}, locale)
        err.print(render_message("route.known_infeasible", locale, count), style="yellow", markup=False)


def _print_faults(routed: RoutedInstance, locale: Locale) -> None:
    from distribution.services.route_instance import describe_violation

    for violation in routed.violations[:MOST_FAULTS]:
        err.print(describe_violation(violation, locale), style="red", highlight=False, markup=False)
    if len(routed.violations) > MOST_FAULTS:
        more = spell_numbers({"count": len(routed.violations) - MOST_FAULTS}, locale)
        err.print(render_message("route.more_faults", locale, more), style="red", highlight=False, markup=False)


@contextmanager
def _progress(unit: Fraction, locale: Locale) -> Iterator[Callable[[Progress], None] | None]:
    """Show a bar with the cost beside it on standard error, if that is a terminal."""
    if not err.is_terminal:
        yield None
        return
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bars

    columns = (BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn())
    with Bars(*columns, TextColumn("{task.fields[note]}", markup=False), console=err, transient=True) as bars:
        task = bars.add_task("", total=1.0, note="")

        def show(progress: Progress) -> None:
            note = _spell_cost(progress.scaled_cost, unit, locale) if progress.scaled_cost else ""
            bars.update(task, completed=progress.fraction, note=note)

        yield show
