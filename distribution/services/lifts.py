"""What outlets say they have lifted of a round, and the absorption of the rest: asked for, or by itself near the deadline."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from distribution.domain.absorption import LiftedLine, Unreported
from distribution.domain.enums import RoundState
from distribution.domain.errors import InputError, StateError
from distribution.domain.findings import has_errors
from distribution.domain.principal import Principal
from distribution.intake.fields import LIFTED_SHEET
from distribution.intake.lifted import check_lifted
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadRow, ReadSheet
from distribution.services.absorb import AbsorbOptions, absorb_report
from distribution.services.absorption_report import AbsorptionReport
from distribution.services.api_keys import PROGRAM
from distribution.services.audit import record
from distribution.services.find_round import find_round
from distribution.store.tables import LiftReport, Round
from distribution.store.unit_of_work import Transaction, UnitOfWork

_UNDER_WAY = (RoundState.PUBLISHED, RoundState.DISPATCHING)


def report_lifts(
    uow: UnitOfWork, asker: Principal, round_code: str, lines: Sequence[LiftedLine]
) -> tuple[LiftReport, ...]:
    """Keep what outlets of the asker's say they have lifted and still will, all or none; the last word counts.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    StateError
        ``round_not_under_way``.
    InputError
        With every line that is wrong: an outlet or a commodity that takes no part, or is not the asker's; more packs than
        were allotted; a line that stands there twice.
    """
    with uow.write() as tx:
        find_round(tx, asker, round_code)
        found = tx.rounds.get(round_code, for_update=True)
        if found.state not in _UNDER_WAY:
            raise StateError("round_not_under_way", round_code=round_code, state=found.state.value)
        allotments = {
            (line.outlet_code, line.commodity_code): line
            for line in tx.rounds.allotments(round_code, scope=asker.scope)
        }
        log = FindingLog()
        said = check_lifted(_sheet(lines), {pair: line.packs for pair, line in allotments.items()}, (), log)
        if has_errors(log.findings()):
            raise InputError(log.findings())
        now, kept = tx.now(), []
        for pair, line in said.items():
            owner = allotments[pair]
            report = LiftReport(
                round_id=found.require_id(),
                outlet_code=pair[0],
                commodity_code=pair[1],
                lifted_packs=line.lifted_packs,
                kept_packs=line.kept_packs,
                union_code=owner.union_code,
                cooperative_code=owner.cooperative_code,
                reported_by=asker.actor,
                reported_at=now,
            )
            tx.dealings.put_lift(report)
            kept.append(report)
        told = [[one.outlet_code, one.commodity_code, one.lifted_packs, one.kept_packs] for one in kept]
        record(tx, asker, "lifts_reported", f"round/{round_code}", {"lifts": told})
        return tuple(kept)


def list_lifts(uow: UnitOfWork, asker: Principal, round_code: str) -> tuple[LiftReport, ...]:
    """List what outlets of the asker's say they have lifted of a round.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    """
    with uow.read() as tx:
        return tx.dealings.lifts(find_round(tx, asker, round_code).require_id(), scope=asker.scope)


def absorb_lifts(
    uow: UnitOfWork, asker: Principal, round_code: str, day: dt.date | None = None, days: int | None = None
) -> AbsorptionReport:
    """Move what was said not to be lifted to whom packs are owed; of whom nothing is said keeps what is theirs.

    Parameters
    ----------
    day
        The day on which the reports hold; today, by the network's clock, if not given.
    days
        How many days before its deadline a commodity's packs may be moved; the network's ``absorb_days`` if not given.

    Raises
    ------
    NotFoundError
        ``round_unknown``.
    StateError
        ``round_not_under_way``, ``absorb_outside_days``, ``already_absorbed``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        if found.state not in _UNDER_WAY:
            raise StateError("round_not_under_way", round_code=round_code, state=found.state.value)
        settings = tx.datasets.settings(found.dataset_version)
    options = AbsorbOptions(
        day=day or local_today(tx.now(), settings.utc_offset_minutes),
        days=settings.absorb_days if days is None else days,
        unreported=Unreported.LIFTED,
        round_code=round_code,
    )

    def read(tx: Transaction, kept: Round, log: FindingLog) -> ReadSheet:  # noqa: ARG001 - nothing can be wrong by now
        return _sheet(tx.dealings.lifts(kept.require_id()))

    def tell(tx: Transaction, report: AbsorptionReport) -> None:
        moved = [
            [goods.commodity.code, move.from_outlet, move.to_outlet, move.packs, move.reason.value]
            for goods in report.goods
            for move in goods.moves
        ]
        record(tx, asker, "round_absorbed", f"round/{round_code}", {"moved": moved, "file": report.path})

    return absorb_report(uow, read, options, tell=tell)


def absorb_due(uow: UnitOfWork) -> tuple[str, ...]:
    """Absorb every round under way whose network wants that to happen by itself, and whose days have come.

    Returns the codes of rounds of which something was moved. Each commodity of a round is absorbed once, however often and by however many services this is called.
    """
    with uow.read() as tx:
        under_way = [found for found in tx.rounds.list() if found.state in _UNDER_WAY]
        wanted = [found.code for found in under_way if tx.datasets.settings(found.dataset_version).absorb_days > 0]
    done = []
    for code in wanted:
        try:
            if absorb_lifts(uow, PROGRAM, code).has_moves:
                done.append(code)
        except StateError as error:
            if error.code not in {"absorb_outside_days", "already_absorbed", "round_not_under_way"}:
                raise
    return tuple(done)


def local_today(now: dt.datetime, utc_offset_minutes: int) -> dt.date:
    """Return the date that the clocks of the network show."""
    return (now.astimezone(dt.UTC) + dt.timedelta(minutes=utc_offset_minutes)).date()


def _sheet(lines: Sequence[LiftedLine] | Sequence[LiftReport]) -> ReadSheet:
    rows = []
    for number, line in enumerate(lines, start=1):
        said = {name: getattr(line, name) for name in LiftedLine.model_fields}
        rows.append(ReadRow(number, said, LiftedLine.model_construct(**said)))
    return ReadSheet(LIFTED_SHEET, rows)
