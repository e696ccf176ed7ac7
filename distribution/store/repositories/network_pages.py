"""The network page by page, narrowed to what the asker may see."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnCollection, ColumnElement, func, literal, or_, select, true, type_coerce
from sqlalchemy.types import String
from sqlmodel import Session, SQLModel, col

from distribution.domain.dataset import SHEETS
from distribution.domain.network import Named
from distribution.domain.principal import Scope
from distribution.store.tables import ROW_TABLES, Versioned


class NetworkPages:
    """Reads the active rows of one sheet at one version; no more rows than asked for leave the database."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def page(
        self, sheet: str, version: int, *, scope: Scope | None = None, after: str = "", limit: int | None = None
    ) -> tuple[tuple[str, SQLModel], ...]:
        """List rows with their keys in order of the key, those after a key.

        Parameters
        ----------
        scope
            What the rows are narrowed to; None for all.
        """
        table = ROW_TABLES[sheet]
        query = (
            self._select(sheet, version, scope)
            .where(col(table.row_key) > after)
            .order_by(col(table.row_key))
            .limit(limit)
        )
        return tuple(self._nouns(sheet, query))

    def find(self, sheet: str, version: int, key: str, *, scope: Scope | None = None) -> SQLModel | None:
        """Find the row of a key; None if there is none within the scope."""
        query = self._select(sheet, version, scope).where(col(ROW_TABLES[sheet].row_key) == key)
        return next((noun for _, noun in self._nouns(sheet, query)), None)

    def named(self, sheet: str, version: int, codes: Iterable[str]) -> dict[str, Named]:
        """Index the names of a few codes; nothing else of their rows is read."""
        table, columns = ROW_TABLES[sheet], _columns(sheet)
        query = select(columns["row_key"], columns["name_fa"], columns["name_en"]).where(
            *_active_at(table, version), col(table.row_key).in_(sorted(set(codes)))
        )
        rows = self._session.execute(query)
        return {code: Named.model_construct(code=code, name_fa=fa, name_en=en) for code, fa, en in rows}

    def _nouns(self, sheet: str, query: Any) -> Iterable[tuple[str, SQLModel]]:
        noun = SHEETS[sheet]
        for key, *values in self._session.execute(query):
            yield key, noun.model_validate(dict(zip(noun.model_fields, values, strict=True)))

    def _select(self, sheet: str, version: int, scope: Scope | None) -> Any:
        table, columns = ROW_TABLES[sheet], _columns(sheet)
        fields = [columns[name] for name in SHEETS[sheet].model_fields]
        query = select(columns["row_key"], *fields).where(*_active_at(table, version))
        return query if scope is None else query.where(self._seen_by(sheet, version, scope))

    def union_of(self, cooperative_code: str, version: int) -> str | None:
        """Return the union of an active cooperative."""
        columns = _columns("cooperatives")
        query = select(columns["union_code"]).where(
            *_active_at(ROW_TABLES["cooperatives"], version), columns["code"] == cooperative_code
        )
        return self._session.scalars(query).first()

    def _seen_by(self, sheet: str, version: int, scope: Scope) -> ColumnElement[bool]:
        """Return the rows of a sheet that lie within a scope, and what all have in common."""
        columns, cooperative = _columns(sheet), scope.cooperative_code
        union_code = scope.union_code or (self.union_of(cooperative, version) if cooperative else None) or ""
        if sheet == "unions":
            return columns["code"] == union_code
        if sheet == "cooperatives":
            return columns["code"] == cooperative if cooperative else columns["union_code"] == union_code
        if sheet == "outlets" and cooperative:
            return columns["cooperative_code"] == cooperative
        if sheet == "outlets":
            cooperatives = _columns("cooperatives")
            own = select(cooperatives["code"]).where(
                *_active_at(ROW_TABLES["cooperatives"], version), cooperatives["union_code"] == union_code
            )
            return columns["cooperative_code"].in_(own)
        if sheet == "quotas":
            unions = type_coerce(columns["eligible_unions"], String)
            # LIKE would take U1 for u1 on SQLite.
            position = func.strpos if self._session.get_bind().dialect.name == "postgresql" else func.instr
            named = position(literal(";").concat(unions).concat(";"), f";{union_code};") > 0
            return or_(unions == "", named)
        if sheet in {"areas", "warehouses", "commodities"}:
            return true()
        raise ValueError(f"{sheet} is not narrowed")


def _columns(sheet: str) -> ColumnCollection[str, ColumnElement[Any]]:
    columns: ColumnCollection[str, ColumnElement[Any]] = ROW_TABLES[sheet].__table__.columns  # type: ignore[attr-defined] # SQLModel does not type what SQLAlchemy adds
    return columns


def _active_at(table: type[Versioned], version: int) -> tuple[ColumnElement[bool], ...]:
    until = col(table.version_to)
    return col(table.active).is_(True), col(table.version_from) <= version, or_(until.is_(None), until > version)
