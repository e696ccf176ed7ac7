"""Say in words why an allotment is what it is: every term, in the order in which they add up to the packs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from distribution.domain.enums import PopulationBasis
from distribution.domain.errors import NotFoundError
from distribution.domain.numerals import format_number
from distribution.domain.principal import Principal
from distribution.domain.rounds import NANO_PER_PACK, Allotment
from distribution.messages import Locale, render_message
from distribution.services.view_rounds import NamedAllotment, name_allotments
from distribution.store.unit_of_work import UnitOfWork

#: Digits after the point of a number of packs; nine are exact.
PACK_PLACES = 3


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an allotment: its stable code, its exact amount if it is one, and the sentence about it."""

    code: str
    amount_nano: int | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An allotment and the terms that led to it.

    The amounts of the terms that have one add up to the packs.
    """

    allotment: NamedAllotment
    terms: tuple[Term, ...]


def explain_allotments(
    uow: UnitOfWork, asker: Principal, round_code: str, outlet_code: str, locale: Locale
) -> tuple[Explanation, ...]:
    """Explain what an outlet was allotted in a round, commodity by commodity.

    Raises
    ------
    NotFoundError
        If there is no such round, or the outlet has no allotment in it that the asker may see.
    """
    with uow.read() as tx:
        found = tx.rounds.get(round_code)
        lines = tx.rounds.allotments(round_code, union_code=asker.union_filter, outlet_code=outlet_code)
        if not lines:
            raise NotFoundError("allotment_unknown", round_code=round_code, outlet_code=outlet_code)
        share = {goods.commodity_code: goods.packs_to_share for goods in tx.rounds.goods(round_code)}
        named = name_allotments(tx, found, lines)
    return tuple(Explanation(each, tuple(_terms(each.line, share[each.line.commodity_code], locale))) for each in named)


def _terms(line: Allotment, packs_to_share: int, locale: Locale) -> Iterator[Term]:
    def say(code: str, amount: int | None = None, **numbers: int | Decimal) -> Term:
        params = {name: format_number(value, locale) for name, value in numbers.items()}
        if amount is not None:
            params |= {"packs": _packs(abs(amount), locale)}
        return Term(code, amount, render_message(f"why.{code}", locale, params))

    assumed = line.basis is PopulationBasis.ASSUMED
    yield say("people_assumed" if assumed else "people_declared", people=line.people)
    weight = Decimal(line.weight_grid) / 1_000_000
    if weight != line.people:
        yield say("weight", weight=weight)
    yield say("entitlement", line.entitlement_nano, to_share=packs_to_share)
    if line.netted_nano:
        yield say(
            "netted_less" if line.netted_nano < 0 else "netted_more", line.netted_nano, opening=line.opening_packs
        )
    if line.floor_nano:
        yield say("floor_less" if line.floor_nano < 0 else "floor_more", line.floor_nano)
    if line.shortfall_nano:
        yield say("shortfall", -line.shortfall_nano, cap=line.cap_packs or 0)
    if line.moved_nano:
        yield say("moved_less" if line.moved_nano < 0 else "moved_more", line.moved_nano)
    repaid = line.debt_before_nano if line.method.carries_debt else 0
    if repaid:
        yield say("debt_owed" if repaid > 0 else "debt_owing", repaid)
    rounding = line.packs * NANO_PER_PACK - line.target_nano - repaid
    if rounding:
        direction = "up" if rounding > 0 else "down"
        kept = "" if line.method.carries_debt else "_webster"
        yield Term(
            "rounding", rounding,
            render_message(f"why.rounding_{direction}{kept}", locale, {"packs": _packs(abs(rounding), locale)}),
        )  # fmt: skip
    yield say("total", count=line.packs)


def _packs(amount_nano: int, locale: Locale) -> str:
    """Write billionths of a pack as packs; what would round to nothing keeps all its digits."""
    packs = Decimal(amount_nano) / NANO_PER_PACK
    return format_number(packs, locale, PACK_PLACES if round(packs, PACK_PLACES) else None)
