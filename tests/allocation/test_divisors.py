"""Divisor methods agree with packs given one by one, wherever the search looks and whatever the size."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from distribution.allocation import divisors
from distribution.allocation.apportion import apportion
from distribution.allocation.divisors import SIGNPOSTS, divisor_range
from distribution.allocation.grid import MAX_PACKS
from distribution.domain.enums import ApportionmentMethod
from tests.support.allocation import by_row, ints
from tests.support.apportion import plain_divisor, signpost_squared

M = ApportionmentMethod
DIVISORS = [method for method in M if method.is_divisor]
methods = st.sampled_from(DIVISORS)
rows = st.lists(
    st.tuples(st.integers(0, 50) | st.integers(0, 2**80), st.integers(0, 4), st.integers(0, 12)),
    min_size=1,
    max_size=10,
)


def whole(weights):
    return np.array(weights, dtype=object if max(weights) >= 2**62 else np.int64)


def share(method, packs, weights, lower=None, upper=None):
    bounds = [None if bound is None else ints(bound) for bound in (lower, upper)]
    return apportion(method, packs, whole(weights), ties=by_row(weights), lower=bounds[0], upper=bounds[1]).tolist()


def best_refused_and_worst_met(method, weights, held, lower, upper):
    """Return the claims (d(k) / weight) squared, with the tie rank, of the strongest refused and the weakest met."""

    def claim(i, k):
        return signpost_squared(method, k) / weights[i] ** 2, ties[i]

    ties = by_row(weights)
    some = [i for i, w in enumerate(weights) if w]
    refused = min((claim(i, held[i]) for i in some if held[i] < upper[i]), default=None)
    met = max((claim(i, held[i] - 1) for i in some if held[i] > lower[i]), default=None)
    return refused, met


def assert_no_better_claim_waits(method, weights, held, lower, upper):
    refused, met = best_refused_and_worst_met(method, weights, held, lower, upper)
    assert refused is None or met is None or met < refused


@pytest.fixture(params=[(500, 1e-13), (0, 1e-13), (2, 1e-2)], ids=str)
def search(request, monkeypatch):
    """Let the search narrow down to few claims or to none, and distrust floats more than it must."""
    few, margin = request.param
    monkeypatch.setattr(divisors, "FEW", few)
    monkeypatch.setattr(divisors, "MARGIN", margin)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(methods, rows, st.data())
def test_packs_equal_those_given_one_by_one(search, method, cells, data):
    weights, lower, span = (list(column) for column in zip(*cells, strict=True))
    upper = [low + more for low, more in zip(lower, span, strict=True)]
    most = sum(up if w else low for w, low, up in zip(weights, lower, upper, strict=True))
    packs = data.draw(st.integers(sum(lower), most))
    due = plain_divisor(method, packs, weights, by_row(weights), lower, upper)
    assert share(method, packs, weights, lower, upper) == due


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(methods, st.integers(0, 150), st.lists(st.integers(0, 6), min_size=1, max_size=30).filter(any))
def test_many_equal_weights_tie_exactly(search, method, packs, weights):
    n = len(weights)
    assert share(method, packs, weights) == plain_divisor(method, packs, weights, by_row(weights), [0] * n, [packs] * n)


@settings(max_examples=40, deadline=None)
@given(
    methods,
    st.lists(st.integers(1, 10**15) | st.integers(2**60, 2**90), min_size=2, max_size=12),
    st.integers(10**4, MAX_PACKS),
)
def test_no_better_claim_waits_however_many_the_packs(method, weights, packs):
    n = len(weights)
    held = share(method, packs, weights)
    assert sum(held) == packs
    assert_no_better_claim_waits(method, weights, held, [0] * n, [packs] * n)


@pytest.mark.parametrize("method", DIVISORS)
@pytest.mark.parametrize("giant", [10**9, 10**30])
def test_one_giant_beside_many_small_ones(method, giant):
    weights = [giant, *range(1, 2001)]
    for packs in (1500, 10**6, MAX_PACKS):
        held = share(method, packs, weights)
        assert sum(held) == packs
        assert_no_better_claim_waits(method, weights, held, [0] * 2001, [packs] * 2001)


@pytest.mark.parametrize("method", DIVISORS)
def test_a_crowd_of_equals_shares_by_rank(method):
    held = share(method, 12_345, [10**9] * 10_000)
    assert held == [2] * 2_345 + [1] * 7_655


@pytest.mark.parametrize("method", DIVISORS)
def test_claims_that_floats_cannot_tell_apart_are_ordered_exactly(method):
    weights = [10**20 + i for i in range(200)]
    assert share(method, 3 * 200 + 50, weights) == [3] * 150 + [4] * 50


@pytest.mark.parametrize("method", [M.ADAMS, M.DEAN, M.HUNTINGTON_HILL])
def test_with_fewer_packs_than_names_the_largest_get_one(method):
    assert share(method, 3, [5, 900, 6, 6, 4]) == [0, 1, 1, 1, 0]
    assert share(method, 2, [5, 900, 6, 6, 4]) == [0, 1, 1, 0, 0]
    assert share(method, 3, [5, 900, 6, 6, 4], [1, 0, 0, 0, 0], [3, 0, 3, 3, 3]) == [1, 0, 1, 1, 0]


@pytest.mark.parametrize("method", DIVISORS)
def test_signposts_lie_between_a_pack_and_the_next(method):
    signpost = SIGNPOSTS[method]
    for k in (0, 1, 2, 10, 10**6, MAX_PACKS):
        numerator, denominator = signpost.fraction(k)
        assert Fraction(numerator, denominator) ** (2 // signpost.power) == signpost_squared(method, k)
        assert k**signpost.power <= Fraction(numerator, denominator) <= (k + 1) ** signpost.power
        near = float(signpost.near(np.array([float(k)]))[0])
        assert near**signpost.power == pytest.approx(numerator / denominator, rel=1e-14)


@given(methods, rows, st.data())
def test_every_divisor_of_the_range_gives_the_result(method, cells, data):
    weights, lower, span = (list(column) for column in zip(*cells, strict=True))
    upper = [low + more for low, more in zip(lower, span, strict=True)]
    most = sum(up if w else low for w, low, up in zip(weights, lower, upper, strict=True))
    packs = data.draw(st.integers(sum(lower), most))
    held = share(method, packs, weights, lower, upper)
    found = divisor_range(method, whole(weights), ints(held), lower=ints(lower), upper=ints(upper))
    if found.low is None:
        assert SIGNPOSTS[method].serves_all_first
        assert any(a == 0 < up for w, a, up in zip(weights, held, upper, strict=True) if w)
        return
    high = found.low + 1 if found.high is None else found.high
    assert found.low <= high
    assume(found.low < high)
    divisor = (found.low + high) / 2  # to the power of the signpost
    for w, a, low, up in zip(weights, held, lower, upper, strict=True):
        reach = (w**found.power / divisor) ** (2 // found.power)
        rounded = next(k for k in range(low, up + 1) if k == up or signpost_squared(method, k) > reach)
        assert a == (rounded if w else low)


def test_the_divisors_of_a_published_example():
    held = ints(share(M.WEBSTER, 43, [21878, 9713, 4167, 3252, 1065]))
    found = divisor_range(
        M.WEBSTER, ints([21878, 9713, 4167, 3252, 1065]), held, lower=ints([0] * 5), upper=ints([43] * 5)
    )
    assert (found.low, found.high) == (Fraction(2 * 4167, 9), Fraction(2 * 3252, 7))
