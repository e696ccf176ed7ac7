"""The certificates of a round in one file, each part kept once: ``certificates.jsonl``.

The first line holds what all have in common, every further line an outlet with all its goods. A field that has its
ordinary value (mostly 0) is left out; keys are in order, outlets by code, so that a round has one such file only.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from typing import Any

from distribution.allocation.certificate import Certificate, CommodityTerms, LineTerms, OutletTerms, PolicyTerms
from optimizer.records import decode_record, encode_record

SCHEMA = "taavon.certificates/1"

#: The fields that may be left out, with what they are then.
_ORDINARY: Mapping[type, Mapping[str, Any]] = {
    kind: {f.name: f.default for f in fields(kind) if f.default is not MISSING} for kind in (OutletTerms, LineTerms)
}
_NAMES: Mapping[type, tuple[str, ...]] = {kind: tuple(f.name for f in fields(kind)) for kind in _ORDINARY}


class CertificateFileError(ValueError):
    """The bytes are no file of certificates."""


@dataclass(frozen=True)
class RoundTerms:
    """What all certificates of a round have in common."""

    round: str
    policy: PolicyTerms
    commodities: tuple[CommodityTerms, ...]


@dataclass(frozen=True)
class OutletLines:
    """An outlet and what it gets, by commodity code."""

    outlet: OutletTerms
    lines: Mapping[str, LineTerms]


def dump_certificates(common: RoundTerms, outlets: Iterable[OutletLines]) -> bytes:
    """Write the certificates of a round; the outlets must come in order of code."""
    head = _dump({"schema": SCHEMA, **encode_record(common)})
    rows = (
        _dump(
            {
                "outlet": _leave_out(each.outlet),
                "lines": {code: _leave_out(line) for code, line in each.lines.items()},
            }
        )
        for each in outlets
    )
    return b"".join([head, *rows])


def find_certificates(content: bytes, outlet_code: str) -> tuple[Certificate, ...]:
    """Read the certificates of one outlet out of a round's, in order of commodity; none if it takes no part.

    Raises
    ------
    CertificateFileError
        If the bytes are something else.
    """
    head, *rows = content.split(b"\n")
    # Quotation marks inside of texts are escaped: this is found where it is meant, and nowhere else.
    mark = f'"code":{json.dumps(outlet_code)}'.encode()
    try:
        common = _read_head(json.loads(head))
        for row in rows:
            if mark in row and (found := json.loads(row))["outlet"]["code"] == outlet_code:
                return tuple(_certificates(common, found))
    except (ValueError, KeyError, TypeError) as error:
        raise CertificateFileError(f"{type(error).__name__}: {error}") from error
    return ()


def read_certificates(content: bytes) -> Iterator[Certificate]:
    """Yield the certificates of a round, by outlet and commodity.

    Raises
    ------
    CertificateFileError
        If the bytes are something else.
    """
    try:
        head, *rows = content.decode("utf-8").split("\n")
        common = _read_head(json.loads(head))
        for row in filter(None, rows):
            yield from _certificates(common, json.loads(row))
    except (ValueError, KeyError, TypeError) as error:
        raise CertificateFileError(f"{type(error).__name__}: {error}") from error


def _read_head(document: Any) -> RoundTerms:
    if document.pop("schema") != SCHEMA:
        raise CertificateFileError(f"another schema than {SCHEMA}")
    # The sum of the weights is the one number that may be beyond 64 bits, which records do not read.
    totals = [operator.index(goods["weight_total_grid"]) for goods in document["commodities"]]
    for goods in document["commodities"]:
        goods["weight_total_grid"] = 0
    common: RoundTerms = decode_record(RoundTerms, document, "round")
    goods_in_full = zip(common.commodities, totals, strict=True)
    return replace(common, commodities=tuple(replace(g, weight_total_grid=whole) for g, whole in goods_in_full))


def _certificates(common: RoundTerms, row: Mapping[str, Any]) -> Iterator[Certificate]:
    outlet = _fill_in(OutletTerms, row["outlet"])
    for commodity in common.commodities:
        if commodity.code in row["lines"]:
            line = _fill_in(LineTerms, row["lines"][commodity.code])
            yield Certificate(common.round, common.policy, commodity, outlet, line)


def _dump(document: object) -> bytes:
    return (json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")) + "\n").encode()


def _leave_out(terms: OutletTerms | LineTerms) -> dict[str, Any]:
    ordinary = _ORDINARY[type(terms)]
    values = ((name, getattr(terms, name)) for name in _NAMES[type(terms)])
    return {name: encode_record(value) for name, value in values if value != ordinary.get(name, MISSING)}


def _fill_in(kind: Any, document: Mapping[str, Any]) -> Any:
    ordinary = {name: encode_record(value) for name, value in _ORDINARY[kind].items()}
    return decode_record(kind, {**ordinary, **document}, kind.__name__)
