"""Payments, requests for more, and what was lifted; requests and lifts narrowed to what the asker may see."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from distribution.domain.errors import NotFoundError
from distribution.domain.goods_request import RequestLevel
from distribution.domain.principal import Scope
from distribution.store.tables import GoodsRequest, LiftReport, Payment
from distribution.store.transactions import lock_key


class DealingsRepository:
    """Keeps what goes on around a round."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add_payment(self, payment: Payment) -> Payment:
        """Keep a payment."""
        self._session.add(payment)
        self._session.flush()
        return payment

    def payments(self, round_id: int, payers: Sequence[str] | None = None) -> tuple[Payment, ...]:
        """List the payments of a round in the order they were recorded, those of some payers."""
        query = select(Payment).where(col(Payment.round_id) == round_id)
        if payers is not None:
            query = query.where(col(Payment.payer_code).in_(payers))
        return tuple(self._session.scalars(query.order_by(col(Payment.id))))

    def add_request(self, request: GoodsRequest) -> GoodsRequest:
        """Keep a request."""
        self._session.add(request)
        self._session.flush()
        return request

    def request_by_key(self, asked_by: str, key: str) -> GoodsRequest | None:
        """Find the request that was sent with an idempotency key."""
        lock_key(self._session, asked_by, key)
        query = select(GoodsRequest).where(
            col(GoodsRequest.asked_by) == asked_by, col(GoodsRequest.idempotency_key) == key
        )
        return self._session.scalars(query).first()

    def get_request(self, number: int, *, scope: Scope | None = None, for_update: bool = False) -> GoodsRequest:
        """Get a request.

        Raises
        ------
        NotFoundError
            ``request_unknown``, also if it lies outside the scope.
        """
        query = select(GoodsRequest).where(col(GoodsRequest.id) == number)
        query = query if scope is None else query.filter_by(**scope.filters)
        if for_update:
            query = query.with_for_update().execution_options(populate_existing=True)
        found = self._session.scalars(query).first()
        if found is None:
            raise NotFoundError("request_unknown", number=number)
        return found

    def requests(
        self,
        *,
        scope: Scope | None = None,
        round_id: int | None = None,
        level: RequestLevel | None = None,
        is_open: bool | None = None,
        after: int = 0,
        limit: int | None = None,
    ) -> tuple[GoodsRequest, ...]:
        """List requests in the order they came, after a number."""
        query = select(GoodsRequest).where(col(GoodsRequest.id) > after)
        if round_id is not None:
            query = query.where(col(GoodsRequest.round_id) == round_id)
        if level is not None:
            query = query.where(col(GoodsRequest.level) == level)
        if is_open is not None:
            answered = col(GoodsRequest.answered_at)
            query = query.where(answered.is_(None) if is_open else answered.is_not(None))
        if scope is not None:
            query = query.filter_by(**scope.filters)
        return tuple(self._session.scalars(query.order_by(col(GoodsRequest.id)).limit(limit)))

    def moved(self, round_id: int) -> tuple[Counter[tuple[str, str]], Counter[tuple[str, str]]]:
        """Sum up the packs that unions had outlets give one another in a round: to whom, and from whom, by commodity."""
        given, taken = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for one in self.requests(round_id=round_id, level=RequestLevel.UNION, is_open=False):
            if one.from_outlet_code is not None:
                given[one.outlet_code, one.commodity_code] += one.filled_packs
                taken[one.from_outlet_code, one.commodity_code] += one.filled_packs
        return given, taken

    def put_lift(self, report: LiftReport) -> None:
        """Keep what an outlet says in place of what it said before."""
        query = select(LiftReport).where(
            col(LiftReport.round_id) == report.round_id,
            col(LiftReport.outlet_code) == report.outlet_code,
            col(LiftReport.commodity_code) == report.commodity_code,
        )
        before = self._session.scalars(query.with_for_update()).first()
        if before is None:
            self._session.add(report)
        else:
            for name in ("lifted_packs", "kept_packs", "reported_by", "reported_at"):
                setattr(before, name, getattr(report, name))
        self._session.flush()

    def lifts(self, round_id: int, *, scope: Scope | None = None) -> tuple[LiftReport, ...]:
        """List what outlets say they have lifted of a round."""
        query = select(LiftReport).where(col(LiftReport.round_id) == round_id)
        if scope is not None:
            query = query.filter_by(**scope.filters)
        return tuple(self._session.scalars(query.order_by(col(LiftReport.id))))
