"""The cheapest plan that can be made of truck-days of several plans."""

import random
from itertools import combinations

import pytest

from optimizer.recombine import Column, recombine


def cost(columns: list[Column], chosen: list[int]) -> int:
    return sum(columns[c].cost for c in chosen)


def test_halves_of_two_plans_make_a_better_one():
    columns = [Column((0, 1), 5, 0), Column((2, 3), 9, 0), Column((0, 1), 7, 0), Column((3, 2), 4, 0)]

    assert recombine(columns, [0, 1], [2]) == [0, 3]


def test_the_plan_at_hand_stays_when_nothing_better_can_be_made():
    columns = [Column((0, 1), 5, 0), Column((2,), 3, 0), Column((1, 2), 1, 0), Column((0,), 9, 0)]

    assert recombine(columns, [0, 1], [2]) == [0, 1]


def test_no_more_trucks_of_a_group_are_used_than_there_are():
    columns = [Column((0, 1), 10, 0), Column((0,), 1, 1), Column((1,), 1, 1)]

    assert recombine(columns, [0], [1, 1]) == [0]
    assert recombine(columns, [0], [1, 2]) == [1, 2]


def test_no_more_is_taken_from_the_stock_than_there_is():
    columns = [Column((0,), 9, 0, ((0, 5),)), Column((1,), 9, 0, ((1, 5),)), Column((1,), 1, 0, ((0, 5),))]

    assert recombine(columns, [0, 1], [9], [9, 9]) == [0, 1]
    assert recombine(columns, [0, 1], [9], [10, 9]) == [0, 2]


@pytest.mark.parametrize("seed", range(6))
def test_random_pools_give_the_optimum_found_by_trying_everything(seed):
    rng = random.Random(seed)
    items = range(7)
    columns = [Column((i,), 40, i % 2) for i in items]
    columns += [
        Column(tuple(sorted(rng.sample(items, size))), rng.randrange(20, 40) * size, rng.randrange(2))
        for size in (2, 2, 2, 2, 3, 3, 3, 3)
    ]
    counts = [4, 4]
    best = min(
        cost(columns, list(chosen))
        for size in range(1, 8)
        for chosen in combinations(range(len(columns)), size)
        if sorted(i for c in chosen for i in columns[c].items) == list(items)
        and all(sum(columns[c].group == g for c in chosen) <= counts[g] for g in (0, 1))
    )

    chosen = recombine(columns, list(items), counts)

    assert cost(columns, chosen) == best
    assert sorted(i for c in chosen for i in columns[c].items) == list(items)
