"""What a round is follows from the limit of work alone."""

import pytest

from optimizer.plan import Limits, Status
from optimizer.watch import Watch


def rounds(iterations: int, tasks: int, workers: int) -> list[int]:
    watch = Watch(Limits(iterations=iterations), None, None, 100, workers)
    watch.begin_search()
    moves = []
    while (next_moves := watch.next_round(tasks, 1_000)[0]) > 0:
        moves.append(next_moves)
        watch.count(next_moves, tasks, 0.01)
    assert watch.iterations == iterations
    assert watch.status() is Status.ITERATION_LIMIT
    return moves


@pytest.mark.parametrize("tasks", [1, 2, 4, 6, 40])
@pytest.mark.parametrize("iterations", [1, 7, 500, 20_000])
def test_the_rounds_are_the_same_for_any_number_of_workers(iterations, tasks):
    alone = rounds(iterations, tasks, 1)

    assert alone == rounds(iterations, tasks, 2) == rounds(iterations, tasks, 64)
    assert iterations * 1000 <= sum(alone) * tasks < iterations * 1000 + tasks


def test_nothing_is_begun_that_would_end_after_the_time():
    watch = Watch(Limits(seconds=0.0), None, None, 100, 2)
    watch.begin_search()

    assert watch.next_round(2, 1_000)[0] == 0
    assert watch.status() is Status.TIME_LIMIT
