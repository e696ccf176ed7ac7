"""Fair turn order over rounds: how early each place has been served so far, and a bound on how far that may spread.

The turn of a place in a round is its first delivery day's position in the period, from 0 for the first day to 1 for the
last; who gets nothing has turn 1. What a place's mean turn becomes with a given first day is known before planning, so
the spread (greatest mean less least) is bounded by leaving each place only days that put its mean into one window. The
narrowest window in which every place has a day is the smallest range that covers a number from each of several lists.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from optimizer.plan import Plan
from optimizer.problem import Delivery, Problem

#: A mean turn and the place, by number, that would have it.
_Option = tuple[Fraction, int]


@dataclass(frozen=True, slots=True)
class PastTurns:
    """In how many rounds a place was due, and the sum of its turns."""

    rounds: int = 0
    total: Fraction = Fraction(0)

    @property
    def mean(self) -> Fraction | None:
        """Return the mean turn; None for a place that was never due."""
        return self.total / self.rounds if self.rounds else None

    def mean_with(self, turn: Fraction) -> Fraction:
        """Return what the mean becomes with one turn more."""
        return (self.total + turn) / (self.rounds + 1)


@dataclass(frozen=True)
class BoundedTurns:
    """A problem whose days keep every place's mean turn from ``low`` to ``high``, if nothing of it has to wait.

    ``high - low`` is above the bound asked for only where no choice of days keeps that; it is then as small as can be.
    """

    problem: Problem
    low: Fraction
    high: Fraction


def turns_of(problem: Problem, plan: Plan) -> dict[str, Fraction]:
    """Return the turn of every place that anything is due at, by name, in order of place."""
    first: dict[int, int] = {}
    for trip in plan.trips:
        for stop in trip.stops:
            place = problem.deliveries[stop.delivery].place
            first[place] = min(first.get(place, trip.day), trip.day)
    due = sorted({delivery.place for delivery in problem.deliveries})
    return {
        problem.places[place].name: _turn(problem, first[place]) if place in first else Fraction(1) for place in due
    }


def add_turns(past: Mapping[str, PastTurns], turns: Mapping[str, Fraction]) -> dict[str, PastTurns]:
    """Add the turns of one round more to those of the rounds before."""
    added = dict(past)
    for name, turn in turns.items():
        before = added.get(name, PastTurns())
        added[name] = PastTurns(before.rounds + 1, before.total + turn)
    return added


def spread_of(turns: Iterable[PastTurns]) -> Fraction:
    """Return the greatest mean turn less the least, 0 where no place was ever due."""
    means = [mean for each in turns if (mean := each.mean) is not None]
    return max(means) - min(means) if means else Fraction(0)


def bound_turns(problem: Problem, past: Mapping[str, PastTurns], bound: Fraction) -> BoundedTurns:
    """Leave deliveries only days that keep the spread of mean turns of this problem's places within a bound.

    Of the windows that do, the one is taken that leaves the most first days in all, of equal ones the earliest. At each
    place nothing comes before the window opens, and one delivery, that which loses the fewest days by it, before it closes.

    Parameters
    ----------
    problem
        The problem of the round to plan.
    past
        Turns of earlier rounds by name of place; a place that is missing has none.
    bound
        The greatest spread after this round, from 0 to 1.

    Raises
    ------
    ValueError
        If the bound is not between 0 and 1.
    """
    if not 0 <= bound <= 1:
        raise ValueError("a spread is between 0 and 1")
    by_place: defaultdict[int, list[Delivery]] = defaultdict(list)
    for delivery in problem.deliveries:
        if delivery.days:
            by_place[delivery.place].append(delivery)
    means: dict[int, dict[int, Fraction]] = {}
    for place, deliveries in by_place.items():
        turns = past.get(problem.places[place].name, PastTurns())
        last = min(delivery.days[-1] for delivery in deliveries)  # the first of them comes then or before
        days = sorted({day for delivery in deliveries for day in delivery.days if day <= last})
        means[place] = {day: turns.mean_with(_turn(problem, day)) for day in days}
    options = sorted((mean, place) for place, of_days in means.items() for mean in of_days.values())
    low, high = _window(options, bound)
    left: dict[str, tuple[int, ...]] = {}
    for place, deliveries in by_place.items():
        inside = [day for day, mean in means[place].items() if low <= mean <= high]
        left |= _open_within(deliveries, inside[0], inside[-1])
    bounded = tuple(replace(d, days=left.get(d.name, d.days)) for d in problem.deliveries)
    return BoundedTurns(replace(problem, deliveries=bounded), low, high)


def _open_within(deliveries: Sequence[Delivery], opens: int, closes: int) -> dict[str, tuple[int, ...]]:
    """Return by name the days left of a place's deliveries, so that the first of them comes from one day to another."""

    def loss(delivery: Delivery) -> tuple[bool, int, int, str]:
        """Tell whether it cannot be the one that comes within, then the days that this takes of it."""
        within = any(opens <= day <= closes for day in delivery.days)
        return not within, sum(day > closes for day in delivery.days), delivery.rank, delivery.name

    days = {d.name: tuple(day for day in d.days if day >= opens) for d in deliveries}
    leading = min(deliveries, key=loss).name
    return days | {leading: tuple(day for day in days[leading] if day <= closes)}


def _turn(problem: Problem, day: int) -> Fraction:
    return Fraction(day, len(problem.days) - 1) if len(problem.days) > 1 else Fraction(0)


def _window(options: Sequence[_Option], bound: Fraction) -> tuple[Fraction, Fraction]:
    """Return the window, no wider than needed, that holds an option of every place and the most of all options."""
    if not options:
        return Fraction(0), Fraction(0)
    width = max(bound, _smallest_range(options))
    places = len({place for _, place in options})
    inside: Counter[int] = Counter()
    covered, left, most = 0, 0, 0
    best = options[0][0], options[-1][0]
    for right, (mean, place) in enumerate(options):
        covered += inside[place] == 0
        inside[place] += 1
        while mean - options[left][0] > width:
            inside[options[left][1]] -= 1
            covered -= inside[options[left][1]] == 0
            left += 1
        if covered == places and right - left + 1 > most:
            most, best = right - left + 1, (options[left][0], mean)
    return best


def _smallest_range(options: Sequence[_Option]) -> Fraction:
    """Return the least width of a range that holds an option of every place."""
    places = {place for _, place in options}
    inside: Counter[int] = Counter()
    covered, left = 0, 0
    width = options[-1][0] - options[0][0]
    for mean, place in options:
        covered += inside[place] == 0
        inside[place] += 1
        while covered == len(places):
            width = min(width, mean - options[left][0])
            inside[options[left][1]] -= 1
            covered -= inside[options[left][1]] == 0
            left += 1
    return width
