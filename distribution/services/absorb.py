"""Shortly before the absorption deadline, move what was not lifted to who is owed most and has room."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import tempfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from distribution.allocation.absorption import reallocate_unlifted
from distribution.domain.absorption import DEFAULT_DAYS, LiftedLine, Unreported
from distribution.domain.errors import InputError, StateError
from distribution.domain.findings import Finding, has_errors
from distribution.domain.goods import Quota
from distribution.domain.jalali import format_date
from distribution.domain.rounds import LedgerEntry
from distribution.intake.lifted import check_lifted, read_lifted
from distribution.intake.log import FindingLog
from distribution.intake.rows import ReadSheet
from distribution.services.absorption_books import Pair, RoundBooks, goods_books, load_books
from distribution.services.absorption_report import (
    AbsorbedGoods,
    AbsorptionReport,
    LeftOut,
    LeftOutBecause,
    render_log,
)
from distribution.services.run_folder import DATABASE, opened_database
from distribution.services.whole_folder import writing_to
from distribution.store.repositories.files import NewFile
from distribution.store.tables.rounds import Round
from distribution.store.unit_of_work import Transaction, UnitOfWork

_LOG_PATH = re.compile(r"absorption-\d{4}-\d\d-\d\d(?:-\d+)?\.csv")


@dataclass(frozen=True)
class AbsorbOptions:
    """When and what to absorb.

    Attributes
    ----------
    day
        The day on which the report holds.
    days
        How many days before its deadline a commodity's packs may be moved.
    unreported
        What is taken for true of an outlet that reports nothing; None = it is an error.
    round_code
        The round; None = the latest.
    """

    day: dt.date
    days: int = DEFAULT_DAYS
    unreported: Unreported | None = None
    round_code: str | None = None


def absorb_folder(folder: Path, report: Path, options: AbsorbOptions) -> AbsorptionReport:
    """Absorb a round in the database of a run's folder, and put the log beside the round's other files.

    Raises
    ------
    TaavonError
        Whatever :func:`absorb_round` raises; ``absorb_no_run``, a StateError, if there is no database in the folder;
        ``out_unusable``, an UnavailableError, if the folder cannot be written. Nothing is changed then.
    """
    if not (folder / DATABASE).is_file():
        raise StateError("absorb_no_run", folder=str(folder), database=DATABASE)
    with (
        opened_database(folder / DATABASE, None) as uow,
        writing_to(folder),
        tempfile.TemporaryDirectory(prefix=".absorption-", dir=folder) as place,
    ):

        def put_beside(tx: Transaction, log: NewFile) -> None:
            # Written before the postings are kept and renamed after: a full disk keeps both from happening.
            ready = Path(place) / log.path
            ready.write_bytes(log.content)
            tx.after_commit(partial(_rename, ready, folder / log.path))

        taken = [file.name for file in folder.iterdir()]
        return absorb_round(uow, report, options, taken=taken, also_keep=put_beside)


def _rename(file: Path, name: Path) -> None:
    file.rename(name)


def absorb_round(
    uow: UnitOfWork,
    report: Path,
    options: AbsorbOptions,
    *,
    taken: Iterable[str] = (),
    also_keep: Callable[[Transaction, NewFile], None] | None = None,
) -> AbsorptionReport:
    """Move the packs that nobody lifted, post what that repays, and keep the log; all of it or nothing.

    Allotments stay as they were decided. Each commodity of a round is absorbed once; those outside their days, or
    absorbed before, are left out and told.

    Parameters
    ----------
    report
        CSV file of what was lifted (:mod:`distribution.intake.lifted`).
    taken
        Paths that the log may not have, beside those of the round's files.
    also_keep
        Called with the log in the transaction that keeps it.

    Raises
    ------
    InputError
        With every finding, if the report has an error.
    NotFoundError
        ``round_unknown``.
    StateError
        ``absorb_no_round``, ``absorb_unplanned``, ``absorb_outside_days`` or ``already_absorbed``.
    """

    def read(tx: Transaction, kept: Round, log: FindingLog) -> ReadSheet:  # noqa: ARG001 - the report is a file
        return read_lifted(report, log)

    return absorb_report(uow, read, options, taken=taken, also_keep=also_keep)


def absorb_report(
    uow: UnitOfWork,
    read: Callable[[Transaction, Round, FindingLog], ReadSheet],
    options: AbsorbOptions,
    *,
    taken: Iterable[str] = (),
    also_keep: Callable[[Transaction, NewFile], None] | None = None,
    tell: Callable[[Transaction, AbsorptionReport], None] | None = None,
) -> AbsorptionReport:
    """Absorb by a report that is read once the round is locked; everything else as :func:`absorb_round`.

    Parameters
    ----------
    read
        Returns the report; what is wrong with it goes to the log.
    tell
        Called with what was moved, in the transaction that keeps it.
    """
    log = FindingLog()
    with uow.write() as tx:
        kept = _lock_round(tx, options.round_code)
        sheet = read(tx, kept, log)
        books = load_books(tx, kept)
        due, left_out = _choose_goods(books, options, _absorbed_before(tx, kept))
        lines, findings = _require_sound(sheet, books, due, options, log)
        goods: list[AbsorbedGoods] = []
        entries: list[LedgerEntry] = []
        for quota in due:
            absorbed, postings = _absorb(books, quota, lines, options)
            goods.append(absorbed)
            entries += postings
        result = AbsorptionReport(
            round_code=kept.code,
            day=options.day,
            goods=tuple(goods),
            left_out=left_out,
            outlets=books.dataset.outlet_by_code,
            findings=findings,
        )
        if not result.has_moves:
            return result
        names = {*taken, *(info.path for info in tx.files.list(kept.require_id()))}
        file = NewFile(_free_path(options.day, names), "text/csv", render_log(result))
        tx.ledger.post(entries, round_id=kept.id)
        tx.files.put(kept.require_id(), [file])
        if also_keep is not None:
            also_keep(tx, file)
        result = replace(result, path=file.path)
        if tell is not None:
            tell(tx, result)
    return result


def _lock_round(tx: Transaction, code: str | None) -> Round:
    tx.rounds.lock()
    if code is None:
        latest = tx.rounds.latest()
        if latest is None:
            raise StateError("absorb_no_round")
        code = latest.code
    kept = tx.rounds.get(code, for_update=True)
    if not kept.state.has_plan:
        raise StateError("absorb_unplanned", round_code=code)
    return kept


def _absorbed_before(tx: Transaction, kept: Round) -> set[str]:
    """Return the commodities that have moves in a log of the round."""
    round_id, found = kept.require_id(), set()
    for info in tx.files.list(round_id):
        if _LOG_PATH.fullmatch(info.path):
            text = tx.files.get(round_id, info.path).content.decode("utf-8-sig")
            found |= {row["commodity_code"] for row in csv.DictReader(io.StringIO(text, newline=""))}
    return found


def _choose_goods(
    books: RoundBooks, options: AbsorbOptions, done: set[str]
) -> tuple[tuple[Quota, ...], tuple[LeftOut, ...]]:
    due, left_out = [], []
    for quota in books.dataset.quotas_by_round[books.round.code]:
        opens = quota.deadline - dt.timedelta(days=options.days)
        commodity = books.dataset.commodity_by_code[quota.commodity_code]
        if options.day < opens:
            because = LeftOutBecause.EARLY
        elif options.day > quota.deadline:
            because = LeftOutBecause.PAST
        elif commodity.code in done:
            because = LeftOutBecause.DONE
        else:
            due.append(quota)
            continue
        left_out.append(LeftOut(commodity, because, opens, quota.deadline))
    if not due:
        _refuse(books.round.code, options, left_out)
    return tuple(due), tuple(left_out)


def _refuse(round_code: str, options: AbsorbOptions, left_out: list[LeftOut]) -> None:
    done = [left.commodity.code for left in left_out if left.because is LeftOutBecause.DONE]
    if done:
        raise StateError("already_absorbed", round_code=round_code, commodities=", ".join(done))
    spans = "; ".join(
        f"{x.commodity.code} {_both_calendars(x.opens)} … {_both_calendars(x.deadline)}" for x in left_out
    )
    raise StateError(
        "absorb_outside_days", round_code=round_code, day=_both_calendars(options.day), days=options.days, spans=spans
    )


def _both_calendars(day: dt.date) -> str:
    return f"{day.isoformat()} ({format_date(day, 'fa', ascii_digits=True)})"


def _require_sound(
    sheet: ReadSheet, books: RoundBooks, due: tuple[Quota, ...], options: AbsorbOptions, log: FindingLog
) -> tuple[Mapping[Pair, LiftedLine], tuple[Finding, ...]]:
    """Return what the report says of each allotment, with the warnings about it."""
    codes = {quota.commodity_code for quota in due}
    allotted = {pair: line.packs for pair, line in books.allotments.items()}
    expected = [
        pair for pair in allotted if options.unreported is None and pair[1] in codes and books.is_released(pair)
    ]
    lines = check_lifted(sheet, allotted, expected, log)
    findings = log.findings()
    if has_errors(findings):
        raise InputError(findings)
    return lines, findings


def _absorb(
    books: RoundBooks, quota: Quota, lines: Mapping[Pair, LiftedLine], options: AbsorbOptions
) -> tuple[AbsorbedGoods, tuple[LedgerEntry, ...]]:
    """Absorb one commodity: what became of it, and its postings."""
    lifted: dict[Pair, int] = {}
    kept: dict[Pair, int] = {}
    for allotment in books.by_commodity.get(quota.commodity_code, []):
        pair = (allotment.outlet_code, allotment.commodity_code)
        line, waits = lines.get(pair), books.waiting.get(pair, 0)
        if line is not None:
            lifted[pair], keeps = line.lifted_packs, line.kept_packs
        else:
            all_lifted = options.unreported is Unreported.LIFTED
            lifted[pair], keeps = (allotment.packs - waits if all_lifted else 0), 0
        rest = allotment.packs - lifted[pair]
        kept[pair] = rest if pair[0] in books.passed_on else min(keeps + waits, rest)
    rows = goods_books(books, quota.commodity_code, lifted, kept)
    absorption = reallocate_unlifted(rows.unlifted)
    goods = AbsorbedGoods(
        commodity=books.dataset.commodity_by_code[quota.commodity_code],
        deadline=quota.deadline,
        lifted_packs=sum(lifted.values()),
        kept_packs=sum(kept.values()),
        moves=rows.moves(absorption),
    )
    return goods, rows.entries(absorption)


def _free_path(day: dt.date, taken: set[str]) -> str:
    path, number = f"absorption-{day.isoformat()}.csv", 1
    while path in taken:
        number += 1
        path = f"absorption-{day.isoformat()}-{number}.csv"
    return path
