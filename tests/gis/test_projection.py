import numpy as np
import pyproj
import pytest

from gis.projection import LocalPlane


def test_lengths_in_a_province_are_right_within_a_few_percent():
    rng = np.random.default_rng(5)
    lon, lat = rng.uniform(56, 61.5, 200), rng.uniform(34, 38, 200)
    x, y = LocalPlane.around(lon, lat).project(lon, lat)
    drawn = np.hypot(np.diff(x), np.diff(y))
    exact = pyproj.Geod(ellps="WGS84").inv(lon[:-1], lat[:-1], lon[1:], lat[1:])[2] / 1000
    assert np.abs(drawn / exact - 1).max() < 0.05


def test_neighbours_across_the_date_line_are_neighbours_on_the_plane():
    x, _ = LocalPlane.around([179.9, -179.9], [0, 0]).project([179.9, -179.9], [0, 0])
    assert abs(x[1] - x[0]) == pytest.approx(0.2 * 111.133)


def test_no_position_gives_a_plane_all_the_same():
    assert LocalPlane.around([], []) == LocalPlane(0, 0)
