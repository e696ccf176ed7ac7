"""The solvers that can be compared on one problem: ours and those of others."""

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
}
#: The package that each solver of others needs.
_PACKAGES = {"ortools": "ortools", "pyvrp": "pyvrp", "vroom": "vroom"}


def missing_packages(peers: list[str]) -> list[str]:
    """Return the peers whose package is not installed."""
    return [peer for peer in peers if find_spec(_PACKAGES[peer]) is None]
