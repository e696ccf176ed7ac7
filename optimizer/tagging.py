"""Tags outlets to warehouses within their stock, and says from which day on each load may leave."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.rank_order import serve_in_order
from optimizer.transport import solve_transport
from optimizer.travel import IntArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True)
class TagResult:
    """Who serves whom.

    Attributes
    ----------
    flow
        Packs from each warehouse to each outlet of each commodity, shape (w, n, c).
    short
        Packs that no warehouse has left for the outlet, shape (n, c).
    splits
        The (outlet, commodity) pairs that more than one warehouse serves, ascending.
    gram_metres
        Sum of packs x pack_g x cost over the flow: exact.
    """

    flow: IntArray
    short: IntArray
    splits: tuple[tuple[int, int], ...]
    gram_metres: int


def tag(
    supply: IntArray,
    demand: IntArray,
    cost: IntArray,
    *,
    allowed: BoolArray,
    pack_g: IntArray,
    rank: IntArray,
    keep_whole: bool = True,
) -> TagResult:
    """Tag every outlet and commodity with warehouses at the least mass x distance, within stock.

    Where stock is short, rank alone decides who goes without: outlets are served in ascending rank, ties in the order
    given, each with as much as can be found for it without taking a pack from one before it. What each is served is
    thereby fixed; distance then only chooses from where.

    Parameters
    ----------
    supply
        Packs in stock, shape (w, c).
    demand
        Packs wanted, shape (n, c).
    cost
        Metres from each warehouse to each outlet, shape (w, n); anything where not allowed.
    allowed
        Which warehouse may serve which outlet with which commodity, shape (w, n, c).
    pack_g
        Weight of one pack, g, shape (c,).
    rank
        Order of the outlets when stock is short, lowest first, shape (n,).
    keep_whole
        Serve an outlet that the cheapest flow splits between warehouses from that one of them which has stock left for
        all of it, if any; False leaves the proven cheapest flow as it is.

    Raises
    ------
    ValueError
        If shapes do not match or a number is negative.
    optimizer.transport.TransportError
        If the numbers are too large for the solver.
    """
    _require_shapes(supply, demand, cost, allowed=allowed, n_commodities=len(pack_g), rank=rank)
    n_warehouses, n_outlets = cost.shape
    flow = np.zeros((n_warehouses, n_outlets, len(pack_g)), dtype=np.int64)
    order = np.argsort(rank, kind="stable")
    for c in range(len(pack_g)):
        flow[:, :, c] = _tag_commodity(supply[:, c], demand[:, c], cost, allowed[:, :, c], order)
        if keep_whole:
            _unsplit(flow[:, :, c], supply[:, c], cost, order)
    return _summarise(flow, demand, cost, pack_g)


def tag_over_days(
    stock: IntArray,
    last_day: IntArray,
    demand: IntArray,
    cost: IntArray,
    *,
    allowed: BoolArray,
    pack_g: IntArray,
    rank: IntArray,
) -> TagResult:
    """Tag as ``tag`` does, with stock that arrives during the period and outlets that cannot wait for all of it.

    Parameters
    ----------
    stock
        Packs that may have left each warehouse by the end of each day, shape (w, c, days), cumulative.
    last_day
        Last day on which each outlet can be served with each commodity, shape (n, c); -1 for none.
    demand, cost, allowed, pack_g, rank
        As for ``tag``.
    """
    n_warehouses, n_commodities = stock.shape[:2]
    arriving = np.diff(stock, axis=2, prepend=0)
    if arriving.min(initial=0) < 0:
        raise ValueError("cumulative stock falls")
    days = np.flatnonzero(arriving.any(axis=(0, 1)))
    in_time = days[:, None, None] <= last_day
    result = tag(
        arriving[:, :, days].transpose(2, 0, 1).reshape(len(days) * n_warehouses, n_commodities),
        demand,
        np.tile(cost, (len(days), 1)),
        allowed=(allowed[None] & in_time[:, None]).reshape(len(days) * n_warehouses, *allowed.shape[1:]),
        pack_g=pack_g,
        rank=rank,
    )
    flow = result.flow.reshape(len(days), n_warehouses, *demand.shape).sum(axis=0)
    return _summarise(flow, demand, cost, pack_g)


def release_days(depot: IntArray, packs: IntArray, rank: IntArray, stock: IntArray, last_day: IntArray) -> IntArray:
    """Give each delivery the first day from which it may leave on any day without breaking anyone's stock.

    In ascending rank, ties in the order given, a delivery is admitted if its depot's stock still suffices for all
    admitted by their last days; then, again in rank order, each admitted one is given the earliest day that leaves
    every other admitted one in time. If each leaves on its day or later, no depot is ever short.

    Parameters
    ----------
    depot
        The depot of each delivery, shape (n,).
    packs
        Packs per commodity, shape (n, c).
    rank, last_day
        Who comes first, and the last day each may be delivered (-1 for none), shape (n,).
    stock
        Packs that may have left each depot by the end of each day, shape (depots, c, days), cumulative.

    Returns
    -------
    IntArray
        First day, shape (n,); -1 where the stock is short.
    """
    order = np.argsort(rank, kind="stable")
    taken = np.zeros_like(stock)
    admitted = []
    for i in order:
        last = int(last_day[i])
        room = stock[depot[i], :, last:] - taken[depot[i], :, last:]
        if last >= 0 and not (packs[i][:, None] > room)[packs[i] > 0].any():
            taken[depot[i], :, last:] += packs[i][:, None]
            admitted.append(i)
    release = np.full(len(depot), -1, dtype=np.int64)
    for i in admitted:
        last = int(last_day[i])
        room = stock[depot[i], :, :last] - taken[depot[i], :, :last]
        lacking = (packs[i][:, None] > room)[packs[i] > 0].any(axis=0)
        first = int(np.flatnonzero(lacking)[-1]) + 1 if lacking.any() else 0
        taken[depot[i], :, first:last] += packs[i][:, None]
        release[i] = first
    return release


def _tag_commodity(supply: IntArray, demand: IntArray, cost: IntArray, allowed: BoolArray, order: IntArray) -> IntArray:
    served = serve_in_order(supply, demand, allowed, order)
    flow, short = solve_transport(supply, served, cost, allowed)
    if short.any():
        raise AssertionError("what was found for every outlet in turn is not there for all")
    return flow


def _unsplit(flow: IntArray, supply: IntArray, cost: IntArray, order: IntArray) -> None:
    """Serve split outlets whole where one of their warehouses has the stock, at the least further cost each."""
    spare = supply - flow.sum(axis=1)
    split = np.count_nonzero(flow, axis=0) > 1
    for outlet in order[split[order]]:
        total = int(flow[:, outlet].sum())
        able = np.flatnonzero((flow[:, outlet] > 0) & (spare + flow[:, outlet] >= total))
        if len(able):
            best = able[np.argmin(cost[able, outlet])]
            spare += flow[:, outlet]
            flow[:, outlet] = 0
            flow[best, outlet] = total
            spare[best] -= total


def _summarise(flow: IntArray, demand: IntArray, cost: IntArray, pack_g: IntArray) -> TagResult:
    splits = np.argwhere(np.count_nonzero(flow, axis=0) > 1)
    used = np.nonzero(flow)
    terms = zip(flow[used].tolist(), cost[used[:2]].tolist(), pack_g[used[2]].tolist(), strict=True)
    return TagResult(
        flow=flow,
        short=demand - flow.sum(axis=0),
        splits=tuple((int(n), int(c)) for n, c in splits),
        gram_metres=sum(packs * metres * grams for packs, metres, grams in terms),
    )


def _require_shapes(
    supply: IntArray, demand: IntArray, cost: IntArray, *, allowed: BoolArray, n_commodities: int, rank: IntArray
) -> None:
    n_warehouses, n_outlets = cost.shape
    expected = {
        "supply": (supply.shape, (n_warehouses, n_commodities)),
        "demand": (demand.shape, (n_outlets, n_commodities)),
        "allowed": (allowed.shape, (n_warehouses, n_outlets, n_commodities)),
        "rank": (rank.shape, (n_outlets,)),
    }
    problems = [f"{name} is {is_}, not {should}" for name, (is_, should) in expected.items() if is_ != should]
    if problems:
        raise ValueError("; ".join(problems))
    if min(supply.min(initial=0), demand.min(initial=0), cost[allowed.any(axis=-1)].min(initial=0)) < 0:
        raise ValueError("a number of packs or metres is negative")
