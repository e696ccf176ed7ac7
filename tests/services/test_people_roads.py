"""Where people live and where outlets are may be near on paper and far by road: catchments and siting go by the road."""

from dataclasses import replace

import numpy as np
import pytest

from distribution.domain.catchments import CatchmentMethod, CatchmentOptions, SitingGoal, SitingOptions
from distribution.domain.errors import UnavailableError
from distribution.services.catchments import build_catchments
from distribution.services.people_travel import PeopleRoads
from distribution.services.residents import ResidentTable
from distribution.services.site_outlets import describe_siting, site_outlets
from gis.travel.engine import RoadsError, RoadsFault
from tests.support.networks import small_network
from tests.support.nouns import move

KM = 1000


class River:
    """A river runs north at lon 59; the only bridge is 30 km to the north. Otherwise streets run east and north."""

    label, version, most_places = "river of a test", "1", 50
    at_once = 2

    def snap(self, places):
        return np.zeros(len(places))

    def table(self, origins, destinations):
        o, d = np.array(origins), np.array(destinations)
        metres = 100 * KM * np.abs(o[:, None] - d[None]).sum(axis=2)
        other_side = (o[:, None, 0] > 59) != (d[None, :, 0] > 59)
        whole = np.rint(metres + 60 * KM * other_side).astype(np.int64)
        return whole, whole // 10

    def path(self, places):
        return tuple(places)


def network(*spots):
    """The small network with outlets that take residents at some spots, the others taking none."""
    base = small_network()
    outlets = tuple(
        o.model_copy(
            update={"lon": spots[n][0], "lat": spots[n][1], "resident_weight": 1}
            if n < len(spots)
            else {"resident_weight": 0}
        )
        for n, o in enumerate(base.outlets)
    )
    return replace(base, outlets=outlets)


def residents(*cells):
    codes = tuple(f"c{n}" for n in range(len(cells)))
    lon, lat, people = (np.array(column) for column in zip(*cells, strict=True))
    return ResidentTable(codes, lon, lat, people.astype(np.int64), ("west",) * len(cells))


WEST, EAST = move(59, 36, -1, 0), move(59, 36, 4, 0)
ACROSS = move(59, 36, 0.5, 0)  # a kilometre and a half from WEST, beyond the river
OPTIONS = CatchmentOptions(CatchmentMethod.NEAREST, within_areas=False)


def test_people_go_round_no_river_where_an_outlet_is_on_their_side():
    table = residents((*ACROSS, 100))
    by_line = build_catchments(network(WEST, EAST), table, OPTIONS)
    by_road = build_catchments(network(WEST, EAST), table, OPTIONS, PeopleRoads(River()))
    assert by_line.served.tolist()[:2] == [100, 0]
    assert by_road.served.tolist()[:2] == [0, 100]
    assert (by_line.roads, by_road.roads) == (None, "river of a test")


def test_a_new_outlet_goes_beyond_the_river():
    """By the line the lone village in the west has the longest way; by road those across the river have."""
    far_west = move(59, 36, -6, 0)
    table = residents((*ACROSS, 300), (*far_west, 300))
    options = SitingOptions(1, SitingGoal.WAY, within_areas=False)
    by_line = site_outlets(network(WEST), table, options)
    by_road = site_outlets(network(WEST), table, options, PeopleRoads(River()))
    assert [site.cell for site in by_line.sites] == [1]
    assert [site.cell for site in by_road.sites] == [0]
    assert "river of a test" in describe_siting(by_road, "en")
    assert "estimates" in describe_siting(by_line, "en")


def test_an_engine_that_does_not_answer_is_told():
    class Silent(River):
        def table(self, origins, destinations):
            raise RoadsError(RoadsFault.NO_ANSWER, "http://there", "timed out")

    with pytest.raises(UnavailableError) as error:
        build_catchments(network(WEST), residents((*ACROSS, 100)), OPTIONS, PeopleRoads(Silent()))
    assert error.value.code == "roads_no_answer"
