import numpy as np
import pyproj
import pytest

from gis.geodesy import PositionError
from gis.travel.geodesic import GeodesicTravel

MASHHAD, NEYSHABUR = (59.6062, 36.2972), (58.7959, 36.2133)


def test_mashhad_to_neyshabur_is_the_geodesic_times_the_factor_at_the_speed():
    travel = GeodesicTravel(np.array([MASHHAD[0], NEYSHABUR[0]]), np.array([MASHHAD[1], NEYSHABUR[1]]), 1.3, 50)
    exact = pyproj.Geod(ellps="WGS84").inv(*MASHHAD, *NEYSHABUR)[2]
    metres, seconds = travel.matrix([0], [1])
    assert metres[0, 0] == pytest.approx(1.3 * exact, abs=1)
    assert seconds[0, 0] == round(int(metres[0, 0]) * 3.6 / 50)


def test_there_and_back_is_the_same():
    rng = np.random.default_rng(4)
    travel = GeodesicTravel(rng.uniform(56, 61, 60), rng.uniform(34, 38, 60), 1.27, 43)
    for whole in travel.matrix(range(60), range(60)):
        assert np.array_equal(whole, whole.T)


def test_the_label_names_the_factor_and_the_speed_and_it_is_an_estimate():
    travel = GeodesicTravel(np.array([0.0]), np.array([0.0]), 1.3, 50)
    assert travel.label == "geodesic x 1.30, 50 km/h"
    assert travel.is_estimate


@pytest.mark.parametrize(("factor", "speed"), [(0.9, 50), (float("nan"), 50), (1.3, 0), (1.3, float("inf"))])
def test_a_factor_below_one_or_no_speed_is_refused(factor, speed):
    with pytest.raises(ValueError, match=r"factor|speed"):
        GeodesicTravel(np.array([0.0]), np.array([0.0]), factor, speed)


def test_a_latitude_out_of_range_is_refused():
    with pytest.raises(PositionError):
        GeodesicTravel(np.array([36.3]), np.array([159.6]), 1.3, 50)
