"""The file of a round's certificates gives every certificate back as it was."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings

from distribution.allocation.certificate import Certificate
from distribution.allocation.certificate_file import (
    CertificateFileError,
    OutletLines,
    RoundTerms,
    dump_certificates,
    find_certificates,
)
from distribution.allocation.round_input import RoundInput
from tests.support.allocation import allocation_rounds
from tests.support.certificates import certify, rich_certificates


def dump(certificates: list[Certificate]) -> bytes:
    first = certificates[0]
    goods = dict.fromkeys(c.commodity for c in certificates)
    outlets = sorted({c.outlet.code: c.outlet for c in certificates}.items())
    return dump_certificates(
        RoundTerms(first.round, first.policy, tuple(goods)),
        [
            OutletLines(outlet, {c.commodity.code: c.line for c in certificates if c.outlet.code == code})
            for code, outlet in outlets
        ],
    )


@settings(max_examples=40)
@given(allocation_rounds(max_outlets=4))
def test_what_is_found_is_what_was_written(given_round: RoundInput) -> None:
    certificates = certify(given_round)
    if not certificates:
        return
    content = dump(certificates)
    for name in given_round.names:
        assert find_certificates(content, name) == tuple(c for c in certificates if c.outlet.code == name)


def test_an_outlet_is_found_by_its_own_code_and_not_by_a_text_that_holds_it() -> None:
    first, *others = rich_certificates()
    trap = replace(first, outlet=replace(first.outlet, code="0", source='"code":"00001"'))
    assert find_certificates(dump([trap, *others]), "00001") == (others[0],)
    assert find_certificates(dump([trap, *others]), "0000") == ()


def test_a_distance_that_is_an_estimate_comes_back_as_one() -> None:
    first, *others = rich_certificates()
    far = replace(first, outlet=replace(first.outlet, warehouse_m=119_259, distance_is_estimate=True))
    content = dump([far, *others])
    assert find_certificates(content, first.outlet.code) == (far,)
    assert content.count(b"distance_is_estimate") == 1  # left out where it is not


def test_weights_beyond_64_bits_come_back() -> None:
    first = rich_certificates()[0]
    heavy = replace(first, commodity=replace(first.commodity, weight_total_grid=2**70))
    assert find_certificates(dump([heavy]), first.outlet.code) == (heavy,)


def test_the_file_is_one_line_per_outlet_and_leaves_out_what_is_ordinary() -> None:
    head, *rows = dump(list(rich_certificates())).decode().splitlines(keepends=True)
    assert json.loads(head)["schema"] == "taavon.certificates/1"
    assert len(rows) == 3
    assert all(row.endswith("}\n") for row in rows)
    assert all(value not in {0, None} for row in rows for value in json.loads(row)["lines"]["rice"].values())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{}\n",
        b'{"schema":"taavon.certificates/2"}\n',
        b'{"schema":"taavon.certificates/1"}\n',
        b"[]\n",
        b"\xff\n",
    ],
)
def test_something_else_is_refused(content: bytes) -> None:
    with pytest.raises(CertificateFileError):
        find_certificates(content, "O1")


def test_a_line_with_a_figure_that_is_no_number_is_refused() -> None:
    content = dump(list(rich_certificates()))
    with pytest.raises(CertificateFileError, match="whole number"):
        find_certificates(content.replace(b'"cap_packs":20', b'"cap_packs":20.5'), "00000")
