"""Outlines of catchments hold their cells, no others, and never overlap."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.catchments.outlines import outline_groups
from gis.projection import LocalPlane


def outlines(points, groups):
    lon, lat = np.array(points, dtype=np.float64).T
    return outline_groups(lon, lat, np.array(groups, dtype=np.int64))


def test_a_grid_is_cut_where_the_outlets_change():
    points = [(59 + i / 100, 36 + j / 120) for i in range(10) for j in range(10)]
    found, shapes = outlines(points, [3 if i < 5 else 7 for i in range(10) for _ in range(10)])
    assert found.tolist() == [3, 7]
    west, east = shapes
    assert west.area == pytest.approx(east.area, rel=0.02)
    assert west.bounds[2] == pytest.approx(59.045, abs=1e-6)
    assert east.bounds[0] == pytest.approx(59.045, abs=1e-6)


@pytest.mark.parametrize(("columns", "rows"), [(2, 1), (1, 3), (2, 3), (7, 1), (7, 3), (1, 41), (38, 3), (38, 41)])
def test_a_grid_of_metres_that_is_a_curved_one_in_degrees_is_outlined_without_gaps(columns, rows):
    plane = LocalPlane.around([51.2, 51.6], [30.0, 30.4])
    random = np.random.default_rng(columns * rows)
    east, north = (a.ravel().astype(float) for a in np.meshgrid(np.arange(columns), np.arange(rows)))
    group = random.integers(0, 3, columns * rows)
    found, shapes = outline_groups(*plane.locate(east, north), group)
    assert shapely.is_valid(shapes).all()
    whole = shapely.union_all(shapes)
    assert whole.area == pytest.approx(sum(shape.area for shape in shapes), rel=1e-5)
    assert found.tolist() == np.unique(group).tolist()
    if min(columns, rows) > 1:
        assert whole.geom_type == "Polygon"
        assert not whole.buffer(1e-6).interiors


@given(
    st.lists(st.tuples(st.floats(55, 61), st.floats(33, 38), st.integers(-1, 4)), min_size=1, max_size=60),
)
def test_every_point_is_in_its_own_outline_and_outlines_do_not_overlap(spots):
    points, groups = [spot[:2] for spot in spots], [spot[2] for spot in spots]
    found, shapes = outlines(points, groups)
    assert set(found.tolist()) == {one for one in groups if one >= 0}
    assert shapely.is_valid(shapes).all()
    # Of several at one place the first counts; places that agree to a millimetre are one.
    first = {}
    plane = LocalPlane.around(*np.array(points).T)
    for point, one in zip(points, groups, strict=True):
        east, north = plane.project(*point)
        first.setdefault((round(float(east), 6), round(float(north), 6)), (point, one))
    for point, one in first.values():
        if one >= 0:
            assert shapes[found.tolist().index(one)].distance(shapely.Point(point)) < 3e-6
    whole = sum(shape.area for shape in shapes)
    assert whole == pytest.approx(shapely.union_all(shapes).area if len(shapes) else 0, rel=1e-4, abs=1e-9)


def test_one_cell_alone_has_land_about_it():
    (group,), (shape,) = outlines([(59, 36)], [0])
    assert group == 0
    assert shape.contains(shapely.Point(59, 36))
    assert shape.area < 0.001


def test_nobody_served_outlines_nothing():
    found, shapes = outlines([(59, 36), (60, 36)], [-1, -1])
    assert found.size == shapes.size == 0
