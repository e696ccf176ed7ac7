"""Say a certificate in words: one sentence per term, in the order in which they add up to the packs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from distribution.allocation.certificate import Certificate, FactorTerms
from distribution.allocation.grid import MICRO
from distribution.domain.enums import Bound, CooperativeKind, Hierarchy, NeedBasis, OutletSetting, PopulationBasis
from distribution.domain.numerals import format_number
from distribution.domain.rounds import NANO_PER_PACK
from distribution.messages import Locale, render_message
from distribution.services.sentences import spell_value
from distribution.services.shown_packs import show_packs

#: Key of a sentence, and what it names beside its amount.
Phrase = tuple[str, dict[str, object]]

_METRES_PER_KM = 1000
_METRES_PER_TENTH_KM = 100


@dataclass(frozen=True, slots=True)
class Term:
    """One term of an allotment: its stable code, its exact amount if it is one, and the sentence about it."""

    code: str
    amount_nano: int | None
    sentence: str


def describe_certificate(
    certificate: Certificate, locale: Locale, area_names: Mapping[str, str] | None = None
) -> tuple[Term, ...]:
    """Put a certificate into words.

    The amounts of the terms that have one add up to the packs, and so do the numbers in their sentences.

    Parameters
    ----------
    area_names
        Names of the areas that its need factors speak of, by code.

    Raises
    ------
    ValueError
        If the certificate does not add up.
    """
    return tuple(_Speaker(certificate, locale, area_names or {}).terms())


class _Speaker:
    """A certificate and the language it is told in."""

    def __init__(self, certificate: Certificate, locale: Locale, area_names: Mapping[str, str]) -> None:
        self.certificate, self.locale, self.area_names = certificate, locale, area_names
        self.policy, self.goods = certificate.policy, certificate.commodity
        self.outlet, self.line = certificate.outlet, certificate.line
        self.shown = show_packs(certificate)

    def terms(self) -> Iterator[Term]:
        """Tell the terms, those before the share, those of the target, and those that make it whole packs."""
        yield from self.people()
        yield from self.need()
        yield from self.share()
        yield from self.moves()
        yield from self.held()
        yield from self.whole_packs()
        yield from self.carried()

    def say(self, code: str, key: str, amount: int | None = None, **numbers: object) -> Term:
        """Render a sentence; with an amount it is about the term of this code, and ``packs`` in it is its size."""
        params = {name: self.spell(value) for name, value in numbers.items()}
        if amount is not None:
            params["packs"] = self.packs(abs(self.shown.terms[code]))
        return Term(code, amount, render_message(f"why.{key}", self.locale, params))

    def spell(self, value: object) -> object:
        """Write a value in the reader's way; numbers with groups of thousands."""
        if isinstance(value, int | Decimal):
            return format_number(value, self.locale)
        return spell_value(value, self.locale)

    def packs(self, nano: int) -> str:
        """Write billionths of a pack as packs."""
        return format_number(Decimal(nano) / NANO_PER_PACK, self.locale)

    def word(self, key: str) -> str:
        """Return a word that stands in a sentence."""
        return render_message(f"why.{key}", self.locale)

    def people(self) -> Iterator[Term]:
        """Tell who is counted, by whom and when."""
        outlet = self.outlet
        unit = self.word(f"unit.{self.policy.counts}")
        yield self.say("people", f"people_{outlet.basis}", counted=outlet.counted, unit=unit)
        if outlet.members and outlet.basis is not PopulationBasis.MEMBERS:
            yield self.say("members", "members", members=outlet.members, residents=outlet.residents, unit=unit)
        day = None if outlet.counted_on is None else dt.date.fromisoformat(outlet.counted_on)
        if outlet.source and day:
            yield self.say("count", "counted_by_on", source=outlet.source, day=day)
        elif outlet.source:
            yield self.say("count", "counted_by", source=outlet.source)
        elif day:
            yield self.say("count", "counted_on", day=day)

    def need(self) -> Iterator[Term]:
        """Tell the factors of the need, what they make together, and what the count then weighs."""
        outlet, policy = self.outlet, self.policy
        for factor in outlet.factors:
            yield self.factor(factor)
        need, exponent = Decimal(outlet.need_weight), Decimal(policy.need_exponent)
        if outlet.factors and exponent != 1:
            yield self.say("need", "need_power", exponent=exponent, need=need)
        elif len(outlet.factors) > 1:
            yield self.say("need", "need", need=need)
        weight = Decimal(outlet.weight_grid) / MICRO
        if (power := Decimal(policy.people_exponent)) != 1:
            yield self.say("weight", "weight_power", exponent=power, weight=weight)
        elif weight != outlet.counted:
            yield self.say("weight", "weight", weight=weight)

    def factor(self, factor: FactorTerms) -> Term:
        """Tell one factor of the need."""
        weight = Decimal(factor.weight)
        match factor.basis:
            case None | NeedBasis.AREA:
                key = "need_area" if factor.basis else "need_area_own"
                return self.say("need_factor", key, area=self.area_names.get(factor.key, factor.key), weight=weight)
            case NeedBasis.KIND:
                return self.say("need_factor", "need_kind", kind=CooperativeKind(factor.key), weight=weight)
            case NeedBasis.SETTING:
                return self.say("need_factor", "need_setting", setting=OutletSetting(factor.key), weight=weight)
            case NeedBasis.DISTANCE_KM:
                return self.distance(Decimal(factor.key), weight)

    def distance(self, least: Decimal, weight: Decimal) -> Term:
        """Tell how far the nearest warehouse is; an estimate is called one, to the tenth of a km below it."""
        metres = self.outlet.warehouse_m
        if metres is None or metres < 0:
            return self.say("need_factor", "need_no_road", weight=weight)
        key = "need_distance"
        if self.outlet.distance_is_estimate:
            key = "need_distance_estimated"
            metres -= metres % _METRES_PER_TENTH_KM  # down, so that it does not look like one of the next band
        return self.say("need_factor", key, km=Decimal(metres) / _METRES_PER_KM, least=least, weight=weight)

    def share(self) -> Iterator[Term]:
        """Tell the packs to share, and the exact share of them."""
        goods = self.goods
        if goods.reserved_packs:
            yield self.say("reserve", "reserve", to_share=goods.packs_to_share, reserved=goods.reserved_packs)
        yield self.say(
            "entitlement",
            "entitlement",
            self.line.entitlement_nano,
            to_share=goods.shared_packs,
            weight=Decimal(self.outlet.weight_grid) / MICRO,
            all_weights=Decimal(goods.weight_total_grid) / MICRO,
        )

    def moves(self) -> Iterator[Term]:
        """Tell the terms between the share by weight and the target."""
        phrases = {
            "repaid": self.repaid,
            "level": self.level,
            "netted": self.netted,
            "floor": self.floor,
            "shortfall": self.shortfall,
            "moved": self.moved,
        }
        for name, nano in self.certificate.target_terms.items():
            if nano and name in phrases:
                key, numbers = phrases[name](nano)
                yield self.say(name, key, nano, **numbers)

    def repaid(self, nano: int) -> Phrase:
        """Tell what repayments add or take."""
        repaid = self.line.repaid_packs
        if not repaid:
            return _more_or_less("repaid", nano), {}
        return _more_or_less("repaid_own", nano), {
            "repaid": repaid,
            "owed": self.packs(self.shown.shortfall_before),
        }

    def level(self, nano: int) -> Phrase:
        """Tell what fixed shares and the levels above add or take."""
        if self.outlet.fixed_part is None:
            return _more_or_less("level", nano), {}
        percent = Decimal(round(Fraction(self.outlet.fixed_part) * 100 * 1000)).scaleb(-3)
        key = "fixed" if self.policy.hierarchy is Hierarchy.FLAT else "fixed_level"
        return _more_or_less(key, nano), {"percent": percent}

    def netted(self, nano: int) -> Phrase:
        """Tell what closing balances add or take."""
        return _more_or_less("netted", nano), {"opening": self.line.opening_packs}

    def floor(self, nano: int) -> Phrase:
        """Tell what floors and complete baskets add or take."""
        line = self.line
        if nano < 0:
            return "floor_less", {}
        if line.basket_packs >= line.floor_packs:
            return "basket_more", {"least": line.basket_packs}
        return "floor_more", {"least": line.floor_packs}

    def shortfall(self, nano: int) -> Phrase:
        """Tell what the outlet's own cap keeps from it."""
        del nano
        match self.line.bound:
            case Bound.MIN_DROP:
                return "shortfall_min_drop", {"least": self.policy.min_drop_packs}
            case Bound.CAP:
                return "shortfall_cap", {"cap": self.line.cap_packs}
            case _:
                return "shortfall_storage", {"cap": self.line.cap_packs}

    def moved(self, nano: int) -> Phrase:
        """Tell what others pass on to it, or what is kept back."""
        if nano < 0 and self.policy.deviation_percent is not None and self.goods.unplaced_packs:
            return "moved_deviation", {"percent": Decimal(self.policy.deviation_percent)}
        return _more_or_less("moved", nano), {}

    def held(self) -> Iterator[Term]:
        """Tell what else held the target, and the target itself where something moved it."""
        match self.line.bound:
            case Bound.CLOSING_BALANCE:
                yield self.say("bound", "bound_closing_balance", opening=self.line.opening_packs)
            case Bound.MIN_DROP if not self.line.shortfall_nano:
                yield self.say("bound", "bound_min_drop", least=self.policy.min_drop_packs)
            case Bound.STORAGE | Bound.CAP as bound if not self.line.shortfall_nano:
                yield self.say("bound", f"bound_{bound}", cap=self.line.cap_packs)
        if self.line.target_nano != self.line.entitlement_nano:
            yield self.say("target", "target", target=self.packs(self.shown.target))

    def whole_packs(self) -> Iterator[Term]:
        """Tell the earlier debt, the rounding, and the packs."""
        debt, rounding = self.certificate.debt_taken_nano, self.line.rounding_nano
        if debt:
            yield self.say("debt", "debt_owed" if debt > 0 else "debt_owing", debt)
        if rounding:
            direction = "up" if rounding > 0 else "down"
            if self.goods.method.carries_debt:
                yield self.say("rounding", f"rounding_{direction}", rounding)
            else:
                yield self.say("rounding", f"rounding_{direction}_forgotten", rounding, method=self.goods.method)
        yield self.say("total", "total", count=self.line.packs)

    def carried(self) -> Iterator[Term]:
        """Tell what is carried on beside the rounding."""
        if not self.goods.method.carries_debt and self.line.debt_before_nano:
            yield self.say("debt_untouched", "debt_untouched", debt=self.packs(self.shown.debt_before))
        if self.line.carried_on_nano:
            yield self.say("carried_on", "carried_on", carried=self.packs(self.shown.carried_on))
        if self.line.shortfall_after_nano > 0:
            repaid = Fraction(self.policy.repay_percent) > 0
            key = "shortfall_after" if repaid else "shortfall_after_unpaid"
            yield self.say("shortfall_after", key, shortfall=self.packs(self.shown.shortfall_after))


def _more_or_less(key: str, nano: int) -> str:
    return f"{key}_more" if nano > 0 else f"{key}_less"
