"""Who is served where: declared populations, and equal parts of what an area has left.

An outlet's *account* is the nearest area, at or above its own, that has a population. The remainder
of an account is its population less the people its outlets declare, less the population of every
counted area below it that is an account itself (of an account below in which more people are declared
than were counted, the declared people). A counted area below without outlets leaves its people to the
account above. Each blank outlet takes an equal part of its account's remainder in whole people.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from distribution.domain.enums import PopulationBasis
from distribution.domain.network import Area, Outlet


@dataclass(frozen=True, slots=True)
class Served:
    """The people an outlet serves, and where the figure comes from."""

    people: int
    basis: PopulationBasis


@dataclass(frozen=True, slots=True)
class _Account:
    """One counted area with outlets of its own."""

    population: int
    declared: int
    blank: tuple[str, ...]
    below: tuple[str, ...]  # the accounts directly below


def _account_of(code: str | None, by_code: Mapping[str, Area]) -> str | None:
    """Return the nearest counted area at or above a code; a circle of parents ends the search."""
    seen: set[str] = set()
    while code is not None and code not in seen and code in by_code:
        seen.add(code)
        area = by_code[code]
        if area.population is not None:
            return code
        code = area.parent_code
    return None


def _parent_account(code: str, by_code: Mapping[str, Area], accounts: AbstractSet[str]) -> str | None:
    """Return the nearest account above an area; an area in a circle of parents has none."""
    found: str | None = None
    seen = {code}
    step = by_code[code].parent_code
    while step is not None and step not in seen and step in by_code:
        if found is None and step in accounts:
            found = step
        seen.add(step)
        step = by_code[step].parent_code
    return None if step == code else found


def _accounts(areas: Iterable[Area], outlets: Iterable[Outlet]) -> dict[str, _Account]:
    by_code = {area.code: area for area in areas}
    declared: dict[str, int] = defaultdict(int)
    blank: dict[str, list[str]] = defaultdict(list)
    account_of_area: dict[str, str | None] = {}
    for outlet in outlets:
        if outlet.area_code not in account_of_area:
            account_of_area[outlet.area_code] = _account_of(outlet.area_code, by_code)
        account = account_of_area[outlet.area_code]
        if account is None:
            continue
        if outlet.served_population is None:
            blank[account].append(outlet.code)
        else:
            declared[account] += outlet.served_population
    codes = declared.keys() | blank.keys()
    below: dict[str, list[str]] = defaultdict(list)
    for code in codes:
        parent = _parent_account(code, by_code, codes)
        if parent is not None:
            below[parent].append(code)
    return {
        code: _Account(
            population=by_code[code].population or 0,
            declared=declared[code],
            blank=tuple(sorted(blank[code])),
            below=tuple(sorted(below[code])),
        )
        for code in sorted(codes)
    }


def _people_used(code: str, accounts: Mapping[str, _Account]) -> int:
    """Return the people an account takes from the one above: its count, or more if more are declared."""
    account = accounts[code]
    return max(account.population, account.declared + sum(_people_used(sub, accounts) for sub in account.below))


def outlets_without_count(areas: Iterable[Area], outlets: Iterable[Outlet]) -> tuple[str, ...]:
    """List the blank outlets that have no counted area at or above them, by code."""
    by_code = {area.code: area for area in areas}
    return tuple(
        sorted(
            outlet.code
            for outlet in outlets
            if outlet.served_population is None and _account_of(outlet.area_code, by_code) is None
        )
    )


def resolve_populations(areas: Iterable[Area], outlets: Iterable[Outlet]) -> dict[str, Served]:
    """Give every outlet its served population.

    A blank one takes an equal part of its account's remainder, the first persons left over going to
    the lowest codes, so that the parts add up exactly. The remainder is never negative; an outlet
    without a counted area above it serves nobody (:func:`outlets_without_count` names it).

    Returns
    -------
    dict
        Outlet code -> people and basis, in order of code.
    """
    outlets = tuple(outlets)
    accounts = _accounts(areas, outlets)
    people = {outlet.code: outlet.served_population or 0 for outlet in outlets}
    for account in accounts.values():
        if not account.blank:
            continue
        used = account.declared + sum(_people_used(sub, accounts) for sub in account.below)
        part, extra = divmod(max(0, account.population - used), len(account.blank))
        for rank, code in enumerate(account.blank):
            people[code] = part + (rank < extra)
    basis = {
        outlet.code: PopulationBasis.ASSUMED if outlet.served_population is None else PopulationBasis.DECLARED
        for outlet in outlets
    }
    return {code: Served(people[code], basis[code]) for code in sorted(people)}


def excess_by_area(areas: Iterable[Area], outlets: Iterable[Outlet]) -> dict[str, int]:
    """Return by how many people an area's outlets and counted parts exceed its own count.

    Only areas with an excess are named, and each excess once: an area below counts with its
    population, whatever its outlets declare.
    """
    accounts = _accounts(areas, outlets)
    excess = {
        code: account.declared + sum(accounts[sub].population for sub in account.below) - account.population
        for code, account in accounts.items()
    }
    return {code: people for code, people in excess.items() if people > 0}
