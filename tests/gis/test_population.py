"""People of polygons as cells: whole people that add up, where they live, and what is wrong with outlines."""

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.population import CellLimitError, Flaw, ShapeFlaw, cells_of_polygons, find_overlaps, repair_polygons


def shapes(*polygons):
    return np.array(polygons, dtype=object)


WEST, EAST = shapely.box(59.0, 36.0, 59.1, 36.1), shapely.box(59.1, 36.0, 59.3, 36.1)


@given(st.integers(0, 5000), st.integers(0, 5000), st.floats(300, 20_000))
def test_the_people_of_every_polygon_are_all_in_it(west, east, side_m):
    cells, flaws = cells_of_polygons(shapes(WEST, EAST), np.array([west, east]), side_m)
    assert flaws == []
    assert [cells.people[cells.polygon == i].sum() for i in (0, 1)] == [west, east]
    assert (cells.people > 0).all()
    assert shapely.covers(shapes(WEST, EAST)[cells.polygon], shapely.points(cells.lon, cells.lat)).all()


def test_people_lie_by_area():
    cells, _ = cells_of_polygons(shapes(shapely.union(WEST, EAST)), np.array([30_000]), 500)
    assert cells.people[cells.lon < 59.1].sum() == pytest.approx(10_000, rel=0.02)


def test_people_live_where_the_layer_says():
    town = shapely.box(59.02, 36.02, 59.03, 36.03)
    cells, flaws = cells_of_polygons(shapes(WEST, EAST), np.array([900, 70]), 700, shapes(town, town))
    inside = shapely.covers(town, shapely.points(cells.lon, cells.lat))
    assert cells.people[inside].sum() == 900
    assert flaws == [ShapeFlaw(Flaw.LAYER_ELSEWHERE, 1)]
    assert cells.people[cells.polygon == 1].sum() == 70


def test_a_hole_is_empty():
    ring = shapely.Polygon(WEST.exterior, [shapely.box(59.03, 36.03, 59.07, 36.07).exterior])
    cells, _ = cells_of_polygons(shapes(ring), np.array([5000]), 400)
    assert shapely.covers(ring, shapely.points(cells.lon, cells.lat)).all()


def test_outlines_are_repaired_or_refused_and_all_is_told():
    bow_tie = shapely.Polygon([(59, 36), (59.1, 36.1), (59.1, 36), (59, 36.1)])
    given_shapes = shapes(bow_tie, None, shapely.Point(59, 36), shapely.box(36, 59, 37, 95), shapely.Polygon(), WEST)
    repaired, flaws = repair_polygons(given_shapes)
    assert [(flaw.flaw, flaw.index) for flaw in flaws] == [
        (Flaw.REPAIRED, 0), (Flaw.MISSING, 1), (Flaw.NOT_POLYGON, 2), (Flaw.OUTSIDE, 3), (Flaw.MISSING, 4),
    ]  # fmt: skip
    assert repaired[0].is_valid
    assert repaired[0].area == pytest.approx(0.005)
    assert repaired[5] is WEST


def test_polygons_that_lie_in_one_another_are_told_and_neighbours_are_not():
    both = shapely.union(WEST, EAST)
    assert find_overlaps(shapes(WEST, EAST)) == []
    assert find_overlaps(shapes(WEST, EAST, both)) == [
        ShapeFlaw(Flaw.OVERLAPS, 2, 0, 100),
        ShapeFlaw(Flaw.OVERLAPS, 2, 1, 100),
    ]


def test_too_many_cells_are_refused_with_a_side_that_will_do():
    with pytest.raises(CellLimitError) as refused:
        cells_of_polygons(shapes(WEST), np.array([1]), 3)
    cells, _ = cells_of_polygons(shapes(WEST), np.array([1]), 20 * refused.value.side_m)
    assert cells.people.sum() == 1


def test_no_polygons_have_no_cells():
    cells, flaws = cells_of_polygons(shapes(), np.array([], dtype=np.int64), 100)
    assert (cells.lon.size, flaws) == (0, [])
    with pytest.raises(ValueError, match="side"):
        cells_of_polygons(shapes(WEST), np.array([1]), 0)
