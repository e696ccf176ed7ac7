"""Packs that wait for a later plan."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import delete, insert, select, update
from sqlmodel import Session, col

from distribution.domain.rounds import WaitingPacks
from distribution.store.tables import WaitingRow


class WaitingRepository:
    """Keeps what a plan left undelivered until another delivers it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, round_id: int, waiting: Iterable[WaitingPacks]) -> None:
        """Keep what the plan of a round left undelivered."""
        values = [
            {"round_id": round_id} | {name: getattr(row, name) for name in WaitingPacks.model_fields} for row in waiting
        ]
        if values:
            self._session.execute(insert(WaitingRow), values)

    def open(self, *, before_round: int | None = None) -> tuple[WaitingRow, ...]:
        """List what no plan has delivered yet, the longest waiting first; only of rounds before an id if given."""
        query = (
            select(WaitingRow)
            .where(col(WaitingRow.settled_by).is_(None))
            .order_by(
                col(WaitingRow.waiting_since),
                col(WaitingRow.outlet_code),
                col(WaitingRow.commodity_code),
                col(WaitingRow.id),
            )
        )
        if before_round is not None:
            query = query.where(col(WaitingRow.round_id) < before_round)
        return tuple(self._session.scalars(query))

    def left_by(self, round_id: int) -> tuple[WaitingRow, ...]:
        """List what the plan of a round left undelivered, whether a later plan took it over or not."""
        query = select(WaitingRow).where(col(WaitingRow.round_id) == round_id).order_by(col(WaitingRow.id))
        return tuple(self._session.scalars(query))

    def settle(self, waiting_ids: Iterable[int], round_id: int) -> None:
        """Mark packs as taken over by the plan of a round; what that plan leaves again is added again."""
        for waiting_id in waiting_ids:
            self._session.execute(
                update(WaitingRow).where(col(WaitingRow.id) == waiting_id).values(settled_by=round_id)
            )

    def pass_on(self, line: WaitingRow, parts: Iterable[tuple[str, int]]) -> None:
        """Let a line's packs wait for others, (outlet code, packs), since the same day."""
        self._session.execute(delete(WaitingRow).where(col(WaitingRow.id) == line.id))
        self.add(
            line.round_id,
            [
                WaitingPacks(
                    outlet_code=outlet,
                    commodity_code=line.commodity_code,
                    packs=packs,
                    waiting_since=line.waiting_since,
                )
                for outlet, packs in parts
            ],
        )

    def forget_round(self, round_id: int) -> None:
        """Undo what the plan of a round left and took over, so that it can be made anew."""
        self._session.execute(update(WaitingRow).where(col(WaitingRow.settled_by) == round_id).values(settled_by=None))
        self._session.execute(delete(WaitingRow).where(col(WaitingRow.round_id) == round_id))
