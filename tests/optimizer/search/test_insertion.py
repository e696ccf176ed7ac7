"""The one-pass judgement of positions agrees with scheduling each of them anew."""

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.search.insertion import Inserter
from optimizer.search.model import build_model
from optimizer.search.schedule import cost_day
from optimizer.search.state import Board, TruckDay
from tests.support.routing import make_delivery, make_problem, make_truck

times = st.tuples(st.integers(6, 14), st.integers(0, 6)).map(lambda w: (w[0] * 3600, (w[0] + w[1]) * 3600))


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 60), st.lists(times, max_size=2)), min_size=2, max_size=7),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(9, 18),
)
def test_a_position_is_found_exactly_when_one_is_feasible_and_its_truck_day_keeps_its_times(stops, trips, split, end):
    points = [(0, 0)] + [(km * 1000, 5_000) for km, _ in stops]
    deliveries = [make_delivery(f"d{i}", i + 1, windows=tuple(sorted(w))) for i, (_, w) in enumerate(stops)]
    truck = make_truck(trips_per_day=trips, shift_end_s=end * 3600, capacity_g=3_000_000)
    model = build_model(make_problem(points, deliveries, [truck]))
    kind = model.kinds[0]
    new = len(stops) - 1
    chunks = [list(range(new))[i : i + split] for i in range(0, new, split)][:trips]
    if cost_day(model, kind, chunks) is None:
        return
    board = Board(model, 0, [TruckDay(0, 0, chunks)])
    possible = []
    for t, trip in enumerate([*chunks, []][:trips]):
        for position in range(len(trip) + 1):
            changed = [list(c) for c in chunks] + ([[]] if t == len(chunks) else [])
            changed[t].insert(position, new)
            if len(changed[t]) <= 3 and cost_day(model, kind, changed) is not None:
                possible.append(changed)

    inserter = Inserter(board)
    spot = inserter.find(new)

    assert (spot is not None) == bool(possible)
    if spot is not None:
        assert inserter.insert(new, spot).trips in possible


def test_the_cheapest_position_is_taken_and_without_windows_its_cost_is_exact():
    points = [(0, 0), (30_000, 0), (60_000, 0), (45_000, 1_000)]
    model = build_model(make_problem(points, [make_delivery(f"d{i}", i + 1) for i in range(3)]))
    truck_day = TruckDay(0, 0, [[0, 1]])
    before = cost_day(model, model.kinds[0], truck_day.trips)
    inserter = Inserter(Board(model, 0, [truck_day]))

    spot = inserter.find(2)

    assert spot is not None
    assert inserter.insert(2, spot).trips in ([[0, 2, 1]], [[0, 1, 2]])
    after = cost_day(model, model.kinds[0], truck_day.trips)
    assert before is not None
    assert after == before + spot.cost


def test_no_more_trucks_are_put_into_use_than_there_are():
    points = [(0, 0), (10_000, 0)]
    full = [make_delivery(f"d{i}", 1, 500) for i in range(4)]
    board = Board(build_model(make_problem(points, full, [make_truck(count=3)])), 0)
    inserter = Inserter(board)

    found = []
    for i in range(4):
        spot = inserter.find(i)
        found.append(spot is not None)
        if spot is not None:
            inserter.insert(i, spot)

    assert found == [True, True, True, False]
    assert board.free.sum() == 0
