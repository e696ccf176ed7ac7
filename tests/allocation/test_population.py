from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.population import excess_by_area, outlets_without_count, resolve_populations
from distribution.domain.enums import PopulationBasis
from distribution.domain.network import Area, Outlet


def area(code, population=None, parent=None):
    return Area(code=code, population=population, parent_code=parent)


def outlet(code, area_code, served=None):
    return Outlet(code=code, area_code=area_code, served_population=served, cooperative_code="c", lon=59.6, lat=36.3)


def people(areas, outlets):
    return {code: served.people for code, served in resolve_populations(areas, outlets).items()}


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
    outlets = [outlet("y", "a"), outlet("x", "nowhere"), outlet("z", "a", 7)]
    assert outlets_without_count(areas, outlets) == ("x", "y")
    assert people(areas, outlets) == {"x": 0, "y": 0, "z": 7}


def test_a_circle_of_parents_does_not_hang():
    areas = [area("a", None, "b"), area("b", None, "a"), area("c", 5, "d"), area("d", 9, "c")]
    assert people(areas, [outlet("x", "a"), outlet("y", "c"), outlet("z", "d")])["x"] == 0


@given(st.lists(st.integers(0, 10**7), min_size=1, max_size=6), st.lists(st.integers(0, 5), max_size=40))
def test_with_county_counts_only_each_county_adds_up_exactly(counts, places):
    areas = [area("p"), *(area(f"c{i}", count, "p") for i, count in enumerate(counts))]
    outlets = [outlet(f"o{i:03d}", f"c{place % len(counts)}") for i, place in enumerate(places)]
    got = people(areas, outlets)
    for i, count in enumerate(counts):
        mine = [got[o.code] for o in outlets if o.area_code == f"c{i}"]
        assert sum(mine) == (count if mine else 0)
        assert max(mine, default=0) - min(mine, default=0) <= 1


@given(
    st.lists(st.tuples(st.integers(0, 3), st.none() | st.integers(0, 300)), max_size=12),
    st.lists(st.none() | st.integers(0, 1000), min_size=4, max_size=4),
    st.lists(st.integers(0, 3), min_size=4, max_size=4),
)
def test_in_any_tree_a_top_area_with_a_blank_outlet_and_no_excess_serves_exactly_its_count(rows, counts, parents):
    areas = [area("a0", counts[0])]
    areas += [area(f"a{i}", counts[i], f"a{parents[i] % i}") for i in range(1, 4)]
    outlets = [outlet(f"o{k:02d}", f"a{place}", served) for k, (place, served) in enumerate(rows)]
    got = people(areas, outlets)
    assert min(got.values(), default=0) >= 0
    blank_on_top = any(o.area_code == "a0" and o.served_population is None for o in outlets)
    if counts[0] is not None and blank_on_top and not excess_by_area(areas, outlets):
        blank_in = {o.area_code for o in outlets if o.served_population is None}
        if all(counts[i] is None or f"a{i}" in blank_in for i in range(4)):
            assert sum(got.values()) == counts[0]
