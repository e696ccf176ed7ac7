"""The solvers that can be compared on one problem: ours, those of others, and plain ways of planning."""

from __future__ import annotations

from importlib.util import find_spec

from optimizer.child import DEFAULT_SOLVER

#: The name of ours.
OURS = "taavon"
#: What each solver is called, as ``module:function`` with the signature of ``optimizer.solve.solve``.
SOLVERS = {
    OURS: DEFAULT_SOLVER,
    "ortools": "optimizer.engines.ortools_whole:solve",
    "pyvrp": "optimizer.engines.pyvrp:solve",
    "vroom": "optimizer.engines.vroom:solve",
    "by_hand": "optimizer.engines.by_hand:solve",
    "tagged": "optimizer.engines.tagged:solve",
    "apart": "optimizer.engines.apart:solve",
}
#: The package that a solver of others needs.
_PACKAGES = {"ortools": "ortools", "pyvrp": "pyvrp", "vroom": "vroom"}


def missing_packages(peers: list[str]) -> list[str]:
    """Return the peers whose package is not installed."""
    return [peer for peer in peers if peer in _PACKAGES and find_spec(_PACKAGES[peer]) is None]
