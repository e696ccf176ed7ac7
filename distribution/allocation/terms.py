"""A record's terms as message keys and figures, in the order in which they add up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from distribution.allocation.record import AllotmentRecord
from distribution.domain.enums import Bound

Params = Mapping[str, int | Decimal]


@dataclass(frozen=True, slots=True)
class RecordTerm:
    """One term: a key of the message catalogue, and its figures (packs are exact decimals)."""

    message_key: str
    params: Params = field(default_factory=dict)


def list_terms(record: AllotmentRecord) -> tuple[RecordTerm, ...]:
    """List the terms of a record; one that moves nothing is left out."""
    return tuple(_terms(record))


def _packs(nano: int) -> Decimal:
    return Decimal(abs(nano)).scaleb(-9)


def _signed(name: str, nano: int, up: str, down: str, **params: int) -> Iterator[RecordTerm]:
    if nano:
        yield RecordTerm(f"record.{name}_{up if nano > 0 else down}", {"packs": _packs(nano), **params})


def _terms(record: AllotmentRecord) -> Iterator[RecordTerm]:
    yield RecordTerm(f"record.people_{record.basis}", {"people": record.people})
    if record.need_weight != 1:
        yield RecordTerm("record.need", {"need_weight": record.need_weight})
    shared: Params = {"packs_to_share": record.packs_to_share, "packs": _packs(record.entitlement_nano)}
    yield RecordTerm("record.entitlement", shared)
    yield from _signed("netted", record.netted_nano, "up", "down", opening_packs=record.opening_packs)
    yield from _signed("floor", record.floor_nano, "up", "down", floor_packs=record.floor_packs)
    if record.shortfall_nano:
        kept: Params = {"packs": _packs(record.shortfall_nano), "cap_packs": record.cap_packs}
        yield RecordTerm("record.shortfall", kept)
    yield from _signed("moved", record.moved_nano, "up", "down")
    if record.bound is not Bound.NONE:
        yield RecordTerm(f"record.bound.{record.bound}")
    yield RecordTerm("record.target", {"packs": _packs(record.target_nano)})
    yield from _signed("debt", record.debt_repaid_nano, "owed", "owing")
    yield from _signed("rounding", record.rounding_nano, "up", "down")
    yield RecordTerm("record.packs", {"packs": record.packs})
    if record.method.carries_debt:
        yield from _signed("debt_after", record.debt_after_nano, "owed", "owing")
    elif record.debt_before_nano:
        yield RecordTerm("record.debt_untouched", {"packs": Decimal(record.debt_before_nano).scaleb(-9)})
