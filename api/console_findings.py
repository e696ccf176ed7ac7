"""Findings at a terminal, in Persian or English."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console
from rich.markup import escape

from distribution.domain.enums import Severity
from distribution.domain.findings import Finding
from distribution.messages import Locale, render_message
from distribution.services.sentences import describe_finding, spell_numbers

STYLE = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}
MAX_NOTES = 12


def print_findings(console: Console, findings: Sequence[Finding], locale: Locale) -> None:
    """Print every error and the first warnings and notes: where, what, and how to repair it."""
    errors = [f for f in findings if f.severity is Severity.ERROR]
    others = [f for f in findings if f.severity is not Severity.ERROR]
    shown = errors + others[:MAX_NOTES]
    for finding in shown:
        sentence = describe_finding(finding, locale)
        style = STYLE[finding.severity]
        where, message = escape(sentence.where), escape(sentence.message)  # a cell may hold what looks like markup
        console.print(f"[{style}]{sentence.severity}[/{style}] {where}", message, highlight=False)
        if sentence.fix:
            console.print(f"    → {escape(sentence.fix)}", style="dim", highlight=False)
    if len(others) > MAX_NOTES:
        count = spell_numbers({"count": len(others) - MAX_NOTES}, locale)
        console.print(render_message("cli.more_notes", locale, count), style="dim")
