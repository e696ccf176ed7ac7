"""A plain way to share people among outlets, area by area, and small random networks to try it on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from hypothesis import strategies as st

from distribution.domain.network import Area, Outlet
from distribution.domain.policy import MemberCount


def area(code: str, population: int | None = None, parent: str | None = None, **more: object) -> Area:
    return Area.model_validate({"code": code, "population": population, "parent_code": parent, **more})


def outlet(code: str, area_code: str, served: int | None = None, **more: object) -> Outlet:
    fields = {"code": code, "area_code": area_code, "served_population": served, "cooperative_code": "c"}
    return Outlet.model_validate({**fields, "lon": 59.6, "lat": 36.3, **more})


def member(area_code: str, outlet_code: str, people: int, households: int | None = None) -> MemberCount:
    return MemberCount(area_code=area_code, outlet_code=outlet_code, people=people, households=households)


@dataclass(frozen=True)
class PeopleCase:
    """A small network: a tree of areas, outlets and member lists."""

    areas: tuple[Area, ...]
    outlets: tuple[Outlet, ...]
    members: tuple[MemberCount, ...]


@st.composite
def people_cases(draw: st.DrawFn) -> PeopleCase:
    """Draw up to six areas of which some are counted, and up to eight outlets; figures may contradict one another."""
    n = draw(st.integers(1, 6))
    counts = st.none() | st.integers(0, 60)
    areas = [area("a0", draw(counts))]
    areas += [area(f"a{i}", draw(counts), draw(st.sampled_from([None, *(a.code for a in areas)]))) for i in range(1, n)]
    codes = st.sampled_from([a.code for a in areas])
    weights = st.sampled_from(["1", "1", "0", "0.5", "2.000001"])
    outlets = [
        outlet(f"o{k}", draw(codes), draw(st.none() | st.none() | st.integers(0, 30)), resident_weight=draw(weights))
        for k in range(draw(st.integers(0, 8)))
    ]
    names = [o.code for o in outlets]
    pairs = draw(st.lists(st.tuples(codes, st.sampled_from(names)), max_size=8, unique=True)) if names else []
    return PeopleCase(tuple(areas), tuple(outlets), tuple(member(a, o, draw(st.integers(0, 12))) for a, o in pairs))


def plain_people(case: PeopleCase) -> dict[str, int]:
    """Share people by the words of the documentation, walking the tree of areas for every question anew."""
    by_code = {a.code: a for a in case.areas}

    def chain(code: str | None) -> list[str]:
        return [] if code is None else [code, *chain(by_code[code].parent_code)]

    def home(code: str) -> str | None:
        return next((c for c in chain(code) if by_code[c].population is not None), None)

    homes = {o.code: home(o.area_code) for o in case.outlets}
    lists: dict[str, dict[str, int]] = {}
    for o in case.outlets:
        rows = Counter[str]()
        for m in case.members:
            if m.outlet_code == o.code:
                rows[home(m.area_code) or ""] += m.people
        too_long = o.served_population is not None and o.served_population < rows.total()
        lists[o.code] = plain_parts(o.served_population or 0, rows) if too_long else rows
    members = {code: sum(rows.values()) for code, rows in lists.items()}
    living = {a: sum(rows.get(a, 0) for rows in lists.values()) for a in by_code}
    is_account = {a: a in homes.values() or any(home(m.area_code) == a for m in case.members) for a in by_code}

    def claimed(code: str) -> int:
        directly = [
            a for a in by_code
            if a != code and is_account[a] and next((c for c in chain(a)[1:] if is_account[c]), None) == code
        ]  # fmt: skip
        own = (o for o in case.outlets if homes[o.code] == code and o.served_population is not None)
        declared = sum((o.served_population or 0) - members[o.code] for o in own)
        return declared + living[code] + sum(taken(a) for a in directly)

    def taken(code: str) -> int:
        count = by_code[code].population or 0
        return max(count, claimed(code)) if code in homes.values() else claimed(code)

    people = {o.code: o.served_population if o.served_population is not None else members[o.code] for o in case.outlets}
    for code, found in by_code.items():
        sharers = [o for o in case.outlets if homes[o.code] == code and o.served_population is None]
        left = max(0, found.population - claimed(code)) if found.population is not None else 0
        for name, part in plain_parts(left, {o.code: o.resident_weight for o in sharers}).items():
            people[name] += part
    return people


def plain_parts(total: int, weights: Mapping[str, Decimal | int]) -> dict[str, int]:
    """Give floors of the exact parts, then one person each to the largest fractions, ties by name."""
    whole = sum(map(Fraction, weights.values()))
    if not whole:
        return {}
    exact = {name: total * Fraction(weight) / whole for name, weight in weights.items()}
    parts = {name: part.numerator // part.denominator for name, part in exact.items()}
    for name in sorted(exact, key=lambda n: (parts[n] - exact[n], n))[: total - sum(parts.values())]:
        parts[name] += 1
    return parts
