"""Truck-days of low rank come first where that costs nothing and breaks nothing."""

from optimizer.problem import Depot
from optimizer.search.calendar import bring_forward
from optimizer.search.model import build_model
from optimizer.search.state import Board, TruckDay
from tests.support.routing import make_delivery, make_problem

POINTS = [(0, 0), (10_000, 0), (20_000, 0)]


def days_after(ranks, days=((0, 1, 2), (0, 1, 2)), stock=(1000, 1000, 1000), start=(1, 2)):
    deliveries = [make_delivery(f"d{i}", i + 1, 100, rank=ranks[i], days=days[i]) for i in range(2)]
    model = build_model(make_problem(POINTS, deliveries, n_days=3, depots=[Depot(0, (stock,))]))
    board = Board(model, 0, [TruckDay(0, start[i], [[i]]) for i in range(2)])
    bring_forward(board)
    assert board.stock_holds()
    recount = Board(model, 0, [TruckDay(t.kind, t.day, t.trips) for t in board.truck_days])
    assert (recount.used == board.used).all()
    assert (recount.free == board.free).all()
    return [t.day for t in board.truck_days]


def test_the_low_rank_takes_the_first_day_and_the_other_the_next():
    assert days_after((0, 1)) == [0, 1]
    assert days_after((1, 0)) == [1, 0]


def test_like_trucks_exchange_their_days_when_none_is_idle():
    assert days_after((1, 0), days=((0, 1), (0, 1)), start=(0, 1)) == [1, 0]


def test_days_of_the_deliveries_are_kept():
    assert days_after((0, 1), days=((1, 2), (0, 1, 2))) == [1, 0]


def test_nobody_leaves_before_the_stock_is_there():
    assert days_after((0, 1), stock=(0, 100, 200)) == [1, 2]
