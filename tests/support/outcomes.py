"""A round computed in memory: shares, plan and all that exports are rendered from."""

from __future__ import annotations

from distribution.domain.dataset import Dataset
from distribution.services.compute_round import RoundStart, conclude_round, demand_of, share_round
from distribution.services.exports.outcome import RoundOutcome
from distribution.services.plan_deliveries import SearchOptions, plan_demand
from distribution.services.progress import SilentReporter
from optimizer.plan import Limits


def outcome_of(network: Dataset) -> RoundOutcome:
    """Compute the round ``spring`` with little search."""
    start = RoundStart(network, 1, "spring")
    allocation = share_round(start)
    deliveries = plan_demand(demand_of(start, allocation), SearchOptions(Limits(None, 20)), SilentReporter())
    return conclude_round(start, allocation, deliveries)
