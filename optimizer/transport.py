"""Solves the transport problem of one commodity to proven optimality by OR-Tools' min-cost flow.

Only the arcs that may matter are given to the solver: the most promising few of each sink first, then, until there is
none, arcs whose reduced cost under the dual prices of the last flow is negative (column generation; Ahuja, Magnanti &
Orlin, Network Flows, 1993, ch. 9 and 16). So 255 x 17,829 stays small and the answer is that of all arcs, which the
prices prove: they bound the cost from below by the cost found.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from optimizer.transport_dual import Arcs, bound_cost, find_source_prices
from optimizer.travel import IntArray

_FIRST = 12  # arcs of each sink at first
_ADDED = 8  # arcs of each sink added a round
_SAMPLED = 16  # one sink of so many tells the first prices,
_SAMPLED_FROM = 8_000  # where there are so many


class TransportError(RuntimeError):
    """The solver refused the numbers (costs or amounts near the limit of 64 bits)."""


@dataclass(frozen=True, slots=True)
class Transport:
    """The cheapest way to serve the most.

    Attributes
    ----------
    flow
        Shape (w, n).
    short
        What no source has for each sink, shape (n,).
    source_price
        What one unit more in each source would save, shape (w,), a unit that nobody has being dearer than any way to
        serve it. With these ``bound_cost`` proves the bound anew.
    cost
        Cost of the flow.
    bound
        No flow that serves each sink as much costs less: computed from the prices alone.
    """

    flow: IntArray
    short: IntArray
    source_price: IntArray
    cost: int
    bound: int

    @property
    def proven_optimal(self) -> bool:
        """Whether the bound is the cost."""
        return self.bound == self.cost


def solve_transport(supply: IntArray, demand: IntArray, cost: IntArray, allowed: NDArray[np.bool_]) -> Transport:
    """Serve as much demand as possible over allowed arcs, and of all ways to do so take the cheapest.

    Parameters
    ----------
    supply, demand
        Amounts of the w sources and n sinks, not negative.
    cost
        Cost of one unit on each arc, shape (w, n), not negative where allowed.
    allowed
        Which arcs exist, shape (w, n).

    Raises
    ------
    TransportError
        If the numbers are too large for the solver.
    """
    wanting = np.flatnonzero(demand)
    needs, costs, exists = demand[wanting], cost[:, wanting], allowed[:, wanting]
    carried, missing, prices = _generate_columns(supply, needs, costs, exists)
    flow = np.zeros(cost.shape, dtype=np.int64)
    flow[:, wanting] = carried
    short = np.zeros_like(demand)
    short[wanting] = missing
    used = np.nonzero(carried)
    paid = sum(f * c for f, c in zip(carried[used].tolist(), costs[used].tolist(), strict=True))
    return Transport(flow, short, prices, paid, bound_cost(supply, needs - missing, costs, exists, prices))


def _generate_columns(
    supply: IntArray, demand: IntArray, cost: IntArray, allowed: NDArray[np.bool_]
) -> tuple[IntArray, IntArray, IntArray]:
    """Return flow, what is missing and the prices of the sources; every sink wants something."""
    n_sources, n_sinks = cost.shape
    # Dearer than any chain of swaps between sources that could make room for one more unit.
    missing_cost = (2 * n_sources + 1) * (int(cost.max(where=allowed, initial=0)) + 1)
    if missing_cost * (n_sources + 1) > np.iinfo(np.int64).max // 4:
        raise TransportError("BAD_COST_RANGE")
    # The last source stands for units that nobody has; there is always one left there.
    supplies = np.append(supply, demand.sum() + 1)
    chosen = _choose_first(supply, demand, cost, allowed)
    while True:
        arcs = _list_arcs(chosen, cost, missing_cost)
        flow = _solve_flow(arcs, supplies, demand)
        prices = find_source_prices(arcs, flow, len(supplies))
        better = _price_out(arcs, flow, prices, cost, allowed)
        if not better.any():
            break
        chosen |= better
    full = np.zeros((n_sources + 1, n_sinks), dtype=np.int64)
    full[arcs.source, arcs.sink] = flow
    return full[:-1], full[-1], prices[:-1]


def _choose_first(supply: IntArray, demand: IntArray, cost: IntArray, allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Choose the few least arcs of each sink, under the prices of a sample of the sinks where there are many."""
    if len(demand) < _SAMPLED_FROM or len(supply) <= _FIRST:
        return _choose_least(cost, allowed, _FIRST)
    scaled = np.rint(demand[::_SAMPLED] * (demand.sum() / demand[::_SAMPLED].sum())).astype(np.int64)
    prices = _generate_columns(supply, scaled, cost[:, ::_SAMPLED], allowed[:, ::_SAMPLED])[2]
    return _choose_least(cost + prices[:, None], allowed, _FIRST)


def _choose_least(priced: IntArray, among: NDArray[np.bool_], count: int) -> NDArray[np.bool_]:
    if len(priced) <= count:
        return among.copy()
    first = np.argpartition(np.where(among, priced, np.iinfo(np.int64).max), count, axis=0)[:count]
    chosen = np.zeros_like(among)
    np.put_along_axis(chosen, first, values=True, axis=0)
    chosen &= among
    return chosen


def _list_arcs(chosen: NDArray[np.bool_], cost: IntArray, missing_cost: int) -> Arcs:
    source, sink = np.nonzero(chosen)
    n_sources, n_sinks = cost.shape
    return Arcs(
        np.concatenate([source, np.full(n_sinks, n_sources)]),
        np.concatenate([sink, np.arange(n_sinks)]),
        np.concatenate([cost[source, sink], np.full(n_sinks, missing_cost)]),
    )


def _solve_flow(arcs: Arcs, supplies: IntArray, demand: IntArray) -> IntArray:
    """Return the flow on each arc; what a source keeps goes to one node more, so that supplies balance."""
    n_sources, n_sinks = len(supplies), len(demand)
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
    arcs: Arcs, flow: IntArray, prices: IntArray, cost: IntArray, allowed: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Choose arcs that could lower the cost, the best few of each sink: none is left out if none is returned."""
    paid = np.full(cost.shape[1], np.iinfo(np.int64).min)
    used = flow > 0
    np.maximum.at(paid, arcs.sink[used], (prices[arcs.source] + arcs.cost)[used])
    reduced = prices[:-1, None] + cost - paid
    better: NDArray[np.bool_] = allowed & (reduced < 0)
    sinks = np.flatnonzero(better.any(axis=0))
    better[:, sinks] = _choose_least(reduced[:, sinks], better[:, sinks], _ADDED)
    return better
