"""Tags outlets to warehouses within their stock, and says from which day on each load may leave."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.rank_order import serve_in_order
from optimizer.transport import Transport, solve_transport
from optimizer.travel import IntArray

BoolArray = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
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
    bound_gram_metres
        No tagging that serves every outlet as much, whole or split, comes to less: proven by dual prices, exact.
    source_price
        The prices that prove it: metres that one pack more in stock would save, shape (sources, c). The sources are
        the warehouses; for ``tag_over_days``, each lot of ``list_lots``.
    """

    flow: IntArray
    short: IntArray
    splits: tuple[tuple[int, int], ...]
    gram_metres: int
    bound_gram_metres: int
    source_price: IntArray

    @property
    def proven_optimal(self) -> bool:
        """Whether the bound is what the flow comes to; what ``keep_whole`` moved may be dearer than the bound."""
        return self.gram_metres == self.bound_gram_metres


@dataclass(frozen=True, slots=True)
class Lots:
    """Stock by warehouse and by the days on which it can be used.

    Attributes
    ----------
    warehouse, until
        Of each lot: where it is, and the last day of the earliest outlets that can wait for it, shape (lots,).
    packs
        Shape (lots, c).
    """

    warehouse: IntArray
    until: IntArray
    packs: IntArray


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
        all of it, if any; False leaves the proven cheapest flow as it is. The bound is the same either way.

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
    source_price = np.zeros((n_warehouses, len(pack_g)), dtype=np.int64)
    bound = 0
    order = np.argsort(rank, kind="stable")
    for c in range(len(pack_g)):
        best = _tag_commodity(supply[:, c], demand[:, c], cost, allowed[:, :, c], order)
        flow[:, :, c], source_price[:, c] = best.flow, best.source_price
        bound += best.bound * int(pack_g[c])
        if keep_whole:
            _unsplit(flow[:, :, c], supply[:, c], cost, order)
    return _summarise(flow, demand, cost, pack_g, bound=bound, source_price=source_price)


def tag_over_days(
    stock: IntArray,
    last_day: IntArray,
    demand: IntArray,
    cost: IntArray,
    *,
    allowed: BoolArray,
    pack_g: IntArray,
    rank: IntArray,
    keep_whole: bool = True,
) -> TagResult:
    """Tag as ``tag`` does, with stock that arrives during the period and outlets that cannot wait for all of it.

    Parameters
    ----------
    stock
        Packs that may have left each warehouse by the end of each day, shape (w, c, days), cumulative.
    last_day
        Last day on which each outlet can be served with each commodity, shape (n, c); -1 for none.
    demand, cost, allowed, pack_g, rank, keep_whole
        As for ``tag``.
    """
    lots = list_lots(stock, last_day)
    in_time = lots.until[:, None, None] <= last_day
    result = tag(
        lots.packs,
        demand,
        cost[lots.warehouse],
        allowed=allowed[lots.warehouse] & in_time,
        pack_g=pack_g,
        rank=rank,
        keep_whole=keep_whole,
    )
    flow = np.zeros((len(stock), *demand.shape), dtype=np.int64)
    np.add.at(flow, lots.warehouse, result.flow)
    splits = _list_splits(flow)
    return replace(result, flow=flow, splits=splits)


def list_lots(stock: IntArray, last_day: IntArray) -> Lots:
    """List what arrives at each warehouse, taking days as one between which no outlet has its last day.

    Parameters
    ----------
    stock, last_day
        As for ``tag_over_days``.

    Raises
    ------
    ValueError
        If cumulative stock falls.
    """
    arriving = np.diff(stock, axis=2, prepend=0)
    if arriving.min(initial=0) < 0:
        raise ValueError("cumulative stock falls")
    ends = np.unique(last_day[last_day >= 0])
    upto = np.diff(stock[:, :, np.minimum(ends, stock.shape[2] - 1)], axis=2, prepend=0)
    period, warehouse = np.nonzero(upto.any(axis=1).T)
    return Lots(warehouse, ends[period], upto[warehouse, :, period])


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


def _tag_commodity(
    supply: IntArray, demand: IntArray, cost: IntArray, allowed: BoolArray, order: IntArray
) -> Transport:
    served = serve_in_order(supply, demand, allowed, order)
    best = solve_transport(supply, served, cost, allowed)
    if best.short.any():
        raise AssertionError("what was found for every outlet in turn is not there for all")
    if not best.proven_optimal:
        raise AssertionError("the prices do not prove the flow to be the cheapest")
    return best


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


def _summarise(
    flow: IntArray, demand: IntArray, cost: IntArray, pack_g: IntArray, *, bound: int, source_price: IntArray
) -> TagResult:
    used = np.nonzero(flow)
    terms = zip(flow[used].tolist(), cost[used[:2]].tolist(), pack_g[used[2]].tolist(), strict=True)
    return TagResult(
        flow=flow,
        short=demand - flow.sum(axis=0),
        splits=_list_splits(flow),
        gram_metres=sum(packs * metres * grams for packs, metres, grams in terms),
        bound_gram_metres=bound,
        source_price=source_price,
    )


def _list_splits(flow: IntArray) -> tuple[tuple[int, int], ...]:
    return tuple((int(n), int(c)) for n, c in np.argwhere(np.count_nonzero(flow, axis=0) > 1))


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
