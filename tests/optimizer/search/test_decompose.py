"""Pieces share no truck-day, keep the stock whatever is chosen in them, and only ever make the plan cheaper."""

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.engines.ortools_routing import solve_subproblem
from optimizer.problem import Depot
from optimizer.search.admission import admit
from optimizer.search.decompose import Pieces, apply_answer
from optimizer.search.model import build_model
from tests.support.routing import make_delivery, make_network, make_problem, make_truck


def test_pieces_of_a_round_share_no_truck_day_and_come_from_the_seed_alone():
    model = build_model(make_network(200, 2, 12, 5))
    boards, _ = admit(model, range(200), lambda: True)

    one, same = (Pieces(model, 7).choose(boards, 4) for _ in range(2))

    days = [id(seat.truck_day) for piece in one for seat in {id(s.truck_day): s for s in piece.seats}.values()]
    assert len(days) == len(set(days))
    assert len(one) > 1
    assert [piece.deliveries for piece in one] == [piece.deliveries for piece in same]
    assert [piece.subproblem.slots for piece in one] == [piece.subproblem.slots for piece in same]


def test_an_answer_is_kept_only_if_it_saves_and_then_saves_exactly_what_it_says():
    model = build_model(make_network(200, 2, 12, 5))
    boards, _ = admit(model, range(200), lambda: True)
    pieces = Pieces(model, 1)

    total = 0
    for piece in pieces.choose(boards, 6):
        before = sum(board.cost() for board in boards)
        saving = apply_answer(model, piece, solve_subproblem(piece.subproblem))
        assert saving >= 0
        assert sum(board.cost() for board in boards) == before - saving
        total += saving
    assert total > 0


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_any_choice_of_allowed_days_keeps_the_stock(seed):
    rng = random.Random(seed)
    points = [(0, 0)] + [(rng.randrange(60_000), rng.randrange(60_000)) for _ in range(14)]
    deliveries = [make_delivery(f"d{i}", i, rng.randrange(50, 200), n_days=4) for i in range(1, 15)]
    total = sum(d.packs[0] for d in deliveries)
    stock = (*sorted(rng.randrange(total // 3, total) for _ in range(3)), total)
    problem = make_problem(points, deliveries, [make_truck(count=2, trips_per_day=2)], 4, [Depot(0, (stock,))])
    model = build_model(problem)
    boards, _ = admit(model, range(14), lambda: True)

    used = boards[0].used.copy()
    for piece in Pieces(model, seed).choose(boards, 3):
        present = {
            n: seat.truck_day.day
            for seat, route in zip(piece.seats, piece.subproblem.routes, strict=True)
            for n in route
        }
        for n, allowed in enumerate(piece.subproblem.allowed):
            packs = model.packs[piece.deliveries[n]]
            chosen = piece.seats[rng.choice(allowed)].truck_day.day
            used[:, present[n] :] -= packs[:, None]
            used[:, chosen:] += packs[:, None]

    assert (used <= model.stock[0]).all()
