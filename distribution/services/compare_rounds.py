"""Compare scenarios side by side: who gains and who loses, at every level, and what it does to fairness and cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from distribution.allocation.difference import (
    Difference,
    Grouping,
    UnbalancedError,
    group_by,
    kg_per_person,
    mass_g,
)
from distribution.allocation.grid import Integers
from distribution.domain.errors import StateError
from distribution.domain.goods import Commodity
from distribution.domain.network import Named
from distribution.services.scenarios import Scenario, load_scenarios

#: The levels at which gains and losses are told, and the sheets their holders stand in. An area counts with all below.
LEVELS = ("outlets", "cooperatives", "unions", "areas")


@dataclass(frozen=True, eq=False)
class LevelFigures:
    """What each holder of a level gets in every scenario, for s scenarios, g holders and m commodities.

    Attributes
    ----------
    level
        One of :data:`LEVELS`.
    codes, names
        The holders in order of code, and the nouns that the codes name.
    people
        Served people, 0 where a scenario does not know the holder, shape (s, g).
    packs
        Allotted packs, shape (s, g, m).
    pack_g
        Mass of one pack, g, length m.
    """

    level: str
    codes: tuple[str, ...]
    names: Mapping[str, Named]
    people: NDArray[np.int64]
    packs: NDArray[np.int64]
    pack_g: tuple[int, ...]

    def difference(self, scenario: int) -> Difference:
        """Compare a scenario with the first one."""
        return Difference(self.packs[0], self.packs[scenario])

    def mass_g(self, scenario: int) -> Integers:
        """Return the mass of each commodity in a scenario, g, shape (g, m)."""
        return mass_g(self.packs[scenario], self.pack_g)

    def change_g(self, scenario: int) -> Integers:
        """Return the mass of all commodities that a scenario adds to the first one's, g, shape (g,)."""
        return np.asarray((self.mass_g(scenario) - self.mass_g(0)).sum(axis=1))

    def kg_per_person(self, scenario: int) -> NDArray[np.float64]:
        """Return kg per person of each commodity, NaN where nobody is served, shape (g, m)."""
        return kg_per_person(self.mass_g(scenario), self.people[scenario])

    def total_kg_per_person(self, scenario: int) -> NDArray[np.float64]:
        """Return kg per person of all commodities, NaN where nobody is served, shape (g,)."""
        return kg_per_person(np.asarray(self.mass_g(scenario).sum(axis=1)), self.people[scenario])


@dataclass(frozen=True, eq=False)
class Comparison:
    """Scenarios side by side; the first is what the others are compared with.

    ``home_areas`` has every outlet in its own area only, so that its areas add up to the whole as the other levels do.
    """

    scenarios: tuple[Scenario, ...]
    commodities: tuple[Commodity, ...]
    levels: Mapping[str, LevelFigures]
    home_areas: LevelFigures

    @property
    def round_code(self) -> str:
        """Return the code of the round that all scenarios hold."""
        return self.scenarios[0].round_code

    @property
    def outlets(self) -> LevelFigures:
        """Return the figures of the outlets."""
        return self.levels["outlets"]

    @property
    def partitions(self) -> tuple[LevelFigures, ...]:
        """Return the levels each of whose holders stand apart and add up to the whole."""
        return tuple(self.home_areas if level == "areas" else figures for level, figures in self.levels.items())

    @property
    def measures(self) -> tuple[str, ...]:
        """List the fairness measures that any scenario has, those of one number first, then fifths of the people."""
        names = [name for scenario in self.scenarios for own in scenario.fairness.values() for name in own]
        return tuple(sorted(dict.fromkeys(names), key=lambda name: "." in name))

    def only_in(self, scenario: int, other: int) -> tuple[str, ...]:
        """List the outlets that take part in one scenario and are not in the network of another."""
        mine = self.scenarios[scenario].first_lines.keys()
        return tuple(sorted(mine - self.scenarios[other].dataset.outlet_by_code.keys()))


def compare_rounds(folders: Sequence[Path], round_code: str | None = None) -> Comparison:
    """Compare one round of several runs; the first folder is the baseline.

    An outlet belongs to the cooperative, union and areas it has in the first scenario in which it takes part.

    Raises
    ------
    StateError
        ``scenario_unbalanced`` if a round's lines and books disagree; whatever :func:`load_scenarios` raises.
    """
    return compare_scenarios(load_scenarios(folders, round_code))


def compare_scenarios(scenarios: Sequence[Scenario]) -> Comparison:
    """Compare scenarios that hold the same round.

    Raises
    ------
    StateError
        ``scenario_unbalanced`` if the lines and the books of a round disagree.
    """
    home: dict[str, Scenario] = {}
    for scenario in scenarios:
        for code in scenario.first_lines:
            home.setdefault(code, scenario)
    outlets = tuple(sorted(home))
    goods = {code: scenario for scenario in reversed(scenarios) for code in scenario.goods}
    commodities = tuple(goods[code].dataset.commodity_by_code[code] for code in sorted(goods))
    people, packs = _fill(scenarios, outlets, [c.code for c in commodities])
    pack_g = tuple(c.pack_g for c in commodities)

    def level(sheet: str, keys: Callable[[Scenario, str], Sequence[str]]) -> LevelFigures:
        groups = group_by([keys(home[code], code) for code in outlets])
        return LevelFigures(
            level=sheet,
            codes=groups.codes,
            names=_names(scenarios, sheet),
            people=_add_up(groups, people),
            packs=_add_up(groups, packs),
            pack_g=pack_g,
        )

    comparison = Comparison(
        scenarios=tuple(scenarios),
        commodities=commodities,
        levels={
            "outlets": level("outlets", lambda _, code: (code,)),
            "cooperatives": level("cooperatives", lambda s, code: (s.first_lines[code].cooperative_code,)),
            "unions": level("unions", lambda s, code: (s.first_lines[code].union_code,)),
            "areas": level("areas", lambda s, code: s.dataset.area_and_ancestors(s.first_lines[code].area_code)),
        },
        home_areas=level("areas", lambda s, code: (s.first_lines[code].area_code,)),
    )
    _require_balanced(comparison)
    return comparison


def _fill(
    scenarios: Sequence[Scenario], outlets: Sequence[str], commodities: Sequence[str]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Lay out people, shape (s, n), and packs, shape (s, n, m)."""
    row = {code: number for number, code in enumerate(outlets)}
    column = {code: number for number, code in enumerate(commodities)}
    people = np.zeros((len(scenarios), len(outlets)), np.int64)
    packs = np.zeros((*people.shape, len(commodities)), np.int64)
    for s, scenario in enumerate(scenarios):
        for code, line in scenario.first_lines.items():
            people[s, row[code]] = line.people
        for line in scenario.allotments:
            packs[s, row[line.outlet_code], column[line.commodity_code]] = line.packs
    return people, packs


def _add_up(groups: Grouping, values: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.asarray(np.moveaxis(groups.add_up(np.moveaxis(values, 0, 1)), 1, 0), dtype=np.int64)


def _names(scenarios: Sequence[Scenario], sheet: str) -> dict[str, Named]:
    names: dict[str, Named] = {}
    for scenario in reversed(scenarios):  # the first that knows a code names it
        names |= {noun.code: noun for noun in getattr(scenario.dataset, sheet)}
    return names


def _require_balanced(comparison: Comparison) -> None:
    """Check that the lines of every round add up to its books, and gains less losses to their change at every level."""
    placed = [
        [scenario.goods[c.code].allotted_packs for c in comparison.commodities] for scenario in comparison.scenarios
    ]
    nothing = np.zeros_like(comparison.outlets.packs[0]), [0] * len(comparison.commodities)
    for s, scenario in enumerate(comparison.scenarios):
        checks = [(Difference(nothing[0], comparison.outlets.packs[s]), nothing[1])]
        checks += [(figures.difference(s), placed[0]) for figures in comparison.partitions]
        for difference, before in checks:
            try:
                difference.require_balanced(before, placed[s])
            except UnbalancedError as error:
                raise StateError(
                    "scenario_unbalanced",
                    folder=str(scenario.folder),
                    commodity=comparison.commodities[error.column].code,
                    balance=error.gained - error.lost,
                    placed=error.change,
                ) from error
