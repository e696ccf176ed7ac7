"""Who is served where, nobody twice: declared figures first, then members, then the residents who are left.

A declared outlet keeps its figure. Members are served by their outlet, wherever they live, and are taken off the
count of the area they live in. What is left of a count is shared among the outlets at home in that area that declare
nothing, in proportion to their resident weights, in whole people that add up exactly. How counts of areas that lie in
one another go together is in :mod:`distribution.allocation.population_accounts`. With ``CountBasis.HOUSEHOLDS`` the
same is done with households, and "people" below means households.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from distribution.allocation.population_accounts import (
    AccountLine,
    Claims,
    Homes,
    declared_of,
    members_of,
    settle_accounts,
)
from distribution.domain.enums import CountBasis, PeopleKind, PopulationBasis
from distribution.domain.network import Area, Outlet
from distribution.domain.policy import MemberCount

_WEIGHT_DECIMALS = 6  # of a resident weight
_NO_MEMBERS: Mapping[str | None, int] = {}


@dataclass(frozen=True, slots=True)
class Served:
    """The people an outlet serves, and where the figure comes from.

    Attributes
    ----------
    people
        All of them: ``members + residents``.
    basis
        Declared; members only (the outlet takes no residents); else assumed.
    source, counted_on
        Who counted the people of the outlet's account, and when; blank unless the outlet takes residents of it.
    members
        Those on a member list.
    residents
        All others.
    """

    people: int
    basis: PopulationBasis
    source: str = ""
    counted_on: dt.date | None = None
    members: int = 0
    residents: int = 0


@dataclass(frozen=True, slots=True)
class PeopleCell:
    """People of one account whom one outlet serves, all of one kind; never none.

    ``area_code`` is the counted area at or above the one they live in; None if nothing was counted there.
    """

    area_code: str | None
    outlet_code: str
    people: int
    kind: PeopleKind


@dataclass(frozen=True, eq=False)
class PopulationTable:
    """Who serves whom.

    Attributes
    ----------
    outlets
        In order of code.
    accounts
        Area code -> its account, in order of code. The cells of an area are its declared people, members and residents;
        with the cells of the accounts below they add up to its count, if nothing at or below it is unserved or beyond
        the count.
    members
        Outlet code -> home of the members on its list -> people.
    residents
        Outlet code -> the other people it serves, all of them of its own home.
    homes
        The counted areas.
    counts
        What is counted.
    """

    outlets: tuple[Outlet, ...]
    accounts: Mapping[str, AccountLine]
    members: Mapping[str, Mapping[str | None, int]]
    residents: Mapping[str, int]
    homes: Homes
    counts: CountBasis

    @cached_property
    def served(self) -> Mapping[str, Served]:
        """Return what each outlet serves, in order of code: the cells of an outlet added up."""
        return {outlet.code: self._served(outlet) for outlet in self.outlets}

    @cached_property
    def cells(self) -> tuple[PeopleCell, ...]:
        """List who serves whom cell by cell, in order of area, outlet and kind."""
        cells: dict[str | None, list[PeopleCell]] = defaultdict(list)
        for outlet in self.outlets:
            for home, people in self.members.get(outlet.code, _NO_MEMBERS).items():
                if people:
                    cells[home].append(PeopleCell(home, outlet.code, people, PeopleKind.MEMBER))
            if people := self.residents.get(outlet.code, 0):
                home = self.homes.home(outlet.area_code)
                cells[home].append(PeopleCell(home, outlet.code, people, PeopleKind.RESIDENT))
        return tuple(cell for home in sorted(cells, key=lambda code: code or "") for cell in cells[home])

    def _served(self, outlet: Outlet) -> Served:
        members = sum(self.members.get(outlet.code, _NO_MEMBERS).values())
        residents = self.residents.get(outlet.code, 0)
        if declared_of(outlet, self.counts) is not None:
            return Served(members + residents, PopulationBasis.DECLARED, members=members, residents=residents)
        if not outlet.resident_weight:
            return Served(members, PopulationBasis.MEMBERS, members=members)
        home = self.homes.home(outlet.area_code)
        area = None if home is None else self.homes.area_by_code[home]
        return Served(
            people=members + residents,
            basis=PopulationBasis.ASSUMED,
            source=area.population_source if area else "",
            counted_on=area.population_date if area else None,
            members=members,
            residents=residents,
        )


def share_people(
    areas: Iterable[Area],
    outlets: Iterable[Outlet],
    members: Iterable[MemberCount] = (),
    counts: CountBasis = CountBasis.PEOPLE,
) -> PopulationTable:
    """Share the people of every counted area among outlets, cell by cell.

    The member list of an outlet that declares a figure is a part of that figure, cut to it in proportion if it is longer;
    those cut off count as residents of where they live. Rows of outlets that are not given are left out.
    """
    homes = Homes(areas, counts)
    ordered = tuple(sorted(outlets, key=lambda outlet: outlet.code))
    listed = _listed_members(ordered, members, homes, counts)
    sharers = _sharers(ordered, homes, counts)
    residents = {
        outlet.code: declared - sum(listed.get(outlet.code, _NO_MEMBERS).values())
        for outlet in ordered
        if (declared := declared_of(outlet, counts)) is not None
    }
    accounts = settle_accounts(_claims(ordered, listed, residents, homes), sharers.keys(), homes)
    for code, weights in sharers.items():
        residents |= zip(weights, share_whole(accounts[code].residents, list(weights.values())), strict=True)
    return PopulationTable(ordered, accounts, listed, residents, homes, counts)


def resolve_populations(
    areas: Iterable[Area],
    outlets: Iterable[Outlet],
    members: Iterable[MemberCount] = (),
    counts: CountBasis = CountBasis.PEOPLE,
) -> Mapping[str, Served]:
    """Give every outlet its served population, in order of code.

    An outlet without a counted area at or above it serves its members only (:func:`outlets_without_count` names it).
    """
    return share_people(areas, outlets, members, counts).served


def share_whole(total: int, weights: Sequence[int]) -> list[int]:
    """Share a whole number in proportion to whole weights: floors, then the largest remainders, ties to the first.

    The parts add up to ``total``, or are all 0 if no weight is positive (Hamilton 1792).
    """
    divisor = sum(weights)
    if not divisor:
        return [0] * len(weights)
    parts, remainders = [], []
    for weight in weights:
        part, remainder = divmod(total * weight, divisor)
        parts.append(part)
        remainders.append(remainder)
    left = total - sum(parts)
    for index in sorted(range(len(parts)), key=lambda i: -remainders[i])[:left]:
        parts[index] += 1
    return parts


def outlets_without_count(
    areas: Iterable[Area], outlets: Iterable[Outlet], counts: CountBasis = CountBasis.PEOPLE
) -> tuple[str, ...]:
    """List the outlets that are to serve residents but have no counted area at or above them, by code."""
    homes = Homes(areas, counts)
    return tuple(sorted(o.code for o in outlets if _takes_residents(o, counts) and homes.home(o.area_code) is None))


def excess_by_area(
    areas: Iterable[Area],
    outlets: Iterable[Outlet],
    members: Iterable[MemberCount] = (),
    counts: CountBasis = CountBasis.PEOPLE,
) -> dict[str, int]:
    """Return by how many people an area's outlets, members and counted parts exceed its own count.

    Only areas with an excess are named, and each excess once: an area below counts with its population at most,
    whatever is claimed in it.
    """
    accounts = share_people(areas, outlets, members, counts).accounts
    return {code: line.excess for code, line in accounts.items() if line.excess}


def unserved_by_area(
    areas: Iterable[Area],
    outlets: Iterable[Outlet],
    members: Iterable[MemberCount] = (),
    counts: CountBasis = CountBasis.PEOPLE,
) -> dict[str, int]:
    """Return the people of areas with outlets whom no outlet serves: all declare less, or serve members only."""
    accounts = share_people(areas, outlets, members, counts).accounts
    return {code: line.unserved for code, line in accounts.items() if line.unserved}


def _takes_residents(outlet: Outlet, counts: CountBasis) -> bool:
    return declared_of(outlet, counts) is None and outlet.resident_weight > 0


def _listed_members(
    outlets: Iterable[Outlet], members: Iterable[MemberCount], homes: Homes, counts: CountBasis
) -> dict[str, dict[str | None, int]]:
    """Add up member lists: outlet -> home of the members -> people; a list is cut to what its outlet declares."""
    listed: dict[str, dict[str | None, int]] = {outlet.code: {} for outlet in outlets}
    for row in members:
        people = members_of(row, counts)
        if people and row.outlet_code in listed:
            rows, home = listed[row.outlet_code], homes.home(row.area_code)
            rows[home] = rows.get(home, 0) + people
    for outlet in outlets:
        declared = declared_of(outlet, counts)
        if declared is not None and declared < sum(listed[outlet.code].values()):
            rows = dict(sorted(listed[outlet.code].items(), key=lambda item: item[0] or ""))
            listed[outlet.code] = dict(zip(rows, share_whole(declared, list(rows.values())), strict=True))
    return {code: rows for code, rows in listed.items() if rows}


def _sharers(outlets: Iterable[Outlet], homes: Homes, counts: CountBasis) -> dict[str, dict[str, int]]:
    """Find the outlets that take residents: account -> outlet -> weight in millionths, both in order of outlet code."""
    units: dict[Decimal, int] = {}
    sharers: dict[str, dict[str, int]] = defaultdict(dict)
    for outlet in outlets:
        home = homes.home(outlet.area_code)
        if home is not None and _takes_residents(outlet, counts):
            weight = outlet.resident_weight
            if weight not in units:
                units[weight] = int(weight.scaleb(_WEIGHT_DECIMALS))
            sharers[home][outlet.code] = units[weight]
    return sharers


def _claims(
    outlets: Iterable[Outlet],
    listed: Mapping[str, Mapping[str | None, int]],
    declared_rest: Mapping[str, int],
    homes: Homes,
) -> dict[str, Claims]:
    declared: dict[str, int] = defaultdict(int)
    living: dict[str, int] = defaultdict(int)
    with_outlets: set[str] = set()
    for outlet in outlets:
        home = homes.home(outlet.area_code)
        if home is not None:
            with_outlets.add(home)
            declared[home] += declared_rest.get(outlet.code, 0)
    for rows in listed.values():
        for home, people in rows.items():
            if home is not None:
                living[home] += people
    return {
        code: Claims(homes.count[code], declared[code], living[code], code in with_outlets)
        for code in with_outlets | living.keys()
    }
