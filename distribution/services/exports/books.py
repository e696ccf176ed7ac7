"""The books of a round as CSV: its goods, what it posted, what waits after it, what it took of the stock."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import SQLModel

from distribution.documents.tables import render_csv
from distribution.domain.rounds import LedgerEntry, RoundGoods, StockUse, WaitingPacks
from distribution.services.exports.outcome import RoundOutcome


def render_goods(outcome: RoundOutcome) -> bytes:
    """Render what the round had of each commodity, and the mass that passes to its next round."""
    names = [*RoundGoods.model_fields, "carried_on_g"]
    return render_csv(names, ([getattr(row, name) for name in names] for row in outcome.allocation.goods))


def render_postings(outcome: RoundOutcome) -> bytes:
    """Render one line per posting, in the order in which they are kept."""
    return _render(LedgerEntry, outcome.postings)


def render_waiting(outcome: RoundOutcome) -> bytes:
    """Render the packs that wait after the round, with the day since which they do."""
    return _render(WaitingPacks, outcome.waiting_after)


def render_stock_use(outcome: RoundOutcome) -> bytes:
    """Render what the round took of each row of stock."""
    return _render(StockUse, outcome.stock_uses)


def _render(noun: type[SQLModel], rows: Iterable[SQLModel]) -> bytes:
    """Render the fields of a noun, one column each."""
    names = list(noun.model_fields)
    return render_csv(names, ([getattr(row, name) for name in names] for row in rows))
