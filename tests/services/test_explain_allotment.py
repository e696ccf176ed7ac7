"""An outlet's allotments are explained from its certificates, in words a clerk understands, and never if they are wrong."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from distribution.allocation.certificate import Certificate, FactorTerms
from distribution.allocation.certificate_file import find_certificates
from distribution.allocation.check_certificate import check_certificate
from distribution.allocation.grid import NANO
from distribution.domain.dataset import Dataset
from distribution.domain.enums import (
    ApportionmentMethod,
    Bound,
    CooperativeKind,
    CountBasis,
    Hierarchy,
    NeedBasis,
    OutletSetting,
    PopulationBasis,
    Role,
)
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.policy import BasketLine, FixedShare, MemberCount, NeedWeight, OutletLimit, Policy
from distribution.domain.principal import Principal
from distribution.messages import LOCALES, Locale, load_catalogue
from distribution.services.allocate_round import Accounts, allocate_quotas
from distribution.services.certificate_sentences import describe_certificate
from distribution.services.explain_allotment import explain_allotments
from distribution.services.explain_run import explain_run
from distribution.services.exports.certificates import CERTIFICATES, certify_allocation
from distribution.services.run_folder import DATABASE
from distribution.services.shown_packs import show_packs
from distribution.store.engine import create_database, database_url
from distribution.store.repositories.files import NewFile
from distribution.store.schema import upgrade
from distribution.store.unit_of_work import UnitOfWork
from tests.support.allocation import allocation_rounds
from tests.support.certificates import certify, rich_certificates
from tests.support.networks import small_network
from tests.support.rounds import keep_round

PLANNER = Principal(Role.PLANNER, None, "test")


def network_with_needs() -> Dataset:
    """Build the small network with a counted area, and a policy that weighs every basis there is."""
    dataset = small_network()
    east, province, west = dataset.areas
    counted = {"population_source": "Statistical Centre", "population_date": dt.date(2016, 10, 20)}
    weights = (
        ("area", "province", "1.1"), ("kind", "workers", "1.2"), ("setting", "urban", "0.9"), ("distance_km", "0", "1.05"),
    )  # fmt: skip
    return replace(
        dataset,
        areas=(east.model_copy(update=counted | {"need_weight": Decimal("1.5")}), province, west),
        policies=(
            Policy(
                code="default",
                name_en="Fair",
                name_fa="منصفانه",
                need_exponent=Decimal("0.5"),
                people_exponent=Decimal("0.9"),
            ),
        ),
        need_weights=tuple(
            NeedWeight(policy_code="default", basis=NeedBasis(basis), key=key, weight=Decimal(weight))
            for basis, key, weight in weights
        ),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run's folder with one round kept."""
    place = tmp_path_factory.mktemp("run")
    uow = opened(place)
    keep_round(uow, network_with_needs(), "spring")
    uow.engine.dispose()
    return place


def opened(place: Path) -> UnitOfWork:
    engine = create_database(database_url(place / DATABASE))
    upgrade(engine)
    return UnitOfWork(engine)


def sentences(certificate: Certificate, locale: Locale = "en") -> dict[str, str]:
    return {term.code: term.sentence for term in describe_certificate(certificate, locale)}


def summed(certificate: Certificate) -> Certificate:
    """Let the share by weight be what it must be for the terms to add up."""
    line = certificate.line
    missing = line.packs * NANO - sum(certificate.terms.values())
    target = line.packs * NANO - certificate.debt_taken_nano - line.rounding_nano
    return replace(
        certificate, line=replace(line, entitlement_nano=line.entitlement_nano + missing, target_nano=target)
    )


def read_number(name: str, sentence: str) -> Decimal:
    """Read a number out of an English sentence, as a person does who knows the sentence."""
    for key, template in load_catalogue("en").items():
        if key.startswith("why.") and f"{{{name}}}" in template:
            pattern = re.escape(template).replace(rf"\{{{name}\}}", r"(?P<it>[\d,.]*\d)")
            if found := re.fullmatch(re.sub(r"\\{\w+\\}", ".+", pattern), sentence):
                return Decimal(found["it"].replace(",", ""))
    raise AssertionError(sentence)


@settings(max_examples=60)
@given(allocation_rounds(max_outlets=4))
def test_the_numbers_that_are_read_add_up_to_the_target_and_to_the_packs(given_round) -> None:
    for certificate in certify(given_round):
        terms = describe_certificate(certificate, "en")
        read = {
            t.code: read_number("packs", t.sentence) * (-1 if t.amount_nano < 0 else 1)
            for t in terms
            if t.amount_nano is not None
        }
        assert all(read[t.code] or not t.amount_nano for t in terms if t.code in read)
        assert sum(read.values()) == certificate.line.packs
        for told in (t.sentence for t in terms if t.code == "target"):
            of_target = [number for code, number in read.items() if code not in {"debt", "rounding"}]
            assert sum(of_target) == read_number("target", told)


@settings(max_examples=40)
@given(allocation_rounds(max_outlets=4), st.sampled_from(LOCALES))
def test_the_amounts_that_are_told_add_up_whatever_the_policy(given_round, locale) -> None:
    for certificate in certify(given_round):
        terms = describe_certificate(certificate, locale)
        amounts = [t.amount_nano for t in terms if t.amount_nano is not None]
        assert sum(amounts) == certificate.line.packs * NANO
        assert all(t.sentence and "{" not in t.sentence for t in terms)


def test_a_certificate_is_told_in_the_order_in_which_it_is_added() -> None:
    terms = describe_certificate(rich_certificates()[0], "en", {"area": "East"})
    assert [t.code for t in terms] == [
        "people", "members", "need_factor", "weight", "entitlement", "repaid", "netted", "floor", "shortfall", "target",
        "debt", "rounding", "total", "shortfall_after",
    ]  # fmt: skip
    assert [t.sentence for t in terms] == [
        "It serves 40 people, as declared.",
        "20 people of them are on its member list, 20 live around it.",
        "Its area \u2068East\u2069 has a need weight of 1.5.",
        "Weighted by need they count as 60.",
        "Of 60 packs to share, its exact share by weight (60 of 110) is 32.727.",
        "4 packs of the 4 it fell short of before are repaid now; less its part in all repayments, this adds 1.273.",
        "2 packs are left in its store from before: 0.363 less.",
        "The least quantities and complete baskets of others take 0.97.",
        "Beside the other goods of its class its store takes at most 20 packs in the period: 12.667 of its share find no room and are kept as its shortfall.",
        "Its exact target is 20.",
        "0.333 packs are owed to it from the rounding of earlier rounds.",
        "Rounding to whole packs gives it 0.333 less, which the next round adds.",
        "Together: 20 whole packs.",
        "Its shortfall then stands at 12.667 packs and is carried on.",
    ]


def test_where_something_would_look_like_nothing_all_get_as_many_digits_as_that_takes() -> None:
    first = rich_certificates()[0]
    told = sentences(summed(replace(first, line=replace(first.line, moved_nano=-1))))
    assert told["moved"] == "0.000000001 pass on to other outlets."
    assert told["netted"].endswith(": 0.363636364 less.")
    told = sentences(summed(replace(first, line=replace(first.line, moved_nano=-20_000))))
    assert told["moved"] == "0.00002 pass on to other outlets."
    assert told["netted"].endswith(": 0.36363 less.")


def test_a_certificate_that_does_not_add_up_is_not_told() -> None:
    first = rich_certificates()[0]
    with pytest.raises(ValueError, match="is not the sum"):
        describe_certificate(replace(first, line=replace(first.line, moved_nano=NANO)), "en")


@given(st.integers(0, 10**10), st.integers(0, 10**10), st.integers(0, 9))
def test_the_shortfall_account_that_is_shown_adds_up_too(before: int, shortfall: int, repaid: int) -> None:
    assume(repaid * NANO <= before)
    carried_on = shortfall // 3
    after = before + shortfall - carried_on - repaid * NANO
    first = rich_certificates()[0]
    figures = {
        "shortfall_before_nano": before, "shortfall_nano": shortfall, "repaid_packs": repaid,
        "carried_on_nano": carried_on,
    }  # fmt: skip
    shown = show_packs(summed(replace(first, line=replace(first.line, **figures, shortfall_after_nano=after))))
    kept = -shown.terms["shortfall"] - shown.carried_on
    assert shown.shortfall_before + kept - repaid * NANO == shown.shortfall_after
    for seen, exact in ((shown.shortfall_before, before), (shown.shortfall_after, after)):
        assert abs(seen - exact) < 2 * 10**6
        assert (seen > 0) == (exact > 0)


@pytest.mark.parametrize(
    ("bound", "sentence"),
    [
        (
            Bound.STORAGE,
            "Beside the other goods of its class its store takes at most 20 packs in the period: more than",
        ),
        (Bound.CAP, "At most 20 packs are set for it: more than"),
    ],
)
def test_a_cap_that_held_the_target_is_told_where_nothing_fell_short_of_it(bound: Bound, sentence: str) -> None:
    first = rich_certificates()[0]
    met = summed(replace(first, line=replace(first.line, bound=bound, shortfall_nano=0)))
    assert sentences(met)["bound"].startswith(sentence)
    short = summed(replace(first, line=replace(first.line, bound=bound)))
    assert "bound" not in sentences(short)
    assert "shortfall" in sentences(short)


def test_a_shortfall_that_the_policy_never_repays_is_not_said_to_be_carried_on() -> None:
    first = rich_certificates()[0]
    assert sentences(first)["shortfall_after"].endswith("and is carried on.")
    never = replace(first, policy=replace(first.policy, repay_percent="0"))
    assert sentences(never)["shortfall_after"].endswith("this policy repays none of it.")


@pytest.mark.parametrize(
    ("metres", "km", "estimated_km"),
    [(119_259, "119.259", "119.2"), (61_500, "61.5", "61.5"), (49_999, "49.999", "49.9"), (40, "0.04", "0")],
)
def test_an_estimated_distance_is_called_an_estimate(metres: int, km: str, estimated_km: str) -> None:
    first = rich_certificates()[0]
    factors = (FactorTerms(NeedBasis.DISTANCE_KM, "0", "1.5"),)
    measured = replace(first, outlet=replace(first.outlet, factors=factors, warehouse_m=metres))
    assert sentences(measured)["need_factor"].startswith(f"The nearest warehouse is {km} km away by road;")
    estimated = replace(measured, outlet=replace(measured.outlet, distance_is_estimate=True))
    told = sentences(estimated)["need_factor"]
    assert told.startswith(f"The nearest warehouse is about {estimated_km} km away, an estimate from the straight line")
    assert "by road" not in told


@pytest.mark.parametrize("locale", LOCALES)
def test_every_sentence_of_the_catalogue_is_told_for_some_certificate(locale: Locale) -> None:
    first = rich_certificates()[0]

    def but(**parts: dict[str, object]) -> Certificate:
        changed = {name: replace(getattr(first, name), **changes) for name, changes in parts.items()}
        return summed(replace(first, **changed))

    factors = tuple(
        FactorTerms(basis, key, "2")
        for basis, key in (
            (None, "east"), (NeedBasis.AREA, "east"), (NeedBasis.KIND, CooperativeKind.RURAL.value),
            (NeedBasis.SETTING, OutletSetting.RURAL.value), (NeedBasis.DISTANCE_KM, "50"),
        )
    )  # fmt: skip
    signs = (1, -1)
    terms = (
        "repaid_nano",
        "level_nano",
        "netted_nano",
        "floor_nano",
        "moved_nano",
        "debt_before_nano",
        "rounding_nano",
    )
    told = [
        *(but(line={name: sign}) for name in terms for sign in signs),
        *(but(line={"repaid_nano": sign, "repaid_packs": 0}) for sign in signs),
        *(but(outlet={"fixed_part": "1/3"}, line={"level_nano": sign}) for sign in signs),
        *(
            but(outlet={"fixed_part": "1/3"}, policy={"hierarchy": Hierarchy.AREAS}, line={"level_nano": sign})
            for sign in signs
        ),
        *(but(line={"rounding_nano": sign}, commodity={"methods": (ApportionmentMethod.WEBSTER,)}) for sign in signs),
        *(but(line={"bound": bound}) for bound in Bound),
        *(but(line={"bound": bound, "shortfall_nano": 0}) for bound in (Bound.MIN_DROP, Bound.STORAGE, Bound.CAP)),
        but(line={"floor_nano": 1, "basket_packs": 5}),
        but(line={"moved_nano": -1}, policy={"deviation_percent": "5"}, commodity={"unplaced_packs": 1}),
        *(but(outlet={"basis": basis}) for basis in PopulationBasis),
        but(outlet={"source": "Centre", "counted_on": "2016-10-20"}, policy={"counts": CountBasis.HOUSEHOLDS}),
        but(outlet={"source": "Centre"}),
        but(outlet={"counted_on": "2016-10-20"}),
        but(outlet={"factors": factors, "warehouse_m": 61_500}, policy={"need_exponent": "0.5"}),
        but(outlet={"factors": factors, "warehouse_m": 61_500, "distance_is_estimate": True}),
        but(outlet={"factors": factors, "warehouse_m": -1}, policy={"people_exponent": "0.5"}),
        but(line={"carried_on_nano": NANO}),
        but(policy={"repay_percent": "0"}),
        but(commodity={"reserved_packs": 3}),
    ]
    spoken = [term.sentence for certificate in told for term in describe_certificate(certificate, locale)]
    for key, sentence in load_catalogue(locale).items():
        if key.startswith("why.") and not key.startswith("why.unit."):
            pattern = re.compile(re.sub(r"\\{\w+\\}", ".+", re.escape(sentence)))
            assert any(pattern.fullmatch(each) for each in spoken), key


@pytest.mark.parametrize("locale", LOCALES)
def test_a_round_of_a_policy_is_explained_from_what_was_kept(folder: Path, locale: Locale) -> None:
    explained = explain_run(folder, "O9", locale)
    assert [e.certificate.commodity.code for e in explained] == ["chicken", "eggs", "rice"]
    for each in explained:
        assert check_certificate(each.certificate) == ()
        assert each.certificate.line.packs == each.allotment.line.packs
        assert [f.basis for f in each.certificate.outlet.factors] == [None, *NeedBasis]
    told = {term.code: term.sentence for term in explained[0].terms}
    source = {
        "en": "\u2068Statistical Centre\u2069 on 2016-10-20",
        "fa": "\u2068Statistical Centre\u2069 و به تاریخ ۱۳۹۵/۰۷/۲۹",
    }
    assert source[locale] in told["count"]
    names = {"en": "Province", "fa": "استان"}
    assert any(names[locale] in term.sentence for term in explained[0].terms)
    shown = explained[0].policy_name.replace("\u2068", "").replace("\u2069", "")
    assert shown == {"en": "Fair (default)", "fa": "منصفانه (default)"}[locale]
    estimate = {"en": "an estimate from the straight line", "fa": "از روی خط مستقیم"}
    assert any(estimate[locale] in term.sentence for term in explained[0].terms)


def test_one_commodity_of_one_round_may_be_asked_for(folder: Path) -> None:
    (rice,) = explain_run(folder, "O1", "en", round_code="spring", commodity_code="rice")
    assert rice.certificate.commodity.code == "rice"


@pytest.mark.parametrize(
    ("outlet", "options", "code", "suggestion"),
    [
        ("Shop 5", {}, "outlet_unknown_near", "O5"),
        ("o3", {}, "outlet_unknown_near", "O3"),
        ("فروشگاه ۴", {}, "outlet_unknown_near", "O4"),
        ("warehouse-of-nowhere", {}, "outlet_unknown", None),
        ("O1", {"round_code": "autumn"}, "round_unknown", None),
        ("O1", {"commodity_code": "sugar"}, "commodity_not_shared", None),
    ],
)
def test_what_is_not_there_is_named_with_what_is_near(
    folder: Path, outlet: str, options: dict[str, str], code: str, suggestion: str | None
) -> None:
    with pytest.raises(NotFoundError) as caught:
        explain_run(folder, outlet, "en", **options)
    assert (caught.value.code, caught.value.params.get("suggestion")) == (code, suggestion)


def test_a_folder_without_a_run_or_without_a_round_is_told(tmp_path: Path) -> None:
    with pytest.raises(StateError, match="no_previous"):
        explain_run(tmp_path, "O1", "en")
    opened(tmp_path).engine.dispose()
    with pytest.raises(NotFoundError, match="no_round_kept"):
        explain_run(tmp_path, "O1", "en")


def change_certificates(uow: UnitOfWork, old: bytes, new: bytes) -> None:
    with uow.write() as tx:
        round_id = tx.rounds.get("spring").require_id()
        content = tx.files.get(round_id, CERTIFICATES).content
        assert old in content
        tx.files.put(round_id, [NewFile(CERTIFICATES, "application/jsonl", content.replace(old, new))])


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[UnitOfWork]:
    uow = opened(tmp_path)
    keep_round(uow, small_network(), "spring")
    yield uow
    uow.engine.dispose()


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b'"packs_to_share":1200', b'"packs_to_share":1300', "certificate_wrong"),
        (b'"counted":5000', b'"counted":5001', "certificate_wrong"),
        (b'"rice":{', b'"wheat":{', "certificate_wrong"),
        (b"taavon.certificates/1", b"taavon.certificates/9", "certificates_damaged"),
        (b'"target_nano":', b'"target_nano":"no"', "certificates_damaged"),
    ],
)
def test_a_certificate_that_was_changed_is_not_told(kept: UnitOfWork, old: bytes, new: bytes, code: str) -> None:
    assert explain_allotments(kept, PLANNER, "spring", "O0", "en")
    change_certificates(kept, old, new)
    with pytest.raises(StateError, match=code):
        explain_allotments(kept, PLANNER, "spring", "O0", "en")


def test_packs_that_were_changed_beside_the_certificate_are_found(kept: UnitOfWork) -> None:
    with kept.write() as tx:
        (line, *_) = tx.rounds.allotments("spring", outlet_code="O0")
        line.packs += 1
        tx.session.add(line)
    with pytest.raises(StateError, match="certificate_wrong") as caught:
        explain_allotments(kept, PLANNER, "spring", "O0", "en")
    assert caught.value.params["figures"] == "packs"


def test_a_round_from_before_there_were_certificates_says_so(kept: UnitOfWork) -> None:
    with kept.write() as tx:
        tx.files.replace(tx.rounds.get("spring").require_id(), [])
    with pytest.raises(NotFoundError, match="certificates_missing"):
        explain_allotments(kept, PLANNER, "spring", "O0", "en")


def test_the_file_names_every_outlet_once_in_order_of_code(kept: UnitOfWork) -> None:
    with kept.read() as tx:
        content = tx.files.get(tx.rounds.get("spring").require_id(), CERTIFICATES).content
    head, *rows = (json.loads(line) for line in content.splitlines())
    assert head["round"] == "spring"
    assert [row["outlet"]["code"] for row in rows] == [f"O{i}" for i in range(10)]


@pytest.mark.parametrize("rule", [{"min_drop_packs": 30}, {"deviation_percent": Decimal(1)}])
def test_every_certificate_of_a_policy_that_asks_for_everything_is_right(rule: dict[str, Any]) -> None:
    dataset = small_network()
    areas = tuple(area.model_copy(update={"households": 9_001}) for area in dataset.areas if area.parent_code)
    policy = Policy(
        code="all", counts=CountBasis.HOUSEHOLDS, people_exponent=Decimal("0.8"), need_exponent=Decimal("1.5"),
        hierarchy=Hierarchy.UNIONS, reserve_percent=Decimal("12.5"), repay_percent=Decimal(50),
        methods=(ApportionmentMethod.QUOTA, ApportionmentMethod.CUMULATIVE), **rule,
    )  # fmt: skip
    basket = BasketLine(policy_code="all", commodity_code="eggs", kg=Decimal("0.006"))
    dataset = replace(
        dataset,
        areas=(dataset.areas[1].model_copy(update={"need_weight": Decimal("1.25")}), *areas),
        policies=(policy,),
        need_weights=(NeedWeight(policy_code="all", basis=NeedBasis.KIND, key="rural", weight=Decimal("1.3")),),
        fixed_shares=(FixedShare(policy_code="all", node_code="west", percent=Decimal("33.333333")),),
        baskets=() if "deviation_percent" in rule else (basket,),  # a policy has one or the other
        limits=(OutletLimit(outlet_code="O1", commodity_code="rice", floor_packs=2, cap_packs=20),),
        members=(MemberCount(area_code="west", outlet_code="O6", people=900, households=300),),
    )
    accounts = Accounts(
        rounding_debt={("O2", "rice"): 10**9 // 3, ("O3", "rice"): -(10**9 // 3)},
        shortfall={("O4", "rice"): 7 * 10**9 + 1, ("O5", "eggs"): 10**9},
    )
    allocation = allocate_quotas(dataset, dataset.quotas_by_round["spring"], accounts, "all")
    content = certify_allocation(allocation, "spring")
    packs = {(a.outlet_code, a.commodity_code): a.packs for a in allocation.allotments}
    certified = [c for outlet in dataset.outlets for c in find_certificates(content, outlet.code)]
    assert {(c.outlet.code, c.commodity.code): c.line.packs for c in certified} == packs
    assert [c for c in certified if check_certificate(c)] == []
    six = next(c for c in certified if c.outlet.code == "O6")
    assert (six.outlet.people, six.outlet.members, six.outlet.counted > 300) == (5000, 300, True)
    assert any(c.line.bound in {Bound.MIN_DROP, Bound.DEVIATION} for c in certified)
    assert any(c.line.level_nano and c.outlet.fixed_part == "33333333/100000000" for c in certified)
