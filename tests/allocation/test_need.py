from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.need import NeedFactor, NeedRangeError, NeedTable, combine_factors
from distribution.domain.enums import CooperativeKind, NeedBasis, OutletSetting
from distribution.domain.policy import NeedWeight
from tests.support.people import area

URBAN, RURAL = OutletSetting.URBAN, OutletSetting.RURAL
LOCAL = CooperativeKind.LOCAL
weights = st.decimals(min_value="0.01", max_value=20, places=6)


def row(basis, key, weight):
    return NeedWeight(policy_code="p", basis=basis, key=key, weight=Decimal(weight))


def factor(basis, key, weight):
    return NeedFactor(basis, key, Decimal(weight))


def test_without_a_policy_the_need_is_that_of_the_area_an_outlet_stands_in():
    table = NeedTable([area("p", need_weight="3"), area("a", None, "p", need_weight="1.25"), area("b", None, "p")])
    assert table.factors("a", LOCAL, URBAN) == (factor(None, "a", "1.25"),)
    assert table.factors("b", LOCAL, URBAN) == ()
    assert combine_factors(()) == 1


def test_factors_of_area_kind_setting_and_distance_are_multiplied():
    table = NeedTable(
        [area("a", need_weight="1.2")],
        [
            row(NeedBasis.AREA, "a", "1.5"),
            row(NeedBasis.KIND, "rural", "1.1"),
            row(NeedBasis.SETTING, "rural", "1.3"),
            row(NeedBasis.DISTANCE_KM, "0", "1"),
            row(NeedBasis.DISTANCE_KM, "50", "1.05"),
        ],
    )
    found = table.factors("a", CooperativeKind.RURAL, RURAL, table.band(50_000))
    assert found == (
        factor(None, "a", "1.2"),
        factor(NeedBasis.AREA, "a", "1.5"),
        factor(NeedBasis.KIND, "rural", "1.1"),
        factor(NeedBasis.SETTING, "rural", "1.3"),
        factor(NeedBasis.DISTANCE_KM, "50", "1.05"),
    )
    assert combine_factors(found) == Decimal("2.70270")
    assert table.factors("a", LOCAL, URBAN, table.band(49_999))[2:] == (factor(NeedBasis.DISTANCE_KM, "0", "1"),)


def test_the_weight_of_an_area_holds_below_it_and_the_nearest_wins():
    areas = [area("p"), area("c", None, "p"), area("d", None, "c"), area("e", None, "p"), area("q")]
    table = NeedTable(areas, [row(NeedBasis.AREA, "p", "2"), row(NeedBasis.AREA, "c", "3")])
    won = {code: table.factors(code, LOCAL, URBAN) for code in "pcdeq"}
    assert {code: [f.key for f in found] for code, found in won.items()} == {
        "p": ["p"],
        "c": ["c"],
        "d": ["c"],
        "e": ["p"],
        "q": [],
    }


def test_a_circle_of_parents_ends_the_search():
    table = NeedTable([area("a", None, "b"), area("b", None, "a")], [row(NeedBasis.AREA, "c", "2")])
    assert table.factors("a", LOCAL, URBAN) == ()


def test_the_largest_distance_that_is_reached_counts_in_order_of_number_not_of_text():
    table = NeedTable([], [row(NeedBasis.DISTANCE_KM, key, "1.1") for key in ("100", "20.5", "9")])
    assert [table.band(m) for m in (8_999, 9_000, 20_499, 20_500, 99_999, 100_000, 10**7)] == [
        None,
        "9",
        "9",
        "20.5",
        "20.5",
        "100",
        "100",
    ]


def test_an_outlet_without_a_road_counts_as_one_of_the_farthest():
    table = NeedTable([], [row(NeedBasis.DISTANCE_KM, key, "1.1") for key in ("100", "20")])
    assert table.needs_distance
    assert table.band(None) == "100"


def test_without_distances_in_the_policy_no_band_is_reached():
    table = NeedTable([area("a")], [row(NeedBasis.SETTING, "rural", "2")])
    assert not table.needs_distance
    assert table.band(None) is None
    assert table.band(10**6) is None


@pytest.mark.parametrize("key", ["near", "Infinity", "NaN"])
def test_a_distance_that_is_no_number_is_refused(key):
    with pytest.raises(ValueError, match="kilometres"):
        NeedTable([], [row(NeedBasis.DISTANCE_KM, key, "2")])


@given(st.permutations(["1.234567", "0.765432", "19.999999", "3.000001", "7.654321"]))
def test_the_product_is_exact_rounded_once_and_the_same_in_any_order(texts):
    exact = Fraction(1)
    for text in texts:
        exact *= Fraction(text)
    need = combine_factors(factor(None, "a", text) for text in texts)
    assert need.as_tuple().exponent == -9
    assert abs(Fraction(need) - exact) <= Fraction(1, 2 * 10**9)


def test_half_a_billionth_goes_to_the_even_neighbour():
    assert combine_factors([factor(None, "a", "0.000001"), factor(None, "a", "0.0025")]) == Decimal("0.000000002")
    assert combine_factors([factor(None, "a", "0.000001"), factor(None, "a", "0.0035")]) == Decimal("0.000000004")


@given(st.lists(weights, max_size=5), st.integers(0, 4))
def test_a_whole_exponent_multiplies_the_product_by_itself(values, exponent):
    product = Fraction(1)
    for value in values:
        product *= Fraction(value) ** exponent
    if not Fraction(1, 10**9) <= product <= 10**9:
        return
    need = combine_factors((NeedFactor(None, "a", value) for value in values), Decimal(exponent))
    assert need == Decimal(round(product * 10**9)).scaleb(-9)


@given(weights, st.decimals(min_value=0, max_value=4, places=4))
def test_a_fractional_exponent_gives_the_power_to_the_last_digit(value, exponent):
    with localcontext(prec=80):
        due = (Decimal(value) ** exponent).quantize(Decimal("1E-9"), ROUND_HALF_EVEN)
    if due >= Decimal("1E-9"):
        assert combine_factors([NeedFactor(None, "a", value)], exponent) == due


def test_exponent_nought_leaves_need_out_and_roots_of_squares_are_exact():
    assert combine_factors([factor(None, "a", "7.3")], Decimal(0)) == 1
    assert combine_factors([factor(None, "a", "1.21")], Decimal("0.5")) == Decimal("1.1")


@pytest.mark.parametrize(
    ("texts", "exponent"), [(["0.000001"] * 2, "1"), (["1000"] * 4, "1"), (["1000"] * 5, "4"), (["0.01"], "4.5001")]
)
def test_a_need_that_would_round_to_nothing_or_grows_out_of_hand_is_refused(texts, exponent):
    with pytest.raises(NeedRangeError, match="out of range"):
        combine_factors([factor(None, "a", text) for text in texts], Decimal(exponent))
