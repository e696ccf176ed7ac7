"""Dual prices of a transport problem: what a pack in each source is worth, and the bound on the cost they prove."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.travel import IntArray


@dataclass(frozen=True, slots=True)
class Arcs:
    """Pairs of source and sink over which packs may go.

    Attributes
    ----------
    source, sink, cost
        Of each arc; cost is that of one pack.
    """

    source: IntArray
    sink: IntArray
    cost: IntArray


def find_least_prices(cost: IntArray, allowed: NDArray[np.bool_], source_price: IntArray) -> IntArray:
    """Find the least of cost and price of a pack, over the sources of each sink.

    Returns
    -------
    IntArray
        Shape (n,); the largest integer where nothing is allowed.
    """
    least: IntArray = (cost + source_price[:, None]).min(axis=0, where=allowed, initial=np.iinfo(np.int64).max)
    return least


def bound_cost(
    supply: IntArray, demand: IntArray, cost: IntArray, allowed: NDArray[np.bool_], source_price: IntArray
) -> int:
    """Bound from below what it costs to serve all demand, by weak duality: exact, and valid whatever the prices are.

    Charge a price for each pack taken from a source and give back the price of all its packs: no flow within supply
    becomes dearer by it, and then none is cheaper than each sink served from its least cost and price (the Lagrangian
    bound of Geoffrion 1974; for a linear programme the best prices make it equal to the least cost).

    Parameters
    ----------
    supply, demand
        Packs of the w sources and n sinks. All demand can be served: for demand that cannot, no cost is too high.
    cost, allowed
        Cost of one pack and which arcs exist, shape (w, n).
    source_price
        Not negative, shape (w,).

    Raises
    ------
    ValueError
        If a price is negative, or nothing is allowed for a sink that wants something.
    """
    if source_price.min(initial=0) < 0:
        raise ValueError("a price is negative")
    wanting = np.flatnonzero(demand)
    if not allowed[:, wanting].any(axis=0).all():
        raise ValueError("a sink wants packs and no source is allowed for it")
    least = find_least_prices(cost, allowed, source_price)
    charged = _multiply(demand[wanting], least[wanting])
    return charged - _multiply(supply, source_price)


def find_source_prices(arcs: Arcs, flow: IntArray, n_sources: int) -> IntArray:
    """Find the least prices under which no arc given is cheaper than those that a cheapest flow uses.

    A source that can take over a pack of another at a sink, and saves by that, is worth the saving and the other's
    price: longest paths between sources in the residual network, from price 0 (Bellman-Ford). Sinks need no node:
    between two sources, the best saving at any sink is one number. A source that keeps packs ends at price 0, or
    these packs would have been used; so no arc for what is kept is needed either.

    Parameters
    ----------
    arcs
        With ``flow`` on each of them: a cheapest flow over these arcs, or there is no end.
    n_sources
        How many sources there are.

    Returns
    -------
    IntArray
        What one pack more in each source would save, shape (w,).
    """
    saving = _find_savings(arcs, flow, n_sources)
    prices = np.zeros(n_sources, dtype=np.int64)
    while True:
        higher = (prices + saving).max(axis=1, initial=0)
        if np.array_equal(higher, prices):
            return prices
        prices = higher


def _find_savings(arcs: Arcs, flow: IntArray, n_sources: int) -> IntArray:
    """Find what is saved if source a takes one pack over from source b at the best sink, shape (a, b)."""
    saving = np.full((n_sources, n_sources), np.iinfo(np.int64).min // 4)
    order = np.argsort(arcs.sink, kind="stable")
    source, sink, cost = arcs.source[order], arcs.sink[order], arcs.cost[order]
    givers = np.flatnonzero(flow[order])
    starts = np.searchsorted(sink, sink[givers])
    counts = np.searchsorted(sink, sink[givers], side="right") - starts
    giver = np.repeat(givers, counts)
    taker = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
    np.maximum.at(saving, (source[taker], source[giver]), cost[giver] - cost[taker])
    return saving


def _multiply(amounts: IntArray, prices: IntArray) -> int:
    """Sum the products, in integers of any size."""
    return sum(amount * price for amount, price in zip(amounts.tolist(), prices.tolist(), strict=True))
