"""The end that plans made without the search have in common with it."""

from __future__ import annotations

from collections.abc import Sequence

from optimizer.docks import keep_docks
from optimizer.plan import Plan, Status, Unserved
from optimizer.search.model import Model
from optimizer.search.report import build_plan, explain_waiting
from optimizer.search.state import Board
from optimizer.search.waiting import displace, readmit


def close_plan(
    model: Model,
    boards: Sequence[Board],
    waiting: Sequence[int],
    never: Sequence[Unserved],
    status: Status,
    iterations: int,
    seed: int,
) -> Plan:
    """Give the room that is left to those who wait, by rank, and build the plan with a reason for each who still does.

    Where docks bind, the plan is fitted to them.

    Parameters
    ----------
    model
        The problem's arrays.
    boards
        The truck-days of each depot; those who wait are put into them.
    waiting
        Who could be served, but is not.
    never
        Who cannot be served whatever the others do, and why.
    status, iterations, seed
        As the plan shall state them.
    """
    still = readmit(model, boards, displace(model, boards, readmit(model, boards, waiting)))
    unserved = [*never, *explain_waiting(model, boards, still)]
    return keep_docks(model.problem, build_plan(model, boards, unserved, status, iterations, seed))
