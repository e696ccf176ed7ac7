"""Render the allotments of a round as files for whoever asks: the planner's hold all, a union's its own rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

import numpy as np

from distribution.allocation.fairness import measure_fairness
from distribution.documents.commodity import DocumentCommodity
from distribution.documents.workbook_data import Letter
from distribution.domain.enums import Right
from distribution.domain.goods import Quota
from distribution.domain.network import Named
from distribution.domain.principal import Principal
from distribution.domain.rounds import Allotment, RoundGoods
from distribution.messages import Locale
from distribution.services.exports.allotment_table import (
    AllotmentTable,
    SharedGoods,
    render_table_csv,
    render_table_workbook,
)
from distribution.services.find_round import find_round
from distribution.services.policies import DEFAULT_POLICY
from distribution.services.policy_words import name_policy
from distribution.services.run_round import BUNDLE_ROOT
from distribution.services.unplaced import count_stops
from distribution.store.repositories.network_pages import NetworkPages
from distribution.store.tables import Round
from distribution.store.unit_of_work import UnitOfWork

NAMES = {
    "outlets": "outlet_code", "cooperatives": "cooperative_code", "unions": "union_code", "areas": "area_code",
    "commodities": "commodity_code",
}  # fmt: skip


def render_own_workbook(uow: UnitOfWork, asker: Principal, round_code: str, locale: Locale) -> bytes:
    """Render the allotments of a round that the asker may see as an XLSX workbook.

    Raises
    ------
    NotFoundError
        If there is no such round.
    """
    return render_table_workbook(_load_table(uow, asker, round_code, locale), locale)


def render_own_csv(uow: UnitOfWork, asker: Principal, round_code: str, locale: Locale) -> bytes:
    """Render the allotments of a round that the asker may see as CSV.

    Raises
    ------
    NotFoundError
        If there is no such round.
    """
    return render_table_csv(_load_table(uow, asker, round_code, locale))


def _load_table(uow: UnitOfWork, asker: Principal, round_code: str, locale: Locale) -> AllotmentTable:
    with uow.read() as tx:
        found = find_round(tx, asker, round_code)
        lines = tx.rounds.allotments(round_code, scope=asker.scope)
        goods = {g.commodity_code: g for g in tx.rounds.goods(round_code)}
        pages = NetworkPages(tx.session)
        names = {
            sheet: pages.named(sheet, found.dataset_version, {getattr(line, field) for line in lines})
            for sheet, field in NAMES.items()
        }
        policy = _policy(pages, found)
        settings = tx.datasets.settings(found.dataset_version)
        letters = _letters(pages, found, asker)
    first, second = settings.title_fa, settings.title_en
    return AllotmentTable(
        title=(first or second) if locale == "fa" else (second or first),
        round_code=round_code,
        policy=name_policy(policy, locale),
        letters=letters,
        currency=settings.currency,
        synthetic=settings.synthetic,
        commodities=_commodities(names["commodities"], goods, locale),
        lines=lines,
        names=names,
        shared=_measure(lines, goods) if asker.may(Right.SEE_ALL) else (),
        bundle_sha256=str(found.parameters.get(BUNDLE_ROOT) or ""),
    )


def _policy(pages: NetworkPages, found: Round) -> Named:
    """Return the policy of a round; one that the network does not declare has but a code."""
    code = str(found.parameters.get("policy") or DEFAULT_POLICY.code)
    return pages.named("policies", found.dataset_version, [code]).get(code) or Named(code=code)


def _letters(pages: NetworkPages, found: Round, asker: Principal) -> tuple[Letter, ...]:
    """List the letters behind the round's quotas that the asker takes part in, each once."""
    rows = pages.page("quotas", found.dataset_version, scope=asker.scope)
    letters = {
        (quota.letter_number, quota.letter_date)
        for _, quota in rows
        if isinstance(quota, Quota) and quota.round_code == found.code and (quota.letter_number or quota.letter_date)
    }
    ordered = sorted(letters, key=lambda letter: (letter[0], letter[1] or dt.date.min))
    return tuple(Letter(number, date) for number, date in ordered)


def _commodities(
    nouns: Mapping[str, Named], goods: Mapping[str, RoundGoods], locale: Locale
) -> tuple[DocumentCommodity, ...]:
    return tuple(
        DocumentCommodity(code, noun.name(locale), goods[code].pack_g, goods[code].price)
        for code, noun in sorted(nouns.items())
    )


def _measure(lines: Sequence[Allotment], goods: Mapping[str, RoundGoods]) -> tuple[SharedGoods, ...]:
    shared = []
    for code in sorted({line.commodity_code for line in lines}):
        rows = [line for line in lines if line.commodity_code == code]
        fairness = measure_fairness(
            np.array([a.people for a in rows], dtype=np.int64),
            np.array([a.packs for a in rows], dtype=np.int64),
            np.array([a.entitlement_nano for a in rows], dtype=np.int64),
            goods[code].pack_g,
        )
        had = goods[code]
        shared.append(
            SharedGoods(
                commodity_code=code,
                available_g=had.quota_g + had.carried_g,
                packs_to_share=had.packs_to_share,
                allotted_packs=had.allotted_packs,
                fairness=fairness,
                unplaced_packs=had.unplaced_packs,
                stops=count_stops(rows) if had.unplaced_packs else {},
            )
        )
    return tuple(shared)
