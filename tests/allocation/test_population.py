import datetime as dt
import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.population import (
    PeopleCell,
    PopulationTable,
    excess_by_area,
    outlets_without_count,
    resolve_populations,
    share_people,
    share_whole,
    unserved_by_area,
)
from distribution.domain.enums import CountBasis, PeopleKind, PopulationBasis
from tests.support.people import PeopleCase, area, member, outlet, people_cases, plain_parts, plain_people


def people(areas, outlets, members=(), counts=CountBasis.PEOPLE):
    return {code: served.people for code, served in resolve_populations(areas, outlets, members, counts).items()}


def table_of(case: PeopleCase) -> PopulationTable:
    return share_people(case.areas, case.outlets, case.members)


def test_a_declared_population_stays_and_a_blank_one_takes_an_equal_part_of_the_rest():
    served = resolve_populations([area("a", 100)], [outlet("x", "a", 40), outlet("y", "a"), outlet("z", "a")])
    assert {code: s.people for code, s in served.items()} == {"x": 40, "y": 30, "z": 30}
    assert served["x"].basis is PopulationBasis.DECLARED
    assert served["y"].basis is PopulationBasis.ASSUMED


def test_persons_left_over_go_to_the_lowest_codes_whatever_the_row_order():
    assert people([area("a", 11)], [outlet("z", "a"), outlet("x", "a"), outlet("y", "a")]) == {"x": 4, "y": 4, "z": 3}


def test_an_outlet_belongs_to_the_nearest_counted_area_above_it():
    areas = [area("province", 1000), area("county", 100, "province"), area("district", None, "county")]
    assert people(areas, [outlet("x", "district"), outlet("y", "county"), outlet("z", "province")]) == {
        "x": 50,
        "y": 50,
        "z": 900,
    }


def test_a_counted_part_without_outlets_leaves_its_people_to_the_area_above():
    areas = [area("county", 100), area("town", 60, "county")]
    assert people(areas, [outlet("x", "county")]) == {"x": 100}
    assert people(areas, [outlet("x", "county"), outlet("y", "town", 10)]) == {"x": 40, "y": 10}


def test_people_declared_below_beyond_the_count_are_not_counted_twice_above():
    areas = [area("county", 100), area("town", 40, "county")]
    outlets = [outlet("x", "county"), outlet("y", "town", 55)]
    assert people(areas, outlets) == {"x": 45, "y": 55}
    assert excess_by_area(areas, outlets) == {"town": 15}


def test_a_remainder_is_never_negative_and_the_excess_is_reported():
    outlets = [outlet("x", "a", 80), outlet("y", "a", 50), outlet("z", "a")]
    assert people([area("a", 100)], outlets)["z"] == 0
    assert excess_by_area([area("a", 100)], outlets) == {"a": 30}
    assert excess_by_area([area("a", 130)], outlets) == {}


def test_a_blank_outlet_without_any_count_above_is_named_and_serves_nobody():
    areas = [area("p"), area("a", None, "p")]
    outlets = [outlet("y", "a"), outlet("x", "nowhere"), outlet("z", "a", 7), outlet("m", "a", resident_weight="0")]
    assert outlets_without_count(areas, outlets) == ("x", "y")
    assert people(areas, outlets) == {"m": 0, "x": 0, "y": 0, "z": 7}


def test_a_circle_of_parents_does_not_hang():
    areas = [area("a", None, "b"), area("b", None, "a"), area("c", 5, "d"), area("d", 9, "c")]
    got = people(areas, [outlet("x", "a"), outlet("y", "c"), outlet("z", "d")], [member("a", "z", 3)])
    assert got == {"x": 0, "y": 5, "z": 12}


def test_members_are_taken_off_where_they_live_wherever_their_outlet_stands():
    areas = [area("east", 100), area("west", 100)]
    outlets = [outlet("teachers", "east"), outlet("local", "west")]
    served = resolve_populations(areas, outlets, [member("west", "teachers", 30), member("east", "teachers", 10)])
    assert (served["teachers"].people, served["local"].people) == (40 + 90, 70)
    assert (served["teachers"].members, served["teachers"].residents) == (40, 90)


def test_an_outlet_without_resident_weight_serves_its_members_only():
    areas, members = [area("a", 100)], [member("a", "club", 25)]
    served = resolve_populations(areas, [outlet("club", "a", resident_weight="0"), outlet("shop", "a")], members)
    assert (served["club"].people, served["shop"].people) == (25, 75)
    assert served["club"].basis is PopulationBasis.MEMBERS


def test_residents_are_shared_by_weight_in_whole_people():
    outlets = [outlet("x", "a", resident_weight="2"), outlet("y", "a"), outlet("z", "a", resident_weight="0.5")]
    assert people([area("a", 100)], outlets) == {"x": 57, "y": 29, "z": 14}  # 57.14, 28.57, 14.29


def test_a_members_list_of_a_declared_outlet_is_part_of_its_figure():
    areas = [area("east", 100), area("west", 100)]
    outlets = [outlet("big", "east", 60), outlet("e", "east"), outlet("w", "west")]
    assert people(areas, outlets, [member("west", "big", 25)]) == {"big": 60, "e": 65, "w": 75}


def test_a_list_longer_than_the_declared_figure_is_cut_in_proportion():
    areas = [area("east", 100), area("west", 100)]
    outlets, members = [outlet("x", "east", 10), outlet("w", "west")], [member("east", "x", 5), member("west", "x", 15)]
    assert people(areas, outlets, members) == {"x": 10, "w": 93}  # 2.5 and 7.5: the lower code rounds up


def test_members_who_live_where_nothing_was_counted_are_served_and_taken_off_nowhere():
    assert people([area("a", 10), area("far")], [outlet("x", "a")], [member("far", "x", 4)]) == {"x": 14}


def test_members_in_a_counted_part_without_outlets_leave_the_others_to_the_area_above():
    areas = [area("county", 100), area("town", 60, "county")]
    table = share_people(
        areas, [outlet("x", "county", resident_weight="1"), outlet("y", "far")], [member("town", "y", 20)]
    )
    assert table.served["x"].people == 80
    assert table.accounts["town"].passed_up == 40
    assert table.cells[:2] == (
        PeopleCell("county", "x", 80, PeopleKind.RESIDENT),
        PeopleCell("town", "y", 20, PeopleKind.MEMBER),
    )


def test_more_members_than_people_in_a_part_are_an_excess_of_that_part_alone():
    areas = [area("county", 100), area("town", 60, "county"), area("village", 10, "town")]
    outlets = [outlet("x", "county", 35)]
    assert excess_by_area(areas, outlets, [member("town", "x", 30), member("village", "x", 5)]) == {}
    far = [*outlets, outlet("y", "far")]
    assert excess_by_area(areas, far, [member("town", "y", 55), member("village", "y", 70)]) == {
        "town": 5,
        "village": 60,
    }


def test_people_whom_no_outlet_serves_are_reported():
    club, shop = outlet("club", "a", resident_weight="0"), outlet("shop", "b", 40)
    areas = [area("a", 100), area("b", 90), area("c", 5)]
    assert unserved_by_area(areas, [club, shop], [member("a", "club", 30)]) == {"a": 70, "b": 50}
    assert unserved_by_area(areas, [club, shop, outlet("z", "b"), outlet("y", "a")]) == {}


def test_households_are_counted_like_people():
    areas = [area("a", 400, households=100), area("b", 500)]
    outlets = [outlet("x", "a", 300, served_households=40), outlet("y", "a", 10), outlet("z", "b", 20)]
    members = [member("a", "z", 99, 7), member("a", "y", 50)]
    assert people(areas, outlets, members, CountBasis.HOUSEHOLDS) == {"x": 40, "y": 53, "z": 7}
    assert outlets_without_count(areas, outlets, CountBasis.HOUSEHOLDS) == ("z",)


def test_the_source_and_the_day_of_the_count_stand_with_the_residents():
    day = dt.date(2016, 10, 24)
    areas = [area("a", 100, population_source="census 1395", population_date=day), area("d", None, "a")]
    served = resolve_populations(areas, [outlet("x", "d"), outlet("y", "d", 5), outlet("m", "d", resident_weight="0")])
    assert (served["x"].source, served["x"].counted_on) == ("census 1395", day)
    assert {(served[code].source, served[code].counted_on) for code in "ym"} == {("", None)}


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=40))
def test_with_county_counts_only_each_county_adds_up_exactly(counts, places):
    areas = [area("p"), *(area(f"c{i}", count, "p") for i, count in enumerate(counts))]
    outlets = [outlet(f"o{i:03d}", f"c{place % len(counts)}") for i, place in enumerate(places)]
    got = people(areas, outlets)
    for i, count in enumerate(counts):
        mine = [got[o.code] for o in outlets if o.area_code == f"c{i}"]
        assert sum(mine) == (count if mine else 0)
        assert max(mine, default=0) - min(mine, default=0) <= 1


@given(people_cases())
def test_everyone_is_shared_as_the_plain_method_shares(case):
    assert {code: s.people for code, s in table_of(case).served.items()} == plain_people(case)


@given(people_cases())
def test_the_cells_of_an_outlet_are_its_people_and_its_members_come_first(case):
    table = table_of(case)
    for found in case.outlets:
        served = table.served[found.code]
        cells = [cell for cell in table.cells if cell.outlet_code == found.code]
        assert served.people == served.members + served.residents == sum(cell.people for cell in cells)
        assert served.members == sum(cell.people for cell in cells if cell.kind is PeopleKind.MEMBER)
        listed = sum(m.people for m in case.members if m.outlet_code == found.code)
        if found.served_population is None:
            assert served.members == listed
            assert found.resident_weight > 0 or served.residents == 0
        else:
            assert served.people == found.served_population
            assert served.members == min(listed, found.served_population)


@given(people_cases())
def test_the_lines_of_an_account_add_up(case):
    table = table_of(case)
    for line in table.accounts.values():
        claimed = line.below + line.declared + line.members
        assert line.population + line.beyond == claimed + line.residents + line.unserved + line.passed_up
        assert min(line.declared, line.members, line.residents, line.unserved, line.passed_up, line.beyond) >= 0
        mine = [cell.people for cell in table.cells if cell.area_code == line.area_code]
        assert sum(mine) == line.declared + line.members + line.residents


@given(people_cases())
def test_no_area_is_served_more_people_than_it_has_but_for_the_excess_that_is_reported(case):
    table = table_of(case)
    parent = {a.code: a.parent_code for a in case.areas}

    def is_within(code, top):
        return code is not None and (code == top or is_within(parent[code], top))

    for top, line in table.accounts.items():
        cells = sum(cell.people for cell in table.cells if is_within(cell.area_code, top))
        below = [found for code, found in table.accounts.items() if is_within(code, top)]
        assert cells <= line.population + sum(found.excess for found in below)
        if not any(found.beyond or found.unserved for found in below) and not line.passed_up:
            assert cells == line.population


@given(people_cases(), st.randoms())
def test_the_order_of_rows_does_not_matter(case, chance):
    def mixed(rows):
        return tuple(chance.sample(rows, len(rows)))

    turned = replace(case, areas=mixed(case.areas), outlets=mixed(case.outlets), members=mixed(case.members))
    one, other = table_of(case), table_of(turned)
    assert (one.served, one.cells, one.accounts) == (other.served, other.cells, other.accounts)
    assert list(one.served) == list(other.served)


@given(st.integers(0, 10**9), st.lists(st.integers(0, 5), max_size=12))
def test_whole_parts_are_those_of_the_largest_remainders(total, weights):
    named = {f"{i:02d}": weight for i, weight in enumerate(weights)}
    assert share_whole(total, weights) == (list(plain_parts(total, named).values()) or [0] * len(weights))


@pytest.mark.parametrize("depth", [1200])
def test_a_long_chain_of_areas_is_settled_without_recursion(depth):
    areas = [area(f"a{i}", 2 * (depth - i), f"a{i - 1}" if i else None) for i in range(depth)]
    outlets = [outlet(f"o{i}", f"a{i}") for i in range(depth)]
    assert set(people(areas, outlets).values()) == {2}


def test_many_outlets_and_lists_add_up_county_by_county():
    chance = random.Random(3)
    areas = [area(f"c{i}", 1_000_000) for i in range(40)]
    places = [(f"o{i:05d}", f"c{i % 40}", 400 if i % 7 == 0 else None) for i in range(10_000)]
    outlets = [outlet(*place) for place in places]
    members = [member(f"c{chance.randrange(40)}", chance.choice(places)[0], 3) for _ in range(20_000)]
    table = share_people(areas, outlets, members)
    assert sum(served.people for served in table.served.values()) == 40 * 1_000_000
    assert {line.beyond + line.unserved for line in table.accounts.values()} == {0}
