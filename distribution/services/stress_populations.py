"""Stress a round's counts: what if areas have grown unevenly since they were counted, and where to recount first."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.allocate import allocate_round
from distribution.allocation.difference import Grouping, group_by
from distribution.allocation.stress import (
    MEASURES,
    DrawMeasures,
    HolderTally,
    Shares,
    Spread,
    draw_growth,
    measure_draw,
    scale_people,
    spread_over,
)
from distribution.domain.dataset import Dataset
from distribution.domain.errors import StateError
from distribution.domain.goods import Commodity
from distribution.domain.network import Named, Outlet
from distribution.services.gather_round import Accounts, GatheredRound, gather_round
from distribution.services.round_quotas import choose_quotas

DAYS_IN_A_YEAR = 365.2425  # of the Gregorian calendar
MOST_CODES = 12  # areas named in an error


@dataclass(frozen=True)
class StressOptions:
    """How the counts are stressed.

    ``growth_spread`` is the standard deviation, percent per year, of an area's growth about that of all;
    ``age_years`` is the age of counts without a date.
    """

    growth_spread: float = 1.5
    draws: int = 200
    seed: int = 1
    age_years: float | None = None


@dataclass(frozen=True, eq=False)
class StressedLevel:
    """The outlets, or the areas they are counted in, and what each of g holders has too much or too little of.

    Attributes
    ----------
    level
        ``outlets`` or ``areas``.
    holders
        In order of code.
    people, ages_years
        People served by the count, and years since it, shape (g,).
    packs
        Packs given, shape (g, m).
    tally
        Errors and what lacks, over all draws.
    """

    level: str
    holders: tuple[Named, ...]
    people: NDArray[np.int64]
    ages_years: NDArray[np.float64]
    packs: NDArray[np.int64]
    tally: HolderTally

    def order_by_risk(self) -> list[int]:
        """Return the rows from the one that loses most on average, by mass, ties by code.

        The average over all draws is the probability of a loss and its size in one.
        """
        lacking = self.tally.mean_short_g[:, -1]
        return sorted(range(len(self.holders)), key=lambda row: (-lacking[row], self.holders[row].code))


@dataclass(frozen=True, eq=False)
class StressReport:
    """What the draws have shown; ``measures`` maps commodity code and measure to its spread, None if not measurable."""

    round_code: str
    policy_code: str
    options: StressOptions
    commodities: tuple[Commodity, ...]
    measures: Mapping[str, Mapping[str, Spread | None]]
    areas: StressedLevel
    outlets: StressedLevel


def stress_populations(
    dataset: Dataset, options: StressOptions, *, round_code: str | None = None, policy_code: str | None = None
) -> StressReport:
    """Hold the allotments of a round by its counts against those by counts as they may be by now.

    In every draw each counted area has outgrown, or fallen behind, all others by a rate of its own since its count,
    and all its outlets with it, those that declare their people too. The whole engine allots the round anew by those
    people: nothing of it is simplified. The accounts of earlier rounds are taken to be empty.

    Parameters
    ----------
    round_code
        The round; the earliest if none is named.
    policy_code
        The policy to share by; none if none is named.

    Raises
    ------
    StateError
        ``round_not_in_quotas``; ``count_undated`` if a count has no date and no age is given.
    NotFoundError, StateError
        As :func:`distribution.services.gather_round.gather_round`.
    """
    quotas = choose_quotas(dataset, round_code)
    given = gather_round(dataset, quotas, Accounts(), policy_code)
    areas = group_by([(_counted_area(dataset, outlet),) for outlet in dataset.outlets])
    ages = _ages(dataset, areas.codes, min(quota.period_start for quota in quotas), options.age_years)
    factors = draw_growth(areas.codes, ages, options.growth_spread, draws=options.draws, seed=options.seed)
    stress = _Stress(dataset, given, areas, ages)
    draws = [stress.draw(drawn) for drawn in factors]
    commodities = tuple(dataset.commodity_by_code[commodity.code] for commodity in given.numbers.commodities)
    return StressReport(
        round_code=quotas[0].round_code,
        policy_code=given.policy.code,
        options=options,
        commodities=commodities,
        measures={c.code: _spreads(draws, j) for j, c in enumerate(commodities)},
        areas=stress.areas(),
        outlets=stress.outlets(),
    )


def _counted_area(dataset: Dataset, outlet: Outlet) -> str:
    """Return the nearest counted area at or above an outlet; its own area if none is counted."""
    chain = dataset.area_and_ancestors(outlet.area_code)
    return next((code for code in chain if dataset.area_by_code[code].population is not None), outlet.area_code)


def _ages(dataset: Dataset, codes: Sequence[str], start: dt.date, age_years: float | None) -> NDArray[np.float64]:
    """Return the years from each area's count to the round; a count after the round's start is not old at all."""
    dates = [dataset.area_by_code[code].population_date for code in codes]
    undated = [code for code, date in zip(codes, dates, strict=True) if date is None]
    if undated and age_years is None:
        raise StateError("count_undated", count=len(undated), areas=", ".join(undated[:MOST_CODES]))
    ages = [age_years if date is None else max(0.0, (start - date).days / DAYS_IN_A_YEAR) for date in dates]
    return np.array(ages, dtype=np.float64)


class _Stress:
    """A round by its own counts, held against the same round by others, draw upon draw."""

    def __init__(self, dataset: Dataset, given: GatheredRound, areas: Grouping, ages: NDArray[np.float64]) -> None:
        result = allocate_round(given.numbers)
        self._dataset, self._areas, self._ages = dataset, areas, ages
        self._numbers = given.numbers
        self._given = Shares(result.packs, result.target_nano)
        self._given_in_areas = self._in_areas(self._given)
        self._people = np.array([given.served[outlet.code].people for outlet in dataset.outlets], dtype=np.int64)
        self._takes_part = np.column_stack([c.eligible for c in given.numbers.commodities])
        self._pack_g = tuple(c.pack_g for c in given.numbers.commodities)
        self._tally = HolderTally(*result.packs.shape)
        self._area_tally = HolderTally(*self._given_in_areas.packs.shape)

    def draw(self, factors: NDArray[np.float64]) -> DrawMeasures:
        """Let every area grow by its factor, allot the round by the people there are then, and count the errors."""
        growth = factors[self._areas.groups]  # every outlet belongs to one counted area, in order
        counted = scale_people(self._numbers.people, growth)  # people or households, as the policy shares by
        result = allocate_round(replace(self._numbers, people=counted))
        fair = Shares(result.packs, result.target_nano)
        self._tally.add(self._given, fair, self._pack_g)
        self._area_tally.add(self._given_in_areas, self._in_areas(fair), self._pack_g)
        people = scale_people(self._people, growth)
        return measure_draw(self._given, fair, people, self._takes_part, self._pack_g)

    def outlets(self) -> StressedLevel:
        """Return the errors of every outlet so far."""
        ages = self._ages[self._areas.groups]
        return StressedLevel("outlets", self._dataset.outlets, self._people, ages, self._given.packs, self._tally)

    def areas(self) -> StressedLevel:
        """Return the errors of every counted area so far."""
        holders = tuple(self._dataset.area_by_code[code] for code in self._areas.codes)
        people = np.asarray(self._areas.add_up(self._people), dtype=np.int64)
        return StressedLevel("areas", holders, people, self._ages, self._given_in_areas.packs, self._area_tally)

    def _in_areas(self, shares: Shares) -> Shares:
        packs, target = (self._areas.add_up(each).astype(np.int64) for each in (shares.packs, shares.target_nano))
        return Shares(packs, target)


def _spreads(draws: Sequence[DrawMeasures], column: int) -> dict[str, Spread | None]:
    return {
        name: spread_over(np.array([getattr(draw, name)[column] for draw in draws], dtype=np.float64))
        for name in MEASURES
    }
