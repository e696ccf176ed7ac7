"""Every road engine, as its maker ships it, on a map whose ways are known."""

import numpy as np
import pytest

from gis.geodesy import build_unit_vectors, distances_m
from gis.travel.engine import RoadsError, RoadsFault
from gis.travel.road_cache import RoadCache
from gis.travel.roads import RoadTravel
from gis.travel.tiles import build_tiles, open_tiles
from gis.travel.valhalla import Truck
from tests.gis.travel.travel_contract import *  # noqa: F403 - the suite runs on each engine here
from tests.gis.travel.travel_contract import PLACES
from tests.support.nouns import move
from tests.support.road_engines import embedded_valhalla, make_roads, osrm_service, require_roads, valhalla_service
from tests.support.tiny_map import CORNER, ISLAND, NOWHERE, SIDE, crossing, write_map

require_roads()
pytestmark = pytest.mark.roads
YARD = move(*CORNER, -2, 0)


@pytest.fixture(scope="module", params=[embedded_valhalla, valhalla_service, osrm_service])
def engine(request, tmp_path_factory):
    with request.param(tmp_path_factory.mktemp("engine")) as opened:
        yield opened


@pytest.fixture(scope="module")
def travel(engine, tmp_path_factory):
    places = [crossing(e, n) for e in range(SIDE) for n in range(SIDE)]
    places += [ISLAND, NOWHERE, YARD, crossing(2, 2)]
    assert len(places) == PLACES
    lon, lat = np.array(places).T
    return RoadTravel(engine, lon, lat, RoadCache(tmp_path_factory.mktemp("cache"), engine.version))


def metres(engine, *places):
    return engine.table(places, places)[0]


def test_ways_follow_the_streets(engine):
    straight = distances_m(
        build_unit_vectors(*np.array([crossing(0, 1)]).T), build_unit_vectors(*np.array([crossing(3, 3)]).T)
    )
    way = metres(engine, crossing(0, 1), crossing(3, 3))[0, 1]
    assert abs(way - 5000) < 30
    assert way > 1.3 * straight[0, 0]


def test_a_street_for_one_way_is_driven_one_way(engine):
    there_and_back = metres(engine, crossing(2, 0), crossing(3, 0))
    assert abs(there_and_back[0, 1] - 1000) < 20
    assert abs(there_and_back[1, 0] - 3000) < 30


def test_the_way_bends_where_the_road_does(engine):
    assert abs(metres(engine, YARD, crossing(0, 2))[0, 1] - 4000) < 40


def test_seconds_are_those_of_the_road(engine):
    _, seconds = engine.table([crossing(1, 1)], [crossing(5, 1)])
    assert 0.7 * 240 < seconds[0, 0] < 1.6 * 240  # 4 km at 60 km/h, and what the engine adds for crossings


def test_what_no_street_joins_is_unreachable_both_ways(engine):
    ways = metres(engine, crossing(1, 1), ISLAND)
    assert ways[0, 1] == ways[1, 0] == -1


def test_a_place_off_every_road_is_told_and_is_unreachable(travel):
    assert travel.off_road_m[PLACES - 3] > 5000
    assert (travel.off_road_m[: PLACES - 3] < 20).all()
    whole, _ = travel.matrix([0, PLACES - 3], [1, PLACES - 3])
    assert whole[0, 1] == whole[1, 0] == -1
    assert whole[1, 1] == 0


def test_a_line_runs_along_the_streets(engine):
    line = np.array(engine.path([YARD, crossing(0, 2), crossing(3, 3)]))
    for corner in (YARD, move(*CORNER, -2, 2), crossing(0, 2), crossing(3, 3)):
        assert np.abs(line - corner).max(axis=1).min() < 1e-4, corner
    vectors = build_unit_vectors(*line.T)
    along_m = np.diagonal(distances_m(vectors, vectors), offset=1)
    assert abs(along_m.sum() - 8000) < 80


def test_there_is_no_line_to_an_island(engine):
    assert engine.path([crossing(0, 1), ISLAND]) == ()


def test_ways_found_once_are_found_again_without_the_engine(travel):
    whole = travel.matrix(range(PLACES), range(PLACES))

    class Silent:
        label, version, most_places = "silent", travel.engine.version, 1
        at_once = 2

        def snap(self, places):
            return travel.off_road_m

        def table(self, origins, destinations):
            raise AssertionError("asked again")

    again = RoadTravel(Silent(), travel.lon, travel.lat, travel.cache).matrix(range(PLACES), range(PLACES))
    for mine, theirs in zip(again, whole, strict=True):
        assert np.array_equal(mine, theirs)


@pytest.fixture(scope="module")
def roads(tmp_path_factory):
    return make_roads(tmp_path_factory.mktemp("roads"))


def test_a_low_bridge_stops_the_truck_that_is_higher(roads):
    ends = crossing(0, 5), crossing(1, 5)
    assert abs(metres(open_tiles(roads, Truck(height_m=2.0)), *ends)[0, 1] - 1000) < 20
    assert abs(metres(open_tiles(roads, Truck(height_m=3.0)), *ends)[0, 1] - 3000) < 30


def test_another_truck_or_other_roads_are_another_version(roads, tmp_path):
    usual, low = open_tiles(roads), open_tiles(roads, Truck(tonnes=3.5))
    assert usual.version != low.version
    build_tiles(write_map(tmp_path / "other.osm.pbf"), tmp_path / "roads")
    assert open_tiles(tmp_path / "roads").version != usual.version
    assert "tiny.osm.pbf" in usual.label
    assert "OpenStreetMap" in usual.label


def test_what_is_no_map_is_refused_with_valhallas_words(tmp_path):
    broken = tmp_path / "broken.osm.pbf"
    broken.write_bytes(b"no map at all" * 100)
    with pytest.raises(RoadsError) as refused:
        build_tiles(broken, tmp_path / "roads")
    assert refused.value.fault in {RoadsFault.BUILD_FAILED, RoadsFault.NO_ROADS}


def test_a_folder_without_roads_is_refused(tmp_path):
    with pytest.raises(RoadsError) as refused:
        open_tiles(tmp_path)
    assert refused.value.fault is RoadsFault.NO_ROADS
