"""Checks of who is counted where: nobody has two figures, and no area has more people claimed in it than live there."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from distribution.allocation.population import excess_by_area
from distribution.allocation.population_accounts import members_of, people_of
from distribution.domain.dataset import Dataset
from distribution.domain.enums import CountBasis, Severity
from distribution.intake.check_context import CheckContext


@dataclass(frozen=True)
class _Excess:
    """What is counted, its column in the areas, and the findings of too many members and of too many in all."""

    counts: CountBasis
    column: str
    members: str
    everybody: str


_EXCESSES = (
    _Excess(CountBasis.PEOPLE, "population", "members_exceed_area", "people_exceed_area"),
    _Excess(CountBasis.HOUSEHOLDS, "households", "member_households_exceed_area", "households_exceed_area"),
)


def check_two_figures(context: CheckContext) -> None:
    """Find outlets that declare whom they serve although their members are counted."""
    with_members = {line.outlet_code for line in context.dataset.members}
    for outlet in context.dataset.outlets:
        declared = {"served_population": outlet.served_population, "served_households": outlet.served_households}
        for column, figure in declared.items():
            if figure is not None and outlet.code in with_members:
                context.log.add(
                    "members_and_declared",
                    sheet="outlets",
                    row=context.row("outlets", outlet.code),
                    column=column,
                    value=outlet.code,
                    figure=figure,
                )


def check_counts(context: CheckContext) -> None:
    """Find areas of which more people, or households, are served than were counted.

    Where the members alone are too many, they are told, and not again together with what outlets declare.
    """
    dataset = context.dataset
    for kind in _EXCESSES:
        by_members = members_beyond_count(dataset, kind.counts)
        in_all = excess_by_area(dataset.areas, dataset.outlets, dataset.members, kind.counts)
        found = {area: (kind.everybody, more) for area, more in in_all.items()}
        found |= {area: (kind.members, more) for area, more in by_members.items()}
        for area, (code, more) in sorted(found.items()):
            context.log.add(
                code,
                Severity.WARNING,
                sheet="areas",
                row=context.row("areas", area),
                column=kind.column,
                value=area,
                people=more,
            )


def members_beyond_count(dataset: Dataset, counts: CountBasis) -> dict[str, int]:
    """Return by how many the members who live in an area, or below it, exceed its count.

    An excess is told once, of the lowest area that has it: above it, that area counts with its own figure.
    """
    if not dataset.members:
        return {}
    living: dict[str, int] = defaultdict(int)
    for line in dataset.members:
        living[line.area_code] += members_of(line, counts)
    excess: dict[str, int] = {}
    for area in sorted(dataset.areas, key=lambda a: -len(dataset.area_and_ancestors(a.code))):  # the deepest first
        counted, members = people_of(area, counts), living[area.code]
        if counted is not None and members > counted:
            excess[area.code], members = members - counted, counted
        if area.parent_code is not None:
            living[area.parent_code] += members
    return excess
