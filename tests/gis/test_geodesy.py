import numpy as np
import pyproj
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gis.geodesy import PositionError, build_unit_vectors, distances_m, pair_distances_m, require_positions

GEOD = pyproj.Geod(ellps="WGS84")
LON = st.floats(-180, 180)
LAT = st.floats(-90, 90)


@settings(max_examples=300, deadline=None)
@given(lon=LON, lat=LAT, d_lon=st.floats(-4, 4), d_lat=st.floats(-4, 4))
def test_the_error_against_the_exact_geodesic_stays_below_1_5_m_per_1000_km(lon, lat, d_lon, d_lat):
    lon_b, lat_b = (lon + d_lon + 540) % 360 - 180, min(90.0, max(-90.0, lat + d_lat))
    exact = GEOD.inv(lon, lat, lon_b, lat_b)[2]
    assert pair_distances_m([lon], [lat], [lon_b], [lat_b])[0] == pytest.approx(exact, abs=0.001 + 1.5e-6 * exact)


@settings(max_examples=300, deadline=None)
@given(lon_a=LON, lat_a=LAT, lon_b=LON, lat_b=LAT)
@example(lon_a=0, lat_a=0, lon_b=180, lat_b=1e-9)
@example(lon_a=0, lat_a=0, lon_b=180, lat_b=0)
@example(lon_a=0, lat_a=90, lon_b=0, lat_b=-90)
def test_any_two_points_of_the_earth_are_right_within_two_tenths_of_a_percent(lon_a, lat_a, lon_b, lat_b):
    exact = GEOD.inv(lon_a, lat_a, lon_b, lat_b)[2]
    assert pair_distances_m([lon_a], [lat_a], [lon_b], [lat_b])[0] == pytest.approx(exact, rel=2e-3, abs=0.001)


def test_two_shops_three_metres_apart_are_three_metres_apart():
    lon_b, lat_b, _ = GEOD.fwd(59.6, 36.3, 40, 3)
    assert pair_distances_m([59.6], [36.3], [lon_b], [lat_b])[0] == pytest.approx(3, abs=1e-4)


@pytest.mark.parametrize(("lon", "lat"), [(0, 0), (59.6, 36.3), (180, -90), (-180, 45)])
def test_a_point_is_exactly_zero_from_itself(lon, lat):
    assert pair_distances_m([lon], [lat], [lon], [lat])[0] == 0.0


def test_a_block_of_many_rows_equals_its_pairs_to_the_last_bit():
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(55, 62, 1300), rng.uniform(33, 38, 1300)
    vectors = build_unit_vectors(lon, lat)
    whole = distances_m(vectors, vectors)  # larger than one chunk
    rows, columns = rng.integers(0, 1300, 500), rng.integers(0, 1300, 500)
    assert np.array_equal(whole[rows, columns], pair_distances_m(lon[rows], lat[rows], lon[columns], lat[columns]))


@pytest.mark.parametrize(("lon", "lat"), [(181, 0), (0, 90.1), (float("nan"), 0), (0, float("inf"))])
def test_what_is_no_position_is_refused_with_its_row(lon, lat):
    with pytest.raises(PositionError, match="rows 1 "):
        require_positions([0, lon], [0, lat])


def test_unequal_lengths_are_refused():
    with pytest.raises(PositionError, match="shape"):
        require_positions([0, 1], [0])
