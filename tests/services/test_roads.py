"""A network's ways are measured once and are its travel matrix from then on; by an engine that stands for all."""

import io
import zipfile
from dataclasses import replace

import numpy as np
import pytest

from distribution.domain.errors import InputError
from distribution.intake.reading import read_dataset
from distribution.services.exports.crew_packs import render_crew_pack
from distribution.services.roads import RoadLines, build_roads, measure_roads, open_engine
from distribution.services.sentences import describe_error, describe_finding
from distribution.services.travel import build_travel
from gis.travel.engine import RoadsError, RoadsFault
from gis.travel.valhalla import Truck
from tests.support.networks import another_country, small_network, write_csv
from tests.support.outcomes import outcome_of

NO_ROAD_TO = "O4"
OFF_ROAD = "O5"


class Streets:
    """Streets that all run east or north; one outlet is on none, one 800 m off, and no way leads back to the first."""

    label, version, most_places = "streets of a test", "1", 3
    at_once = 2

    def __init__(self, network):
        self.network = network
        self.first = network.outlets[0].lon, network.outlets[0].lat

    def snap(self, places):
        far = {(o.lon, o.lat): m for o in self.network.outlets for code, m in
               ((NO_ROAD_TO, np.inf), (OFF_ROAD, 800.0)) if o.code == code}  # fmt: skip
        return np.array([far.get(place, 2.0) for place in places])

    def table(self, origins, destinations):
        o, d = np.array(origins), np.array(destinations)
        metres = np.rint(100_000 * np.abs(o[:, None] - d[None]).sum(axis=2)).astype(np.int64)
        metres[:, [place == self.first for place in destinations]] = -1
        return metres, np.where(metres < 0, -1, metres // 10)

    def path(self, places):
        return tuple(places)


@pytest.fixture(scope="module")
def measured():
    network = small_network()
    return measure_roads(network, Streets(network), lambda _part: None)


def test_the_matrix_is_that_of_the_engine(measured):
    network, matrix = measured.dataset, measured.dataset.travel
    codes = [place.code for place in (*network.warehouses, *network.outlets)]
    assert matrix.codes == tuple(sorted(codes))
    at = {code: n for n, code in enumerate(matrix.codes)}
    o1, o2 = network.outlet_by_code["O1"], network.outlet_by_code["O2"]
    expected = round(100_000 * (abs(o1.lon - o2.lon) + abs(o1.lat - o2.lat)))
    assert matrix.metres[at["O1"], at["O2"]] == expected
    assert matrix.seconds[at["O1"], at["O2"]] == expected // 10
    assert matrix.metres[at["O1"], at["O0"]] == -1 != matrix.metres[at["O0"], at["O1"]]
    assert not np.diagonal(matrix.metres).any()


def test_travel_names_its_source_and_is_no_estimate(measured):
    travel = build_travel(measured.dataset, measured.dataset.outlets)
    assert travel.label == "streets of a test"
    assert not travel.is_estimate


def test_the_network_is_read_back_as_it_was_measured(measured, tmp_path):
    again = read_dataset(write_csv(measured.dataset, tmp_path / "network")).dataset
    assert again.settings.travel_source == "streets of a test"
    assert np.array_equal(again.travel.metres, measured.dataset.travel.metres)
    assert np.array_equal(again.travel.seconds, measured.dataset.travel.seconds)


@pytest.mark.parametrize("locale", ["fa", "en"])
def test_what_lies_off_the_roads_is_told_with_its_repair(measured, locale):
    told = {f.code: f for f in measured.findings}
    assert told.keys() == {"place_on_no_road", "place_off_road", "roads_gap"}
    assert told["place_on_no_road"].where.value == NO_ROAD_TO
    assert told["place_off_road"].where.value == OFF_ROAD
    assert told["place_off_road"].params["metres"] == 800
    # From the ten places on roads but the first, to the first.
    assert told["roads_gap"].params["count"] == 10
    for finding in told.values():
        sentence = describe_finding(finding, locale)
        assert sentence.message
        assert sentence.fix


def test_a_network_with_a_matrix_is_not_measured_over():
    network = another_country()
    assert network.travel is not None
    with pytest.raises(InputError) as refused:
        measure_roads(network, Streets(network), lambda _part: None)
    assert [f.code for f in refused.value.findings] == ["travel_given_and_measured"]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("teleport", "engine_unknown"),
        ("osrm", "engine_unknown"),
        ("osrm:/some/folder", "engine_unknown"),
        ("valhalla:ftp://host", "engine_unknown"),
    ],
)
def test_an_engine_that_there_is_not_is_told_with_those_there_are(name, code):
    with pytest.raises(InputError) as refused:
        open_engine(name, Truck())
    (finding,) = refused.value.findings
    assert finding.code == code
    assert "osrm:http://HOST:PORT" in describe_finding(finding, "en").fix
    assert "valhalla:DIR" in describe_finding(finding, "fa").fix


def test_osrm_takes_no_truck():
    assert open_engine("osrm:http://localhost:5000", Truck()).label == "OSRM, http://localhost:5000"
    with pytest.raises(InputError) as refused:
        open_engine("osrm:http://localhost:5000", Truck(tonnes=10))
    assert [f.code for f in refused.value.findings] == ["engine_of_one_truck"]


@pytest.mark.parametrize("locale", ["fa", "en"])
@pytest.mark.parametrize("fault", RoadsFault)
def test_every_fault_of_an_engine_has_a_sentence(fault, locale):
    class Broken(Streets):
        def path(self, places):
            raise RoadsError(fault, "http://there", "its own words")

    lines = RoadLines(Broken(small_network()))
    assert lines(((0.0, 0.0), (1.0, 1.0))) == lines(((0.0, 0.0), (2.0, 2.0))) == ()
    sentence = describe_error(lines.fault, locale)
    assert sentence != str(lines.fault)
    assert "http://there" in sentence or fault is RoadsFault.NO_PACKAGE


def test_a_map_that_is_not_there_is_told(tmp_path):
    with pytest.raises(InputError) as refused:
        build_roads(tmp_path / "none.osm.pbf", tmp_path / "roads")
    assert [f.code for f in refused.value.findings] == ["file_missing"]
    assert not (tmp_path / "roads").exists()


def test_two_places_at_one_position_are_no_metres_apart():
    network = small_network()
    twin = network.outlets[1].model_copy(update={"lon": network.outlets[2].lon, "lat": network.outlets[2].lat})
    network = replace(network, outlets=(network.outlets[0], twin, *network.outlets[2:]))
    matrix = measure_roads(network, Streets(network), lambda _part: None).dataset.travel
    at = {code: n for n, code in enumerate(matrix.codes)}
    assert matrix.metres[at["O1"], at["O2"]] == 0


def test_a_map_of_elsewhere_is_refused_before_any_way_is_asked_for():
    class Elsewhere(Streets):
        def snap(self, places):
            return np.full(len(places), np.inf)

        def table(self, origins, destinations):
            raise AssertionError("asked")

    with pytest.raises(InputError) as refused:
        measure_roads(small_network(), Elsewhere(small_network()), lambda _part: None)
    (finding,) = refused.value.findings
    assert finding.code == "map_elsewhere"
    assert finding.params == {"count": 12, "places": 12}
    assert describe_finding(finding, "fa").fix


def test_a_way_that_no_engine_found_is_no_track():
    """Straight lines are drawn, and never told to a navigator as a road."""
    outcome = outcome_of(small_network())
    truck = outcome.truck_days[0]
    for roads, tracks in ((lambda _places: (), 0), (lambda places: places, len(truck.trips))):
        with zipfile.ZipFile(io.BytesIO(render_crew_pack(replace(outcome, roads=roads), truck))) as archive:
            (name,) = (n for n in archive.namelist() if n.endswith(".gpx"))
            assert archive.read(name).count(b"<trk>") == tracks
