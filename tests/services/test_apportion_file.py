"""A file of names and weights is apportioned exactly, or refused with every mistake at once."""

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from distribution.domain.enums import ApportionmentMethod
from distribution.domain.errors import InputError
from distribution.services.apportion_file import apportion_file, shortest_between
from distribution.services.sentences import describe_finding

M = ApportionmentMethod
STATES = "name,weight\nA,21878\nB,9713\nC,4167\nD,3252\nE,1065\n"


@pytest.fixture
def share(tmp_path):
    def run(text: str | bytes, packs: int, method: ApportionmentMethod = M.WEBSTER):
        file: Path = tmp_path / "names.csv"
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return apportion_file(file, packs, method)

    return run


@pytest.fixture
def refuse(share):
    def run(*args):
        with pytest.raises(InputError) as refusal:
            share(*args)
        findings = refusal.value.findings
        for locale in ("fa", "en"):
            for finding in findings:
                words = describe_finding(finding, locale)
                assert words.message
                assert words.fix
        return [(f.code, f.where.row, f.where.column, f.where.value) for f in findings]

    return run


def test_names_keep_the_order_of_the_file(share):
    result = share("name,weight\nZ,10\nA,20\nM,50\n", 50)
    assert (result.names, result.packs) == (("Z", "A", "M"), (6, 13, 31))


def test_a_divisor_of_few_digits_that_gives_the_result_is_told(share):
    result = share(STATES, 43)
    assert result.packs == (24, 10, 4, 4, 1)
    assert result.sentence("en") == "Divisor: 927"
    divisor = Decimal(result.params["divisor"])
    weights = (21878, 9713, 4167, 3252, 1065)
    assert [int(w / divisor + Decimal("0.5")) for w in weights] == [24, 10, 4, 4, 1]


@pytest.mark.parametrize("method", [M.HAMILTON, M.QUOTA, M.CUMULATIVE])
def test_the_level_is_told_in_the_unit_of_the_file(share, method):
    result = share("name,weight\nA,0.5\nB,1.2\nC,1.8\n", 7, method)
    assert result.packs == (1, 2, 4)
    assert (result.params["level"], result.params["fraction"]) == ("2", "2")
    bounded = share("name,weight,max\nA,0.5,\nB,1.5,\nC,2,1\n", 7, method)
    assert (bounded.params["fraction"], bounded.packs[2]) == ("3", 1)


def test_decimal_weights_in_any_digits_are_exact(share):
    tiny = share("name,weight\nA,0.000000000000000001\nB,0.000000000000000002\n", 3)
    assert tiny.packs == (1, 2)
    assert share("نام;وزن\nالف;۱٬۲۵۰٫۵\nب;۲٬۵۰۱\n", 3).packs == (1, 2)


def test_debts_are_repaid_under_cumulative_and_only_there(share, refuse):
    text = "name,weight,debt\nA,1,-0.4\nB,1,0.4\n"
    assert share(text, 1, M.CUMULATIVE).packs == (0, 1)
    assert share(text.replace("-0.4", "0.4").replace("B,1,0.4", "B,1,-0.4"), 1, M.CUMULATIVE).packs == (1, 0)
    assert refuse(text, 1, M.HAMILTON) == [("apportion_debt_unused", None, "debt", "hamilton")]
    assert refuse("name,weight,debt\nA,1,0.0000000001\n", 1, M.CUMULATIVE) == [
        ("value_too_many_decimals", 2, "debt", "0.0000000001")
    ]


def test_bounds_are_kept(share):
    assert share("name,weight,min,max\nA,21878,,10\nB,9713,,\nC,4167,,\nD,3252,,\nE,1065,4,\n", 43).packs[::4] == (
        10,
        4,
    )


def test_with_fewer_packs_than_names_no_divisor_is_made_up(share):
    assert share(STATES, 3, M.ADAMS).note == "no_divisor"
    assert share(STATES, 3, M.WEBSTER).note == "divisor"


@pytest.mark.parametrize("method", M)
def test_nothing_to_share_and_everybody_full_are_no_special_cases(share, method):
    assert share(STATES, 0, method).packs == (0,) * 5
    full = share("name,weight,max\nA,5,2\nB,9,0\nC,0,7\n", 2, method)
    assert full.packs == (2, 0, 0)
    for locale in ("fa", "en"):
        assert full.sentence(locale)


def test_every_mistake_is_told_at_once_with_row_value_and_repair(refuse):
    text = "name,weight,min,max,colour\nA,-3,1,,\nA,1,3,2,\n,x,,,\nB,2,1.5,-1,\n"
    assert sorted(refuse(text, 5), key=str) == [
        ("apportion_column_unknown", 1, "colour", "colour"),
        ("apportion_min_above_max", 3, "min", "3"),
        ("duplicate_key", 3, "name", "A"),
        ("value_missing", 4, "name", ""),
        ("value_not_integer", 5, "min", "1.5"),
        ("value_not_number", 4, "weight", "x"),
        ("value_out_of_range", 2, "weight", "-3"),
        ("value_out_of_range", 5, "max", "-1"),
    ]


def test_packs_beyond_what_the_bounds_leave_are_refused(refuse):
    text = "name,weight,min,max\nA,1,3,4\nB,0,1,9\n"
    assert refuse(text, 3) == [("apportion_below_min", None, "min", "3")]
    assert refuse(text, 6) == [("apportion_above_max", None, "max", "6")]
    assert refuse("name,weight\nA,0\n", 1) == [("apportion_above_max", None, "max", "1")]


def test_a_file_that_cannot_be_read_is_refused(refuse, tmp_path):
    assert [code for code, *_ in refuse(b"", 1)] == ["sheet_empty"]
    assert [code for code, *_ in refuse("name,weight\n", 1)] == ["sheet_empty"]
    assert [code for code, *_ in refuse(b"PK\x03\x04\x00\x00", 1)] == ["file_not_text"]
    assert [code for code, *_ in refuse("name\nA\n", 1)] == ["column_missing"]
    with pytest.raises(InputError) as refusal:
        apportion_file(tmp_path / "nowhere.csv", 1, M.WEBSTER)
    assert [f.code for f in refusal.value.findings] == ["file_missing"]


def test_another_encoding_is_read_and_told(share):
    result = share("name,weight\nمشهد,2\nقم,1\n".encode("cp1256"), 3)
    assert (result.names, result.packs) == (("مشهد", "قم"), (2, 1))
    assert [f.code for f in result.findings] == ["encoding_windows_1256"]


@pytest.mark.parametrize(
    ("low", "high", "power", "due"),
    [
        (Fraction(700), Fraction(900), 1, "800"),
        (Fraction(95), Fraction(105), 1, "100"),
        (Fraction(1, 3), Fraction(1, 2), 1, "0.4"),
        (Fraction(0), Fraction(1, 300), 1, "0.001"),
        (Fraction(12), None, 1, "13"),
        (Fraction(2), Fraction(3), 2, "1.5"),
        (Fraction(20, 3), Fraction(20, 3), 1, "20/3"),
        (Fraction(4, 9), Fraction(4, 9), 2, "2/3"),
        (Fraction(2), Fraction(2), 2, "√(2)"),
    ],
)
def test_the_decimal_of_fewest_digits_between_two_numbers(low, high, power, due):
    assert shortest_between(low, high, power) == due


def test_the_quota_method_refuses_what_it_would_share_for_hours(refuse):
    most = ApportionmentMethod.QUOTA.most_packs
    assert refuse("name,weight\nA,3\nB,2\n", most + 1, ApportionmentMethod.QUOTA) == [
        ("apportion_beyond_method", None, "", str(most + 1))
    ]
