"""Travel on roads asks little, keeps what it is told, and says what goes wrong; without any road engine."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
import urllib3

from gis.export.thin_path import thin_path
from gis.travel.engine import RoadsError, RoadsFault, find_by_halves, to_whole
from gis.travel.http_json import JsonService
from gis.travel.osrm import OsrmEngine
from gis.travel.road_cache import UNKNOWN, RoadCache
from gis.travel.roads import RoadTravel
from gis.travel.valhalla import ValhallaEngine, ValhallaService, decode_polyline

PLACES = [(59.0 + i / 100, 36.0 + i / 70) for i in range(9)]


class Ruler:
    """An engine that counts its questions: metres are the difference of the longitudes in 1/100 000 degrees."""

    label, version = "ruler", "1"
    at_once = 2

    def __init__(self, most_places=4, off_road=()):
        self.most_places = most_places
        self.off_road = off_road
        self.asked = []

    def snap(self, places):
        return np.array([np.inf if p in self.off_road else 3.0 for p in places])

    def table(self, origins, destinations):
        self.asked.append((len(origins), len(destinations)))
        lon = np.array([p[0] for p in origins])[:, None] - np.array([p[0] for p in destinations])[None, :]
        metres = np.rint(np.abs(lon) * 100_000).astype(np.int64)
        return metres, metres * 2

    def path(self, places):
        return tuple(places)


def travel(engine, places=PLACES, cache=None):
    lon, lat = np.array(places).T
    return RoadTravel(engine, lon, lat, cache)


EVERY = range(len(PLACES))


def test_no_question_is_larger_than_the_engine_takes():
    ruler = Ruler(most_places=4)
    metres, seconds = travel(ruler).matrix(EVERY, EVERY)
    assert max(max(shape) for shape in ruler.asked) == 4
    assert len(ruler.asked) == 9
    assert metres[0].tolist() == [1000 * i for i in EVERY]
    assert np.array_equal(seconds, metres * 2)


def test_a_place_asked_for_twice_is_asked_once():
    ruler = Ruler(most_places=100)
    metres, _ = travel(ruler).matrix([3, 3, 1], [2, 2])
    assert ruler.asked == [(2, 1)]
    assert metres.tolist() == [[1000, 1000], [1000, 1000], [1000, 1000]]


def test_what_lies_on_no_road_is_not_asked_for_and_unreachable():
    ruler = Ruler(off_road={PLACES[2]})
    metres, _ = travel(ruler).matrix(EVERY, EVERY)
    others = [i for i in EVERY if i != 2]
    assert (metres[2, others] == -1).all()
    assert (metres[others, 2] == -1).all()
    assert metres[2, 2] == 0
    assert sum(rows * columns for rows, columns in ruler.asked) == len(others) ** 2


def test_progress_rises_to_one():
    seen = []
    travel(Ruler(most_places=2)).measure(EVERY, EVERY, seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1.0


def test_a_new_place_costs_only_its_own_row_and_column(tmp_path):
    cache = RoadCache(tmp_path, "1")
    travel(Ruler(), PLACES[:-1], cache).matrix(range(8), range(8))
    ruler = Ruler(most_places=100)
    metres, _ = travel(ruler, PLACES, cache).matrix(EVERY, EVERY)
    assert ruler.asked == [(9, 9)]  # one question that has both; what was known is known again
    again = Ruler()
    assert np.array_equal(travel(again, PLACES, cache).matrix(EVERY, EVERY)[0], metres)
    assert again.asked == []


def test_another_version_knows_nothing_of_the_first(tmp_path):
    travel(Ruler(), PLACES, RoadCache(tmp_path, "1")).matrix(EVERY, EVERY)
    ruler = Ruler()
    travel(ruler, PLACES, RoadCache(tmp_path, "2")).matrix(EVERY, EVERY)
    assert ruler.asked


def test_the_cache_keeps_single_ways_among_others(tmp_path):
    cache = RoadCache(tmp_path, "1")
    one = np.array([[7]], dtype=np.int64)
    cache.keep(PLACES[:1], PLACES[4:5], (one, one * 3))
    cache.keep(PLACES[:1], PLACES[2:3], (one + 1, one))
    cache.keep(PLACES[:1], PLACES[4:5], (one + 2, one * 4))
    metres, seconds = cache.find(PLACES[:2], PLACES[:5])
    assert metres.tolist() == [[UNKNOWN, UNKNOWN, 8, UNKNOWN, 9], [UNKNOWN] * 5]
    assert seconds[0].tolist() == [UNKNOWN, UNKNOWN, 7, UNKNOWN, 28]


def test_a_broken_cache_costs_time_and_nothing_else(tmp_path):
    cache = RoadCache(tmp_path, "1")
    cache.file.write_bytes(b"this is no database" * 1000)
    assert travel(Ruler(), PLACES, cache).matrix([0], [8])[0].tolist() == [[8000]]


def test_a_cache_that_many_write_at_once_loses_nothing(tmp_path):
    cache = RoadCache(tmp_path, "1")

    def write(row):
        travel(Ruler(most_places=1), PLACES, cache).matrix([row], EVERY)

    threads = [threading.Thread(target=write, args=(row,)) for row in EVERY]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (cache.find(PLACES, PLACES)[0] != UNKNOWN).all()


def test_halving_finds_every_way_beside_one_that_is_refused():
    def table(origins, destinations):
        if PLACES[3] in origins or PLACES[5] in destinations:
            return find_by_halves(table, origins, destinations)
        return Ruler().table(origins, destinations)

    metres, seconds = table(PLACES, PLACES)
    whole = Ruler().table(PLACES, PLACES)[0]
    whole[3] = whole[:, 5] = -1
    assert np.array_equal(metres, whole)
    assert np.array_equal(metres == -1, seconds == -1)


@pytest.mark.parametrize("figures", [[[1, 2], [3]], [[1]], [[1, -2], [3, 4]], [[1, float("inf")], [3, 4]]])
def test_a_table_that_is_none_is_refused(figures):
    with pytest.raises(ValueError, match=r"shape|inhomogeneous|endless"):
        to_whole(figures, (2, 2))


def test_blanks_of_a_table_are_unreachable():
    assert to_whole([[1.4, None], [0, 2.6]], (2, 2), 10).tolist() == [[14, -1], [0, 26]]


def test_a_polyline_is_read():
    # The example of the format's own description, five digits.
    assert decode_polyline("_p~iF~ps|U_ulLnnqC_mqNvxq`@", 5) == ((-120.2, 38.5), (-120.95, 40.7), (-126.453, 43.252))
    with pytest.raises(ValueError, match="within a number"):
        decode_polyline("_p~iF~ps|U_")


def test_a_line_is_thinned_to_what_is_seen():
    line = [(59 + i / 1000, 36 + (0.00001 if i % 2 else 0)) for i in range(100)] + [(59.099, 36.1)]
    thin = thin_path(line, 15)
    assert len(thin) == 3
    assert thin[0] == pytest.approx(line[0])
    assert thin[-1] == pytest.approx(line[-1])
    assert thin_path(line[:2], 15) == tuple(line[:2])


class Script(BaseHTTPRequestHandler):
    """Answers what it is told to, one after the other; the last again and again."""

    answers = ()

    def do_POST(self):
        self.server.asked.append(self.path)
        status, body = self.server.answers[min(len(self.server.asked), len(self.server.answers)) - 1]
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.bodies.append(json.loads(raw) if raw else None)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body if isinstance(body, bytes) else json.dumps(body).encode())

    do_GET = do_POST  # noqa: N815 - the name that http.server wants

    def log_message(self, *arguments):
        pass


@pytest.fixture
def service():
    """Start a service that answers as it is told, and return how to open it."""
    started = []

    def start(*answers):
        server = ThreadingHTTPServer(("127.0.0.1", 0), Script)
        server.answers, server.asked, server.bodies = answers, [], []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        started.append(server)
        retries = urllib3.Retry(total=2, backoff_factor=0, status_forcelist=(503,), allowed_methods=None)
        return server, JsonService(f"http://127.0.0.1:{server.server_port}", retries)

    yield start
    for server in started:
        server.shutdown()
        server.server_close()


TABLE = {"sources_to_targets": {"distances": [[1.5]], "durations": [[90]]}}
OSRM_TABLE = {"code": "Ok", "distances": [[1500.0]], "durations": [[90.0]]}


def test_a_busy_service_is_asked_again(service):
    server, address = service((503, {}), (503, {}), (200, TABLE))
    metres, seconds = ValhallaEngine(ValhallaService(address)).table(PLACES[:1], PLACES[1:2])
    assert (metres.tolist(), seconds.tolist()) == ([[1500]], [[90]])
    assert len(server.asked) == 3


def test_nobody_at_the_address_is_told():
    closed = JsonService("http://127.0.0.1:9", urllib3.Retry(total=0))
    for engine in (ValhallaEngine(ValhallaService(closed)), OsrmEngine(closed)):
        with pytest.raises(RoadsError) as error:
            engine.table(PLACES[:1], PLACES[1:2])
        assert error.value.fault is RoadsFault.NO_ANSWER
        assert error.value.where == "http://127.0.0.1:9"


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((200, b"<html>welcome</html>"), RoadsFault.BAD_ANSWER),
        ((200, {"weather": "fine"}), RoadsFault.BAD_ANSWER),
        ((200, {"sources_to_targets": {"distances": [[1, 2]], "durations": [[1, 2]]}}), RoadsFault.BAD_ANSWER),
        ((404, {"message": "no such page"}), RoadsFault.BAD_ANSWER),
        ((400, {"error_code": 150, "error": "Exceeded max locations"}), RoadsFault.REFUSED),
    ],
)
def test_what_valhalla_should_not_answer_is_told(service, answer, fault):
    engine = ValhallaEngine(ValhallaService(service(answer)[1]))
    with pytest.raises(RoadsError) as error:
        engine.table(PLACES[:1], PLACES[1:2])
    assert error.value.fault is fault


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        ((200, b"<html>welcome</html>"), RoadsFault.BAD_ANSWER),
        ((200, ["list"]), RoadsFault.BAD_ANSWER),
        ((200, {"code": "Ok", "distances": [[1.0]]}), RoadsFault.BAD_ANSWER),
        ((400, {"code": "TooBig", "message": "Too many table coordinates"}), RoadsFault.REFUSED),
    ],
)
def test_what_osrm_should_not_answer_is_told(service, answer, fault):
    engine = OsrmEngine(service(answer)[1])
    with pytest.raises(RoadsError) as error:
        engine.table(PLACES[:1], PLACES[1:2])
    assert error.value.fault is fault


def test_places_that_no_way_joins_are_unreachable_not_an_error(service):
    no_way = (400, {"error_code": 442, "error": "No path could be found for input"})
    engine = ValhallaEngine(ValhallaService(service(no_way)[1]))
    assert engine.table(PLACES[:2], PLACES[:2])[0].tolist() == [[-1, -1], [-1, -1]]
    assert engine.path(PLACES[:2]) == ()
    osrm = OsrmEngine(service((400, {"code": "NoTable"}))[1])
    assert osrm.table(PLACES[:1], PLACES[:1])[1].tolist() == [[-1]]
    assert osrm.path(PLACES[:2]) == ()


def test_a_long_way_is_asked_for_in_parts_that_meet(service):
    """A service takes twenty places a question: of 45, the ends of the parts are 19 and 38."""
    leg = {"trip": {"legs": [{"shape": "_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"}]}}
    server, address = service((200, leg))
    line = ValhallaEngine(ValhallaService(address)).path([(59.0 + i / 1000, 36.0) for i in range(45)])
    assert [len(body["locations"]) for body in server.bodies] == [20, 20, 7]
    assert [body["locations"][-1] for body in server.bodies[:2]] == [body["locations"][0] for body in server.bodies[1:]]
    assert len(line) == 3 * len(decode_polyline("_izlhA~rlgdF_{geC~ywl@_kwzCn`{nI"))


def test_nothing_on_any_road_is_all_unreachable_and_nobody_is_asked():
    ruler = Ruler(off_road=set(PLACES))
    metres, seconds = travel(ruler).matrix(EVERY, EVERY)
    assert ruler.asked == []
    for table in (metres, seconds):
        assert (table == np.where(np.eye(len(PLACES)), 0, -1)).all()


def test_questions_are_asked_at_once_and_answers_stay_where_they_belong():
    class Slow(Ruler):
        at_once = 4

        def __init__(self):
            super().__init__(most_places=3)
            self.together = threading.Barrier(3, timeout=20)  # nobody is answered before three have asked

        def table(self, origins, destinations):
            self.together.wait()
            return super().table(origins, destinations)

    metres, _ = travel(Slow()).matrix(EVERY, EVERY)
    assert np.array_equal(metres, travel(Ruler()).matrix(EVERY, EVERY)[0])


def test_a_question_that_fails_ends_all_and_keeps_what_was_answered_before(tmp_path):
    class Failing(Ruler):
        at_once = 1

        def table(self, origins, destinations):
            if len(self.asked) == 4:
                raise RoadsError(RoadsFault.NO_ANSWER, "here", "gone")
            return super().table(origins, destinations)

    cache = RoadCache(tmp_path, "1")
    with pytest.raises(RoadsError):
        travel(Failing(), PLACES, cache).matrix(EVERY, EVERY)
    assert 0 < (cache.find(PLACES, PLACES)[0] != UNKNOWN).sum() < len(PLACES) ** 2
    ruler = Ruler()
    travel(ruler, PLACES, cache).matrix(EVERY, EVERY)
    assert 0 < len(ruler.asked) < 9
