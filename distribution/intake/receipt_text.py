"""Receipts as short texts: what the QR codes of a waybill hold, and what phones send back, by whatever way.

A halt begins with a line ``round/day/truck/trip/outlet``; each line after it is a commodity. ``rice=30`` says that 30 packs
were accepted, ``rice=28-1 damaged`` that 28 were, that one more was sent back, and why not all was accepted; ``by=NAME``
says who received them. Lines that begin with ``geo:`` are passed over, blank ones too. Digits may be of any script, reasons
in Persian or English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from distribution.domain.numerals import to_ascii_digits
from distribution.domain.receipt import ReceiptLine
from distribution.intake.fields import RECEIPTS_SHEET
from distribution.intake.log import FindingLog
from distribution.intake.receipts import DropKey
from distribution.intake.rows import ReadSheet, read_rows

#: The number of a waybill, a trip and an outlet: what tells a halt apart.
_HEAD = re.compile(
    r"(?P<round>[^/]+)/(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)/(?P<truck>[^/]+)/(?P<trip>\d{1,3})/(?P<outlet>[^/]+)"
)
_RECEIVER = "by"
_COLUMNS = tuple(ReceiptLine.model_fields)


def mark_halt(waybill: str, trip: int, outlet: str, packs: Mapping[str, int]) -> str:
    """Write what the receipt of a halt says if all of it is accepted."""
    return "\n".join([f"{waybill}/{trip}/{outlet}", *(f"{code}={count}" for code, count in packs.items())])


def read_receipt_text(text: str, planned: Mapping[DropKey, int], log: FindingLog) -> ReadSheet:
    """Read receipts; the numbers of their rows are those of the text's lines.

    Parameters
    ----------
    text
        Some halts, one after the other.
    planned
        Packs of every drop of the plan.
    log
        Takes every line that cannot be understood.
    """
    return read_rows(RECEIPTS_SHEET, _rows(text, planned, log), log)


def _rows(text: str, planned: Mapping[DropKey, int], log: FindingLog) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a form that says the same."""
    yield 0, list(_COLUMNS)
    for halt in _halts(text, log):
        receiver = next((rest for _, name, rest in halt.lines if name.lower() == _RECEIVER), "")
        for number, name, rest in halt.lines:
            if name.lower() != _RECEIVER:
                row = halt.row(name, rest, planned) | {"receiver": receiver}
                yield number, [row.get(column, "") for column in _COLUMNS]


class _Halt:
    """The lines of a halt: number, what stands before the sign and behind it."""

    def __init__(self, head: re.Match[str]) -> None:
        self._head = head
        self.lines: list[tuple[int, str, str]] = []

    def row(self, commodity: str, said: str, planned: Mapping[DropKey, int]) -> dict[str, str]:
        """Return what a line says, by the columns of a form."""
        head = self._head
        day = f"{head['year']}-{head['month']}-{head['day']}"
        counts, _, reason = said.partition(" ")
        accepted, _, rejected = counts.partition("-")
        packs = planned.get(DropKey(day, head["truck"], int(head["trip"]), head["outlet"], commodity), 0)
        return {
            "round_code": head["round"],
            "day": day,
            "truck": head["truck"],
            "trip": head["trip"],
            "outlet_code": head["outlet"],
            "commodity_code": commodity,
            "planned_packs": str(packs),
            "accepted_packs": accepted,
            "rejected_packs": rejected,
            "reason": reason.strip(),
        }


def _halts(text: str, log: FindingLog) -> Iterator[_Halt]:
    halt: _Halt | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = to_ascii_digits(raw).strip()
        name, sign, rest = (part.strip() for part in line.partition("="))
        if not line or line.lower().startswith("geo:"):
            continue
        if sign and halt is not None:
            halt.lines.append((number, name, rest))
        elif not sign and (head := _HEAD.fullmatch(line)):
            if halt is not None:
                yield halt
            halt = _Halt(head)
        else:
            log.add("receipt_text_unreadable", sheet=RECEIPTS_SHEET, row=number, value=raw)
            if not sign and halt is not None:  # what follows belongs to nothing that is known
                yield halt
                halt = None
    if halt is not None:
        yield halt
