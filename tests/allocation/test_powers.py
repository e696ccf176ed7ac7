import random
import subprocess
import sys
from decimal import ROUND_HALF_EVEN, Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.powers import decimal_power, exact_product, rounded_powers

exponents = st.decimals(min_value=0, max_value=2, places=4)


def rounded(counts, exponent, factor):
    given_counts = np.array(counts, dtype=np.int64)
    return rounded_powers(given_counts, exponent, [factor] * len(counts), 2**62).tolist()


@given(st.integers(1, 2 * 10**9), exponents)
def test_a_power_is_right_to_the_last_of_its_24_decimals(base, exponent):
    with localcontext(prec=90):
        due = (Decimal(base) ** exponent).quantize(Decimal("1E-24"), ROUND_HALF_EVEN)
    assert decimal_power(Decimal(base), exponent) == due


@given(st.integers(1, 10**6), st.integers(2, 3))
def test_exact_roots_come_out_exactly(root, degree):
    exponent = Decimal("0.5") if degree == 2 else Decimal("1.5")
    assert decimal_power(Decimal(root) ** 2, exponent) == (root if degree == 2 else root**3)


def test_a_whole_exponent_keeps_every_digit():
    assert decimal_power(Decimal("0.000001"), Decimal(4)) == Decimal("1E-24")
    assert decimal_power(Decimal("1.000001"), Decimal("4.0")) == Decimal("1.000004000006000004000001")
    assert decimal_power(Decimal("1.0000001"), Decimal(4)) == Decimal("1.0000004000000600000040000001")
    assert decimal_power(Decimal("7.5"), Decimal(0)) == 1


@pytest.mark.parametrize(("base", "exponent"), [("0", "0.5"), ("-1", "2"), ("2", "-1"), ("1E9", "3"), ("1E20", "1.5")])
def test_a_power_without_meaning_or_beyond_reach_is_refused(base, exponent):
    with pytest.raises(ValueError, match=r"no power|too large"):
        decimal_power(Decimal(base), Decimal(exponent))


@given(st.lists(st.decimals(min_value="0.000001", max_value=1000, places=6), max_size=20))
def test_a_product_keeps_every_digit(factors):
    due = Fraction(1)
    for factor in factors:
        due *= Fraction(factor)
    assert Fraction(exact_product(tuple(factors))) == due


@given(
    st.lists(st.integers(0, 10**6) | st.integers(0, 900).map(lambda root: root * root), max_size=30),
    exponents | st.sampled_from([Decimal("0.5"), Decimal(0), Decimal(2)]),
    st.sampled_from([Fraction(10**6), Fraction(1, 4), Fraction(1, 2), Fraction(1_234_567_891, 1000)]),
)
def test_what_floats_propose_is_what_exact_powers_give(counts, exponent, factor):
    due = [round(Fraction(decimal_power(Decimal(n), exponent)) * factor) if n else 0 for n in counts]
    assert rounded(counts, exponent, factor) == due


def test_the_decimal_power_decides_where_floats_cannot_tell():
    chance = random.Random(1)
    counts = [chance.randrange(10**8, 10**9) for _ in range(200)]  # powers near 10^17: no float has the units
    due = [round(Fraction(decimal_power(Decimal(n), Decimal("1.3"))) * 10**6) for n in counts]
    assert rounded(counts, Decimal("1.3"), Fraction(10**6)) == due
    assert max(due) > 2**55


def test_halves_go_to_the_even_neighbour():
    counts = [n * n for n in range(1, 8)]
    assert rounded(counts, Decimal("0.5"), Fraction(1, 2)) == [0, 1, 2, 2, 2, 3, 4]


def test_a_number_beyond_the_range_comes_out_as_its_end():
    near = [2**31 - 1, 2**31, 2**31 + 1, 10**15, 0]
    assert rounded(near, Decimal(2), Fraction(1)) == [(2**31 - 1) ** 2, 2**62, 2**62, 2**62, 0]
    assert rounded([10**15], Decimal(40), Fraction(1)) == [2**62]  # no float holds it either


def test_the_decimal_module_written_in_python_gives_the_same_digits():
    program = (
        "import sys; sys.modules['_decimal'] = None\n"
        "import decimal; assert hasattr(decimal.Context.ln, '__code__'), 'still the module written in C'\n"
        "from distribution.allocation.powers import decimal_power\n"
        "print([str(decimal_power(decimal.Decimal(n), decimal.Decimal('0.7301'))) for n in (3, 4177, 10**6 + 3)])"
    )
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    due = [str(decimal_power(Decimal(n), Decimal("0.7301"))) for n in (3, 4177, 10**6 + 3)]
    assert done.stdout.strip() == str(due)
