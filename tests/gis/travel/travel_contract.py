"""The suite that every provider of travel passes; a module that takes it over has a fixture ``travel``."""

import pickle

import numpy as np
import pytest

from gis.travel.protocol import UNREACHABLE, unreachable_pairs
from optimizer.travel import UNREACHABLE as UNREACHABLE_OF_THE_OPTIMIZER
from optimizer.travel import Travel

PLACES = 40
ALL = range(PLACES)


def test_the_optimizer_can_use_it_and_means_the_same_by_unreachable(travel):
    used: Travel = travel  # checked by mypy too
    assert used.matrix([0], [1])[0].shape == (1, 1)
    assert UNREACHABLE == UNREACHABLE_OF_THE_OPTIMIZER


def test_a_block_has_a_row_per_origin_and_a_column_per_destination(travel):
    for block in travel.matrix([5, 1, 3], np.array([2, 9])):
        assert block.shape == (3, 2)
        assert block.dtype == np.int64


def test_empty_blocks_are_answered(travel):
    assert travel.matrix([], [1, 2])[0].shape == (0, 2)
    assert travel.matrix([1, 2], [])[1].shape == (2, 0)


def test_every_place_is_zero_from_itself(travel):
    for whole in travel.matrix(ALL, ALL):
        assert not np.diagonal(whole).any()


def test_no_figure_is_below_minus_one_and_both_agree_on_what_is_unreachable(travel):
    metres, seconds = travel.matrix(ALL, ALL)
    assert metres.min() >= UNREACHABLE
    assert np.array_equal(metres == UNREACHABLE, seconds == UNREACHABLE)


def test_blocks_equal_the_whole(travel):
    rng = np.random.default_rng(3)
    whole = travel.matrix(ALL, ALL)
    for _ in range(20):
        origins, destinations = rng.integers(0, PLACES, 7), rng.integers(0, PLACES, 11)
        for block, full in zip(travel.matrix(origins, destinations), whole, strict=True):
            assert np.array_equal(block, full[np.ix_(origins, destinations)])


def test_a_pickled_copy_answers_the_same(travel):
    copy = pickle.loads(pickle.dumps(travel))
    assert copy.label == travel.label
    for mine, theirs in zip(copy.matrix(ALL, ALL), travel.matrix(ALL, ALL), strict=True):
        assert np.array_equal(mine, theirs)


@pytest.mark.parametrize("place", [-1, PLACES])
def test_a_place_that_does_not_exist_is_refused_not_counted_from_the_end(travel, place):
    with pytest.raises(IndexError):
        travel.matrix([place], [0])
    with pytest.raises(IndexError):
        travel.matrix([0], [place])


def test_it_says_where_the_figures_come_from(travel):
    assert travel.label
    assert isinstance(travel.is_estimate, bool)


def test_unreachable_pairs_are_those_of_the_matrix(travel):
    origins, destinations = [4, 3, 9, 7], [3, 2, 11, 8, 4]
    metres, _ = travel.matrix(origins, destinations)
    listed = unreachable_pairs(travel, origins, destinations)
    assert set(listed) == {
        (o, d) for i, o in enumerate(origins) for j, d in enumerate(destinations) if metres[i, j] == UNREACHABLE
    }
    assert len(listed) == (metres == UNREACHABLE).sum()
