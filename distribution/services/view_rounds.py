"""Show rounds, their allotments, plans and files to whoever may see them."""

from __future__ import annotations

from dataclasses import dataclass

from distribution.domain.errors import NotFoundError
from distribution.domain.network import Named
from distribution.domain.principal import Principal
from distribution.services.page import Page, cut_page
from distribution.store.repositories.files import FileInfo
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.repositories.plans import StoredPlan
from distribution.store.tables import AllotmentRow, ExportFile, Round
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


def list_rounds(uow: UnitOfWork, *, after: int = 0, limit: int) -> Page[Round]:
    """List rounds in the order they were computed, those after a number."""
    with uow.read() as tx:
        rounds = tx.rounds.list(after=after, limit=limit + 1)
    return cut_page([(str(r.id), r) for r in rounds], limit)


def get_round(uow: UnitOfWork, code: str) -> Round:
    """Get a round.

    Raises
    ------
    NotFoundError
        If there is no such round.
    """
    with uow.read() as tx:
        return tx.rounds.get(code)


def list_allotments(
    uow: UnitOfWork, asker: Principal, round_code: str, wanted: AllotmentFilter, *, after: int = 0, limit: int
) -> Page[NamedAllotment]:
    """List allotments of a round, a union's own only, in the order they were computed, those after a number.

    Raises
    ------
    NotFoundError
        If there is no such round.
    """
    with uow.read() as tx:
        found = tx.rounds.get(round_code)
        if wanted.union_code is not None and not asker.may_see_union(wanted.union_code):
            return Page(())
        lines = tx.rounds.allotments(
            round_code,
            union_code=asker.union_filter or wanted.union_code,
            commodity_code=wanted.commodity_code,
            outlet_code=wanted.outlet_code,
            after=after,
            limit=limit + 1,
        )
        named = name_allotments(tx, found, lines)
    return cut_page([(str(n.line.id), n) for n in named], limit)


def name_allotments(tx: Transaction, found: Round, lines: tuple[AllotmentRow, ...]) -> tuple[NamedAllotment, ...]:
    """Put the names that held in a round beside the codes of its allotments."""
    pages = NetworkPages(tx.session)
    outlets = pages.named("outlets", found.dataset_version, {line.outlet_code for line in lines})
    commodities = pages.named("commodities", found.dataset_version, {line.commodity_code for line in lines})
    return tuple(NamedAllotment(line, outlets[line.outlet_code], commodities[line.commodity_code]) for line in lines)


def get_plan(uow: UnitOfWork, round_code: str) -> StoredPlan:
    """Get the plan of a round.

    Raises
    ------
    NotFoundError
        If there is no such round, or it has no plan.
    """
    with uow.read() as tx:
        plan = tx.plans.get(tx.rounds.get(round_code).require_id())
    if plan is None:
        raise NotFoundError("plan_missing", round_code=round_code)
    return plan


def list_files(uow: UnitOfWork, asker: Principal, round_code: str) -> tuple[FileInfo, ...]:
    """List the files of a round that the asker may have: the planner all, a union none, for none is its alone.

    Raises
    ------
    NotFoundError
        If there is no such round.
    """
    with uow.read() as tx:
        round_id = tx.rounds.get(round_code).require_id()
        return tx.files.list(round_id) if asker.role.sees_everything else ()


def get_file(uow: UnitOfWork, asker: Principal, round_code: str, path: str) -> ExportFile:
    """Get a file of a round with its content.

    Raises
    ------
    NotFoundError
        If there is no such round or file, or the asker may not have it.
    """
    with uow.read() as tx:
        round_id = tx.rounds.get(round_code).require_id()
        if not asker.role.sees_everything:
            raise NotFoundError("file_unknown", path=path)
        return tx.files.get(round_id, path)
