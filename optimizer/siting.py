"""Choose where new outlets help most: p-median and maximal cover, with the existing outlets kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt.python import mathopt

IntArray = NDArray[np.int64]

#: The most pairs of cell and site, and the most nodes, that the exact search is given: some minutes.
_MOST_PAIRS, _MOST_NODES = 60_000, 2_000


@dataclass(frozen=True, eq=False)
class Siting:
    """The sites chosen, and what they bring.

    Attributes
    ----------
    sites
        Candidates chosen, in the order in which they help most: each the best to open after those before it.
    gains
        What each of them brings in that order; together the gain of all.
    bound
        No choice of as many sites brings more.
    """

    sites: tuple[int, ...]
    gains: tuple[int, ...]
    bound: int

    @property
    def gain(self) -> int:
        """Return what all sites together bring."""
        return sum(self.gains)


def choose_sites(gain: IntArray, new: int) -> Siting:
    """Choose new sites so that what each cell gains from the best of them adds up to the most.

    Parameters
    ----------
    gain
        What each cell gains if a candidate is its best new site, at least 0, of shape (n, m). For a p-median: people x
        what their way becomes shorter by; for maximal cover: people who come within reach.
    new
        How many sites to open, at least 0; fewer where more bring nothing.

    Returns
    -------
    Siting
        Optimal if ``gain`` equals ``bound``; never less than 63 % (1 - 1/e) of it.

    Raises
    ------
    ValueError
        If a gain or the number of sites is negative.

    Notes
    -----
    p-median: S. L. Hakimi 1964; maximal covering: R. Church & C. ReVelle 1974. Greedy choice with its guarantee for
    submodular functions (G. L. Nemhauser, L. A. Wolsey & M. L. Fisher 1978), then, unless the arrays are too large for
    it, the strong mixed-integer program with SCIP, one thread and a limit of nodes, so that the same arrays give the same
    sites. Without it the bound is that of what the best further sites would add, each for itself (J. Leskovec et al. 2007).
    """
    if (gain.size and gain.min() < 0) or new < 0:
        raise ValueError(f"{new} sites, least gain {gain.min(initial=0)}")
    chosen = _greedy(gain, new)
    bound = _worth(gain, chosen) + _most_added(gain, chosen, new)
    if bound > _worth(gain, chosen) and np.count_nonzero(gain) <= _MOST_PAIRS:
        chosen, proven = _exact(gain, new, chosen)
        bound = min(bound, proven)
    order, gains = _in_order(gain, chosen)
    return Siting(order, gains, max(bound, sum(gains)))


def _greedy(gain: IntArray, new: int) -> list[int]:
    chosen: list[int] = []
    best = np.zeros(gain.shape[0], dtype=np.int64)
    for _ in range(min(new, gain.shape[1])):
        more = np.maximum(gain - best[:, None], 0).sum(axis=0)
        site = int(more.argmax())
        if not more[site]:
            break
        chosen.append(site)
        best = np.maximum(best, gain[:, site])
    return chosen


def _most_added(gain: IntArray, chosen: list[int], new: int) -> int:
    """Return no less than what any choice brings beyond one that is there."""
    best = gain[:, chosen].max(axis=1, initial=0)
    more = np.maximum(gain - best[:, None], 0).sum(axis=0)
    return int(np.sort(more)[::-1][:new].sum())


def _exact(gain: IntArray, new: int, hint: list[int]) -> tuple[list[int], int]:
    """Solve as a mixed-integer program; return the better of its sites and those given, and a bound."""
    model = mathopt.Model()
    opened = [model.add_binary_variable() for _ in range(gain.shape[1])]
    model.add_linear_constraint(mathopt.fast_sum(opened) <= new)
    terms = []
    rows, weight = np.unique(gain[gain.any(axis=1)], axis=0, return_counts=True)
    for row, count in zip(rows, weight.tolist(), strict=True):
        goes = {j: model.add_variable(lb=0.0, ub=1.0) for j in np.flatnonzero(row).tolist()}
        model.add_linear_constraint(mathopt.fast_sum(goes.values()) <= 1.0)
        for j, part in goes.items():
            model.add_linear_constraint(part <= opened[j])
            terms.append(float(count * row[j]) * part)
    model.maximize(mathopt.fast_sum(terms))
    result = mathopt.solve(
        model, mathopt.SolverType.GSCIP, params=mathopt.SolveParameters(threads=1, node_limit=_MOST_NODES)
    )
    bound = math.floor(result.termination.objective_bounds.dual_bound * (1 + 1e-9) + 1e-3)
    if not result.has_primal_feasible_solution():
        return hint, bound
    values = result.variable_values(opened)
    chosen = [j for j, value in enumerate(values) if value > 0.5]
    return max((hint, chosen), key=lambda sites: _worth(gain, sites)), bound


def _worth(gain: IntArray, sites: list[int]) -> int:
    return int(gain[:, sites].max(axis=1, initial=0).sum())


def _in_order(gain: IntArray, sites: list[int]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    order = _greedy(gain[:, sites], len(sites))
    gains, best = [], np.zeros(gain.shape[0], dtype=np.int64)
    for site in (sites[n] for n in order):
        better = np.maximum(best, gain[:, site])
        gains.append(int((better - best).sum()))
        best = better
    return tuple(sites[n] for n in order), tuple(gains)
