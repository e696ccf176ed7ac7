"""Receipt forms that crews have filled in: CSV files, checked against what their trucks were to bring."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from distribution.domain.enums import Severity
from distribution.domain.findings import Param, Several
from distribution.domain.receipt import ReceiptBase, ReceiptLine
from distribution.intake.csv_folder import read_csv_alone
from distribution.intake.fields import RECEIPTS_SHEET
from distribution.intake.labels import suggest
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadRow, ReadSheet


@dataclass(frozen=True, slots=True, order=True)
class DropKey:
    """What a line of a form stands for: one commodity that one trip was to bring to one outlet."""

    day: str  # ISO 8601
    truck: str
    trip: int
    outlet_code: str
    commodity_code: str

    @classmethod
    def of(cls, line: ReceiptLine | ReceiptBase) -> DropKey:
        """Return the key of a line, or of a receipt that is kept."""
        return cls(line.day.isoformat(), line.truck, line.trip, line.outlet_code, line.commodity_code)

    def parts(self) -> Several:
        """Return what tells it apart, for a sentence."""
        return Several((self.day, self.truck, self.trip, self.outlet_code, self.commodity_code))


def read_receipts(file: Path, log: FindingLog) -> ReadSheet:
    """Read the rows of a form; its columns are those of ``ReceiptLine``, by code or by label."""
    return read_csv_alone(RECEIPTS_SHEET, file, log)


def check_receipts(
    sheet: ReadSheet, round_code: str, planned: Mapping[DropKey, int], log: FindingLog
) -> dict[DropKey, ReceiptLine]:
    """Check a form against the plan; return what it says, lines that are not filled in left out.

    Parameters
    ----------
    round_code
        Code of the round.
    planned
        Packs of every drop of its plan.
    """
    lines: dict[DropKey, ReceiptLine] = {}
    row_of: dict[DropKey, int] = {}
    for row in sheet.rows:
        line = row.noun
        if not isinstance(line, ReceiptLine):
            continue  # told already
        key = DropKey.of(line)
        if line.round_code != round_code:
            _tell(log, row, "receipt_other_round", "round_code", value=line.round_code, round_code=round_code)
        elif key in row_of:
            _tell(log, row, "duplicate_key", "outlet_code", value=key.parts(), first_row=row_of[key])
        elif key not in planned:
            near = suggest(line.truck, {one.truck for one in planned if one.day == key.day})
            _tell(log, row, "receipt_not_planned", "truck", value=key.parts(), suggestion=near)
        elif _is_sound(row, line, planned[key], log) and line.accepted_packs is not None:
            lines[key] = line
        row_of.setdefault(key, row.number)
    return lines


def _is_sound(row: ReadRow, line: ReceiptLine, planned: int, log: FindingLog) -> bool:
    accepted = line.accepted_packs
    if line.planned_packs != planned:
        _tell(log, row, "receipt_plan_changed", "planned_packs", value=line.planned_packs, planned=planned)
        return False
    if accepted is None:
        if line.rejected_packs or line.reason:
            _tell(log, row, "receipt_half_filled", "accepted_packs", value="")
            return False
        return True
    if accepted + line.rejected_packs > planned:
        came = accepted + line.rejected_packs
        _tell(log, row, "receipt_beyond_plan", "accepted_packs", value=accepted, came=came, planned=planned)
        return False
    shipped, arrived, accepted_kg = line.weights_kg
    if None in line.weights_kg and line.weights_kg != (None, None, None):
        _tell(log, row, "receipt_weights_half", "shipped_kg", value="")
        return False
    if accepted_kg is not None and arrived is not None and accepted_kg > arrived:
        _tell(log, row, "receipt_weight_beyond", "accepted_kg", value=str(accepted_kg), arrived=str(arrived))
        return False
    if accepted < planned and line.reason is None:
        _tell(log, row, "receipt_without_reason", "reason", value="", missing=planned - accepted)
        return False
    if accepted_kg != shipped and line.reason is None:
        _tell(log, row, "receipt_weight_without_reason", "reason", value="", shipped=str(shipped), kg=str(accepted_kg))
        return False
    if accepted == planned and accepted_kg == shipped and line.reason is not None:
        _tell(log, row, "receipt_needs_no_reason", "reason", value=line.reason.value)
        return False
    return True


def _tell(log: FindingLog, row: ReadRow, code: str, column: str, *, value: object, **params: Param) -> None:
    log.add(code, Severity.ERROR, sheet=RECEIPTS_SHEET, row=row.number, column=column, value=value, **params)
