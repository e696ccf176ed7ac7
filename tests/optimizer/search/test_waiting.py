"""Those who wait get the room that comes free, in the order of rank."""

from optimizer.problem import Depot
from optimizer.search.model import build_model
from optimizer.search.state import Board, TruckDay
from optimizer.search.waiting import displace, readmit
from tests.support.routing import make_delivery, make_problem, make_truck

POINTS = [(0, 0), (10_000, 0), (20_000, 0), (30_000, 0)]


def board_with(trips, deliveries, **change):
    model = build_model(make_problem(POINTS, deliveries, [make_truck()], **change))
    return model, Board(model, 0, [TruckDay(0, 0, trips)])


def test_readmission_fills_the_room_by_rank():
    deliveries = [
        make_delivery("in", 1, 300),
        make_delivery("late", 2, 150, rank=9),
        make_delivery("early", 3, 150, rank=1),
    ]
    model, board = board_with([[0]], deliveries)

    assert readmit(model, [board], [1, 2]) == [1]
    assert sorted(board.deliveries()) == [0, 2]


def test_a_lower_rank_takes_the_place_of_higher_ones_but_not_of_lower_ones():
    deliveries = [
        make_delivery("senior", 1, 200, rank=0),
        make_delivery("waits", 2, 250, rank=1),
        make_delivery("junior", 3, 200, rank=2),
        make_delivery("small", 3, 40, rank=3),
    ]
    model, board = board_with([[0, 2, 3]], deliveries)

    assert displace(model, [board], [1]) == [2]
    assert sorted(board.deliveries()) == [0, 1, 3]


def test_nobody_is_displaced_for_one_who_does_not_fit_even_then():
    deliveries = [
        make_delivery("senior", 1, 300, rank=0),
        make_delivery("big", 2, 250, rank=1),
        make_delivery("junior", 3, 100, rank=2),
    ]
    model, board = board_with([[0, 2]], deliveries)

    assert displace(model, [board], [1]) == [1]
    assert sorted(board.deliveries()) == [0, 2]


def test_stock_and_storage_of_the_displaced_pass_to_the_one_of_lower_rank():
    deliveries = [make_delivery("junior", 1, 100, rank=5), make_delivery("waits", 1, 100, rank=1)]
    model, board = board_with([[0]], deliveries, depots=[Depot(0, ((100,),))], storage_g={(1, "dry"): 1_000_000})

    assert readmit(model, [board], [1]) == [1]
    assert displace(model, [board], [1]) == [0]
    assert board.used.tolist() == [[100]]
    assert list(board.deliveries()) == [1]
