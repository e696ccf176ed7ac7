"""What kept outlets from their shares, and why packs of a commodity found no place: from the lines that are kept."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from distribution.domain.dataset import Dataset
from distribution.domain.enums import Bound
from distribution.domain.rounds import Allotment

#: What can stop packs that are there: an outlet's own capacity, then what the policy allows.
STOPS = (Bound.STORAGE, Bound.CAP, Bound.MIN_DROP, Bound.DEVIATION)

#: Outlets and areas that are named; all are counted.
MOST_NAMED = 5


@dataclass(frozen=True)
class StoppedOutlet:
    """An outlet that could take no more: what it got, and how much of its share that kept away, billionths of a pack."""

    code: str
    name_fa: str
    name_en: str
    area_code: str
    stop: str
    packs: int
    shortfall_nano: int


@dataclass(frozen=True)
class StoppedArea:
    """The outlets of an area that could take no more, and what that kept from them, billionths of a pack."""

    code: str
    name_fa: str
    name_en: str
    outlets: int
    shortfall_nano: int


@dataclass(frozen=True)
class UnplacedFigures:
    """Why packs of a commodity found no place.

    Attributes
    ----------
    packs
        How many there are.
    stops
        Outlets that could take no more, counted by what stopped them: a value of :data:`STOPS`.
    outlets, areas
        The first of those at a capacity of their own, by the shortfall, then by the weight: at most
        :data:`MOST_NAMED`.
    """

    packs: int
    stops: Mapping[str, int]
    outlets: tuple[StoppedOutlet, ...]
    areas: tuple[StoppedArea, ...]


def count_held(lines: Iterable[Allotment]) -> dict[str, int]:
    """Count the outlets by what kept them from their shares; every bound is there, also with none."""
    count = Counter(line.bound for line in lines)
    return {bound.value: count[bound] for bound in Bound if bound is not Bound.NONE}


def count_stops(lines: Iterable[Allotment]) -> dict[str, int]:
    """Count the outlets with a share that could take no more, by what stopped them."""
    count = Counter(line.bound for line in lines if line.weight_grid)
    return {stop.value: count[stop] for stop in STOPS if count[stop]}


def find_stops(
    dataset: Dataset, packs: int, lines: Sequence[Allotment], bottleneck: Collection[str] = ()
) -> UnplacedFigures | None:
    """Find what kept the packs of one commodity from being placed; None if all are.

    Parameters
    ----------
    packs
        Unplaced packs.
    lines
        The commodity's allotments.
    bottleneck
        Codes of the outlets whose capacity holds all others back by a deviation bound; they are named first.
    """
    if not packs:
        return None
    full = [a for a in lines if a.weight_grid and a.bound in STOPS and a.bound is not Bound.DEVIATION]
    full.sort(key=lambda a: (a.outlet_code not in bottleneck, -a.shortfall_nano, -a.weight_grid, a.outlet_code))
    return UnplacedFigures(
        packs=packs,
        stops=count_stops(lines),
        outlets=tuple(_outlet(dataset, line) for line in full[:MOST_NAMED]),
        areas=_areas(dataset, full),
    )


def _outlet(dataset: Dataset, line: Allotment) -> StoppedOutlet:
    outlet = dataset.outlet_by_code[line.outlet_code]
    return StoppedOutlet(
        code=outlet.code,
        name_fa=outlet.name("fa"),
        name_en=outlet.name("en"),
        area_code=line.area_code,
        stop=line.bound.value,
        packs=line.packs,
        shortfall_nano=line.shortfall_nano,
    )


def _areas(dataset: Dataset, full: Iterable[Allotment]) -> tuple[StoppedArea, ...]:
    members: dict[str, list[Allotment]] = defaultdict(list)
    for line in full:
        members[line.area_code].append(line)

    def place(code: str) -> tuple[int, int, str]:
        lines = members[code]
        return -sum(a.shortfall_nano for a in lines), -sum(a.weight_grid for a in lines), code

    areas = []
    for code in sorted(members, key=place)[:MOST_NAMED]:
        area = dataset.area_by_code[code]
        shortfall = sum(a.shortfall_nano for a in members[code])
        areas.append(StoppedArea(code, area.name("fa"), area.name("en"), len(members[code]), shortfall))
    return tuple(areas)
