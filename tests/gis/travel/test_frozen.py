"""Estimated travel that is kept: the same metres and seconds as the estimate, and no forgery of it."""

import numpy as np
import pytest

from gis.travel.frozen import FrozenTravelError, freeze_travel, thaw_travel
from gis.travel.geodesic import GeodesicTravel
from optimizer.travel import Travel

PLACES = 30


@pytest.fixture
def estimate() -> GeodesicTravel:
    rng = np.random.default_rng(3)
    return GeodesicTravel(rng.uniform(56, 61, PLACES), rng.uniform(34, 38, PLACES), 1.37, 43.7)


def test_what_is_kept_answers_like_the_estimate(estimate):
    kept: Travel = thaw_travel(freeze_travel(estimate, PLACES), estimate, PLACES)
    for block, same in zip(
        kept.matrix(range(PLACES), [4, 0, 29]), estimate.matrix(range(PLACES), [4, 0, 29]), strict=True
    ):
        np.testing.assert_array_equal(block, same)
        assert block.dtype == np.int64


def test_it_says_where_it_comes_from(estimate):
    kept = thaw_travel(freeze_travel(estimate, PLACES), estimate, PLACES)
    assert (kept.label, kept.is_estimate) == (estimate.label, True)


def test_four_bytes_are_kept_for_every_two_places(estimate):
    assert len(freeze_travel(estimate, PLACES)) == 4 * PLACES * (PLACES - 1) // 2
    assert freeze_travel(estimate, 1) == b""


@pytest.mark.parametrize("metres", [2, -2, 50_000])
def test_metres_that_the_positions_do_not_give_are_refused(estimate, metres):
    values = np.frombuffer(freeze_travel(estimate, PLACES), dtype="<i4").copy()
    values[17] += metres
    with pytest.raises(FrozenTravelError):
        thaw_travel(values.tobytes(), estimate, PLACES)


def test_a_metre_that_another_processor_rounded_the_other_way_is_kept(estimate):
    values = np.frombuffer(freeze_travel(estimate, PLACES), dtype="<i4").copy()
    values[0] += 1
    kept = thaw_travel(values.tobytes(), estimate, PLACES)
    assert kept.matrix([0], [1])[0][0, 0] == values[0] == kept.matrix([1], [0])[0][0, 0]


@pytest.mark.parametrize("content", [b"", bytes(4), bytes(4 * PLACES * PLACES)])
def test_bytes_of_another_size_are_refused(estimate, content):
    with pytest.raises(FrozenTravelError):
        thaw_travel(content, estimate, PLACES)


def test_a_place_that_does_not_exist_is_refused(estimate):
    kept = thaw_travel(freeze_travel(estimate, PLACES), estimate, PLACES)
    with pytest.raises(IndexError):
        kept.matrix([-1], [0])
