"""The counted areas of a network as accounts of people: who is counted, claimed and left where.

The *home* of a place is the nearest area, at or above it, that has a count. An *account* is a counted area that is
the home of outlets or of members. Accounts hang below one another as their areas do. What the people of an account
are claimed for, in this order:

1. the accounts below. One with outlets of its own takes its count, or the people claimed in it if those are more; one
   where only members live takes those members, and leaves its other people to the account above;
2. the people that the account's own outlets declare, as far as they are not members who live elsewhere;
3. the members who live in it, wherever their outlet stands.

What is left, never less than nothing, is the remainder that the account's other outlets share.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from distribution.domain.enums import CountBasis
from distribution.domain.network import Area, Outlet
from distribution.domain.policy import MemberCount


def people_of(area: Area, counts: CountBasis) -> int | None:
    """Return what was counted in an area, people or households."""
    return area.population if counts is CountBasis.PEOPLE else area.households


def declared_of(outlet: Outlet, counts: CountBasis) -> int | None:
    """Return what an outlet declares to serve, people or households."""
    return outlet.served_population if counts is CountBasis.PEOPLE else outlet.served_households


def members_of(row: MemberCount, counts: CountBasis) -> int:
    """Return the members of a row, people or households; households that are not given are none."""
    return row.people if counts is CountBasis.PEOPLE else row.households or 0


class Homes:
    """Finds the nearest counted area at or above any area."""

    def __init__(self, areas: Iterable[Area], counts: CountBasis) -> None:
        self.area_by_code: Mapping[str, Area] = {area.code: area for area in areas}
        self.count: Mapping[str, int] = {
            code: people for code, area in self.area_by_code.items() if (people := people_of(area, counts)) is not None
        }
        self._found: dict[str, str | None] = {}

    def home(self, code: str) -> str | None:
        """Return the home of an area; None if nothing was counted at or above it, or its parents run in a circle."""
        if code not in self._found:
            self._found[code] = self._search(code)
        return self._found[code]

    def _search(self, code: str) -> str | None:
        seen: set[str] = set()
        step: str | None = code
        while step is not None and step not in seen and step in self.area_by_code:
            if step in self.count:
                return step
            seen.add(step)
            step = self.area_by_code[step].parent_code
        return None

    def account_above(self, code: str, accounts: AbstractSet[str]) -> str | None:
        """Return the nearest account above an area; an area in a circle of parents has none."""
        found: str | None = None
        seen = {code}
        step = self.area_by_code[code].parent_code
        while step is not None and step not in seen and step in self.area_by_code:
            if found is None and step in accounts:
                found = step
            seen.add(step)
            step = self.area_by_code[step].parent_code
        return None if step == code else found


@dataclass(frozen=True, slots=True)
class Claims:
    """What is claimed in one account, before its remainder is shared.

    Attributes
    ----------
    population
        Its count.
    declared
        People its own outlets declare, without those who are members living elsewhere or listed here.
    members
        Members who live in it.
    has_outlets
        Whether outlets have their home in it.
    """

    population: int
    declared: int
    members: int
    has_outlets: bool


@dataclass(frozen=True, slots=True)
class AccountLine:
    """The people of one account: ``population + beyond = below + declared + members + residents + unserved + passed_up``.

    Attributes
    ----------
    area_code
        The counted area.
    population
        Its count.
    below
        Taken by the accounts below it.
    declared
        Declared by its own outlets, without members that are listed anywhere.
    members
        Members who live in it.
    residents
        Shared among its outlets by their resident weights.
    unserved
        Left, and no outlet of it takes residents.
    passed_up
        Left to the account above, since no outlet is at home here.
    beyond
        Claimed beyond its count, here or below.
    excess
        Claimed beyond its count here: an account below claims its count at most, so that each excess is named once.
    """

    area_code: str
    population: int
    below: int
    declared: int
    members: int
    residents: int
    unserved: int
    passed_up: int
    beyond: int
    excess: int


def settle_accounts(claims: Mapping[str, Claims], shared_in: AbstractSet[str], homes: Homes) -> dict[str, AccountLine]:
    """Settle every account, from the lowest up.

    Parameters
    ----------
    claims
        Account -> what is claimed in it.
    shared_in
        The accounts in which some outlet takes residents.
    homes
        The areas the accounts stand for.

    Returns
    -------
    dict
        Account -> its line, in order of code.
    """
    above = {code: homes.account_above(code, claims.keys()) for code in claims}
    below: dict[str, int] = defaultdict(int)
    named_below: dict[str, int] = defaultdict(int)
    lines: dict[str, AccountLine] = {}
    for code in _lowest_first(above):
        claim = claims[code]
        claimed = below[code] + claim.declared + claim.members
        left = max(0, claim.population - claimed)
        named = named_below[code] + claim.declared + claim.members
        shares = code in shared_in
        lines[code] = AccountLine(
            area_code=code,
            population=claim.population,
            below=below[code],
            declared=claim.declared,
            members=claim.members,
            residents=left if shares else 0,
            unserved=left if claim.has_outlets and not shares else 0,
            passed_up=0 if claim.has_outlets else left,
            beyond=max(0, claimed - claim.population),
            excess=max(0, named - claim.population),
        )
        parent = above[code]
        if parent is not None:
            below[parent] += max(claimed, claim.population) if claim.has_outlets else claimed
            named_below[parent] += claim.population if claim.has_outlets else min(named, claim.population)
    return {code: lines[code] for code in sorted(lines)}


def _lowest_first(above: Mapping[str, str | None]) -> list[str]:
    """List accounts so that each comes before the one above it."""
    below: dict[str | None, list[str]] = defaultdict(list)
    for code in sorted(above):
        below[above[code]].append(code)
    order: list[str] = []
    waiting = below[None]
    while waiting:
        code = waiting.pop()
        order.append(code)
        waiting += below.get(code, [])
    return order[::-1]
