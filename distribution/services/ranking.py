"""Decide who waits when not all fits: priority, then days waited, then debt; never distance."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable, Mapping

from distribution.domain.network import Outlet


def rank_outlets(
    outlets: Iterable[Outlet],
    start: dt.date,
    *,
    lot: str,
    waiting_since: Mapping[str, dt.date],
    debt_nano: Mapping[str, int],
) -> dict[str, int]:
    """Rank outlets for a period, 0 served first.

    Parameters
    ----------
    outlets
        The outlets to rank.
    start
        First day of the period; waiting is counted up to it.
    lot
        What the lots of this round are drawn from, such as the round's code.
    waiting_since
        Day since which an outlet waits for packs of an earlier round; the earlier of it and the outlet's own counts.
    debt_nano
        Rounding debt owed to the outlet, in billionths of a pack.

    Returns
    -------
    dict
        Rank by outlet code. Ties, which are many in a first round, go by a lot that anybody can draw again: the SHA-256
        of ``lot`` and the outlet's code. Neither size nor distance helps, and each round draws anew.
    """

    def days_waited(outlet: Outlet) -> int:
        since = [day for day in (outlet.waiting_since, waiting_since.get(outlet.code)) if day is not None]
        return max(0, (start - min(since)).days) if since else 0

    ordered = sorted(
        outlets,
        key=lambda o: (-o.priority, -days_waited(o), -debt_nano.get(o.code, 0), _draw(lot, o.code), o.code),
    )
    return {outlet.code: rank for rank, outlet in enumerate(ordered)}


def _draw(lot: str, code: str) -> bytes:
    return hashlib.sha256(f"{lot}|{code}".encode()).digest()
