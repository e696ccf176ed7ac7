"""Show rounds, their allotments, plans and files to whoever may see them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from distribution.domain.enums import Right, Role, RoundState
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.network import Named
from distribution.domain.principal import Principal
from distribution.services.approvals import Approvals, read_approvals
from distribution.services.exports.build import CREW_FOLDER, RELEASE_ORDERS
from distribution.services.find_round import find_round
from distribution.services.page import Page, cut_page
from distribution.store.repositories.files import FileInfo
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.repositories.plans import StoredPlan
from distribution.store.tables import AllotmentRow, AnswerRow, ExportFile, Round
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class AllotmentFilter:
    """Codes that allotments are narrowed to; None for all."""

    union_code: str | None = None
    commodity_code: str | None = None
    outlet_code: str | None = None


@dataclass(frozen=True, slots=True)
class NamedAllotment:
    """An allotment with the nouns that its codes name, as they were in the round."""

    line: AllotmentRow
    outlet: Named
    commodity: Named


@dataclass(frozen=True, slots=True)
class ListedAllotment:
    """An allotment, what is answered to it, and the packs of the published round before; None for none."""

    named: NamedAllotment
    answer: AnswerRow | None
    previous_packs: int | None


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """Which rounds are wanted, and in which order; ``period`` is a first day and a last one."""

    state: RoundState | None = None
    period: tuple[dt.date, dt.date] | None = None
    newest_first: bool = False


def list_rounds(
    uow: UnitOfWork, asker: Principal, wanted: RoundFilter | None = None, *, after: int = 0, limit: int
) -> Page[Round]:
    """List rounds in the order they were computed or the other way round: who does not see all, published ones."""
    wanted = wanted or RoundFilter()
    seen = [state for state in RoundState if asker.may(Right.SEE_ALL) or state.is_public]
    states = [state for state in seen if wanted.state in {None, state}]
    with uow.read() as tx:
        rounds = tx.rounds.list(
            after=after, limit=limit + 1, states=states, period=wanted.period, newest_first=wanted.newest_first
        )
    return cut_page([(str(r.id), r) for r in rounds], limit)


def get_round(uow: UnitOfWork, asker: Principal, code: str) -> tuple[Round, Approvals]:
    """Get a round and how far its approvals are.

    Raises
    ------
    NotFoundError
        If there is no such round that the asker may see.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, code)
        return found, read_approvals(tx, found)


def list_allotments(
    uow: UnitOfWork, asker: Principal, round_code: str, wanted: AllotmentFilter, *, after: int = 0, limit: int
) -> Page[ListedAllotment]:
    """List allotments of a round that the asker may see in the order they were computed, those after a number.

    Raises
    ------
    NotFoundError
        If there is no such round.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        lines = tx.rounds.allotments(
            round_code,
            scope=asker.scope,
            union_code=wanted.union_code,
            commodity_code=wanted.commodity_code,
            outlet_code=wanted.outlet_code,
            after=after,
            limit=limit + 1,
        )
        outlets = {line.outlet_code for line in lines}
        answers = tx.voice.answers(found.require_id(), scope=asker.scope, outlets=outlets)
        earlier = tx.rounds.before(found.require_id())
        packs = {} if earlier is None else tx.rounds.packs_of(earlier.require_id(), outlets)
        listed = []
        for named in name_allotments(tx, found, lines):
            key = named.line.outlet_code, named.line.commodity_code
            listed.append((str(named.line.id), ListedAllotment(named, answers.get(key), packs.get(key))))
    return cut_page(listed, limit)


def name_allotments(tx: Transaction, found: Round, lines: tuple[AllotmentRow, ...]) -> tuple[NamedAllotment, ...]:
    """Put the names that held in a round beside the codes of its allotments."""
    pages = NetworkPages(tx.session)
    outlets = pages.named("outlets", found.dataset_version, {line.outlet_code for line in lines})
    commodities = pages.named("commodities", found.dataset_version, {line.commodity_code for line in lines})
    return tuple(NamedAllotment(line, outlets[line.outlet_code], commodities[line.commodity_code]) for line in lines)


def get_plan(uow: UnitOfWork, asker: Principal, round_code: str) -> StoredPlan:
    """Get the plan of a round.

    Raises
    ------
    NotFoundError
        If there is no such round, or it has no plan.
    """
    with uow.read() as tx:
        plan = tx.plans.get(find_round(tx, asker, round_code).require_id())
    if plan is None:
        raise NotFoundError("plan_missing", round_code=round_code)
    return plan


def list_files(uow: UnitOfWork, asker: Principal, round_code: str) -> tuple[FileInfo, ...]:
    """List the files of a round that the asker may have: who sees all every file, a crew of all parts the crew packs.

    Raises
    ------
    NotFoundError
        If there is no such round that the asker may see.
    """
    with uow.read() as tx:
        files = tx.files.list(find_round(tx, asker, round_code).require_id())
    return tuple(file for file in files if _may_have(asker, file.path))


def get_file(uow: UnitOfWork, asker: Principal, round_code: str, path: str) -> ExportFile:
    """Get a file of a round with its content.

    Raises
    ------
    NotFoundError
        If there is no such round or file, or the asker may not have it.
    StateError
        ``round_not_published`` for the papers that send goods out, before every approval is given.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        if not _may_have(asker, path):
            raise NotFoundError("file_unknown", path=path)
        file = tx.files.get(found.require_id(), path)
        if _sends_goods_out(path) and not found.state.is_public:
            raise StateError("round_not_published", round_code=round_code)
        return file


def _may_have(asker: Principal, path: str) -> bool:
    is_crew = asker.role is Role.FIELD and asker.scope is None
    return asker.may(Right.SEE_ALL) or (is_crew and path.startswith(CREW_FOLDER))


def _sends_goods_out(path: str) -> bool:
    return path.startswith(CREW_FOLDER) or path == RELEASE_ORDERS
