"""Rounds, their allotments and their goods."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, text, true
from sqlalchemy.exc import IntegrityError
from sqlmodel import Session, SQLModel, col

from distribution.domain.enums import Decision, RoundState
from distribution.domain.errors import NotFoundError, StaleError, StateError
from distribution.domain.principal import Scope
from distribution.domain.rounds import Allotment, RoundGoods
from distribution.store.tables import AllotmentRow, Round, RoundDecision, RoundGoodsRow

#: States of rounds that count for those that follow.
COUNTING = frozenset(RoundState) - {RoundState.WITHDRAWN}


class RoundRepository:
    """Keeps rounds; their order is the order in which they were added."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def add(
        self, code: str, *, dataset_version: int, seed: int = 1, parameters: Mapping[str, Any] | None = None
    ) -> Round:
        """Open a round.

        Raises
        ------
        StateError
            If there is a round of that code already.
        """
        if self._find(code) is not None:
            raise StateError("round_exists", round_code=code)
        opened = Round(
            code=code,
            state=RoundState.DRAFT,
            dataset_version=dataset_version,
            seed=seed,
            created_at=self._now(),
            parameters=dict(parameters or {}),
        )
        self._session.add(opened)
        try:
            self._session.flush()
        except IntegrityError as error:
            raise StateError("round_exists", round_code=code) from error  # added by somebody else in this instant
        return opened

    def get(self, code: str, *, for_update: bool = False, version: int | None = None) -> Round:
        """Get a round by code.

        Parameters
        ----------
        for_update
            Whether it is going to be changed: nobody else may until the transaction ends.
        version
            The version that the asker has read, where it matters that it is still that one.

        Raises
        ------
        NotFoundError
            If there is no such round.
        StaleError
            If it has changed since that version.
        """
        found = self._find(code, for_update=for_update)
        if found is None:
            raise NotFoundError("round_unknown", round_code=code)
        if version is not None and found.version != version:
            raise StaleError("changed_meanwhile")
        return found

    def code_of(self, round_id: int) -> str:
        """Return the code of a round that is there."""
        return str(self._session.execute(select(col(Round.code)).where(col(Round.id) == round_id)).scalar_one())

    def list(
        self,
        *,
        after: int = 0,
        limit: int | None = None,
        states: Collection[RoundState] = COUNTING,
        period: tuple[dt.date, dt.date] | None = None,
        newest_first: bool = False,
    ) -> tuple[Round, ...]:
        """List the rounds of some states in the order they were added or the other way round, those after an id.

        ``period``: only those with a day from the first to the last one; withdrawn ones if their state is asked for.
        """
        query = select(Round).where(col(Round.state).in_(states))
        number = col(Round.id)
        if after:
            query = query.where(number < after if newest_first else number > after)
        if period is not None:
            query = query.where(col(Round.period_start) <= period[1], col(Round.period_end) >= period[0])
        return tuple(self._session.scalars(query.order_by(number.desc() if newest_first else number).limit(limit)))

    def next_number(self) -> int:
        """Return the number of the next publication."""
        return int(self._session.execute(select(func.coalesce(func.max(col(Round.number)), 0))).scalar_one()) + 1

    def decide(
        self, round_id: int, submission: int, level: str, decision: Decision, *, reason: str, decided_by: str
    ) -> RoundDecision:
        """Keep what an approver said."""
        said = RoundDecision(
            round_id=round_id,
            submission=submission,
            level=level,
            decision=decision,
            reason=reason,
            decided_by=decided_by,
            decided_at=self._now(),
        )
        self._session.add(said)
        self._session.flush()
        return said

    def decisions(self, round_id: int) -> tuple[RoundDecision, ...]:
        """List what approvers said of a round, in their order."""
        query = select(RoundDecision).where(col(RoundDecision.round_id) == round_id).order_by(col(RoundDecision.id))
        return tuple(self._session.scalars(query))

    def lock(self) -> None:
        """Let nobody add a round or import a network until the transaction ends; SQLite does so by itself."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(text("LOCK TABLE round, dataset_version IN EXCLUSIVE MODE"))

    def latest(self) -> Round | None:
        """Return the round added last that was not withdrawn."""
        query = select(Round).where(col(Round.state).in_(COUNTING)).order_by(col(Round.id).desc()).limit(1)
        return self._session.scalars(query).first()

    def put_allotments(self, round_id: int, allotments: Iterable[Allotment]) -> None:
        """Keep the allotments of a round in place of those it had."""
        self._replace(AllotmentRow, Allotment, round_id, allotments)

    def put_goods(self, round_id: int, goods: Iterable[RoundGoods]) -> None:
        """Keep the goods of a round in place of those it had."""
        self._replace(RoundGoodsRow, RoundGoods, round_id, goods)

    def allotments(
        self,
        code: str,
        *,
        scope: Scope | None = None,
        union_code: str | None = None,
        cooperative_code: str | None = None,
        area_code: str | None = None,
        outlet_code: str | None = None,
        commodity_code: str | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[AllotmentRow, ...]:
        """List allotments of a round in the order they were put, those after an id, within a scope and of the codes given."""
        wanted = {
            "union_code": union_code,
            "cooperative_code": cooperative_code,
            "area_code": area_code,
            "outlet_code": outlet_code,
            "commodity_code": commodity_code,
        }
        query = (
            select(AllotmentRow)
            .join(Round, col(Round.id) == col(AllotmentRow.round_id))
            .where(col(Round.code) == code, col(AllotmentRow.id) > after)
            .filter_by(**{name: value for name, value in wanted.items() if value is not None})
            .order_by(col(AllotmentRow.id))
            .limit(limit)
        )
        if scope is not None:
            query = query.filter_by(**scope.filters)
        return tuple(self._session.scalars(query))

    def packs_of(self, round_id: int, outlets: Collection[str]) -> dict[tuple[str, str], int]:
        """Return what some outlets were allotted in a round, by outlet and commodity."""
        query = select(col(AllotmentRow.outlet_code), col(AllotmentRow.commodity_code), col(AllotmentRow.packs)).where(
            col(AllotmentRow.round_id) == round_id, col(AllotmentRow.outlet_code).in_(sorted(outlets))
        )
        return {(outlet, commodity): packs for outlet, commodity, packs in self._session.execute(query)}

    def before(self, round_id: int) -> Round | None:
        """Return the last published round that was computed before another."""
        public = [state for state in RoundState if state.is_public]
        query = select(Round).where(col(Round.id) < round_id, col(Round.state).in_(public))
        return self._session.scalars(query.order_by(col(Round.id).desc()).limit(1)).first()

    def goods(self, code: str) -> tuple[RoundGoodsRow, ...]:
        """List the goods of a round in the order they were put."""
        query = (
            select(RoundGoodsRow)
            .join(Round, col(Round.id) == col(RoundGoodsRow.round_id))
            .where(col(Round.code) == code)
            .order_by(col(RoundGoodsRow.id))
        )
        return tuple(self._session.scalars(query))

    def carried_g(self, before_round: int | None = None) -> dict[str, int]:
        """Return the mass carried on per commodity, g: what the latest round that had it left over.

        ``before_round`` is a round's id; only rounds added before it count.
        """
        commodity, of_round = col(RoundGoodsRow.commodity_code), col(RoundGoodsRow.round_id)
        gone = select(col(Round.id)).where(col(Round.state) == RoundState.WITHDRAWN)
        counts = of_round.not_in(gone) & (true() if before_round is None else of_round < before_round)
        newest = (
            select(commodity.label("commodity"), func.max(of_round).label("round"))
            .where(counts)
            .group_by(commodity)
            .subquery()
        )
        query = select(RoundGoodsRow).join(newest, (newest.c.commodity == commodity) & (newest.c.round == of_round))
        return {goods.commodity_code: goods.carried_on_g for goods in self._session.scalars(query)}

    def _find(self, code: str, *, for_update: bool = False) -> Round | None:
        query = select(Round).where(col(Round.code) == code)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        return self._session.scalars(query).first()

    def _replace(
        self, table: type[AllotmentRow | RoundGoodsRow], noun: type[SQLModel], round_id: int, rows: Iterable[SQLModel]
    ) -> None:
        self._session.execute(
            delete(table).where(col(table.round_id) == round_id).execution_options(synchronize_session=False)
        )
        values = [{"round_id": round_id} | {name: getattr(row, name) for name in noun.model_fields} for row in rows]
        if values:
            self._session.execute(insert(table), values)
