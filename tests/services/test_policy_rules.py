"""What a policy asks for reaches the engine, whatever the order of the rows."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from distribution.domain.policy import FixedShare, Policy
from distribution.services.policy_rules import build_fixed_shares
from tests.support.networks import small_network


def test_the_order_of_the_fixed_shares_in_the_sheet_changes_nothing():
    network, policy = small_network(), Policy(code="old")
    unions = sorted({network.union_of(outlet) for outlet in network.outlets})
    rows = [
        FixedShare(policy_code="old", node_code=code, percent=Decimal(10 * k + 10)) for k, code in enumerate(unions)
    ]
    for order in (rows, rows[::-1]):
        fixed = build_fixed_shares(replace(network, fixed_shares=tuple(order)), policy, network.outlets)
        assert fixed is not None
        assert fixed.parts[:-1] == tuple(Fraction(k + 1, 10) for k in range(len(unions)))
        assert [unions[g] for g in fixed.group.tolist()] == [network.union_of(outlet) for outlet in network.outlets]
