"""How far the goods of a round are: assigned, allotted, planned, received, side by side."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from distribution.domain.network import Named
from distribution.domain.principal import Principal
from distribution.services.find_round import find_round
from distribution.services.receipts import load_drops
from distribution.services.stored_plan import load_stored_plan
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Round
from distribution.store.unit_of_work import Transaction, UnitOfWork


@dataclass(frozen=True, slots=True)
class GoodsProgress:
    """A commodity of a round; masses in g.

    Attributes
    ----------
    code, noun, pack_g
        Of the commodity.
    before_g
        Received in the round before it that shared this commodity: the baseline.
    quota_g, carried_g
        Assigned for the round, and left over from the one before.
    allotted_g, reserved_g, unplaced_g
        Allotted; kept back by the policy; without room anywhere.
    planned_g, collected_g
        On trucks, and to be fetched by outlets: packs that waited from earlier rounds are among them.
    approved_g
        Of what was allotted, approved: all or nothing.
    told_g, accepted_g, rejected_g, missing_g
        On trucks and told of by a receipt; of that accepted, sent back, not come.
    fetched_g
        Fetched by outlets, by their stock accounts.
    """

    code: str
    noun: Named | None
    pack_g: int
    before_g: int
    quota_g: int
    carried_g: int
    allotted_g: int
    approved_g: int
    reserved_g: int
    unplaced_g: int
    planned_g: int
    collected_g: int
    told_g: int
    accepted_g: int
    rejected_g: int
    missing_g: int
    fetched_g: int


def measure_progress(uow: UnitOfWork, asker: Principal, round_code: str) -> tuple[GoodsProgress, ...]:
    """Add up the goods of a round, commodity by commodity, from what is kept of it.

    Raises
    ------
    NotFoundError
        ``round_unknown``, ``plan_missing``.
    """
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        goods = tx.rounds.goods(round_code)
        planned: Counter[str] = Counter()
        for key, packs in load_drops(tx, found).items():
            planned[key.commodity_code] += packs
        collected: Counter[str] = Counter()
        for entry in load_stored_plan(tx, found).header.get("collections", ()):
            collected.update(entry["packs"])
        told: Counter[str] = Counter()
        accepted: Counter[str] = Counter()
        rejected: Counter[str] = Counter()
        for receipt in tx.receipts.list(found.require_id()):
            told[receipt.commodity_code] += receipt.planned_packs
            accepted[receipt.commodity_code] += receipt.accepted_packs
            rejected[receipt.commodity_code] += receipt.rejected_packs
        fetched: Counter[str] = Counter()
        for account in tx.outlet_stock.list(found.require_id()):
            fetched[account.commodity_code] += account.collected_packs
        before = _received_before(tx, found)
        names = NetworkPages(tx.session).named("commodities", found.dataset_version, {g.commodity_code for g in goods})
    return tuple(
        GoodsProgress(
            code=code,
            noun=names.get(code),
            pack_g=one.pack_g,
            before_g=before[code],
            quota_g=one.quota_g,
            carried_g=one.carried_g,
            allotted_g=one.allotted_packs * one.pack_g,
            approved_g=one.allotted_packs * one.pack_g if found.state.is_approved else 0,
            reserved_g=one.reserved_packs * one.pack_g,
            unplaced_g=one.unplaced_packs * one.pack_g,
            planned_g=planned[code] * one.pack_g,
            collected_g=collected[code] * one.pack_g,
            told_g=told[code] * one.pack_g,
            accepted_g=accepted[code] * one.pack_g,
            rejected_g=rejected[code] * one.pack_g,
            missing_g=(told[code] - accepted[code] - rejected[code]) * one.pack_g,
            fetched_g=fetched[code] * one.pack_g,
        )
        for one in sorted(goods, key=lambda goods: goods.commodity_code)
        for code in [one.commodity_code]
    )


def _received_before(tx: Transaction, found: Round) -> Counter[str]:
    """Return what was received of each commodity in the last round before that shared it, g."""
    received: Counter[str] = Counter()
    seen: set[str] = set()
    for earlier in reversed([one for one in tx.rounds.list() if one.require_id() < found.require_id()]):
        pack_g = {one.commodity_code: one.pack_g for one in tx.rounds.goods(earlier.code)}
        new = pack_g.keys() - seen
        if not new or not earlier.state.is_public:
            continue
        seen |= new
        for receipt in tx.receipts.list(earlier.require_id()):
            if receipt.commodity_code in new:
                received[receipt.commodity_code] += receipt.accepted_packs * pack_g[receipt.commodity_code]
        for account in tx.outlet_stock.list(earlier.require_id()):
            if account.commodity_code in new:
                received[account.commodity_code] += account.collected_packs * pack_g[account.commodity_code]
    return received
