"""Certificates of rounds that were made without a network."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from functools import cache

from distribution.allocation.allocate import allocate_round
from distribution.allocation.certificate import Certificate, PolicyTerms
from distribution.allocation.certify import certify_commodity, certify_lines, certify_outlet, certify_policy
from distribution.allocation.grid import NANO
from distribution.allocation.need import NeedFactor
from distribution.allocation.population import Served
from distribution.allocation.round_input import RoundInput, SharingRules
from distribution.domain.enums import PopulationBasis
from distribution.domain.policy import Policy
from tests.support.allocation import commodity, ints, round_input


def policy_terms(given_round: RoundInput) -> PolicyTerms:
    """Write down the rules of a round that was made without a policy."""
    rules = given_round.rules
    plain = certify_policy(Policy(code="test", people_exponent=rules.people_exponent))
    return replace(plain, reserve_percent=str(100 * rules.reserve), repay_percent=str(100 * rules.repay))


def certify(given_round: RoundInput) -> list[Certificate]:
    """Certify every line of a round; half of the people are members."""
    got = allocate_round(given_round)
    policy = policy_terms(given_round)
    certificates = []
    for j in range(len(given_round.commodities)):
        goods = certify_commodity(got, j)
        for i, line in certify_lines(got, j).items():
            people = int(given_round.people[i])
            counted = Served(people, PopulationBasis.DECLARED, members=people // 2, residents=people - people // 2)
            outlet = certify_outlet(got, i, people, counted, [NeedFactor(None, "area", given_round.need[i])])
            certificates.append(Certificate("round", policy, goods, outlet, line))
    return certificates


@cache
def rich_certificates() -> tuple[Certificate, ...]:
    """Certify three outlets: of the first nearly every term is something, the last gets more for its floor."""
    return tuple(
        certify(
            round_input(
                [40, 30, 20],
                [commodity(3, 60, floors=ints([1, 0, 12]))],
                need=["1.5", "1", "1"],
                storage_g={"dry": [200_000, 10**9, 10**9]},
                opening=[[2], [0], [1]],
                debt_nano=ints([[NANO // 3], [-NANO // 3], [0]]),
                shortfall_nano=ints([[4 * NANO + 5], [0], [NANO]]),
                rules=SharingRules(repay=Fraction(1)),
            )
        )
    )
