"""The stock ledger of outlets: what lay there, came, went and is left, to the pack; what is left opens the next round."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from distribution.domain.dataset import Dataset
from distribution.domain.enums import RoundState, Severity
from distribution.domain.errors import InputError, StateError
from distribution.domain.findings import Finding, Param, Where
from distribution.domain.goods import StockLine
from distribution.domain.outlet_stock import StockReport
from distribution.domain.principal import Principal
from distribution.services.audit import record
from distribution.services.find_round import find_round
from distribution.services.import_dataset import import_dataset_in
from distribution.services.page import Page, cut_page
from distribution.services.receipts import read_owners
from distribution.services.stored_plan import load_stored_plan
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Round, StockAccountRow
from distribution.store.unit_of_work import Transaction, UnitOfWork

Key = tuple[str, str]
_SAID = tuple(StockReport.model_fields)


@dataclass(frozen=True, slots=True)
class Reported:
    """What came of reporting stock: accounts that are new, and those that were there already."""

    new: int
    known: int


@dataclass(frozen=True, slots=True)
class _Known:
    """What the service knows of a round's goods at outlets, in packs by outlet and commodity."""

    opening: Mapping[Key, int]
    delivered: Mapping[Key, int]
    to_collect: Mapping[Key, int]
    moved_in: Mapping[Key, int]
    moved_out: Mapping[Key, int]

    @property
    def keys(self) -> set[Key]:
        return {*self.opening, *self.delivered, *self.to_collect}

    def has(self, key: Key) -> int:
        """Return what came to an outlet and was not given to another, but for what it fetched itself."""
        came = self.opening.get(key, 0) + self.delivered.get(key, 0) + self.moved_in.get(key, 0)
        return came - self.moved_out.get(key, 0)


def report_stock(uow: UnitOfWork, asker: Principal, round_code: str, reports: Sequence[StockReport]) -> Reported:
    """Keep the accounts of outlets for a round that is closed, all or none; what is left becomes the stock at the outlet.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    StateError
        ``round_not_closed``: receipts are complete then.
    InputError
        With every account that is wrong: ``stock_unknown``, ``stock_twice``, ``stock_unbalanced``,
        ``stock_loss_unexplained``, ``stock_collected_beyond``, ``stock_differs`` from what was kept before.
    """
    with uow.write() as tx:
        find_round(tx, asker, round_code)
        found = tx.rounds.get(round_code, for_update=True)
        if found.state is not RoundState.CLOSED:
            raise StateError("round_not_closed", round_code=round_code, state=found.state.value)
        owners = read_owners(NetworkPages(tx.session), found.dataset_version, asker.scope)
        known = _read_known(tx, found)
        kept = {(row.outlet_code, row.commodity_code): row for row in tx.outlet_stock.list(found.require_id())}
        wrong: list[Finding] = []
        new: list[StockAccountRow] = []
        seen: set[Key] = set()
        for number, report in enumerate(reports, start=1):
            key = (report.outlet_code, report.commodity_code)
            if key in seen:
                wrong.append(_refuse("stock_twice", number, key))
            elif report.outlet_code not in owners or key not in known.keys:
                wrong.append(_refuse("stock_unknown", number, key))
            elif key in kept:
                if any(getattr(kept[key], name) != getattr(report, name) for name in _SAID):
                    wrong.append(_refuse("stock_differs", number, key, by=kept[key].reported_by))
            else:
                wrong += _check(number, report, known)
                new.append(_account(tx, asker, found, report, known, owners[report.outlet_code]))
            seen.add(key)
        if wrong:
            raise InputError(tuple(wrong))
        tx.outlet_stock.add(new)
        if new:
            tx.rounds.lock()
            counted = _count_anew(tx, tx.datasets.load(), new)
            version = import_dataset_in(tx, counted, f"stock of {round_code}").version
            told = [[*(getattr(row, name) for name in _SAID)] for row in new]
            record(tx, asker, "stock_reported", f"round/{round_code}", {"accounts": told, "dataset_version": version})
        return Reported(len(new), len(reports) - len(new))


def list_stock(
    uow: UnitOfWork, asker: Principal, round_code: str, *, after: int = 0, limit: int
) -> Page[StockAccountRow]:
    """List the stock accounts of a round that the asker may see, in the order they came.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        rows = tx.outlet_stock.list(found.require_id(), scope=asker.scope, after=after, limit=limit + 1)
    return cut_page([(str(row.id), row) for row in rows], limit)


def _read_known(tx: Transaction, found: Round) -> _Known:
    opening = {(line.outlet_code, line.commodity_code): line.opening_packs for line in tx.rounds.allotments(found.code)}
    delivered: Counter[Key] = Counter()
    for receipt in tx.receipts.list(found.require_id()):
        delivered[receipt.outlet_code, receipt.commodity_code] += receipt.accepted_packs
    to_collect: Counter[Key] = Counter()
    for entry in load_stored_plan(tx, found).header.get("collections", ()):
        for commodity, packs in entry["packs"].items():
            to_collect[entry["outlet"], commodity] += packs
    return _Known(opening, delivered, to_collect, *tx.dealings.moved(found.require_id()))


def _check(number: int, report: StockReport, known: _Known) -> list[Finding]:
    key, wrong = (report.outlet_code, report.commodity_code), []
    if report.collected_packs > (most := known.to_collect.get(key, 0)):
        wrong.append(_refuse("stock_collected_beyond", number, key, told=report.collected_packs, most=most))
    had = known.has(key) + report.collected_packs
    told = report.offtake_packs + report.loss_packs + report.closing_packs
    if had != told:
        wrong.append(_refuse("stock_unbalanced", number, key, had=had, told=told))
    if report.loss_packs and not report.reason.strip():
        wrong.append(_refuse("stock_loss_unexplained", number, key, packs=report.loss_packs))
    return wrong


def _account(
    tx: Transaction,
    asker: Principal,
    found: Round,
    report: StockReport,
    known: _Known,
    owner: tuple[str, str],
) -> StockAccountRow:
    key = (report.outlet_code, report.commodity_code)
    return StockAccountRow(
        **{name: getattr(report, name) for name in _SAID},
        opening_packs=known.opening.get(key, 0),
        delivered_packs=known.delivered.get(key, 0),
        moved_in_packs=known.moved_in.get(key, 0),
        moved_out_packs=known.moved_out.get(key, 0),
        round_id=found.require_id(),
        union_code=owner[0],
        cooperative_code=owner[1],
        reported_by=asker.actor,
        reported_at=tx.now(),
    )


def _count_anew(tx: Transaction, dataset: Dataset, accounts: Sequence[StockAccountRow]) -> Dataset:
    """Put what is left in the place of what the network said lay there, as a count of today."""
    today = tx.now().date()
    closing = {(row.outlet_code, row.commodity_code): row.closing_packs for row in accounts}
    others = [line for line in dataset.stock if (line.place_code, line.commodity_code) not in closing]
    lines = [
        StockLine(place_code=outlet, commodity_code=commodity, packs=packs, available_on=today)
        for (outlet, commodity), packs in closing.items()
        if packs and outlet in dataset.outlet_by_code
    ]
    ordered = sorted([*others, *lines], key=lambda s: (s.place_code, s.commodity_code, str(s.available_on or "")))
    return replace(dataset, stock=tuple(ordered))


def _refuse(code: str, number: int, key: Key, **params: Param) -> Finding:
    value = "; ".join(key)
    return Finding(Severity.ERROR, code, Where(row=number, value=value), {"value": value, **params})
