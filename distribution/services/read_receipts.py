"""Read the receipt forms of a round back, and set what was accepted beside what was to come; nothing is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distribution.domain.enums import Severity
from distribution.domain.errors import InputError
from distribution.domain.findings import Finding, Where, has_errors
from distribution.domain.numerals import format_number
from distribution.domain.receipt import ReceiptLine
from distribution.intake.log import FindingLog
from distribution.intake.receipts import DropKey, check_receipts, read_receipts
from distribution.messages import Locale, render_message
from distribution.services.kept_plan import KeptPlan, load_kept_plan
from distribution.services.opened_run import opened_run
from distribution.services.route_costs import truck_name
from optimizer.plan import Plan
from optimizer.problem import Problem

Table = tuple[str, list[tuple[str, ...]]]
_COUNTS = ("planned", "told", "accepted", "rejected", "missing")
#: Discrepancies shown at a terminal.
_MOST_SHOWN = 20


@dataclass(frozen=True)
class ReceiptsReport:
    """The drops of a round's plan, and what the forms say of them; drops of which they say nothing are open."""

    kept: KeptPlan
    planned: Mapping[DropKey, int]
    lines: Mapping[DropKey, ReceiptLine]
    findings: tuple[Finding, ...]

    def totals(self) -> dict[str, Counter[str]]:
        """Return packs by commodity: planned, of drops told of, accepted, rejected, and told of but missing."""
        totals: dict[str, Counter[str]] = {code: Counter() for code in sorted({k.commodity_code for k in self.planned})}
        for key, packs in self.planned.items():
            counts = totals[key.commodity_code]
            counts["planned"] += packs
            line = self.lines.get(key)
            if line is not None:
                accepted = line.accepted_packs or 0
                counts["told"] += packs
                counts["accepted"] += accepted
                counts["rejected"] += line.rejected_packs
                counts["missing"] += packs - accepted - line.rejected_packs
        return totals

    def discrepancies(self) -> list[ReceiptLine]:
        """Return the lines of which not all was accepted, in the order of their keys."""
        return [line for _, line in sorted(self.lines.items()) if line.accepted_packs != line.planned_packs]


def read_forms(folder: Path, files: Sequence[Path], round_code: str | None = None) -> ReceiptsReport:
    """Read forms of a round, the latest by default.

    Raises
    ------
    NotFoundError
        ``no_round_kept``, ``round_unknown`` or ``plan_missing``.
    StateError
        ``no_previous`` if the folder holds no run; ``plan_apart``.
    InputError
        With every finding of every form: unreadable rows, drops that are not in the plan or stand in two forms
        (``receipt_twice``), numbers that do not add up, a discrepancy without a reason.
    """
    with opened_run(folder) as uow, uow.read() as tx:
        kept = load_kept_plan(tx, folder, round_code)
    planned = planned_drops(kept.problem, kept.plan)
    lines: dict[DropKey, ReceiptLine] = {}
    file_of: dict[DropKey, str] = {}
    findings: list[Finding] = []
    for file in files:
        log = FindingLog()
        found = check_receipts(read_receipts(file, log), kept.round_code, planned, log)
        findings += [replace(one, where=replace(one.where, sheet=file.name)) for one in log.findings()]
        for key, line in found.items():
            if key in file_of:
                where = Where(sheet=file.name, value=str(key.parts()))
                findings.append(Finding(Severity.ERROR, "receipt_twice", where, {"first": file_of[key]}))
            file_of.setdefault(key, file.name)
            lines.setdefault(key, line)
    if has_errors(findings):
        raise InputError(tuple(findings))
    return ReceiptsReport(kept, planned, lines, tuple(findings))


def planned_drops(problem: Problem, plan: Plan) -> dict[DropKey, int]:
    """Return the packs that each trip of a plan brings to each outlet, by commodity."""
    drops: Counter[DropKey] = Counter()
    for trip in plan.trips:
        truck = truck_name(problem, trip.vehicle_type, trip.vehicle)
        for stop in trip.stops:
            delivery = problem.deliveries[stop.delivery]
            outlet = problem.places[delivery.place].name
            for code, packs in zip(problem.commodities, delivery.packs, strict=True):
                if packs:
                    drops[DropKey(problem.days[trip.day], truck, trip.trip + 1, outlet, code)] += packs
    return dict(drops)


def trip_warehouses(problem: Problem, plan: Plan) -> dict[tuple[str, str, int], str]:
    """Return the warehouse that each trip of a plan leaves from, by day, truck and trip as receipts name them."""
    return {
        (problem.days[trip.day], truck_name(problem, trip.vehicle_type, trip.vehicle), trip.trip + 1): problem.places[
            problem.depots[trip.depot].place
        ].name
        for trip in plan.trips
    }


def list_tables(report: ReceiptsReport, locale: Locale) -> list[Table]:
    """Render the totals by commodity, and the discrepancies."""
    dataset = report.kept.dataset
    header = tuple(_text(f"column.{name}", locale) for name in ("commodity", *_COUNTS))
    rows = [header]
    for code, counts in report.totals().items():
        name = dataset.commodity_by_code[code].name(locale)
        rows.append((name, *(format_number(counts[count], locale) for count in _COUNTS)))
    tables = [(_text("totals", locale, round=report.kept.round_code), rows)]
    if shown := report.discrepancies()[:_MOST_SHOWN]:
        columns = ("outlet", "commodity", "planned", "accepted", "rejected", "reason")
        tables.append(
            (
                _text("discrepancies", locale),
                [tuple(_text(f"column.{name}", locale) for name in columns)]
                + [_discrepancy(report, line, locale) for line in shown],
            )
        )
    return tables


def list_notes(report: ReceiptsReport, locale: Locale) -> list[str]:
    """Say how many drops are open, and how many discrepancies are not shown."""
    notes = []
    if (more := len(report.discrepancies()) - _MOST_SHOWN) > 0:
        notes.append(_text("more", locale, count=format_number(more, locale)))
    told, drops = len(report.lines), len(report.planned)
    notes.append(_text("open", locale, told=format_number(told, locale), drops=format_number(drops, locale)))
    return notes


def to_document(report: ReceiptsReport) -> dict[str, Any]:
    """Return as JSON values."""
    return {
        "round": report.kept.round_code,
        "drops": len(report.planned),
        "told": len(report.lines),
        "totals": {code: {name: counts[name] for name in _COUNTS} for code, counts in report.totals().items()},
        "discrepancies": [line.model_dump(mode="json") for line in report.discrepancies()],
    }


def _discrepancy(report: ReceiptsReport, line: ReceiptLine, locale: Locale) -> tuple[str, ...]:
    dataset = report.kept.dataset
    outlet = dataset.outlet_by_code[line.outlet_code]
    reason = "" if line.reason is None else render_message(f"enum.DiscrepancyReason.{line.reason.value}", locale)
    return (
        f"{line.outlet_code} {outlet.name(locale)}",
        dataset.commodity_by_code[line.commodity_code].name(locale),
        format_number(line.planned_packs, locale),
        format_number(line.accepted_packs or 0, locale),
        format_number(line.rejected_packs, locale),
        reason,
    )


def _text(key: str, locale: Locale, **params: object) -> str:
    return render_message(f"receipts.{key}", locale, params)
