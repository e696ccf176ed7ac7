"""Checks of policies against the network they are to share in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from decimal import Decimal

from distribution.allocation.population import outlets_without_count
from distribution.domain.dataset import Dataset
from distribution.domain.enums import CountBasis, Hierarchy, Severity
from distribution.domain.policy import FixedShare
from distribution.domain.types import format_decimal
from distribution.intake.check_context import CheckContext, name_some

#: Union, cooperative, outlet.
_UNION_LEVELS = 3
_ALL_PERCENT = 100


def count_levels(dataset: Dataset, hierarchy: Hierarchy) -> int:
    """Count the levels that packs are handed down, the outlets among them; of areas, the longest way below the last in common."""
    if hierarchy is Hierarchy.FLAT:
        return 1
    if hierarchy is Hierarchy.UNIONS:
        return _UNION_LEVELS
    return 1 + max(map(len, dataset.area_levels.values()), default=0)


def check_levels(context: CheckContext) -> None:
    """Find policies with methods for levels that a hierarchy does not have in any network."""
    _tell_beyond_levels(context, (Hierarchy.FLAT, Hierarchy.UNIONS))


def check_area_levels(context: CheckContext) -> None:
    """Find policies with methods for levels that the areas of the network do not make."""
    _tell_beyond_levels(context, (Hierarchy.AREAS,))


def _tell_beyond_levels(context: CheckContext, hierarchies: Collection[Hierarchy]) -> None:
    levels_of = {hierarchy: count_levels(context.dataset, hierarchy) for hierarchy in hierarchies}
    for policy in context.policies:
        levels = levels_of.get(policy.hierarchy)
        if levels is not None and len(policy.methods) > levels:
            context.log.add(
                "methods_beyond_levels",
                Severity.WARNING,
                sheet="policies",
                row=context.row("policies", policy.code),
                column="methods",
                value=policy.code,
                methods=len(policy.methods),
                levels=levels,
                hierarchy=policy.hierarchy,
            )


def check_basket_bounds(context: CheckContext) -> None:
    """Find policies with baskets and a deviation bound: baskets come first, whatever that does to single goods."""
    with_baskets = {line.policy_code for line in context.dataset.baskets}
    for policy in context.policies:
        if policy.code in with_baskets and policy.deviation_percent is not None:
            context.log.add(
                "basket_against_deviation",
                sheet="policies",
                row=context.row("policies", policy.code),
                column="deviation_percent",
                value=policy.code,
            )


def _shares_by_policy(context: CheckContext) -> dict[str, list[FixedShare]]:
    """Group the fixed shares by policy, each in the order of their rows; of a node given twice, the smallest."""
    shares: dict[str, dict[str, FixedShare]] = defaultdict(dict)
    for share in sorted(context.dataset.fixed_shares, key=lambda share: -share.percent):
        shares[share.policy_code][share.node_code] = share
    return {
        policy: sorted(own.values(), key=lambda share: context.row("fixed_shares", policy, share.node_code) or 0)
        for policy, own in sorted(shares.items())
    }


def check_fixed_shares(context: CheckContext) -> None:
    """Find fixed shares that are more than all, of nodes inside one another, or of areas and unions together."""
    for policy, shares in _shares_by_policy(context).items():
        total = sum((share.percent for share in shares), Decimal(0))
        if total > _ALL_PERCENT:
            context.log.add(
                "fixed_shares_over_all",
                sheet="fixed_shares",
                row=context.row("fixed_shares", policy, shares[-1].node_code),
                column="percent",
                value=policy,
                total=Decimal(format_decimal(total)),
            )
        if not _tell_mixed(context, policy, shares):
            _tell_nested(context, policy, shares)


def _tell_mixed(context: CheckContext, policy: str, shares: Iterable[FixedShare]) -> bool:
    """Tell of the first node that is of another sort than those before it; return whether there is one."""
    sorts_of = {share.node_code: _sorts(context, share.node_code) for share in shares}
    known = {node: sorts for node, sorts in sorts_of.items() if sorts}  # a code of neither is told as unknown
    sorts: set[str] = set.union(*known.values()) if known else set()
    for node, own in known.items():
        sorts &= own
        if not sorts:
            context.log.add(
                "fixed_shares_mixed",
                sheet="fixed_shares",
                row=context.row("fixed_shares", policy, node),
                column="node_code",
                value=node,
                policy=policy,
                other=next(iter(known)),
            )
            return True
    return False


def _sorts(context: CheckContext, node: str) -> set[str]:
    """Return the sheets that a node stands in, be it in a row with errors: a code may be an area's and a union's."""
    sheets: dict[str, Collection[str]] = {
        "areas": context.dataset.area_by_code,
        "unions": context.dataset.union_by_code,
    }
    return {sheet for sheet, nodes in sheets.items() if node in nodes or context.row(sheet, node) is not None}


def _tell_nested(context: CheckContext, policy: str, shares: Iterable[FixedShare]) -> None:
    nodes = {share.node_code for share in shares if share.node_code in context.dataset.area_by_code}
    for node in sorted(nodes):
        outer = next((code for code in context.dataset.area_and_ancestors(node)[1:] if code in nodes), None)
        if outer is not None:
            context.log.add(
                "fixed_share_inside_another",
                sheet="fixed_shares",
                row=context.row("fixed_shares", policy, node),
                column="node_code",
                value=node,
                policy=policy,
                outer=outer,
            )


def check_empty_nodes(context: CheckContext) -> None:
    """Find fixed shares of areas and unions without an outlet: nobody gets them."""
    dataset = context.dataset
    held = {node for outlet in dataset.outlets for node in dataset.area_and_ancestors(outlet.area_code)}
    held |= {dataset.union_of(outlet) for outlet in dataset.outlets}
    for share in dataset.fixed_shares:
        if share.node_code not in held and _sorts(context, share.node_code):
            context.log.add(
                "fixed_share_without_outlets",
                Severity.WARNING,
                sheet="fixed_shares",
                row=context.row("fixed_shares", share.policy_code, share.node_code),
                column="node_code",
                value=share.node_code,
                policy=share.policy_code,
                percent=Decimal(format_decimal(share.percent)),
            )


def outlets_without_households(dataset: Dataset) -> tuple[str, ...]:
    """List the outlets whose households cannot be told.

    Known are declared households, and those of the members with, unless the outlet serves members only, a part of
    what the nearest area at or above it that has households has left. An outlet that has an area whose row could not be
    read above it is not listed, for that row may tell them.
    """
    outlets = dataset.outlet_by_code
    uncounted = {
        code
        for code in outlets_without_count(dataset.areas, dataset.outlets, CountBasis.HOUSEHOLDS)
        if dataset.area_by_code.keys() >= set(dataset.area_and_ancestors(outlets[code].area_code))
    }
    uncounted |= {
        line.outlet_code
        for line in dataset.members
        if line.households is None
        and line.outlet_code in outlets
        and outlets[line.outlet_code].served_households is None
    }
    return tuple(sorted(uncounted))


def check_households(context: CheckContext) -> None:
    """Find policies that count households where the network has no figure of them."""
    policies = [p for p in context.policies if p.counts is CountBasis.HOUSEHOLDS]
    without = outlets_without_households(context.dataset) if policies else ()
    for policy in policies if without else ():
        context.log.add(
            "households_unknown",
            sheet="policies",
            row=context.row("policies", policy.code),
            column="counts",
            value=policy.code,
            count=len(without),
            outlets=name_some(without),
            areas=name_some(sorted({context.dataset.outlet_by_code[code].area_code for code in without})),
        )


def check_baskets(context: CheckContext) -> None:
    """Find baskets that no round shares anything of; note the rounds that share some of one and not all of it."""
    baskets: dict[str, set[str]] = defaultdict(set)
    for line in context.dataset.baskets:
        baskets[line.policy_code].add(line.commodity_code)
    shared = {quota.commodity_code for quota in context.dataset.quotas}
    for policy, basket in baskets.items():
        if not basket & shared:
            first = _first_line(context, policy, basket)
            context.log.add(
                "basket_never_shared",
                Severity.WARNING,
                sheet="baskets",
                row=context.row("baskets", policy, first),
                column="commodity_code",
                value=first,
                policy=policy,
                commodities=name_some(sorted(basket)),
            )
        for round_code, quotas in context.dataset.quotas_by_round.items():
            missing = basket - {quota.commodity_code for quota in quotas}
            if missing and missing != basket:
                first = _first_line(context, policy, missing)
                context.log.add(
                    "basket_not_shared_whole",
                    Severity.NOTE,
                    sheet="baskets",
                    row=context.row("baskets", policy, first),
                    column="commodity_code",
                    value=first,
                    policy=policy,
                    round=round_code,
                    commodities=name_some(sorted(missing)),
                )


def _first_line(context: CheckContext, policy: str, commodities: Collection[str]) -> str:
    """Return the commodity of a basket that stands in the first row."""
    return min(commodities, key=lambda code: (context.row("baskets", policy, code) or 0, code))
