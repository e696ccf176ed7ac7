"""A lower bound on the cost of any plan that serves every delivery, for problems too large to be solved exactly.

Set partitioning over q-routes, a relaxation of trips, by a Lagrangian ascent (Christofides, Mingozzi & Toth 1981;
Baldacci, Christofides & Mingozzi 2008): for any prices p of the stops and loads w, the numbers

    u_i = p_i + w_i * min over routes R through i of (cost(R) - p(R)) / w(R)

are a feasible dual solution, for on every route they come to no more than its cost; their sum is a bound. Subgradient
steps move the prices. Trucks and cumulative stock have prices too, never negative.

Kept are load, compartments of two classes, access, calendars, stock, trucks, and the longest road, or else work, of a
trip. Left out, which only lowers the bound: windows, release, waiting, docks, volume and storage. Of a truck-day's
fixed cost each trip bears its least share, one in ``trips_per_day``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.reference.fleets import Fleet, find_fleets, load_in_units
from benchmarks.reference.known import require_known
from benchmarks.reference.q_routes import Floats, best_up_to, extend, join, walk
from optimizer.problem import Problem
from optimizer.travel import IntArray

#: Rounds without a better bound after which steps are halved.
_PATIENCE = 8


def bound_cost(problem: Problem, rounds: int = 300, target: float | None = None) -> int:
    """Return a lower bound in 1/COST_SCALE of the currency.

    Parameters
    ----------
    problem
        The problem; loads are positive.
    rounds
        Steps of the ascent; the best bound of all counts.
    target
        What the bound may be expected to reach: the cost of a plan. Without one, steps are taken by the bound itself.

    Raises
    ------
    ValueError
        When a delivery has no weight, or no truck may serve it.
    NotImplementedError
        When the problem uses a rule that is not known here: with it, plans might cost less than the bound.
    """
    require_known(problem, "docks")
    units, fleets = load_in_units(problem), find_fleets(problem)
    packs = np.array([d.packs for d in problem.deliveries], dtype=np.float64).reshape(len(problem.deliveries), -1)
    stock = np.array([depot.stock for depot in problem.depots], dtype=np.float64)
    trips = np.array([fleet.trips for fleet in fleets], dtype=np.float64)
    scale = packs.mean() or 1.0  # steps of stock are as long as those of stops
    price, of_trip, of_stock = np.zeros(len(packs)), np.zeros(len(fleets)), np.zeros_like(stock)
    best, pace, since = 0.0, 1.0, 0
    for _ in range(rounds):
        value, visits, used, taken = _value(fleets, units, price, of_trip, of_stock, packs, scale)
        value -= float(of_trip @ trips + (of_stock * stock).sum() / scale)
        since += 1
        if value > best:
            best, since = value, 0
        elif since >= _PATIENCE:
            pace, since = pace / 2, 0
        slack = 1.0 - visits, used - trips, (taken - stock) / scale
        blocked = (slack[1] < 0) & (of_trip <= 0), (slack[2] < 0) & (of_stock <= 0)
        slack = slack[0], np.where(blocked[0], 0, slack[1]), np.where(blocked[1], 0, slack[2])
        length = sum(float((one**2).sum()) for one in slack)
        if length < 1e-9 or pace < 1e-4:
            break
        ahead = max(1.02 * best if target is None else target, value * 1.002) - value
        step = pace * max(ahead, 1e-3) / length
        price = price + step * slack[0]
        of_trip = np.maximum(0, of_trip + step * slack[1])
        of_stock = np.maximum(0, of_stock + step * slack[2])
    return max(0, math.floor(best * (1 - 1e-9)))


@dataclass(frozen=True)
class _Ways:
    """What ``join`` found: the tables of both halves, where these lie, and the least cost per load of each stop."""

    before: IntArray
    after: IntArray
    stops: IntArray
    at: IntArray
    least: Floats
    halves: IntArray


def _value(
    fleets: Sequence[Fleet],
    units: IntArray,
    price: Floats,
    of_trip: Floats,
    of_stock: Floats,
    packs: Floats,
    scale: float,
) -> tuple[float, Floats, Floats, Floats]:
    """Return the sum of u, and how often its routes visit each stop, use each fleet and take from each stock."""
    ways = []
    for number, fleet in enumerate(fleets):
        toll = packs @ of_stock[fleet.depot, :, fleet.day :].sum(axis=1) / scale
        ways.append(_find_ways(fleet, fleet.own + toll - price, fleet.per_route + of_trip[number]))
    ratios = np.array([way.least for way in ways])
    if not np.isfinite(ratios.min(axis=0)).all():
        raise ValueError("there is a delivery that no truck may serve")
    visits, used, taken = np.zeros(len(units)), np.zeros(len(fleets)), np.zeros_like(of_stock)
    for i, number in enumerate(ratios.argmin(axis=0).tolist()):
        share, mine = _visits(fleets[number], ways[number], i, units[i])
        visits += mine
        used[number] += share
        taken[fleets[number].depot, :, fleets[number].day :] += (mine @ packs)[:, None]
    return float((price + units * ratios.min(axis=0)).sum()), visits, used, taken


def _find_ways(fleet: Fleet, own: Floats, per_route: float) -> _Ways:
    shape = (fleet.most[0] + 1, len(own), fleet.most[1] + 1, 2)
    cost, before = np.empty(shape), np.empty(shape, dtype=np.int64)
    load, part, most = fleet.load, fleet.part, fleet.most
    extend(load, part, most, fleet.enter + own, fleet.enter_part, fleet.legs + own, fleet.legs_part, cost, before)
    back, after = cost, before
    if not fleet.symmetric:
        back, after = np.empty(shape), np.empty(shape, dtype=np.int64)
        legs, legs_part = np.ascontiguousarray(fleet.legs.T) + own, np.ascontiguousarray(fleet.legs_part.T)
        extend(load, part, most, fleet.leave + own, fleet.leave_part, legs, legs_part, back, after)
    stops, at = after, np.broadcast_to(np.arange(shape[2])[:, None], shape)
    if fleet.nested:
        back, stops, at = best_up_to(back, after)
    least, halves = join(load, part, most, own, per_route, cost, before, back, stops, fleet.nested)
    return _Ways(before, after, stops, at, least, halves)


def _visits(fleet: Fleet, ways: _Ways, i: int, units: int) -> tuple[float, Floats]:
    """Return which part of the best route through a stop stands for its load, and the visits of that part."""
    q, r, label, p, s, other = ways.halves[i].tolist()
    share = float(units / (q + p - units))
    visits = np.zeros(len(fleet.load))
    visits[i] = share
    walk(fleet.load, fleet.part, fleet.legs_part, ways.before, q, i, r, label, share, visits)
    at, stop = int(ways.at[p, i, s, other]), ways.stops[p, i, s, other]
    label = 0 if ways.after[p, i, at, 0] == stop else 1
    legs_part = np.ascontiguousarray(fleet.legs_part.T)
    walk(fleet.load, fleet.part, legs_part, ways.after, p, i, at, label, share, visits)
    return share, visits
