"""Improve a plan piece by piece: neighbouring trips of one depot, on any days, solved together.

POPMUSIC (Taillard & Voss 2002): a piece is a seed trip and the trips nearest to it with the trucks that drive them and
some idle ones; an answer is kept when the exact cost falls. Pieces of one round share no truck-day, so they can be
solved at the same time, and they are chosen and merged in an order that depends on the seed alone.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.search.model import Model
from optimizer.search.schedule import cost_day, schedule_day
from optimizer.search.state import Board, TruckDay, require_cost
from optimizer.search.subproblem import Routes, Slot, Subproblem
from optimizer.travel import IntArray

#: Sizes of a piece, in deliveries; one is drawn for each piece.
_SIZES = (30, 45, 60)
#: Trips a piece may have at most besides idle ones.
_MOST_TRIPS = 10
_IDLE_TRUCKS = 2
#: Solutions the engine looks at in a piece whose seed has given nothing so often; 0: it ends in the first local
#: optimum, which takes a fifth of the time and gives most of the gain as long as there is much to gain.
_SOLUTIONS = (0, 100, 200)
#: A round of pieces ends early when they may look at so many solutions together, so that none takes long.
_ROUND_SOLUTIONS = 800
#: Share of pieces with windows in which the engine weighs waiting too, which makes it two or three times slower.
_WAITS_COST = 0.25


@dataclass(frozen=True, slots=True, eq=False)
class Seat:
    """Where the trip of a slot lives: its truck-day and its number there (the next number: a trip not yet made)."""

    truck_day: TruckDay
    trip: int


@dataclass(frozen=True, eq=False)
class Piece:
    """A sub-problem with the way back into the plan."""

    board: Board
    seats: tuple[Seat, ...]
    deliveries: tuple[int, ...]
    subproblem: Subproblem


class Pieces:
    """Chooses pieces; remembers which trips have been the seed of a piece that gave nothing since they changed."""

    def __init__(self, model: Model, seed: int) -> None:
        self._model = model
        self._random = random.Random(seed)  # noqa: S311 - a search, not a secret
        self._tired: dict[tuple[int, ...], int] = {}

    def choose(self, boards: Sequence[Board], count: int) -> list[Piece]:
        """Choose up to ``count`` pieces that share no truck-day, least tired seeds first; fewer when they are laborious."""
        seeds = [(board, day, t) for board in boards for day in board.truck_days for t in range(len(day.trips))]
        self._random.shuffle(seeds)
        seeds.sort(key=lambda seed: self._tired.get(tuple(seed[1].trips[seed[2]]), 0))
        taken: set[int] = set()
        idle = {board.depot: board.free.copy() for board in boards}
        slack = {board.depot: board.slack() for board in boards}
        pieces: list[Piece] = []
        for board, truck_day, trip in seeds:
            if len(pieces) == count or sum(piece.subproblem.solutions for piece in pieces) >= _ROUND_SOLUTIONS:
                break
            if id(truck_day) in taken:
                continue
            chosen = self._neighbours(board, truck_day, trip, taken)
            taken.update(id(seat.truck_day) for seat in chosen)
            tired = self._tired.get(tuple(truck_day.trips[trip]), 0)
            pieces.append(self._build(board, chosen, idle[board.depot], slack[board.depot], tired))
        return pieces

    def learn(self, piece: Piece, *, improved: bool) -> None:
        """Remember whether a piece gave something: its seed is asked later if it did not."""
        if not improved:
            seat = piece.seats[0]
            key = tuple(seat.truck_day.trips[seat.trip])
            self._tired[key] = self._tired.get(key, 0) + 1

    def _neighbours(self, board: Board, seed: TruckDay, trip: int, taken: set[int]) -> list[Seat]:
        """Return the seats of a seed trip and of the trips with the stops nearest to any of its own."""
        model = self._model
        near = np.min([self._both_ways(model.place[i]) for i in set(seed.trips[trip])], axis=0)
        open_days = [day for day in board.truck_days if id(day) not in taken]
        stops = [(i, Seat(day, t)) for day in open_days for t, one in enumerate(day.trips) for i in one]
        distance = near[[model.place[i] for i, _ in stops]]
        # Noise keeps two pieces with one seed from being the same piece.
        distance = distance * np.array([self._random.uniform(0.7, 1.3) for _ in stops])
        size = self._random.choice(_SIZES)
        seats = [Seat(seed, trip)]
        chosen = {(id(seed), trip)}
        total = len(seed.trips[trip])
        for at in np.argsort(distance, kind="stable"):
            seat = stops[at][1]
            if (id(seat.truck_day), seat.trip) in chosen:
                continue
            more = len(seat.truck_day.trips[seat.trip])
            if total + more > (size if len(seats) > 1 else 2 * size):
                break
            seats.append(seat)
            chosen.add((id(seat.truck_day), seat.trip))
            total += more
            if len(seats) == _MOST_TRIPS:
                break
        return seats

    def _both_ways(self, place: int) -> IntArray:
        _, out_s, _, back_s = self._model.legs.around(place)
        return out_s + back_s

    def _build(self, board: Board, chosen: list[Seat], idle: IntArray, slack: IntArray, tired: int) -> Piece:
        model = self._model
        seats: list[Seat] = []
        slots: list[Slot] = []
        deliveries = [i for seat in chosen for i in seat.truck_day.trips[seat.trip]]
        by_day: dict[int, list[Seat]] = {}
        for seat in chosen:
            by_day.setdefault(id(seat.truck_day), []).append(seat)
        for group in by_day.values():
            for seat, slot in _seats_of(model, group[0].truck_day, {seat.trip for seat in group}, len(slots)):
                seats.append(seat)
                slots.append(slot)
        for kind, day in self._idle_trucks(deliveries, idle):
            idle[kind, day] -= 1
            for seat, slot in _seats_of(model, TruckDay(kind, day, []), set(), len(slots)):
                seats.append(seat)
                slots.append(slot)
        number = {i: n for n, i in enumerate(deliveries)}
        routes = tuple(
            tuple(number[i] for i in seat.truck_day.trips[seat.trip]) if seat.trip < len(seat.truck_day.trips) else ()
            for seat in seats
        )
        depot = model.depot_place[board.depot]
        metres, seconds = model.legs.block([*(model.place[i] for i in deliveries), depot])
        first_days = _release(model, deliveries, routes, seats, slack)
        allowed = tuple(
            tuple(
                v
                for v, seat in enumerate(seats)
                if model.kind_ok[i, seat.truck_day.kind]
                and model.day_ok[i, seat.truck_day.day]
                and seat.truck_day.day >= first_days[n]
            )
            for n, i in enumerate(deliveries)
        )
        subproblem = Subproblem(
            metres=metres,
            seconds=seconds,
            weight_g=tuple(model.weight_g[deliveries].tolist()),
            volume_ml=tuple(model.volume_ml[deliveries].tolist()),
            service_s=tuple(model.service_s[i] for i in deliveries),
            windows=tuple(model.windows[i] for i in deliveries),
            allowed=allowed,
            slots=tuple(slots),
            routes=routes,
            waits_cost=bool(any(model.windows[i] for i in deliveries)) and self._random.random() < _WAITS_COST,
            solutions=_work(tired, len(deliveries)),
        )
        return Piece(board, tuple(seats), tuple(deliveries), subproblem)

    def _idle_trucks(self, deliveries: list[int], idle: IntArray) -> list[tuple[int, int]]:
        """Choose some idle trucks that could take at least one of the deliveries."""
        model = self._model
        useful = idle > 0
        wanted = np.zeros_like(useful)
        for i in deliveries:
            wanted |= model.kind_ok[i][:, None] & model.day_ok[i][None, :]
        places = [(int(kind), int(day)) for kind, day in zip(*np.nonzero(useful & wanted), strict=True)]
        return sorted(self._random.sample(places, min(_IDLE_TRUCKS, len(places))))


def _work(tired: int, n: int) -> int:
    """Return the work limit of a piece: less for few deliveries, soon solved, and for many, whose solutions cost more."""
    most = _SOLUTIONS[min(tired, len(_SOLUTIONS) - 1)]
    return min(most, 10 * n) if n <= _SIZES[-1] else most * _SIZES[-1] ** 2 // n**2


def _seats_of(model: Model, truck_day: TruckDay, free: set[int], first: int) -> list[tuple[Seat, Slot]]:
    """Return seats and slots for the free trips of a truck-day and, if it may make one more, for that.

    Trips that are not free keep their present times; a free one has the time between them.
    """
    kind = model.kinds[truck_day.kind]
    times = schedule_day(model, kind, truck_day.trips) or []
    numbers = sorted(free)
    n_trips = len(truck_day.trips)
    if n_trips < kind.trips_per_day:
        numbers.append(n_trips)
    kept = n_trips - len(free)
    answer: list[tuple[Seat, Slot]] = []
    for position, number in enumerate(numbers):
        before = [times[t].end_s for t in range(number) if t not in free]
        behind = [times[t].start_s for t in range(number + 1, n_trips) if t not in free]
        chained = position > 0 and numbers[position - 1] == number - 1
        slot = Slot(
            capacity_g=kind.capacity_g,
            capacity_ml=kind.capacity_ml,
            metre_cost=kind.metre_cost,
            second_cost=kind.second_cost,
            fixed_cost=kind.fixed_cost if position == 0 and kept == 0 else 0,
            loading_s=kind.loading_s,
            opens_s=max(before, default=kind.opens_s),
            closes_s=min(behind, default=kind.closes_s),
            after=first + position - 1 if chained else None,
        )
        answer.append((Seat(truck_day, number), slot))
    return answer


def _release(
    model: Model,
    deliveries: Sequence[int],
    routes: Routes,
    seats: Sequence[Seat],
    slack: IntArray,
) -> list[int]:
    """Return for each delivery the first day it may move to, so that the stock holds whatever is chosen.

    To leave later never hurts. To leave earlier takes the packs from the days between, so they are set aside in
    ``slack`` (what no other piece of the round has set aside), in the order of rank.
    """
    present = [0] * len(deliveries)
    for route, seat in zip(routes, seats, strict=True):
        for n in route:
            present[n] = seat.truck_day.day
    earliest = min(seat.truck_day.day for seat in seats)
    first_days = list(present)
    for n in sorted(range(len(deliveries)), key=lambda n: model.order[deliveries[n]]):
        packs = model.packs[deliveries[n]]
        wanted = packs > 0
        day = present[n]
        while day > earliest and (slack[wanted, day - 1] >= packs[wanted]).all():
            day -= 1
        slack[:, day : present[n]] -= packs[:, None]
        first_days[n] = day
    return first_days


def apply_answer(model: Model, piece: Piece, routes: Routes) -> int:
    """Put the answer of a piece into the plan if it is feasible and its exact cost is lower.

    Returns
    -------
    int
        What it saves, in 1/COST_SCALE of the currency; 0 when the plan stays as it is.
    """
    fresh: dict[int, tuple[TruckDay, dict[int, list[int]]]] = {}
    for seat, route in zip(piece.seats, routes, strict=True):
        _, numbered = fresh.setdefault(id(seat.truck_day), (seat.truck_day, dict(enumerate(seat.truck_day.trips))))
        numbered[seat.trip] = [piece.deliveries[n] for n in route]
    before = after = 0
    changes = []
    for truck_day, numbered in fresh.values():
        trips = [trip for _, trip in sorted(numbered.items()) if trip]
        cost = cost_day(model, model.kinds[truck_day.kind], trips)
        if cost is None:
            return 0
        before += require_cost(model, truck_day)
        after += cost
        changes.append((truck_day, trips))
    if after >= before:
        return 0
    for truck_day, trips in changes:
        if truck_day.trips:
            piece.board.change(truck_day, trips)
        elif trips:
            truck_day.trips = trips
            piece.board.open(truck_day)
    return before - after
