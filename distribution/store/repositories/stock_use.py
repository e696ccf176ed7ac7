"""What rounds took of the stock that a network declares."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

from sqlalchemy import delete, insert, select
from sqlmodel import Session, col

from distribution.domain.rounds import StockUse
from distribution.store.tables.network import ROW_TABLES
from distribution.store.tables.rounds import Round, StockUseRow

#: Place code, commodity code and the day of a row of stock.
StockKey = tuple[str, str, dt.date | None]


class StockUseRepository:
    """Keeps what rounds took, row by row."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, round_id: int, uses: Iterable[StockUse]) -> None:
        """Keep what a round took."""
        values = [{"round_id": round_id} | {name: getattr(use, name) for name in StockUse.model_fields} for use in uses]
        if values:
            self._session.execute(insert(StockUseRow), values)

    def give_back(self, round_id: int, packs: Mapping[tuple[str, str], int]) -> None:
        """Let a round have taken less, by place and commodity: from its rows of the latest arrivals first."""
        query = select(StockUseRow).where(col(StockUseRow.round_id) == round_id).order_by(col(StockUseRow.id).desc())
        due = Counter(packs)
        for row in self._session.scalars(query).all():
            key = row.place_code, row.commodity_code
            part = min(due[key], row.packs)
            due[key] -= part
            if part == row.packs:
                self._session.delete(row)
            elif part:
                row.packs -= part
        self._session.flush()

    def forget_round(self, round_id: int) -> None:
        """Undo what a round took."""
        self._session.execute(delete(StockUseRow).where(col(StockUseRow.round_id) == round_id))

    def since_counted(self) -> Counter[StockKey]:
        """Sum up what was taken of each row of stock since it was last counted, that is, imported with a change."""
        rows = ROW_TABLES["stock"].__table__.columns  # type: ignore[attr-defined] # SQLModel does not type what SQLAlchemy adds
        counted = {
            (place, commodity, day): since
            for place, commodity, day, since in self._session.execute(
                select(rows.place_code, rows.commodity_code, rows.available_on, rows.version_from).where(
                    rows.version_to.is_(None), rows.active
                )
            )
        }
        taken: Counter[StockKey] = Counter()
        query = select(
            col(StockUseRow.place_code),
            col(StockUseRow.commodity_code),
            col(StockUseRow.available_on),
            col(StockUseRow.packs),
            col(Round.dataset_version),
        ).join(Round, col(Round.id) == col(StockUseRow.round_id))
        for place, commodity, day, packs, version in self._session.execute(query):
            key = (place, commodity, day)
            if key in counted and version >= counted[key]:
                taken[key] += packs
        return taken
