"""Where new outlets help most, against every choice there is."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer import siting
from optimizer.siting import choose_sites


def best_of_all(gain, new):
    sites = range(gain.shape[1])
    return max(int(gain[:, list(some)].max(axis=1).sum()) for some in combinations(sites, min(new, len(sites))))


@given(st.integers(0, 2**20), st.integers(1, 9), st.integers(1, 6), st.integers(1, 4))
def test_no_other_choice_brings_more(seed, cells, candidates, new):
    gain = np.random.default_rng(seed).integers(-20, 50, (cells, candidates)).clip(0)
    found = choose_sites(gain, new)
    assert found.gain == found.bound == best_of_all(gain, new)
    assert found.gain == gain[:, list(found.sites)].max(axis=1, initial=0).sum()
    assert len(set(found.sites)) == len(found.sites) <= new
    assert list(found.gains) == sorted(found.gains, reverse=True)


@given(st.integers(0, 2**20), st.integers(1, 4))
def test_too_large_for_proof_it_keeps_the_guarantee_and_a_true_bound(seed, new):
    gain = np.random.default_rng(seed).integers(-20, 50, (9, 6)).clip(0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(siting, "_MOST_PAIRS", 0)
        found = choose_sites(gain, new)
    best = best_of_all(gain, new)
    assert 0.63 * best <= found.gain <= best <= found.bound


def test_greedy_alone_would_miss_the_pair():
    """The middle helps most by itself, but both ends together help more than the middle and one end."""
    gain = np.array([[6, 9, 0], [6, 9, 0], [6, 0, 9], [6, 0, 9]])
    assert set(choose_sites(gain, 2).sites) == {1, 2}
    assert choose_sites(gain, 1).sites == (0,)


def test_nothing_is_opened_for_nothing():
    assert choose_sites(np.zeros((3, 2), dtype=np.int64), 2).sites == ()
    assert choose_sites(np.array([[5, 5]]), 2).gains == (5,)
    assert choose_sites(np.array([[5]]), 0).sites == ()
    with pytest.raises(ValueError, match="least gain"):
        choose_sites(np.array([[-1]]), 1)
