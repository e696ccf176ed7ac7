"""The plans of rounds."""

from __future__ import annotations

import datetime as dt
import hashlib
import zlib
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel import Session

from distribution.store.tables import PlanRow


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan as it was put; ``content`` is its JSON, ``sha256`` the hash of that."""

    content: bytes
    sha256: str
    status: str
    seed: int
    iterations: int
    scaled_cost: int
    created_at: dt.datetime


class PlanRepository:
    """Keeps one plan for each round, byte for byte."""

    def __init__(self, session: Session, now: Callable[[], dt.datetime]) -> None:
        self._session = session
        self._now = now

    def put(
        self, round_id: int, content: bytes, *, status: str, seed: int, iterations: int, scaled_cost: int
    ) -> StoredPlan:
        """Keep the plan of a round in place of the one it had."""
        plan = StoredPlan(
            content, hashlib.sha256(content).hexdigest(), status, seed, iterations, scaled_cost, self._now()
        )
        self._session.merge(
            PlanRow(
                round_id=round_id,
                content=zlib.compress(content),
                sha256=plan.sha256,
                status=status,
                seed=seed,
                iterations=iterations,
                scaled_cost=str(scaled_cost),
                created_at=plan.created_at,
            )
        )
        self._session.flush()
        return plan

    def get(self, round_id: int) -> StoredPlan | None:
        """Get the plan of a round; None if it has none."""
        row = self._session.get(PlanRow, round_id)
        if row is None:
            return None
        return StoredPlan(
            content=zlib.decompress(row.content),
            sha256=row.sha256,
            status=row.status,
            seed=row.seed,
            iterations=row.iterations,
            scaled_cost=int(row.scaled_cost),
            created_at=row.created_at,
        )

    def delete(self, round_id: int) -> None:
        """Forget the plan of a round, if it has one."""
        if row := self._session.get(PlanRow, round_id):
            self._session.delete(row)
            self._session.flush()
