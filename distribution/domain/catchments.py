"""How people divide among outlets, and where new outlets are sought."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class CatchmentMethod(StrEnum):
    """How people divide among outlets."""

    NEAREST = "nearest"
    VORONOI = "voronoi"
    HUFF = "huff"
    CAPACITY = "capacity"
    BALANCED = "balanced"


@dataclass(frozen=True)
class CatchmentOptions:
    """How catchments are made.

    Attributes
    ----------
    method
        How people divide among outlets.
    within_areas
        Whether people are served only by outlets of the area they live in.
    count
        Most sites that are looked at for each cell; with limited capacity more where these are full.
    max_km, max_minutes
        Longest way; None for any.
    attraction, friction
        Powers of Huff's model.
    threshold_minutes
        Way at which nobody goes any more, of the balanced floating catchments.
    slack_percent
        With limited capacity an outlet serves at most this much more than its part, by weight, in the people of its area
        (across areas: in all people).
    """

    method: CatchmentMethod = CatchmentMethod.NEAREST
    within_areas: bool = True
    count: int = 16
    max_km: float | None = None
    max_minutes: float | None = None
    attraction: float = 1.0
    friction: float = 2.0
    threshold_minutes: float = 60.0
    slack_percent: float = 20.0


class SitingGoal(StrEnum):
    """What new outlets are to bring."""

    WAY = "way"
    COVER = "cover"


@dataclass(frozen=True)
class SitingOptions:
    """How many outlets are to be opened, what for, and where they may stand.

    Attributes
    ----------
    new
        Outlets to open.
    goal
        Fewest person-kilometres to the nearest outlet (p-median), or most people within reach (maximal cover).
    reach_km
        What counts as within reach.
    candidates
        Of so many cells, those with the most people, any may get an outlet.
    within_areas
        Whether people stay in the area they live in.
    """

    new: int
    goal: SitingGoal = SitingGoal.WAY
    reach_km: float = 10.0
    candidates: int = 300
    within_areas: bool = True
