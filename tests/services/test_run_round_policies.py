"""Chains of rounds under policies: what is owed, what is carried on and what is given out add up."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest

from distribution.domain.enums import Account, Hierarchy, LedgerKind
from distribution.domain.policy import Policy
from distribution.domain.rounds import NANO_PER_PACK
from tests.services.test_run_round_chain import TONNES, balances, roomy, totals, week, with_few_trucks
from tests.support.kept import add_up
from tests.support.networks import small_network

POLICIES = (
    {"hierarchy": Hierarchy.UNIONS, "reserve_percent": Decimal(10), "repay_percent": Decimal(50)},
    {"min_drop_packs": 4, "repay_percent": Decimal(100)},
)


@pytest.mark.parametrize("fields", POLICIES)
def test_shortfalls_are_what_was_owed_less_what_was_repaid_and_mass_is_kept_to_the_gram(books, fields):
    policy = Policy(code="default", **fields)
    owed, given_g, waited = Counter(), Counter(), Counter()
    tight = replace(
        small_network(),
        outlets=tuple(
            o.model_copy(update={"storage_dry_kg": (100, 400, 2000)[i % 3]})
            for i, o in enumerate(small_network().outlets)
        ),
    )
    for number, network in enumerate((tight, with_few_trucks(small_network()), tight, roomy())):
        kept = books.run(week(replace(network, policies=(policy,)), number))
        for goods in kept.goods.values():
            packs = sum(p for (_, code), p in kept.allotted.items() if code == goods.commodity_code)
            assert packs * goods.pack_g + goods.carried_on_g == goods.quota_g + goods.carried_g
            given_g[goods.commodity_code] += packs * goods.pack_g
        with books.uow.read() as tx:
            entries = tx.ledger.entries(round_id=tx.rounds.get(kept.code).require_id())
        repaid, posted = Counter(), Counter()
        for entry in entries:
            if entry.account is Account.SHORTFALL:
                pair = entry.holder_code, entry.commodity_code
                book = repaid if entry.kind is LedgerKind.REPAYMENT else posted
                book[pair] += entry.amount_nano
        assert all(amount < 0 and amount % NANO_PER_PACK == 0 for amount in repaid.values())
        for line in kept.allotments:
            pair = line.outlet_code, line.commodity_code
            kept_away = posted[pair] - (add_up(kept.waits)[pair] - waited[pair]) * NANO_PER_PACK
            assert 0 <= kept_away <= line.shortfall_nano
            if not kept.goods[line.commodity_code].unplaced_packs:  # else a part of it is carried on, and not owed
                assert kept_away == line.shortfall_nano
            owed[pair] += kept_away + repaid[pair]
            assert owed[pair] >= 0
        waiting = waited = add_up(kept.waits)
        shortfall = balances(books, Account.SHORTFALL)
        for pair in {*owed, *shortfall, *waiting}:
            assert shortfall.get(pair, 0) == owed[pair] + waiting[pair] * NANO_PER_PACK
        assert not any(totals(books, Account.ROUNDING_DEBT).values())
        assert all(abs(debt) < NANO_PER_PACK for debt in balances(books, Account.ROUNDING_DEBT).values())
    for code, tonnes in TONNES:
        assert given_g[code] + kept.goods[code].carried_on_g == 4 * Decimal(tonnes) * 10**6
