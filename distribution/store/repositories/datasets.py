"""The versioned network."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, func, insert, or_, select, text, update
from sqlmodel import Session, col

from distribution.domain.dataset import SHEETS, Dataset
from distribution.domain.dataset_diff import DatasetDiff, SheetDiff, compare_fields
from distribution.domain.errors import NotFoundError
from distribution.domain.settings import NetworkSettings
from distribution.store.sheet_rows import (
    SheetRow,
    compare_rows,
    dataset_digest,
    index_rows,
    pack_travel,
    rows_of,
    travel_digest,
    unpack_travel,
)
from distribution.store.tables import ROW_TABLES, DatasetVersion, TravelRow, UnionRow, Versioned

Rows = Mapping[str, Mapping[str, SheetRow]]


class DatasetRepository:
    """Imports and loads datasets; an import is an upsert by key into a new version."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def import_(self, dataset: Dataset, source: str) -> DatasetDiff:
        """Make a dataset the current one, and tell what that changed.

        Unchanged rows are left alone; changed ones are followed by a new row; what is absent becomes inactive and,
        should it come back, active again. A dataset equal to the current one makes no new version.

        Raises
        ------
        ValueError
            If two rows of a sheet have the same key.
        """
        self._lock_versions()
        new = rows_of(dataset)
        settings = dataset.settings.model_dump(mode="json")
        travel_sha256 = travel_digest(dataset.travel) if dataset.travel else None
        previous = self.current_version()
        old: Rows = self._rows_at(previous) if previous else {sheet: {} for sheet in SHEETS}
        old_settings = self._version(previous).settings if previous else NetworkSettings().model_dump(mode="json")
        diff = DatasetDiff(
            version=(previous or 0) + 1,
            previous=previous,
            sheets=_compare_sheets(old, new),
            settings=compare_fields(old_settings, settings),
            travel_changed=travel_sha256 != (self._travel_sha256(previous) if previous else None),
        )
        if previous and not diff:
            return DatasetDiff(version=previous, previous=previous)
        version = DatasetVersion(
            number=diff.version,
            created_at=self._now(),
            source=source[:500],
            sha256=dataset_digest(new, settings, travel_sha256),
            counts={sheet: len(new[sheet]) for sheet in SHEETS},
            settings=settings,
            travel_id=self._keep_travel(dataset, travel_sha256),
        )
        self._session.add(version)
        self._session.flush()
        for sheet, sheet_diff in diff.sheets.items():
            self._write(sheet, sheet_diff, old[sheet], new[sheet], diff.version)
        return diff

    def load(self, version: int | None = None, *, include_inactive: bool = False) -> Dataset:
        """Load the dataset of a version; of the current one if none is named.

        Raises
        ------
        NotFoundError
            If there is no such version, or nothing was imported yet.
        """
        number = self.current_version() if version is None else version
        if number is None:
            raise NotFoundError("dataset_missing")
        stored = self._version(number)
        rows = self._rows_at(number, active_only=not include_inactive)
        travel = self._session.get(TravelRow, stored.travel_id) if stored.travel_id else None
        sheets: dict[str, Any] = {sheet: tuple(row.noun for row in rows[sheet].values()) for sheet in SHEETS}
        return Dataset(
            **sheets,
            settings=NetworkSettings.model_validate(stored.settings),
            travel=unpack_travel(travel.npz) if travel else None,
        )

    def current_version(self) -> int | None:
        """Return the number of the newest version; None before the first import."""
        number: int | None = self._session.execute(select(func.max(col(DatasetVersion.number)))).scalar_one()
        return number

    def has_union(self, code: str) -> bool:
        """Tell whether a union is active in the current version."""
        query = select(col(UnionRow.id)).where(
            col(UnionRow.code) == code, col(UnionRow.version_to).is_(None), col(UnionRow.active)
        )
        return self._session.execute(query).first() is not None

    def settings(self, version: int) -> NetworkSettings:
        """Return the settings of a version.

        Raises
        ------
        NotFoundError
            If there is no such version.
        """
        return NetworkSettings.model_validate(self._version(version).settings)

    def versions(self) -> tuple[DatasetVersion, ...]:
        """List the versions, the newest first."""
        return tuple(self._session.scalars(select(DatasetVersion).order_by(col(DatasetVersion.number).desc())))

    def diff(self, previous: int, version: int) -> DatasetDiff:
        """Compare two versions.

        Raises
        ------
        NotFoundError
            If there is no such version.
        """
        before, after = self._version(previous), self._version(version)
        return DatasetDiff(
            version=version,
            previous=previous,
            sheets=_compare_sheets(self._rows_at(previous), self._rows_at(version)),
            settings=compare_fields(before.settings, after.settings),
            travel_changed=before.travel_id != after.travel_id,
        )

    def _version(self, number: int) -> DatasetVersion:
        stored = self._session.get(DatasetVersion, number)
        if stored is None:
            raise NotFoundError("dataset_version_unknown", version=number)
        return stored

    def _lock_versions(self) -> None:
        """Let one import follow the other; SQLite does so by itself."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("LOCK TABLE dataset_version IN EXCLUSIVE MODE"))

    def _rows_at(self, version: int, *, active_only: bool = False) -> dict[str, dict[str, SheetRow]]:
        return {sheet: self._sheet_at(sheet, version, active_only=active_only) for sheet in SHEETS}

    def _sheet_at(self, sheet: str, version: int, *, active_only: bool) -> dict[str, SheetRow]:
        noun, table = SHEETS[sheet], ROW_TABLES[sheet]
        columns = table.__table__.columns  # type: ignore[attr-defined] # SQLModel does not type what SQLAlchemy adds
        fields = [columns[name] for name in noun.model_fields]
        query = select(columns["active"], *fields).where(*_holds_at(table, version))
        if active_only:
            query = query.where(columns["active"])
        return index_rows(
            sheet,
            (
                (noun.model_validate(dict(zip(noun.model_fields, values, strict=True))), active)
                for active, *values in self._session.execute(query)
            ),
        )

    def _write(
        self, sheet: str, diff: SheetDiff, old: Mapping[str, SheetRow], new: Mapping[str, SheetRow], version: int
    ) -> None:
        table = ROW_TABLES[sheet]
        changed = {change.key for change in diff.changed} | set(diff.reactivated)
        closed = sorted(changed | set(diff.deactivated))
        for start in range(0, len(closed), 500):  # databases bound the number of parameters
            self._session.execute(
                update(table)
                .where(col(table.row_key).in_(closed[start : start + 500]), col(table.version_to).is_(None))
                .values(version_to=version)
                .execution_options(synchronize_session=False)
            )
        opened = [(key, new[key].noun, True) for key in sorted(changed | set(diff.added))]
        opened += [(key, old[key].noun, False) for key in diff.deactivated]
        values = [
            {"row_key": key, "version_from": version, "version_to": None, "active": active}
            | {name: getattr(noun, name) for name in SHEETS[sheet].model_fields}
            for key, noun, active in opened
        ]
        if values:
            self._session.execute(insert(table), values)

    def _travel_sha256(self, version: int) -> str | None:
        return self._session.execute(
            select(col(TravelRow.sha256)).join(DatasetVersion).where(col(DatasetVersion.number) == version)
        ).scalar_one_or_none()

    def _keep_travel(self, dataset: Dataset, sha256: str | None) -> int | None:
        if dataset.travel is None or sha256 is None:
            return None
        query = select(col(TravelRow.id)).where(col(TravelRow.sha256) == sha256)
        kept: int | None = self._session.execute(query).scalar()
        if kept is not None:
            return kept
        row = TravelRow(sha256=sha256, npz=pack_travel(dataset.travel))
        self._session.add(row)
        self._session.flush()
        return row.id


def _holds_at(table: type[Versioned], version: int) -> tuple[ColumnElement[bool], ...]:
    until = col(table.version_to)
    return col(table.version_from) <= version, or_(until.is_(None), until > version)


def _compare_sheets(old: Rows, new: Rows) -> dict[str, SheetDiff]:
    diffs = {sheet: compare_rows(old[sheet], new[sheet]) for sheet in SHEETS}
    return {sheet: diff for sheet, diff in diffs.items() if diff}
