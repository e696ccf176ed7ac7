"""What the command line shows: progress bars and the table of a run, in Persian or English."""

from __future__ import annotations

from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from api.console_table import print_table
from distribution.documents.formats import format_amount
from distribution.domain.dataset_diff import DatasetDiff
from distribution.messages import Locale, render_message
from distribution.services.policy_words import name_policy
from distribution.services.progress import Phase
from distribution.services.sentences import spell_numbers
from distribution.services.summary import RoundSummary
from distribution.services.summary_tables import list_tables
from distribution.services.unplaced_sentences import describe_unplaced
from optimizer.plan import COST_SCALE


class ConsoleReporter:
    """Progress bars, one per part of a run."""

    def __init__(self, console: Console, locale: Locale, currency: str) -> None:
        self._locale = locale
        self._currency = currency
        self._bars = Progress(
            SpinnerColumn(finished_text="✓"),
            TextColumn("{task.description:<28}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            TextColumn("{task.fields[note]}", markup=False),
            console=console,
        )
        self._tasks: dict[Phase, TaskID] = {}

    def __enter__(self) -> Self:
        """Start drawing."""
        self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop drawing."""
        self._bars.stop()

    def report(self, phase: Phase, fraction: float, cost: int | None = None) -> None:
        """Move the part's bar; a cost is shown beside it."""
        if phase not in self._tasks:
            description = render_message(f"phase.{phase.value}", self._locale)
            self._tasks[phase] = self._bars.add_task(description, total=1.0, note="")
        note = "" if cost is None else format_amount(cost // COST_SCALE, self._currency, self._locale)
        if note:
            self._bars.update(self._tasks[phase], completed=fraction, note=note)
        else:
            self._bars.update(self._tasks[phase], completed=fraction)

    def should_stop(self) -> bool:
        """Return False: Ctrl-C is the way to stop at a terminal."""
        return False


def describe_diff(diff: DatasetDiff, locale: Locale) -> str:
    """Put an import into words: how many rows are new, changed and gone."""
    if diff.version == diff.previous:
        return render_message("cli.imported_same", locale, spell_numbers({"version": diff.version}, locale))
    sheets = diff.sheets.values()
    params = {
        "version": diff.version,
        "added": sum(len(s.added) + len(s.reactivated) for s in sheets),
        "changed": sum(len(s.changed) for s in sheets),
        "deactivated": sum(len(s.deactivated) for s in sheets),
    }
    return render_message("cli.imported", locale, spell_numbers(params, locale))


def print_summary(console: Console, summary: RoundSummary, locale: Locale) -> None:
    """Print the tables of a run that a planner understands; where it is narrow, words wrap and numbers stay whole.

    Before them stands what was shared how, after the goods why packs found no place.
    """
    head = {"round": summary.round_code, "policy": name_policy(summary.policy, locale)}
    _print_words(console, render_message("summary.head", locale, head))
    goods, *others = list_tables(summary, locale)
    print_table(console, *goods)
    for commodity in summary.goods:
        if commodity.unplaced is not None:
            _print_words(console, " ".join(describe_unplaced(commodity.name(locale), commodity.unplaced, locale)))
    for heading, rows in others:
        print_table(console, heading, rows)


def _print_words(console: Console, text: str) -> None:
    console.print(text, highlight=False, markup=False, soft_wrap=False)
