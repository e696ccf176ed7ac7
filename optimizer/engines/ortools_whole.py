"""Solve a whole problem of one day with the routing model of OR-Tools, as its users set it up."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from optimizer.engines.whole import NEVER, Deadline, TruckDay, Whole, build_plan, build_whole, common_unit
from optimizer.features import BEYOND_PLAIN_ROUTERS, Ability
from optimizer.parallel import Executor
from optimizer.plan import Limits, Plan, Status
from optimizer.problem import Problem
from optimizer.search.model import Kind
from optimizer.travel import IntArray
from optimizer.watch import Progress

#: A matrix is handed over as Python's lists: 1.4 GB at 6,000 places.
ABILITY = Ability(
    BEYOND_PLAIN_ROUTERS,
    most_deliveries=6_500,
)
#: Metres and seconds where there is no road.
_NO_ROAD = 1 << 32
#: End of a day, and road of a truck, without limit: sums of them stay far below int64.
_LAST = 1 << 50


def solve(
    problem: Problem,
    limits: Limits,
    seed: int = 1,
    *,
    on_progress: Callable[[Progress], None] | None = None,  # noqa: ARG001  # it holds the interpreter's lock
    should_stop: Callable[[], bool] | None = None,
    executor: Executor | None = None,  # noqa: ARG001  # it searches with one core
) -> Plan:
    """Solve a problem by guided local search (Voudouris & Tsang 1999) on one model of the whole.

    The first routes are made by savings where trucks are alike and nothing but their load limits a route, else by
    parallel cheapest insertion, which finds feasible ones most often.

    Parameters
    ----------
    problem, limits
        As for ``optimizer.solve.solve``; ``limits.iterations`` is not used.
    seed
        Noted in the plan; this search draws no random numbers.
    on_progress, executor
        Not used.
    should_stop
        Asked only before it begins.

    Raises
    ------
    UnsupportedError
        If the model as set up here has no words for the problem.
    ValueError
        Without a limit of seconds.
    """
    ABILITY.require(problem)
    deadline = Deadline(limits, should_stop)
    whole = build_whole(problem)
    if not whole.kinds or not problem.deliveries or deadline.is_over():
        return build_plan(whole, (), Status.TIME_LIMIT, 0, seed)
    answer = _Model(whole).search(deadline)
    return build_plan(whole, answer, deadline.status(), 0, seed)


class _Model:
    """The routing model: nodes are the deliveries, then the places where routes begin and end."""

    def __init__(self, whole: Whole) -> None:
        columns = [c for c in range(len(whole.kinds)) for _ in range(whole.trucks(c))]
        ends = [whole.ends_of(whole.model.kinds[k]) for k in whole.kinds]
        extra = sorted({node for pair in ends for node in pair})
        nodes = [*whole.node, *extra]
        number = {node: len(whole.node) + position for position, node in enumerate(extra)}
        starts, finals = ([number[ends[c][side]] for c in columns] for side in (0, 1))
        metres, seconds = whole.matrices(_NO_ROAD)
        grid = np.ix_(nodes, nodes)
        self._whole, self._columns = whole, columns
        self._kinds = [whole.model.kinds[whole.kinds[c]] for c in columns]
        self._metres, self._seconds = metres[grid], seconds[grid]
        self._manager = pywrapcp.RoutingIndexManager(len(nodes), len(columns), starts, finals)
        self._routing = pywrapcp.RoutingModel(self._manager)
        self._is_timed = _needs_time(whole, self._kinds)
        self._set_costs()
        self._add_loads()
        self._limit_metres()
        if self._is_timed:
            self._add_times()
        self._limit_types()

    def search(self, deadline: Deadline) -> list[TruckDay]:
        """Search until the deadline, and return the routes found."""
        strategy = routing_enums_pb2.FirstSolutionStrategy
        parameters = pywrapcp.DefaultRoutingSearchParameters()
        is_plain = len(self._whole.kinds) == 1 and not self._is_timed and not self._whole.banned.any()
        parameters.first_solution_strategy = strategy.SAVINGS if is_plain else strategy.PARALLEL_CHEAPEST_INSERTION
        parameters.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        self._routing.CloseModelWithParameters(parameters)
        parameters.time_limit.FromMilliseconds(int(1000 * deadline.left_s()))
        answer = self._routing.SolveWithParameters(parameters)
        return [] if answer is None else [*self._read(answer)]

    def _set_costs(self) -> None:
        """Charge metres and trucks, and so much for a delivery left out that any route for it is cheaper."""
        unit = common_unit(self._kinds)
        evaluators: dict[int, int] = {}
        for v, kind in enumerate(self._kinds):
            cost = kind.metre_cost // unit
            if cost not in evaluators:
                evaluators[cost] = self._routing.RegisterTransitMatrix((self._metres * cost).tolist())
            self._routing.SetArcCostEvaluatorOfVehicle(evaluators[cost], v)
            self._routing.SetFixedCostOfVehicle(kind.fixed_cost // unit, v)
        far = _longest(self._metres) * max(evaluators)
        long = _longest(self._seconds) * max(kind.second_cost for kind in self._kinds) // unit
        legs = len(self._whole.load) + len(self._columns)
        penalty = (far + long) * legs + max(kind.fixed_cost for kind in self._kinds) // unit + 1
        for i in range(len(self._whole.load)):
            self._routing.AddDisjunction([self._manager.NodeToIndex(i)], penalty)

    def _add_loads(self) -> None:
        nothing = [0] * (len(self._metres) - len(self._whole.load))
        for room in range(self._whole.load.shape[1]):
            load = self._routing.RegisterUnaryTransitVector([*self._whole.load[:, room].tolist(), *nothing])
            rooms = [int(self._whole.room[c, room]) for c in self._columns]
            self._routing.AddDimensionWithVehicleCapacity(load, 0, rooms, True, f"room {room}")

    def _limit_metres(self) -> None:
        if any(kind.max_metres is not None for kind in self._kinds):
            limits = [_LAST if kind.max_metres is None else kind.max_metres for kind in self._kinds]
            road = self._routing.RegisterTransitMatrix(self._metres.tolist())
            self._routing.AddDimensionWithVehicleCapacity(road, 0, limits, True, "metres")

    def _add_times(self) -> None:
        model, routing = self._whole.model, self._routing
        registered: dict[int, int] = {}
        for kind in self._kinds:
            if kind.loading_s not in registered:
                before = np.full(len(self._seconds), kind.loading_s, dtype=np.int64)
                before[: len(model.service_s)] = model.service_s
                registered[kind.loading_s] = routing.RegisterTransitMatrix((self._seconds + before[:, None]).tolist())
        transits = [registered[kind.loading_s] for kind in self._kinds]
        last = min(_LAST, max(kind.closes_s for kind in self._kinds))
        routing.AddDimensionWithVehicleTransits(transits, last, last, False, "seconds")
        time = routing.GetDimensionOrDie("seconds")
        for i, windows in enumerate(model.windows):
            if windows:
                begins = time.CumulVar(self._manager.NodeToIndex(i))
                begins.SetRange(windows[0][0], windows[-1][1])
                for (_, closed), (opens, _) in pairwise(windows):
                    begins.RemoveInterval(closed + 1, opens - 1)
        unit = common_unit(self._kinds)
        for v, kind in enumerate(self._kinds):
            for end in (routing.Start(v), routing.End(v)):
                time.CumulVar(end).SetRange(kind.opens_s, min(last, kind.closes_s))
            time.CumulVar(routing.Start(v)).SetMax(min(last, kind.leaves_by_s - kind.loading_s))
            if kind.max_duration_s is not None:
                time.SetSpanUpperBoundForVehicle(kind.max_duration_s, v)
            time.SetSpanCostCoefficientForVehicle(kind.second_cost // unit, v)
            routing.AddVariableMinimizedByFinalizer(time.CumulVar(routing.End(v)))
            routing.AddVariableMaximizedByFinalizer(time.CumulVar(routing.Start(v)))

    def _limit_types(self) -> None:
        for i, banned in enumerate(self._whole.banned):
            if banned.any():
                allowed = [v for v, c in enumerate(self._columns) if not banned[c]]
                self._routing.VehicleVar(self._manager.NodeToIndex(i)).SetValues([-1, *allowed])

    def _read(self, answer: pywrapcp.Assignment) -> Iterator[TruckDay]:
        for v, column in enumerate(self._columns):
            route = []
            index = answer.Value(self._routing.NextVar(self._routing.Start(v)))
            while not self._routing.IsEnd(index):
                route.append(self._manager.IndexToNode(index))
                index = answer.Value(self._routing.NextVar(index))
            yield self._whole.kinds[column], [route]


def _needs_time(whole: Whole, kinds: Sequence[Kind]) -> bool:
    """Tell whether the clock matters for some route or its cost."""
    return any(whole.model.windows) or any(
        kind.max_duration_s is not None or kind.second_cost or kind.closes_s < NEVER for kind in kinds
    )


def _longest(matrix: IntArray) -> int:
    return int(matrix[matrix < _NO_ROAD].max(initial=0))
