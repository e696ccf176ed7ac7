"""Freeze a round: what it started from, how it was searched for and what came of it, in one bundle."""

from __future__ import annotations

import platform
from collections.abc import Callable, Mapping
from decimal import Decimal
from importlib.metadata import version

from distribution import __version__
from distribution.allocation.bundle import Bundle, Manifest, build_bundle
from distribution.domain.types import format_decimal
from distribution.services.bundle_accounts import dump_accounts
from distribution.services.bundle_input import dump_input
from distribution.services.compute_round import RoundStart
from distribution.services.exports.books import render_goods, render_postings, render_stock_use, render_waiting
from distribution.services.exports.build import RESULTS
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.plan_deliveries import SearchOptions
from gis.travel.frozen import freeze_travel
from gis.travel.geodesic import GeodesicTravel

ACCOUNTS = "accounts.json"
MATRIX = "matrix.bin"

#: Estimated travel between more places is not kept: it would take more than 50 MB. It is estimated anew then.
MAX_FROZEN_PLACES = 5000

#: Packages whose versions may change a plan.
LIBRARIES = ("numba", "numpy", "ortools")

#: Entry -> renderer, of all that came of the round. Whatever is added here is hashed and later rendered anew.
OUTPUTS: Mapping[str, Callable[[RoundOutcome], bytes]] = {
    **{path: render for path, (_, render) in RESULTS.items()},
    "goods.csv": render_goods,
    "postings.csv": render_postings,
    "stock_use.csv": render_stock_use,
    "waiting.csv": render_waiting,
}


def bundle_round(start: RoundStart, search: SearchOptions, outcome: RoundOutcome, previous: str | None) -> Bundle:
    """Freeze a round; ``previous`` is the root hash of the round before, None for the first."""
    limits = search.limits
    manifest = Manifest(
        round_code=start.round_code,
        dataset_version=start.version,
        policy_code=start.policy_code,
        seed=search.seed,
        seconds=None if limits.seconds is None else format_decimal(Decimal(repr(float(limits.seconds)))),
        iterations=limits.iterations,
        previous=previous,
        versions=current_versions(),
        entries={},
    )
    return build_bundle(manifest, dump_input(start.declared) | _books(start, outcome) | render_outputs(outcome))


def render_outputs(outcome: RoundOutcome) -> dict[str, bytes]:
    """Render every entry that came of a round."""
    return {name: render(outcome) for name, render in OUTPUTS.items()}


def current_versions() -> dict[str, str]:
    """Return the versions of everything here that can change a plan."""
    return {name: version(name) for name in LIBRARIES} | {"taavon": __version__, "processor": platform.machine()}


def _books(start: RoundStart, outcome: RoundOutcome) -> dict[str, bytes]:
    books = {ACCOUNTS: dump_accounts(start)}
    problem = outcome.deliveries.problem
    if isinstance(problem.travel, GeodesicTravel) and len(problem.places) <= MAX_FROZEN_PLACES:
        books[MATRIX] = freeze_travel(problem.travel, len(problem.places))
    return books
