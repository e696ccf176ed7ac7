"""Record what outlets were handed, and account for what they were not."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from distribution.domain.enums import RoundState, Severity
from distribution.domain.errors import InputError, StateError
from distribution.domain.findings import Finding, Where
from distribution.domain.network import Cooperative, Outlet
from distribution.domain.principal import Principal, Scope
from distribution.domain.receipt import ReceiptBase, ReceiptLine
from distribution.domain.rounds import WaitingPacks
from distribution.intake.fields import RECEIPTS_SHEET
from distribution.intake.log import FindingLog
from distribution.intake.receipt_text import read_receipt_text
from distribution.intake.receipts import DropKey, check_receipts, read_receipts
from distribution.intake.rows import ReadRow, ReadSheet
from distribution.services.audit import record
from distribution.services.find_round import find_round
from distribution.services.page import Page, cut_page
from distribution.services.read_receipts import planned_drops, trip_warehouses
from distribution.services.stored_plan import load_stored_plan
from distribution.services.waiting import post_undelivered
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Receipt, Round
from distribution.store.unit_of_work import Transaction, UnitOfWork

#: What a receipt says, beside what a form's line says, and what it says in other units.
_BESIDE = ("taken_at", "lon", "lat")
_WEIGHTS = ("shipped", "arrived", "accepted")
_IN_FORM = tuple(name for name in ReceiptBase.model_fields if name in ReceiptLine.model_fields)


@dataclass(frozen=True, slots=True)
class Recorded:
    """What came of recording receipts: those that are new, those that were there already, and drops still open."""

    new: int
    known: int
    open: int


def record_receipts(uow: UnitOfWork, asker: Principal, round_code: str, receipts: Sequence[ReceiptBase]) -> Recorded:
    """Record receipts, all or none; what was recorded before, word for word, may be sent again.

    Raises
    ------
    NotFoundError
        ``round_unknown``, ``plan_missing``.
    StateError
        ``round_not_dispatching``.
    InputError
        With every receipt that is wrong: a drop that is not in the plan, or not the asker's; numbers that do not add up; a
        discrepancy without a reason; ``receipt_differs`` from what was recorded before.
    """
    rows = []
    for number, one in enumerate(receipts, start=1):
        said = {name: getattr(one, name) for name in _IN_FORM}
        weights: dict[str, Any] = {f"{name}_kg": _to_kg(getattr(one, f"{name}_g")) for name in _WEIGHTS}
        rows.append(ReadRow(number, said, ReceiptLine.model_construct(round_code=round_code, **said, **weights)))
    sheet = ReadSheet(RECEIPTS_SHEET, rows)
    beside = {number: {name: getattr(one, name) for name in _BESIDE} for number, one in enumerate(receipts, start=1)}
    return _record(uow, asker, round_code, lambda _: sheet, FindingLog(), beside)


def record_form(uow: UnitOfWork, asker: Principal, round_code: str, content: bytes) -> Recorded:
    """Record the receipt form of a crew pack, filled in and sent as CSV; lines that are not filled in are passed over.

    Raises
    ------
    NotFoundError, StateError, InputError
        As :func:`record_receipts`, with the rows of the form.
    """
    log = FindingLog()
    with tempfile.TemporaryDirectory(prefix="taavon-") as place:
        file = Path(place) / "receipts.csv"
        file.write_bytes(content)
        sheet = read_receipts(file, log)
    return _record(uow, asker, round_code, lambda _: sheet, log, {})


def record_text(uow: UnitOfWork, asker: Principal, round_code: str, text: str) -> Recorded:
    """Record what phones have read in the QR codes of waybills (:mod:`distribution.intake.receipt_text`), all or none.

    Raises
    ------
    NotFoundError, StateError, InputError
        As :func:`record_receipts`, with the lines of the text.
    """
    log = FindingLog()
    return _record(uow, asker, round_code, lambda drops: read_receipt_text(text, drops, log), log, {})


def list_receipts(uow: UnitOfWork, asker: Principal, round_code: str, *, after: int = 0, limit: int) -> Page[Receipt]:
    """List the receipts of a round that the asker may see, in the order they were recorded.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        receipts = tx.receipts.list(found.require_id(), scope=asker.scope, after=after, limit=limit + 1)
    return cut_page([(str(one.id), one) for one in receipts], limit)


def settle_deliveries(tx: Transaction, found: Round) -> None:
    """Let what a round was to bring and did not bring wait for the next plan, and owe it to the outlets.

    Packs that trucks have brought back are stock of their warehouses again.

    Raises
    ------
    StateError
        ``receipts_missing`` if a drop has none.
    """
    receipts, drops = tx.receipts.list(found.require_id()), load_drops(tx, found)
    told = {DropKey.of(one) for one in receipts}
    if missing := sorted(drops.keys() - told):
        first = missing[0]
        raise StateError("receipts_missing", count=len(missing), outlet_code=first.outlet_code, day=first.day)
    short: dict[tuple[str, str, dt.date], int] = {}
    for one in receipts:
        if packs := one.planned_packs - one.accepted_packs:
            key = (one.outlet_code, one.commodity_code, one.day)
            short[key] = short.get(key, 0) + packs
    waiting = [
        WaitingPacks(outlet_code=outlet, commodity_code=commodity, packs=packs, waiting_since=day)
        for (outlet, commodity, day), packs in sorted(short.items())
    ]
    tx.waiting.add(found.require_id(), waiting)
    tx.ledger.post(post_undelivered((), waiting), round_id=found.require_id())
    warehouse_of = load_warehouses(tx, found)
    back: Counter[tuple[str, str]] = Counter()
    for one in receipts:
        back[warehouse_of[one.day.isoformat(), one.truck, one.trip], one.commodity_code] += one.packs_back
    tx.stock_use.give_back(found.require_id(), back)


def load_warehouses(tx: Transaction, found: Round) -> Mapping[tuple[str, str, int], str]:
    """Return the warehouse that each trip of a round leaves from, by day, truck and trip.

    Raises
    ------
    NotFoundError
        ``plan_missing``.
    """
    loaded = load_stored_plan(tx, found)
    return trip_warehouses(loaded.problem, loaded.plan)


def load_drops(tx: Transaction, found: Round) -> Mapping[DropKey, int]:
    """Return the packs that each trip of a round brings to each outlet, by commodity.

    Raises
    ------
    NotFoundError
        ``plan_missing``.
    """
    loaded = load_stored_plan(tx, found)
    return planned_drops(loaded.problem, loaded.plan)


def _record(
    uow: UnitOfWork,
    asker: Principal,
    round_code: str,
    read: Callable[[Mapping[DropKey, int]], ReadSheet],
    log: FindingLog,
    beside: Mapping[int, Mapping[str, Any]],
) -> Recorded:
    with uow.write() as tx:
        find_round(tx, asker, round_code)
        found = tx.rounds.get(round_code, for_update=True)  # so that it is not closed meanwhile
        if found.state is not RoundState.DISPATCHING:
            raise StateError("round_not_dispatching", round_code=round_code, state=found.state.value)
        owners = read_owners(NetworkPages(tx.session), found.dataset_version, asker.scope)
        drops = {key: packs for key, packs in load_drops(tx, found).items() if key.outlet_code in owners}
        sheet = read(drops)
        lines = check_receipts(sheet, round_code, drops, log)
        number_of = {DropKey.of(row.noun): row.number for row in sheet.rows if isinstance(row.noun, ReceiptLine)}
        kept = {DropKey.of(one): one for one in tx.receipts.list(found.require_id(), scope=asker.scope)}
        new, known = [], 0
        for key, line in lines.items():
            union, cooperative = owners[key.outlet_code]
            said = {name: getattr(line, name) for name in _IN_FORM}
            said |= {f"{name}_g": _to_g(getattr(line, f"{name}_kg")) for name in _WEIGHTS}
            receipt = Receipt(
                **said,
                **(beside.get(number_of[key]) or {}),
                round_id=found.require_id(),
                union_code=union,
                cooperative_code=cooperative,
                recorded_by=asker.actor,
                recorded_at=tx.now(),
            )
            before = kept.get(key)
            if before is None:
                new.append(receipt)
            elif _says_the_same(before, receipt, said):
                known += 1
            else:
                shown = str(key.parts())
                log.add("receipt_differs", sheet=RECEIPTS_SHEET, row=number_of[key], value=shown, by=before.recorded_by)
        if findings := [one for one in log.findings() if one.severity is Severity.ERROR]:
            raise InputError(tuple(findings))
        if not new and not known:
            raise InputError((Finding(Severity.ERROR, "receipts_none", Where(sheet=RECEIPTS_SHEET)),))
        tx.receipts.add(new)
        if new:
            told = {"receipts": [_tell(one) for one in new]}
            record(tx, asker, "receipts_recorded", f"round/{round_code}", told)
        return Recorded(len(new), known, len(drops) - len(kept) - len(new))


def _tell(one: Receipt) -> list[Any]:
    """Return what the log says of a receipt: its keys, packs, and weights if there are any."""
    packs = [one.planned_packs, one.accepted_packs, one.rejected_packs]
    weights = [] if one.shipped_g is None else [one.shipped_g, one.arrived_g, one.accepted_g]
    return [*DropKey.of(one).parts().parts, *packs, *weights]


def _to_kg(grams: int | None) -> Decimal | None:
    return None if grams is None else Decimal(grams) / 1000


def _to_g(kilograms: Decimal | None) -> int | None:
    return None if kilograms is None else int(kilograms * 1000)


def _says_the_same(before: Receipt, receipt: Receipt, said: Mapping[str, object]) -> bool:
    """Tell whether a receipt repeats one: what it does not say again may stay as it is."""
    beside = [name for name in _BESIDE if getattr(receipt, name) not in {None, ""}]
    return all(getattr(before, name) == getattr(receipt, name) for name in (*said, *beside))


def read_owners(pages: NetworkPages, version: int, scope: Scope | None) -> dict[str, tuple[str, str]]:
    """Return union and cooperative of every outlet within a scope, as they were in a version of the network."""
    union_of = {
        code: noun.union_code for code, noun in pages.page("cooperatives", version) if isinstance(noun, Cooperative)
    }
    outlets = pages.page("outlets", version, scope=scope)
    return {
        code: (union_of[noun.cooperative_code], noun.cooperative_code)
        for code, noun in outlets
        if isinstance(noun, Outlet)
    }
