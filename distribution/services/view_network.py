"""Show the current network to whoever may see it."""

from __future__ import annotations

from sqlmodel import SQLModel

from distribution.domain.errors import NotFoundError
from distribution.domain.goods import Quota
from distribution.domain.principal import Principal
from distribution.messages import Locale
from distribution.services.page import Page, cut_page
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.unit_of_work import Transaction, UnitOfWork


def list_nouns(uow: UnitOfWork, asker: Principal, sheet: str, *, after: str = "", limit: int) -> Page[SQLModel]:
    """List the active rows of a sheet in order of their code, those after a code.

    A union or cooperative sees its own cooperatives and outlets, the quotas in which it takes part, and the areas, warehouses and
    commodities that all have in common.

    Raises
    ------
    NotFoundError
        If no network has been imported.
    """
    with uow.read() as tx:
        pages, version = NetworkPages(tx.session), _version(tx)
        rows = pages.page(sheet, version, scope=asker.scope, after=after, limit=limit + 1)
        union = _union(pages, version, asker)
    page = cut_page(rows, limit)
    return Page(tuple(_narrow(union, noun) for noun in page.items), page.next)


def get_noun(uow: UnitOfWork, asker: Principal, sheet: str, code: str) -> SQLModel:
    """Get one active row of a sheet.

    Raises
    ------
    NotFoundError
        If there is no such row or the asker may not see it; which of these is not told.
    """
    with uow.read() as tx:
        pages, version = NetworkPages(tx.session), _version(tx)
        noun = pages.find(sheet, version, code, scope=asker.scope)
        union = _union(pages, version, asker)
    if noun is None:
        raise NotFoundError("row_unknown", sheet=sheet, code=code)
    return _narrow(union, noun)


def name_union(uow: UnitOfWork, code: str, locale: Locale) -> str:
    """Return the name of a union; its code if it is not in the current network."""
    with uow.read() as tx:
        version = tx.datasets.current_version()
        named = {} if version is None else NetworkPages(tx.session).named("unions", version, (code,))
    return named[code].name(locale) if code in named else code


def _version(tx: Transaction) -> int:
    version = tx.datasets.current_version()
    if version is None:
        raise NotFoundError("dataset_missing")
    return version


def _union(pages: NetworkPages, version: int, asker: Principal) -> str | None:
    """Return the union that the asker is of; None for whoever is of all."""
    cooperative = asker.cooperative_code
    return asker.union_code if cooperative is None else pages.union_of(cooperative, version)


def _narrow(union: str | None, noun: SQLModel) -> SQLModel:
    """Leave the other unions out of a quota."""
    if union is None or not isinstance(noun, Quota) or not noun.eligible_unions:
        return noun
    return noun.model_copy(update={"eligible_unions": (union,)})
