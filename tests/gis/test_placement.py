"""Points outside the area they are said to lie in."""

import numpy as np
import shapely

from gis.placement import Misplaced, find_misplaced

WEST, EAST = shapely.box(59.0, 36.0, 59.1, 36.1), shapely.box(59.1, 36.0, 59.3, 36.1)
POLYGONS = np.array([WEST, EAST], dtype=object)


def misplaced(*points):
    lon, lat, area = (np.array(column) for column in zip(*points, strict=True))
    return find_misplaced(lon, lat, area, POLYGONS, np.array([0, 1]))


def test_points_in_their_area_or_at_its_border_are_right():
    assert misplaced((59.05, 36.05, 0), (59.2, 36.05, 1), (59.1, 36.05, 0), (59.104, 36.05, 0)) == []


def test_a_point_in_another_area_names_it_and_how_far_it_is():
    (found,) = misplaced((59.2, 36.05, 0))
    assert (found.index, found.lies_in) == (0, 1)
    assert abs(found.metres - 9_015) < 30  # a tenth of a degree of longitude at 36 N


def test_a_point_in_no_area_and_one_of_an_unknown_area():
    assert misplaced((59.05, 36.2, 0), (70.0, 10.0, 5)) == [Misplaced(0, 11_096, None)]
