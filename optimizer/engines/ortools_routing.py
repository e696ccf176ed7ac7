"""Solve a small piece of the plan with the routing model of OR-Tools; the only file that imports it."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from ortools.constraint_solver import pywrapcp, routing_enums_pb2

from optimizer.search.subproblem import Routes, Subproblem
from optimizer.travel import IntArray

#: Costs are divided so that no arc costs more than this: sums and penalties stay far below int64.
_LARGEST_ARC = 1 << 40
#: About 20 branches lead to a solution. Where every move is forbidden, guided local search finds none and would never
#: end without a second limit.
_BRANCHES_PER_SOLUTION = 30
#: OR-Tools ends each small step after 0.1 s by default: on a busy machine that is a clock which decides about routes.
_STEP_S = 86_400


def solve_subproblem(sub: Subproblem) -> Routes:
    """Return routes for the slots that serve every delivery, not worse than the present ones in the engine's measure.

    Guided local search (Voudouris & Tsang 1999) from the present routes, ended by a number of solutions and never by a
    clock: the same input gives the same routes on any machine. The caller recomputes the exact cost.
    """
    n, n_slots = len(sub.weight_g), len(sub.slots)
    manager = pywrapcp.RoutingIndexManager(n + 1, n_slots, n)
    routing = pywrapcp.RoutingModel(manager)
    divisor = _divisor(sub)
    _set_costs(sub, routing, divisor)
    _add_loads(sub, routing)
    _add_times(sub, manager, routing, divisor)
    for i, allowed in enumerate(sub.allowed):
        if len(allowed) < n_slots:
            index = manager.NodeToIndex(i)
            routing.VehicleVar(index).SetValues([-1, *allowed])
    if sub.solutions:
        routing.AddSearchMonitor(routing.solver().BranchesLimit(_BRANCHES_PER_SOLUTION * sub.solutions))
    parameters = _parameters(sub)
    routing.CloseModelWithParameters(parameters)
    start = routing.ReadAssignmentFromRoutes([list(route) for route in sub.routes], True)
    if start is None:
        return sub.routes
    best = routing.SolveFromAssignmentWithParameters(start, parameters)
    if best is None:
        return sub.routes
    return _read_routes(manager, routing, best, n_slots)


def _divisor(sub: Subproblem) -> int:
    far = int(sub.metres.max()) * max(slot.metre_cost for slot in sub.slots)
    long = int(sub.seconds.max() + 86_400) * max(slot.second_cost for slot in sub.slots)
    return max(1, max(far + long, *(slot.fixed_cost for slot in sub.slots)) // _LARGEST_ARC)


def _set_costs(sub: Subproblem, routing: pywrapcp.RoutingModel, divisor: int) -> None:
    """Charge metres, and the time on the arcs too unless the whole span is charged, which is much slower."""
    evaluators: dict[tuple[int, int, int], int] = {}
    for v, slot in enumerate(sub.slots):
        key = slot.metre_cost, slot.second_cost, slot.loading_s
        if key not in evaluators:
            cost = sub.metres * slot.metre_cost
            if not sub.waits_cost:
                cost = cost + _transit(sub, slot.loading_s) * slot.second_cost
            evaluators[key] = routing.RegisterTransitMatrix((cost // divisor).tolist())
        routing.SetArcCostEvaluatorOfVehicle(evaluators[key], v)
        routing.SetFixedCostOfVehicle(slot.fixed_cost // divisor, v)


def _transit(sub: Subproblem, loading_s: int) -> IntArray:
    """Return seconds from the start of service (of loading, at the depot) to the arrival at the next stop."""
    before = np.array([*sub.service_s, loading_s], dtype=np.int64)
    transit: IntArray = sub.seconds + before[:, None]
    transit[-1, -1] = 0
    return transit


def _add_loads(sub: Subproblem, routing: pywrapcp.RoutingModel) -> None:
    for name, load, capacity in (
        ("g", sub.weight_g, [slot.capacity_g for slot in sub.slots]),
        ("ml", sub.volume_ml, [slot.capacity_ml for slot in sub.slots]),
    ):
        routing.AddDimensionWithVehicleCapacity(routing.RegisterUnaryTransitVector([*load, 0]), 0, capacity, True, name)


def _add_times(
    sub: Subproblem, manager: pywrapcp.RoutingIndexManager, routing: pywrapcp.RoutingModel, divisor: int
) -> None:
    loadings = sorted({slot.loading_s for slot in sub.slots})
    registered = {loading: routing.RegisterTransitMatrix(_transit(sub, loading).tolist()) for loading in loadings}
    horizon = max(slot.closes_s for slot in sub.slots)
    transits = [registered[slot.loading_s] for slot in sub.slots]
    routing.AddDimensionWithVehicleTransits(transits, horizon, horizon, False, "s")
    time = routing.GetDimensionOrDie("s")
    solver = routing.solver()
    for i, windows in enumerate(sub.windows):
        if windows:
            begins = time.CumulVar(manager.NodeToIndex(i))
            begins.SetRange(windows[0][0], windows[-1][1])
            for (_, closed), (opens, _) in pairwise(windows):
                if closed + 1 <= opens - 1:
                    begins.RemoveInterval(closed + 1, opens - 1)
    for v, slot in enumerate(sub.slots):
        for end in (routing.Start(v), routing.End(v)):
            time.CumulVar(end).SetRange(slot.opens_s, slot.closes_s)
        if sub.waits_cost:
            time.SetSpanCostCoefficientForVehicle(slot.second_cost // divisor, v)
        if slot.after is not None:
            solver.Add(time.CumulVar(routing.Start(v)) >= time.CumulVar(routing.End(slot.after)))
            solver.Add(routing.ActiveVehicleVar(v) <= routing.ActiveVehicleVar(slot.after))
        routing.AddVariableMinimizedByFinalizer(time.CumulVar(routing.End(v)))
        routing.AddVariableMaximizedByFinalizer(time.CumulVar(routing.Start(v)))


def _parameters(sub: Subproblem) -> object:
    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.lns_time_limit.FromSeconds(_STEP_S)
    metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic
    parameters.local_search_metaheuristic = metaheuristic.GREEDY_DESCENT
    if sub.solutions:
        parameters.local_search_metaheuristic = metaheuristic.GUIDED_LOCAL_SEARCH
        parameters.solution_limit = sub.solutions
    return parameters


def _read_routes(
    manager: pywrapcp.RoutingIndexManager, routing: pywrapcp.RoutingModel, answer: pywrapcp.Assignment, n_slots: int
) -> Routes:
    routes = []
    for v in range(n_slots):
        route = []
        index = answer.Value(routing.NextVar(routing.Start(v)))
        while not routing.IsEnd(index):
            route.append(manager.IndexToNode(index))
            index = answer.Value(routing.NextVar(index))
        routes.append(tuple(route))
    return tuple(routes)
