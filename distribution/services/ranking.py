"""Decide who waits when not all fits: priority, then days waited, then debt; never distance."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from distribution.domain.network import Outlet


def rank_outlets(
    outlets: Iterable[Outlet],
    start: dt.date,
    *,
    people: Mapping[str, int],
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
    people
        Served population of every outlet.
    waiting_since
        Day since which an outlet waits for packs of an earlier round; the earlier of it and the outlet's own counts.
    debt_nano
        Rounding debt owed to the outlet, in billionths of a pack.

    Returns
    -------
    dict
        Rank by outlet code. Ties go to the larger served population, then to the code that sorts first.
    """

    def days_waited(outlet: Outlet) -> int:
        since = [day for day in (outlet.waiting_since, waiting_since.get(outlet.code)) if day is not None]
        return max(0, (start - min(since)).days) if since else 0

    ordered = sorted(
        outlets,
        key=lambda o: (-o.priority, -days_waited(o), -debt_nano.get(o.code, 0), -people.get(o.code, 0), o.code),
    )
    return {outlet.code: rank for rank, outlet in enumerate(ordered)}
