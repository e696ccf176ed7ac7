"""The certificates of a round, one file for all outlets and goods."""

from __future__ import annotations

from collections.abc import Iterator

from distribution.allocation.certificate_file import OutletLines, RoundTerms, dump_certificates
from distribution.allocation.certify import certify_commodity, certify_lines, certify_outlet, certify_policy
from distribution.services.allocate_round import Allocation
from distribution.services.exports.outcome import RoundOutcome

#: Where a round keeps its certificates.
CERTIFICATES = "certificates.jsonl"


def render_certificates(outcome: RoundOutcome) -> bytes:
    """Render ``certificates.jsonl``: all that every allotment follows from."""
    return certify_allocation(outcome.allocation, outcome.round_code)


def certify_allocation(allocation: Allocation, round_code: str) -> bytes:
    """Certify every allotment of a round."""
    result = allocation.result
    commodities = range(len(result.round_input.commodities))
    common = RoundTerms(
        round=round_code,
        policy=certify_policy(allocation.policy),
        commodities=tuple(certify_commodity(result, j) for j in commodities),
    )
    return dump_certificates(common, _outlets(allocation))


def _outlets(allocation: Allocation) -> Iterator[OutletLines]:
    result, need = allocation.result, allocation.need
    given = result.round_input
    lines = {c.code: certify_lines(result, j) for j, c in enumerate(given.commodities)}
    takes_part = {i for of_commodity in lines.values() for i in of_commodity}
    for i in sorted(takes_part, key=given.names.__getitem__):
        code = given.names[i]
        yield OutletLines(
            outlet=certify_outlet(
                result,
                i,
                people=allocation.served[code].people,
                counted=allocation.counted[code],
                factors=need.factors[i],
                warehouse_m=None if need.metres is None else need.metres[i],
                distance_is_estimate=need.metres_are_estimates,
            ),
            lines={commodity: of_commodity[i] for commodity, of_commodity in lines.items() if i in of_commodity},
        )
