"""Solves the transport problem of one commodity to proven optimality by OR-Tools' min-cost flow.

Only the arcs that may matter are given to the solver: the nearest warehouses of each outlet first, then, until there
is none, every arc whose reduced cost under the dual prices of the last flow is negative (column generation; Ahuja,
Magnanti & Orlin, Network Flows, 1993, ch. 9 and 16). So 255 x 17,829 stays small and the answer is that of all arcs.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from optimizer.travel import IntArray

_NEAREST = 12  # arcs of each outlet at first
_ADDED = 8  # arcs of each outlet added a round


class TransportError(RuntimeError):
    """The solver refused the numbers (costs or amounts near the limit of 64 bits)."""


@dataclass(frozen=True)
class _Arcs:
    """Chosen pairs of source and sink; the last source stands for packs that nobody has."""

    source: IntArray
    sink: IntArray
    cost: IntArray


def solve_transport(
    supply: IntArray, demand: IntArray, cost: IntArray, allowed: NDArray[np.bool_]
) -> tuple[IntArray, IntArray]:
    """Serve as much demand as possible over allowed arcs, and of all ways to do so take the cheapest.

    Parameters
    ----------
    supply, demand
        Amounts of the w sources and n sinks, not negative.
    cost
        Cost of one unit on each arc, shape (w, n), not negative where allowed.
    allowed
        Which arcs exist, shape (w, n).

    Returns
    -------
    flow, short
        Shapes (w, n) and (n,).

    Raises
    ------
    TransportError
        If the numbers are too large for the solver.
    """
    n_sources, n_sinks = cost.shape
    dearest = int(cost[allowed].max(initial=0))
    # Dearer than any chain of swaps between warehouses that could make room for one more pack.
    missing_cost = (2 * n_sources + 1) * (dearest + 1)
    chosen = _nearest(cost, allowed) & (demand > 0)[None, :]
    while True:
        arcs = _list_arcs(chosen, cost, demand, missing_cost)
        flow = _solve_flow(arcs, supply, demand)
        better = _price_out(arcs, flow, supply, cost, allowed & ~chosen & (demand > 0)[None, :])
        if not better.any():
            break
        chosen |= better
    full = np.zeros((n_sources + 1, n_sinks), dtype=np.int64)
    full[arcs.source, arcs.sink] = flow
    return full[:-1], full[-1]


def _nearest(cost: IntArray, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    n_sources = len(cost)
    if n_sources <= _NEAREST:
        return allowed.copy()
    masked = np.where(allowed, cost, np.iinfo(np.int64).max)
    first = np.argpartition(masked, _NEAREST, axis=0)[:_NEAREST]
    chosen = np.zeros_like(allowed)
    np.put_along_axis(chosen, first, values=True, axis=0)
    return chosen & allowed


def _list_arcs(chosen: NDArray[np.bool_], cost: IntArray, demand: IntArray, missing_cost: int) -> _Arcs:
    source, sink = np.nonzero(chosen)
    wanting = np.flatnonzero(demand)
    return _Arcs(
        np.concatenate([source, np.full(len(wanting), len(cost))]),
        np.concatenate([sink, wanting]),
        np.concatenate([cost[source, sink], np.full(len(wanting), missing_cost)]),
    )


def _solve_flow(arcs: _Arcs, supply: IntArray, demand: IntArray) -> IntArray:
    """Return the flow on each arc; what a source keeps goes to one node more, so that supplies balance."""
    n_sources, n_sinks = len(supply) + 1, len(demand)
    supplies = np.append(supply, demand.sum())
    keep = n_sources + n_sinks
    tails = np.concatenate([arcs.source, np.arange(n_sources)]).astype(np.int32)
    heads = np.concatenate([n_sources + arcs.sink, np.full(n_sources, keep)]).astype(np.int32)
    capacities = np.concatenate([np.minimum(supplies[arcs.source], demand[arcs.sink]), supplies])
    costs = np.concatenate([arcs.cost, np.zeros(n_sources, dtype=np.int64)])
    solver = SimpleMinCostFlow()
    indices = solver.add_arcs_with_capacity_and_unit_cost(tails, heads, capacities, costs)
    balance = np.concatenate([supplies, -demand, [demand.sum() - supplies.sum()]])
    solver.set_nodes_supplies(np.arange(keep + 1, dtype=np.int32), balance)
    status = solver.solve()
    if status != SimpleMinCostFlow.OPTIMAL:
        raise TransportError(status.name)
    flow: IntArray = solver.flows(indices[: len(arcs.source)])
    return flow


def _price_out(
    arcs: _Arcs, flow: IntArray, supply: IntArray, cost: IntArray, absent: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Choose the absent arcs that could lower the cost: the best few of each sink.

    The dual prices come from shortest paths among the sources in the residual network (Bellman-Ford): a source can
    take over packs of another at a sink that both serve, and it can give packs it keeps.
    """
    if not absent.any():
        return absent
    n_sources = len(supply) + 1
    prices = _source_prices(arcs, flow, supply, n_sources)
    sink_price = np.full(absent.shape[1], np.iinfo(np.int64).min)
    used = flow > 0
    np.maximum.at(sink_price, arcs.sink[used], (prices[arcs.source] + arcs.cost)[used])
    reduced = np.where(absent, prices[:-1, None] + cost - sink_price[None, :], 0)
    if len(reduced) > _ADDED:
        bound = np.partition(reduced, _ADDED, axis=0)[_ADDED]
        reduced = np.where(reduced <= bound, reduced, 0)
    return reduced < 0


def _source_prices(arcs: _Arcs, flow: IntArray, supply: IntArray, n_sources: int) -> IntArray:
    far = np.iinfo(np.int64).max // 4
    swap = np.full((n_sources, n_sources), far)  # swap[a, b]: cost of a taking one pack over from b
    order = np.argsort(arcs.sink, kind="stable")
    source, sink, cost, carried = arcs.source[order], arcs.sink[order], arcs.cost[order], flow[order]
    starts = np.searchsorted(sink, np.arange(sink.max(initial=-1) + 2))
    givers = np.flatnonzero(carried)
    counts = starts[sink[givers] + 1] - starts[sink[givers]]
    pair_giver = np.repeat(givers, counts)
    within = np.arange(counts.sum()) - np.repeat(np.cumsum(counts) - counts, counts)
    pair_taker = np.repeat(starts[sink[givers]], counts) + within
    np.minimum.at(swap, (source[pair_taker], source[pair_giver]), cost[pair_taker] - cost[pair_giver])
    kept = np.append(supply, flow.sum() + 1)
    np.subtract.at(kept, arcs.source, flow)
    prices = np.zeros(n_sources, dtype=np.int64)
    spare = kept > 0
    while True:
        # From "kept": at no cost a source with packs left gives one more; every source can keep one more.
        keep_price = min(int(prices.min()), 0)
        lower = np.minimum(prices, (prices[:, None] + swap).min(axis=0))
        lower = np.where(spare, np.minimum(lower, keep_price), lower)
        if np.array_equal(lower, prices):
            return prices
        prices = lower
