"""The most that can be delivered within a deviation bound, as a linear programme, and what one more unit of room is worth.

The programme is that of Orgut, Ivy & Uzsoy (2016, "Modeling for the equitable and effective distribution of donated
food under capacity constraints"), for several commodities and with capacities that several outlets share: a warehouse's
stock, an area's throughput. It is solved in floats by OR-Tools' GLOP: what it finds is a proposal, and its dual prices
say which capacities are the bottlenecks.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from ortools.math_opt import model_pb2, sparse_containers_pb2
from ortools.math_opt.python import mathopt

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]


# With packs that are finite no programme is unbounded.
_INFEASIBLE = (mathopt.TerminationReason.INFEASIBLE, mathopt.TerminationReason.INFEASIBLE_OR_UNBOUNDED)


class SharingError(RuntimeError):
    """The solver ended neither with an optimum nor with the proof that there is none."""


@dataclass(frozen=True, eq=False)
class SharedCapacities:
    """Capacities that several outlets or commodities use together; a sparse matrix by its z entries.

    Attributes
    ----------
    capacity
        How much there is of each, shape (g,).
    row, outlet, commodity
        Which capacity is used by which outlet's packs of which commodity, shape (z,).
    use
        How much one pack uses, shape (z,).
    """

    capacity: FloatArray
    row: IntArray
    outlet: IntArray
    commodity: IntArray
    use: FloatArray

    @classmethod
    def none(cls) -> SharedCapacities:
        """Return no shared capacity."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(np.zeros(0), nothing, nothing, nothing, np.zeros(0))


@dataclass(frozen=True, eq=False)
class SharingProblem:
    """Packs to share among n outlets, for m commodities.

    Attributes
    ----------
    packs
        Packs there are, finite, shape (m,).
    shares
        Fair share of each outlet, shape (n, m).
    stray
        How far its share of what is delivered may be from that, shape (n, m); ``inf`` = as far as it likes.
    floors, caps
        Least and most packs, shape (n, m).
    worth
        What a delivered pack counts, shape (m,).
    shared
        Capacities used together.
    """

    packs: FloatArray
    shares: FloatArray
    stray: FloatArray
    floors: FloatArray
    caps: FloatArray
    worth: FloatArray
    shared: SharedCapacities = field(default_factory=SharedCapacities.none)

    def __post_init__(self) -> None:
        """Check that everything fits together.

        Raises
        ------
        ValueError
            If shapes differ, a figure is negative, packs have no end, or a shared capacity names what is not there.
        """
        n, m = self.shares.shape
        tables = (self.stray, self.floors, self.caps)
        if any(a.shape != (n, m) for a in tables) or any(a.shape != (m,) for a in (self.packs, self.worth)):
            raise ValueError("packs, shares and bounds differ in shape")
        if any(float(a.min(initial=0)) < 0 for a in (self.packs, self.shares, self.worth, *tables)):
            raise ValueError("packs, shares and bounds may not be negative")
        if not np.isfinite(self.packs).all():
            raise ValueError("there is no end of packs")
        given = self.shared
        sizes = {given.row.shape, given.outlet.shape, given.commodity.shape, given.use.shape}
        limits = ((given.row, given.capacity.size), (given.outlet, n), (given.commodity, m))
        if len(sizes) > 1 or any(a.size and not 0 <= a.min() <= a.max() < most for a, most in limits):
            raise ValueError("a shared capacity names an outlet or a commodity that is not there")


@dataclass(frozen=True, eq=False)
class SharingResult:
    """The most that can be delivered, and the worth of one more unit of every capacity.

    Where several capacities bind together their prices are one choice of many.

    Attributes
    ----------
    feasible
        Whether the floors can be met at all; if not, every figure is 0.
    amounts, delivered
        Packs of each outlet, shape (n, m), and of all, shape (m,).
    outlet_price, pack_price, shared_price
        Worth gained per unit more of an outlet's capacity, shape (n, m), of packs to share, shape (m,), and of a shared
        capacity, shape (g,).
    """

    feasible: bool
    amounts: FloatArray
    delivered: FloatArray
    outlet_price: FloatArray
    pack_price: FloatArray
    shared_price: FloatArray


def solve_sharing(problem: SharingProblem) -> SharingResult:
    """Deliver the most, within deviation bound and capacities.

    Raises
    ------
    SharingError
        If the solver fails.
    """
    n, m = problem.shares.shape
    if (problem.floors > problem.caps).any():
        return _infeasible(problem)
    model = mathopt.Model.from_model_proto(_build_model(problem))
    solution = mathopt.solve(model, mathopt.SolverType.GLOP)
    if solution.termination.reason in _INFEASIBLE:
        return _infeasible(problem)
    if solution.termination.reason != mathopt.TerminationReason.OPTIMAL:
        raise SharingError(str(solution.termination))
    variables, rows = list(model.variables()), list(model.linear_constraints())
    values = np.array(solution.variable_values(variables))
    prices = np.maximum(solution.reduced_costs(variables), 0.0)
    shared = np.maximum(solution.dual_values(rows[len(rows) - problem.shared.capacity.size :]), 0.0)
    return SharingResult(
        feasible=True,
        amounts=values[: n * m].reshape(n, m),
        delivered=values[n * m :],
        outlet_price=prices[: n * m].reshape(n, m),
        pack_price=prices[n * m :],
        shared_price=shared,
    )


@dataclass(frozen=True, eq=False)
class _Rows:
    """Linear constraints by the entries of their matrix, rows counted from 0."""

    row: IntArray
    column: IntArray
    value: FloatArray
    low: FloatArray
    high: FloatArray


def _build_model(problem: SharingProblem) -> model_pb2.ModelProto:
    """Write the programme: one variable per outlet and commodity, row by row, then the total of each commodity."""
    n, m = problem.shares.shape
    parts = [_balance_rows(n, m), *_share_rows(problem), _shared_rows(problem)]
    offsets = np.cumsum([0, *(part.low.size for part in parts)])
    row = np.concatenate([part.row + start for part, start in zip(parts, offsets, strict=False)])
    column = np.concatenate([part.column for part in parts])
    value = np.concatenate([part.value for part in parts])
    order = np.lexsort((column, row))
    variables = n * m + m
    lower = np.concatenate([problem.floors.ravel(), np.zeros(m)])
    nothing_due = problem.shares + problem.stray == 0  # its share already says 0: its capacity is worth nothing
    upper = np.concatenate([np.where(nothing_due, np.inf, problem.caps).ravel(), problem.packs])
    return model_pb2.ModelProto(
        variables=model_pb2.VariablesProto(
            ids=range(variables),
            lower_bounds=lower.tolist(),
            upper_bounds=upper.tolist(),
            integers=[False] * variables,
        ),
        objective=model_pb2.ObjectiveProto(
            maximize=True,
            linear_coefficients=sparse_containers_pb2.SparseDoubleVectorProto(
                ids=range(n * m, variables), values=problem.worth.tolist()
            ),
        ),
        linear_constraints=model_pb2.LinearConstraintsProto(
            ids=range(int(offsets[-1])),
            lower_bounds=np.concatenate([part.low for part in parts]).tolist(),
            upper_bounds=np.concatenate([part.high for part in parts]).tolist(),
        ),
        linear_constraint_matrix=sparse_containers_pb2.SparseDoubleMatrixProto(
            row_ids=row[order].tolist(), column_ids=column[order].tolist(), coefficients=value[order].tolist()
        ),
    )


def _balance_rows(n: int, m: int) -> _Rows:
    """Return what makes each total the sum of its outlets."""
    cells = np.arange(n * m)
    commodities = np.arange(m)
    return _Rows(
        np.concatenate([cells % m, commodities]),
        np.concatenate([cells, n * m + commodities]),
        np.concatenate([np.ones(n * m), -np.ones(m)]),
        np.zeros(m),
        np.zeros(m),
    )


def _share_rows(problem: SharingProblem) -> tuple[_Rows, _Rows]:
    """Return the upper and the lower side of every share that is bound: ``amount - (share +- stray) x total``."""
    bound = np.isfinite(problem.stray).ravel()
    shares = problem.shares.ravel()
    stray = np.where(bound, problem.stray.ravel(), 0)
    below = _side_rows(problem, np.flatnonzero(bound), shares + stray, -np.inf, 0)
    above = _side_rows(problem, np.flatnonzero(bound & (shares > stray)), shares - stray, 0, np.inf)
    return below, above


def _side_rows(problem: SharingProblem, cells: IntArray, side: FloatArray, low: float, high: float) -> _Rows:
    m = problem.packs.size
    rows = np.arange(cells.size)
    return _Rows(
        np.concatenate([rows, rows]),
        np.concatenate([cells, problem.shares.size + cells % m]),
        np.concatenate([np.ones(cells.size), -side[cells]]),
        np.full(cells.size, float(low)),
        np.full(cells.size, float(high)),
    )


def _shared_rows(problem: SharingProblem) -> _Rows:
    given, m = problem.shared, problem.shares.shape[1]
    return _Rows(
        given.row,
        given.outlet * m + given.commodity,
        given.use,
        np.full(given.capacity.size, -np.inf),
        given.capacity,
    )


def _infeasible(problem: SharingProblem) -> SharingResult:
    none = np.zeros(problem.shares.shape)
    totals = np.zeros(problem.packs.shape)
    return SharingResult(False, none, totals, none, totals, np.zeros(problem.shared.capacity.shape))
