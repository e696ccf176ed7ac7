"""What it would save to serve outlets of a round from other warehouses than they are tagged to, change by change."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from distribution.documents.formats import format_amount, format_kg
from distribution.domain.numerals import format_number
from distribution.messages import Locale, render_message
from distribution.services.kept_plan import KeptPlan, load_kept_plan
from distribution.services.opened_run import opened_run
from distribution.services.plan_deliveries import SearchOptions
from optimizer.changed_tags import Step, price_changes
from optimizer.parallel import SerialExecutor, ThreadExecutor, count_available_cpus
from optimizer.plan import COST_SCALE, Plan

Table = tuple[str, list[tuple[str, ...]]]
#: Outlets named in a step.
_MOST_NAMED = 8


@dataclass(frozen=True)
class Change:
    """An outlet that gets deliveries from another warehouse than the one it is tagged to; codes."""

    outlet: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True)
class RetagReport:
    """The plans of a round with no changed outlet, with few, and with ``most``, or as many as pay if that is None."""

    kept: KeptPlan
    steps: tuple[Step, ...]
    most: int | None = None

    def changes(self, step: Step) -> list[Change]:
        """List the outlets that a step changes, with their warehouses by tag and by plan."""
        problem, changed = self.kept.problem, set(step.changed)
        depots = [problem.places[depot.place].name for depot in problem.depots]
        tagged: dict[int, set[str]] = {place: set() for place in step.changed}
        served: dict[int, set[str]] = {place: set() for place in step.changed}
        for trip in step.plan.trips:
            for stop in trip.stops:
                delivery = problem.deliveries[stop.delivery]
                if delivery.place in changed:
                    tagged[delivery.place].add(depots[delivery.depot])
                    served[delivery.place].add(depots[trip.depot])
        return [
            Change(problem.places[place].name, tuple(sorted(tagged[place])), tuple(sorted(served[place])))
            for place in step.changed
        ]

    def waiting_g(self, plan: Plan) -> int:
        """Return the mass that waits in a plan, g."""
        return sum(self.kept.problem.deliveries[one.delivery].weight_g for one in plan.unserved)


def retag_run(
    folder: Path, options: SearchOptions, round_code: str | None = None, most: int | None = None
) -> RetagReport:
    """Plan a round, the latest by default, with ever more outlets, up to ``most``, set free; no plan is kept.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown`` or ``plan_missing``.
    StateError
        ``no_previous`` if the folder holds no run; ``plan_apart``.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        kept = load_kept_plan(tx, folder, round_code)
    workers = options.workers or count_available_cpus()
    with ThreadExecutor(workers) if workers > 1 else nullcontext(SerialExecutor()) as executor:
        steps = price_changes(kept.problem, options.limits, options.seed, most=most, executor=executor)
    return RetagReport(kept, steps, most)


def to_document(report: RetagReport) -> dict[str, Any]:
    """Return as JSON values; costs are exact in 1/``cost_scale`` of the currency."""
    return {
        "round": report.kept.round_code,
        "currency": report.kept.dataset.settings.currency,
        "cost_scale": COST_SCALE,
        "steps": [
            {
                "most": step.most,
                "scaled_cost": step.plan.scaled_cost,
                "waiting_g": report.waiting_g(step.plan),
                "changed": [
                    {"outlet": one.outlet, "tagged": list(one.before), "served": list(one.after)}
                    for one in report.changes(step)
                ],
            }
            for step in report.steps
        ],
    }


def list_tables(report: RetagReport, locale: Locale) -> list[Table]:
    """Render the steps, and who is changed in the last of them."""
    currency = report.kept.dataset.settings.currency
    header = tuple(_text(f"column.{name}", locale) for name in ("most", "changed", "cost", "saved", "each", "waiting"))
    rows = [header]
    for before, step in zip((report.steps[0], *report.steps), report.steps, strict=False):
        saved = before.plan.scaled_cost - step.plan.scaled_cost
        more = step.most - before.most
        rows.append(
            (
                format_number(step.most, locale),
                format_number(len(step.changed), locale),
                _amount(step.plan.scaled_cost, currency, locale),
                _amount(saved, currency, locale),
                _amount(saved // more, currency, locale) if more else "",
                format_kg(report.waiting_g(step.plan), locale),
            )
        )
    tables = [(_text("steps", locale), rows)]
    if changes := report.changes(report.steps[-1]):
        columns = tuple(_text(f"column.{name}", locale) for name in ("outlet", "before", "after"))
        named = [_change(report, one, locale) for one in changes[:_MOST_NAMED]]
        tables.append((_text("changes", locale), [columns, *named]))
    return tables


def list_notes(report: RetagReport, locale: Locale) -> list[str]:
    """Say what the plans are, and how many changed outlets are not named."""
    unnamed = len(report.steps[-1].changed) - _MOST_NAMED
    notes = [
        _text("none" if len(report.steps) == 1 and report.most != 0 else "rule", locale, round=report.kept.round_code)
    ]
    if unnamed > 0:
        notes.insert(0, _text("more", locale, count=format_number(unnamed, locale)))
    return notes


def _change(report: RetagReport, one: Change, locale: Locale) -> tuple[str, str, str]:
    dataset = report.kept.dataset

    def warehouses(codes: Sequence[str]) -> str:
        return ("، " if locale == "fa" else ", ").join(dataset.warehouse_by_code[code].name(locale) for code in codes)

    name = f"{one.outlet} {dataset.outlet_by_code[one.outlet].name(locale)}"
    return name, warehouses(one.before), warehouses(one.after)


def _amount(scaled: int, currency: str, locale: Locale) -> str:
    return format_amount(scaled // COST_SCALE, currency, locale)


def _text(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"retag.{key}", locale, params)
