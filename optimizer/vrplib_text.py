"""The text of a VRPLIB instance taken apart: fields of one line, and sections with the line of every row."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from optimizer.vrplib_fault import Fault, FaultCode, VrplibError

#: Faults told of one section: the others are likely the same.
_FAULTS_TOLD = 5
_SUFFIX = "_SECTION"


@dataclass(frozen=True, slots=True)
class Line:
    """A field of one line, ``KEY : VALUE``."""

    number: int
    text: str


@dataclass(frozen=True, slots=True)
class Section:
    """A section: the line of its heading, and the line and the numbers of each row."""

    number: int
    row_lines: tuple[int, ...]
    rows: tuple[tuple[float, ...], ...]

    def flat(self) -> list[float]:
        """Return all numbers in reading order."""
        return [value for row in self.rows for value in row]


@dataclass(frozen=True)
class VrplibText:
    """A file taken apart; keys are as in the file, in capitals, those of sections without ``_SECTION``."""

    lines: Mapping[str, Line]
    sections: Mapping[str, Section]


def parse_text(text: str) -> VrplibText:
    """Take a file apart, up to EOF.

    Blank lines and lines that begin with # are left out.

    Raises
    ------
    VrplibError
        If it is no VRPLIB file, a section holds something that is no number, or a field is given twice.
    """
    lines: dict[str, Line] = {}
    sections: dict[str, tuple[int, list[tuple[int, str]]]] = {}
    faults: list[Fault] = []
    rows: list[tuple[int, str]] | None = None
    for number, raw in enumerate(text.splitlines(), start=1):
        line = raw.strip()
        heading = line.rstrip(" \t:")
        if heading == "EOF":
            break
        if not line or line.startswith("#"):
            continue
        key, colon, value = (part.strip() for part in line.partition(":"))
        if heading.endswith(_SUFFIX) and len(heading.split()) == 1:
            key = heading.removesuffix(_SUFFIX).upper()
            rows = []
            _note_twice(key, number, lines, sections, faults)
            sections[key] = number, rows
        elif colon:
            key, rows = key.upper(), None
            _note_twice(key, number, lines, sections, faults)
            lines[key] = Line(number, value)
        elif rows is None:
            raise VrplibError([Fault(FaultCode.NOT_VRPLIB, line=number, params={"text": _shorten(line)})])
        else:
            rows.append((number, line))
    if not lines and not sections:
        faults.append(Fault(FaultCode.MISSING, "DIMENSION"))
    parsed = {key: _parse_section(key, heading, body, faults) for key, (heading, body) in sections.items()}
    if faults:
        raise VrplibError(faults)
    return VrplibText(lines, parsed)


def parse_number(text: str) -> float | None:
    """Return a finite number, or None."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _note_twice(
    key: str, number: int, lines: Mapping[str, object], sections: Mapping[str, object], faults: list[Fault]
) -> None:
    if key in lines or key in sections:
        faults.append(Fault(FaultCode.TWICE, key, number))


def _parse_section(key: str, heading: int, body: list[tuple[int, str]], faults: list[Fault]) -> Section:
    rows = []
    told = 0
    for number, line in body:
        numbers = [parse_number(word) for word in line.split()]
        row = tuple(value for value in numbers if value is not None)
        if len(row) < len(numbers) and told < _FAULTS_TOLD:
            word = line.split()[numbers.index(None)]
            faults.append(Fault(FaultCode.NOT_A_NUMBER, key + _SUFFIX, number, {"text": _shorten(word)}))
            told += 1
        rows.append(row)
    return Section(heading, tuple(number for number, _ in body), tuple(rows))


def _shorten(text: str) -> str:
    shown = "".join(letter if letter.isprintable() else "·" for letter in text[:40])
    return shown if len(text) <= 40 else shown[:39] + "…"
