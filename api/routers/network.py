"""Areas, unions, cooperatives, outlets, warehouses, commodities and quotas: one list and one item each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter
from sqlmodel import SQLModel

from api.dependencies import Database, Lang, Paging, write_cursor
from api.schemas.network import SCHEMAS, show_noun
from api.schemas.page import PageOut
from api.security import Asker
from distribution.services.view_network import get_noun, list_nouns

router = APIRouter(tags=["network"])


def _make_list(sheet: str) -> Callable[..., PageOut[Any]]:
    def list_rows(uow: Database, asker: Asker, locale: Lang, paging: Paging) -> PageOut[Any]:
        page = list_nouns(uow, asker, sheet, after=paging.after or "", limit=paging.limit)
        return PageOut(items=[show_noun(sheet, noun, locale) for noun in page.items], next=write_cursor(page.next))

    return list_rows


def _make_item(sheet: str) -> Callable[..., SQLModel]:
    def get_row(uow: Database, asker: Asker, locale: Lang, code: str) -> SQLModel:
        return show_noun(sheet, get_noun(uow, asker, sheet, code), locale)

    return get_row


for _sheet, _schema in SCHEMAS.items():
    _one = _sheet.removesuffix("ies") + "y" if _sheet.endswith("ies") else _sheet.removesuffix("s")
    router.add_api_route(
        f"/{_sheet}",
        _make_list(_sheet),
        response_model=PageOut[_schema],  # type: ignore[valid-type] # the class is the loop's
        operation_id=f"list_{_sheet}",
        description=f"List the {_sheet} of the current network that the asker may see; they come in order of their code.",
    )
    router.add_api_route(
        f"/{_sheet}/{{code}}",
        _make_item(_sheet),
        response_model=_schema,
        operation_id=f"get_{_one}",
        description=f"Get one of the {_sheet} by its code.",
    )
