"""Relocation empties trucks whose load others can carry more cheaply, and changes nothing else."""

from optimizer.search.model import Model, build_model
from optimizer.search.relocate import relocate
from optimizer.search.state import Board, TruckDay
from tests.support.routing import make_delivery, make_problem, make_truck

POINTS = [(0, 0), (40_000, 0), (42_000, 0), (-30_000, 0)]


def make_model(packs: int, **truck: object) -> Model:
    deliveries = [make_delivery(f"d{i}", i + 1, packs, n_days=2) for i in range(3)]
    return build_model(make_problem(POINTS, deliveries, [make_truck(count=2, **truck)], n_days=2))


def test_a_truck_need_not_drive_when_another_of_another_day_can_carry_its_load():
    model = make_model(100, fixed_cost=5_000)
    board = Board(model, 0, [TruckDay(0, 0, [[0]]), TruckDay(0, 1, [[1, 2]])])
    before = board.cost()

    saved = relocate(model, [board], lambda: True)

    assert len(board.truck_days) == 1
    assert sorted(board.deliveries()) == [0, 1, 2]
    assert saved == before - board.cost() > 5_000 * 18_000
    assert board.free.sum() == 3
    assert board.used[0].tolist() in ([0, 300], [300, 300])


def test_what_cannot_get_cheaper_stays_as_it_was():
    model = make_model(400)  # two of them are more than a truck
    board = Board(model, 0, [TruckDay(0, 0, [[0]]), TruckDay(0, 1, [[1]]), TruckDay(0, 0, [[2]])])
    used = board.used.copy()

    assert relocate(model, [board], lambda: True) == 0

    assert sorted((one.day, one.trips) for one in board.truck_days) == [(0, [[0]]), (0, [[2]]), (1, [[1]])]
    assert (board.used == used).all()


def test_it_ends_when_told():
    model = make_model(100, fixed_cost=5_000)
    board = Board(model, 0, [TruckDay(0, 0, [[0]]), TruckDay(0, 1, [[1, 2]])])

    assert relocate(model, [board], lambda: False) == 0
    assert len(board.truck_days) == 2
