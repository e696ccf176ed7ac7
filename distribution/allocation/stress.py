"""How a round stands if the counts it rests on have aged: areas grew since, at rates that nobody has measured.

The growth all areas have in common moves no share, so only what sets each area apart is drawn: a rate per year,
normal with mean 0 and a given spread, that has worked since the count. What the round gives, computed from the
old counts, is then held against what the drawn ones would have given.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.difference import kg_per_person, mass_g
from distribution.allocation.grid import NANO
from distribution.allocation.inequality import weighted_gini

MOST_GROWTH = 20.0  # no area is drawn with more than this many times its count, or fewer than its count over this
SHORT_PEOPLE = 10  # people are short if their outlet's share lacks more than one part in so many of the fair one
SHORT_AREA = 20  # and so is an area

Floats = NDArray[np.float64]


def draw_normals(name: str, draws: int, seed: int) -> Floats:
    """Draw standard normal numbers that belong to a name, whatever other names there are and in whatever order.

    The stream is that of Philox 4x64-10 (Salmon et al. 2011, "Parallel random numbers: as easy as 1, 2, 3") keyed by
    the seed and a hash of the name; every draw takes two numbers of it (Box & Muller 1958), so more draws go on where
    fewer end.

    Returns
    -------
    ndarray
        Shape (draws,).
    """
    key = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "little")
    stream = np.random.Philox(key=np.array([seed, key], dtype=np.uint64))
    raw = stream.random_raw(2 * draws).reshape(draws, 2) >> np.uint64(11)
    first, second = (raw[:, 0] + 1) / 2**53, raw[:, 1] / 2**53  # in (0, 1] and [0, 1)
    return np.asarray(np.sqrt(-2 * np.log(first)) * np.cos(2 * np.pi * second))


def draw_growth(
    names: Sequence[str], ages_years: Sequence[float] | Floats, spread_percent: float, *, draws: int, seed: int
) -> Floats:
    """Draw by how much each area has outgrown, or fallen behind, its count: ``exp(rate x age)``.

    Parameters
    ----------
    names
        Codes of the areas.
    ages_years
        Years since each was counted.
    spread_percent
        Standard deviation of the rates, percent per year.
    draws, seed
        How often, and which numbers.

    Returns
    -------
    ndarray
        Factors, shape (draws, areas), within :data:`MOST_GROWTH` times and a part of it.
    """
    normals = np.column_stack([draw_normals(name, draws, seed) for name in names]) if names else np.zeros((draws, 0))
    exponent = normals * (spread_percent / 100) * np.asarray(ages_years, dtype=np.float64)
    bound = np.log(MOST_GROWTH)
    return np.asarray(np.exp(np.clip(exponent, -bound, bound)))


def scale_people(people: NDArray[np.int64], factors: Floats) -> NDArray[np.int64]:
    """Return people grown by factors, in whole persons, half to even, shape (n,)."""
    return np.asarray(np.rint(people * factors), dtype=np.int64)


@dataclass(frozen=True, eq=False)
class Shares:
    """What a round gives n outlets of m commodities, from one set of counts.

    Attributes
    ----------
    packs
        Allotments, shape (n, m).
    target_nano
        The exact shares behind them, billionths of a pack, shape (n, m).
    """

    packs: NDArray[np.int64]
    target_nano: NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class DrawMeasures:
    """How far a round that trusts old counts is from one that knows the drawn ones, shape (m,) each.

    Attributes
    ----------
    misplaced_packs
        Packs that stand at an outlet which the true counts would not have given them.
    mean_error_packs, largest_error_packs
        Mean and largest distance of an outlet's packs from those the true counts would have given it.
    gini, gini_fair
        Gini of kg per true person: as given, and as the true counts would have given; NaN where nothing is.
    largest_deviation_percent
        Furthest that an outlet's exact share is from the one by true counts, in percent of the latter.
    people_short, people_short_percent
        True people whose outlet's exact share lacks more than 10 % of the one by true counts, and their part.
    """

    misplaced_packs: Floats
    mean_error_packs: Floats
    largest_error_packs: Floats
    gini: Floats
    gini_fair: Floats
    largest_deviation_percent: Floats
    people_short: Floats
    people_short_percent: Floats


MEASURES = tuple(field.name for field in fields(DrawMeasures))


def measure_draw(
    given: Shares, fair: Shares, people: NDArray[np.int64], takes_part: NDArray[np.bool_], pack_g: Sequence[int]
) -> DrawMeasures:
    """Hold what a round gives against what the true counts would have given.

    Parameters
    ----------
    given, fair
        Shares by the old counts, and by the true ones.
    people
        True people, shape (n,).
    takes_part
        Which outlets take part in which commodity, shape (n, m).
    pack_g
        Mass of one pack, g, length m.
    """
    error = np.abs(given.packs - fair.packs)
    outlets = np.maximum(takes_part.sum(axis=0), 1)
    lacking = fair.target_nano - given.target_nano
    short = lacking > fair.target_nano // SHORT_PEOPLE  # whole numbers: the same as without rounding down
    concerned = np.where(takes_part, people[:, None], 0).sum(axis=0)
    people_short = np.where(short & takes_part, people[:, None], 0).sum(axis=0)
    away = np.divide(np.abs(lacking), fair.target_nano, out=np.zeros(lacking.shape), where=fair.target_nano > 0)
    return DrawMeasures(
        misplaced_packs=np.maximum(given.packs - fair.packs, 0).sum(axis=0).astype(np.float64),
        mean_error_packs=error.sum(axis=0) / outlets,
        largest_error_packs=error.max(axis=0, initial=0).astype(np.float64),
        gini=_ginis(given.packs, people, takes_part, pack_g),
        gini_fair=_ginis(fair.packs, people, takes_part, pack_g),
        largest_deviation_percent=100 * away.max(axis=0, initial=0),
        people_short=people_short.astype(np.float64),
        people_short_percent=100 * people_short / np.maximum(concerned, 1),
    )


def _ginis(
    packs: NDArray[np.int64], people: NDArray[np.int64], takes_part: NDArray[np.bool_], pack_g: Sequence[int]
) -> Floats:
    rations = kg_per_person(mass_g(packs, pack_g), people)
    rows = [takes_part[:, j] & (people > 0) for j in range(len(pack_g))]
    ginis = [weighted_gini(rations[chosen, j], people[chosen]) for j, chosen in enumerate(rows)]
    return np.array([np.nan if gini is None else gini for gini in ginis])


class HolderTally:
    """What g holders (outlets or areas) have too much or too little of, draw upon draw; sums only, no draw is kept.

    Masses are exact shares in g, as floats: reported measures, which decide nothing.
    """

    def __init__(self, holders: int, commodities: int) -> None:
        self.draws = 0
        self.error_packs = np.zeros((holders, commodities))
        self.largest_error_packs = np.zeros((holders, commodities), np.int64)
        self.short_draws = np.zeros((holders, commodities + 1), np.int64)
        self.short_g = np.zeros((holders, commodities + 1))

    def add(self, given: Shares, fair: Shares, pack_g: Sequence[int]) -> None:
        """Count one draw; the last column of what is short is that of all commodities together."""
        self.draws += 1
        error = np.abs(given.packs - fair.packs)
        self.error_packs += error
        self.largest_error_packs = np.maximum(self.largest_error_packs, error)
        masses = [shares.target_nano / NANO * np.asarray(pack_g) for shares in (given, fair)]
        have, due = (np.column_stack([mass, mass.sum(axis=1)]) for mass in masses)
        self.short_draws += due - have > due / SHORT_AREA
        self.short_g += np.maximum(due - have, 0)

    @property
    def mean_error_packs(self) -> Floats:
        """Return the mean distance of the packs from those by true counts, shape (g, m)."""
        return np.asarray(self.error_packs / max(self.draws, 1))

    @property
    def probability_short(self) -> Floats:
        """Return the part of the draws in which more than 5 % of the fair share lacks, shape (g, m + 1)."""
        return np.asarray(self.short_draws / max(self.draws, 1))

    @property
    def mean_short_g(self) -> Floats:
        """Return the mass that lacks, g, averaged over all draws, also those in which nothing does, shape (g, m + 1)."""
        return np.asarray(self.short_g / max(self.draws, 1))


@dataclass(frozen=True, slots=True)
class Spread:
    """How a measure is spread over the draws: its mean, median, and the 5 % and 95 % points."""

    mean: float
    median: float
    low: float
    high: float


def spread_over(values: Floats) -> Spread | None:
    """Describe how values are spread, those that are NaN left out; None if none is left."""
    kept = values[~np.isnan(values)]
    if not kept.size:
        return None
    low, median, high = np.quantile(kept, [0.05, 0.5, 0.95])
    return Spread(float(kept.mean()), float(median), float(low), float(high))
