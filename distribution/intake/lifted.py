"""What outlets report to have lifted of a round: one CSV file, checked against what they were allotted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from distribution.domain.absorption import LiftedLine
from distribution.domain.enums import Severity
from distribution.domain.findings import Param, Several
from distribution.intake.csv_folder import read_csv_alone
from distribution.intake.fields import LIFTED_SHEET
from distribution.intake.labels import suggest
from distribution.intake.limits import MAX_FINDINGS_PER_CODE
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadRow, ReadSheet

#: (outlet code, commodity code)
Pair = tuple[str, str]


def read_lifted(file: Path, log: FindingLog) -> ReadSheet:
    """Read the rows of a report: outlet_code, commodity_code, lifted_packs and, if given, kept_packs."""
    return read_csv_alone(LIFTED_SHEET, file, log)


def check_lifted(
    sheet: ReadSheet, allotted: Mapping[Pair, int], expected: Collection[Pair], log: FindingLog
) -> dict[Pair, LiftedLine]:
    """Check a report against the round; return what it says of each outlet and commodity of the round.

    Parameters
    ----------
    allotted
        Packs of every allotment of the round, also of none.
    expected
        Those of which something must be said.
    """
    outlets = _Codes("outlet_code", "lifted_outlet_unknown", frozenset(outlet for outlet, _ in allotted))
    goods = _Codes("commodity_code", "lifted_commodity_unknown", frozenset(commodity for _, commodity in allotted))
    row_of: dict[Pair, int] = {}
    lines: dict[Pair, LiftedLine] = {}
    astray = 0  # rows that may be meant for one of those of which nothing is said
    for row in sheet.rows:
        outlet, commodity = outlets.find(row, log), goods.find(row, log)
        if outlet is None or commodity is None:
            astray += 1
            continue
        pair = (outlet, commodity)
        if pair in row_of:
            _tell(log, row, "duplicate_key", "outlet_code", value=Several(pair), first_row=row_of[pair])
        elif pair not in allotted:
            _tell(log, row, "lifted_not_allotted", "commodity_code", value=commodity, outlet=outlet)
        elif isinstance(row.noun, LiftedLine):
            lines[pair] = row.noun
            _check_packs(row, row.noun, allotted[pair], log)
        row_of.setdefault(pair, row.number)
    _check_complete(sheet, [pair for pair in expected if pair not in row_of], astray, log)
    return lines


@dataclass
class _Codes:
    """The codes that may stand in a column; others are told, with the nearest known one."""

    column: str
    finding: str
    known: frozenset[str]
    _nearest: dict[str, str] = field(default_factory=dict)

    def find(self, row: ReadRow, log: FindingLog) -> str | None:
        code: str | None = row.values.get(self.column)
        if code is None or code in self.known:  # a blank or wrong one is told already
            return code
        if code not in self._nearest:  # more are not shown, and to search for all would take long
            few = len(self._nearest) < MAX_FINDINGS_PER_CODE
            self._nearest[code] = suggest(code, sorted(self.known)) if few else ""
        _tell(log, row, self.finding, self.column, value=code, suggestion=self._nearest[code])
        return None


def _tell(log: FindingLog, row: ReadRow, code: str, column: str, *, value: object, **params: Param) -> None:
    log.add(code, Severity.ERROR, sheet=LIFTED_SHEET, row=row.number, column=column, value=value, **params)


def _check_packs(row: ReadRow, line: LiftedLine, allotted: int, log: FindingLog) -> None:
    rest = allotted - line.lifted_packs
    if rest < 0:
        _tell(log, row, "lifted_beyond_allotment", "lifted_packs", value=line.lifted_packs, allotted=allotted)
    elif line.kept_packs > rest:
        _tell(log, row, "kept_beyond_rest", "kept_packs", value=line.kept_packs, rest=rest)


def _check_complete(sheet: ReadSheet, missing: list[Pair], astray: int, log: FindingLog) -> None:
    """Tell per commodity of whom nothing is said, unless rows that went astray may be theirs."""
    if not {"outlet_code", "commodity_code"} <= sheet.columns or log.was_cut_short(LIFTED_SHEET):
        return
    if len(missing) <= astray:
        return
    count = Counter(commodity for _, commodity in missing)
    for commodity in sorted(count):
        example = min(outlet for outlet, code in missing if code == commodity)
        log.add("lifted_missing", sheet=LIFTED_SHEET, value=commodity, count=count[commodity], example=example)
