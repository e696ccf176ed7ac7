"""A certificate adds up for whatever a policy asks, and no figure of it can be changed unnoticed."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from distribution.allocation.certificate import SCHEMA, Certificate, CommodityTerms, LineTerms, OutletTerms
from distribution.allocation.check_certificate import check_certificate
from distribution.allocation.grid import NANO
from distribution.allocation.round_input import RoundInput
from distribution.domain.enums import ApportionmentMethod
from tests.support.allocation import allocation_rounds
from tests.support.certificates import certify, rich_certificates

FEWER = settings(max_examples=60)  # every example is a whole round


def changed(certificate: Certificate, part: str, name: str, value: object) -> Certificate:
    return replace(certificate, **{part: replace(getattr(certificate, part), **{name: value})})


@FEWER
@given(allocation_rounds())
def test_every_certificate_of_every_policy_is_right(given_round: RoundInput) -> None:
    for certificate in certify(given_round):
        assert check_certificate(certificate) == ()


@FEWER
@given(allocation_rounds())
def test_the_certificates_of_a_commodity_together_make_up_what_there_was(given_round: RoundInput) -> None:
    certificates = certify(given_round)
    for goods in {c.commodity for c in certificates}:
        lines = [c.line for c in certificates if c.commodity == goods]
        assert sum(c.outlet.weight_grid for c in certificates if c.commodity == goods) == goods.weight_total_grid
        placed = goods.shared_packs - goods.unplaced_packs
        assert sum(line.packs for line in lines) == placed
        assert sum(sum(c.target_terms.values()) for c in certificates if c.commodity == goods) == placed * NANO
        if goods.weight_total_grid:
            assert sum(line.entitlement_nano for line in lines) == goods.shared_packs * NANO


CHECKED = [
    *(("line", f.name) for f in fields(LineTerms) if f.name.endswith("_nano") or f.name in {"packs", "repaid_packs"}),
    *(("outlet", name) for name in ("counted", "members", "residents", "weight_grid")),
    *(("commodity", f.name) for f in fields(CommodityTerms)
      if f.name.endswith(("_g", "_grid")) or f.name in {"packs_to_share", "reserved_packs"}),
]  # fmt: skip


@pytest.mark.parametrize(("part", "name"), CHECKED)
@pytest.mark.parametrize("change", [1, -1, 10**6])
def test_a_figure_that_is_changed_is_found(part: str, name: str, change: int) -> None:
    certificate = rich_certificates()[0]
    before = getattr(getattr(certificate, part), name)
    assert check_certificate(changed(certificate, part, name, before + change))


def test_the_rich_certificate_is_right_and_has_every_kind_of_term() -> None:
    certificate = rich_certificates()[0]
    assert check_certificate(certificate) == ()
    assert {name for name, nano in certificate.terms.items() if nano} >= {
        "entitlement", "repaid", "netted", "floor", "shortfall", "debt"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("part", "name", "value"),
    [
        ("policy", "people_exponent", "0.9"),
        ("policy", "need_exponent", "2"),
        ("policy", "need_exponent", "none"),
        ("policy", "reserve_percent", "10"),
        ("policy", "repay_percent", "0"),
        ("outlet", "need_weight", "1.500000001"),
        ("outlet", "factors", ()),
        ("outlet", "counted", -1),
        ("commodity", "methods", (ApportionmentMethod.WEBSTER,)),
        ("commodity", "pack_g", 0),
        ("line", "cap_packs", 3),
        ("line", "limit_packs", 3),
    ],
)
def test_a_rule_that_is_changed_is_found(part: str, name: str, value: object) -> None:
    assert check_certificate(changed(rich_certificates()[0], part, name, value))


@pytest.mark.parametrize("name", ["floor_packs", "basket_packs"])
def test_a_floor_that_was_not_kept_is_found(name: str) -> None:
    last = rich_certificates()[-1]
    assert check_certificate(changed(last, "line", name, last.line.packs + 1)) == ("bounds",)


@settings(max_examples=40)
@given(allocation_rounds(max_outlets=3), st.data())
def test_the_sum_of_the_document_gives_the_packs_and_holds_no_float(
    given_round: RoundInput, data: st.DataObject
) -> None:
    certificates = certify(given_round)
    if not certificates:
        return
    certificate = data.draw(st.sampled_from(certificates))

    def refuse(text: str) -> float:
        raise AssertionError(text)

    document = json.loads(json.dumps(certificate.to_document()), parse_float=refuse)
    assert document["schema"] == SCHEMA
    assert sum(term["nano"] for term in document["sum"]) == certificate.line.packs * NANO
    assert sum(Decimal(term["packs"]) for term in document["sum"]) == certificate.line.packs
    assert document["outlet"].keys() == {f.name for f in fields(OutletTerms)}
