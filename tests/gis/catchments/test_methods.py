"""Catchment methods: known answers, and everybody counted exactly once whatever the network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.catchments.access import balanced_access, enhanced_two_step
from gis.catchments.candidates import NO_SITE, Candidates, Reach, find_candidates
from gis.catchments.methods import balanced_floating, huff, in_whole_people, nearest_by_line, nearest_by_way
from gis.catchments.sites import Cells, Sites, gather_sites
from gis.catchments.table import to_catchments
from gis.geodesy import pair_distances_m
from gis.travel.geodesic import GeodesicTravel

HOUR = 3600


def make_cells(lon: list[float], people: list[int], zone: list[int] | None = None) -> Cells:
    """Return cells along a parallel."""
    n = len(lon)
    return Cells(np.array(lon), np.full(n, 36.0), np.array(people), np.array(zone or [0] * n))


def make_sites(lon: list[float], weight: list[float] | None = None, zone: list[int] | None = None) -> Sites:
    n = len(lon)
    return gather_sites(lon, [36.0] * n, weight or [1.0] * n, zone or [0] * n)


def candidates_of(cells: Cells, sites: Sites, reach: Reach = Reach()) -> Candidates:  # noqa: B008 - it is frozen
    travel = GeodesicTravel(np.concatenate([sites.lon, cells.lon]), np.concatenate([sites.lat, cells.lat]), 1.0, 36.0)
    return find_candidates(cells, sites, travel, reach)


@st.composite
def networks(draw: st.DrawFn) -> tuple[Cells, Sites, np.ndarray, Reach]:
    """Draw cells, outlets (some at one place, some of weight 0, some in zones without people) and what is in reach."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    n, m = draw(st.integers(1, 60)), draw(st.integers(1, 25))
    zones = draw(st.integers(1, 4))
    cells = Cells(
        random.uniform(58, 60, n), random.uniform(35, 37, n), random.integers(0, 300, n), random.integers(0, zones, n)
    )
    lon, lat = np.round(random.uniform(58, 60, m), 1), np.round(random.uniform(35, 37, m), 0)
    weight = random.choice([0.0, 0.5, 1.0, 3.0], m)
    zone = random.integers(0, zones + 1, m)
    reach = Reach(draw(st.integers(1, 8)), draw(st.booleans()), draw(st.sampled_from([None, 60_000])))
    return cells, gather_sites(lon, lat, weight, zone), zone, reach


@given(networks())
def test_every_person_is_served_once_or_counted_as_unserved_and_every_rule_is_kept(drawn):
    cells, sites, zone_of_outlet, reach = drawn
    candidates = candidates_of(cells, sites, reach)
    for parts in (
        nearest_by_way(candidates),
        nearest_by_line(cells, sites, candidates),
        huff(sites, candidates),
        balanced_floating(candidates, 2 * HOUR),
    ):
        assigned = in_whole_people(cells.people, parts, candidates.site)
        table = to_catchments(cells.people, assigned, candidates, sites)
        assert assigned.min() >= 0
        assert (table.unserved >= 0).all()
        assert table.served_of(cells.people.size).tolist() == (cells.people - table.unserved).tolist()
        assert (table.people > 0).all()
        in_reach = parts.sum(axis=1) > 0
        assert (table.unserved[in_reach] == 0).all()
        if reach.within_zones:
            assert (zone_of_outlet[table.outlet] == cells.zone[table.cell]).all()
        if reach.max_metres is not None:
            assert (table.metres <= reach.max_metres).all()


@given(networks())
def test_the_supply_in_reach_is_what_the_people_get_at(drawn):
    cells, sites, _, reach = drawn
    candidates = candidates_of(cells, sites, reach)
    supply = np.arange(1.0, len(sites) + 1)
    for measure, weight in (
        (enhanced_two_step, None),
        (balanced_access, balanced_floating(candidates, HOUR)),
    ):
        access = measure(cells.people, supply, candidates, HOUR)
        lived_in = (candidates.seconds < HOUR) & candidates.reached & (cells.people[:, None] > 0)
        if weight is not None:
            lived_in &= weight > 0
        in_reach = np.unique(candidates.site[lived_in])
        assert (cells.people * access).sum() == pytest.approx(supply[in_reach].sum())


def test_the_nearest_by_time_may_lie_farther_as_the_crow_flies():
    class Detour(GeodesicTravel):
        """The way to the first site leads round a mountain."""

        def matrix(self, origins, destinations):
            metres, seconds = super().matrix(origins, destinations)
            factor = np.where(np.asarray(destinations) == 0, 3, 1)
            return metres * factor, seconds * factor

    cells, sites = make_cells([59.0], [10]), make_sites([59.1, 59.2])
    travel = Detour(np.concatenate([sites.lon, cells.lon]), np.concatenate([sites.lat, cells.lat]), 1.0, 36.0)
    candidates = find_candidates(cells, sites, travel, Reach())
    assert candidates.site[0].tolist() == [1, 0]
    assert nearest_by_way(candidates)[0].tolist() == [1, 0]
    assert nearest_by_line(cells, sites, candidates)[0].tolist() == [0, 1]


def test_candidates_are_the_nearest_sites_of_all():
    random = np.random.default_rng(7)
    cells = Cells(
        random.uniform(58, 60, 300), random.uniform(35, 37, 300), np.ones(300, np.int64), np.zeros(300, np.int64)
    )
    sites = gather_sites(random.uniform(58, 60, 40), random.uniform(35, 37, 40), np.ones(40), np.zeros(40))
    found = candidates_of(cells, sites, Reach(5)).metres
    row, column = np.meshgrid(np.arange(300), np.arange(40), indexing="ij")
    metres = pair_distances_m(
        cells.lon[row.ravel()], cells.lat[row.ravel()], sites.lon[column.ravel()], sites.lat[column.ravel()]
    )
    assert (np.abs(found - np.sort(metres.reshape(300, 40), axis=1)[:, :5]) <= 1).all()


def test_huff_divides_by_weight_and_the_square_of_the_way():
    cells, sites = make_cells([59.0], [1000]), make_sites([59.1, 58.8], [1.0, 4.0])
    candidates = candidates_of(cells, sites)
    assert huff(sites, candidates)[0] == pytest.approx([0.5, 0.5], abs=1e-3)
    assert huff(sites, candidates, attraction=0)[0] == pytest.approx([0.8, 0.2], abs=1e-3)
    with pytest.raises(ValueError, match="powers"):
        huff(sites, candidates, friction=-1)


def test_nobody_goes_beyond_the_threshold():
    cells, sites = make_cells([59.0, 62.0], [100, 100]), make_sites([59.1, 59.05])
    candidates = candidates_of(cells, sites)
    parts = balanced_floating(candidates, HOUR)
    assert parts[1].tolist() == [0, 0]
    assert parts[0].sum() == pytest.approx(1)
    assert parts[0, 0] > parts[0, 1] > 0
    with pytest.raises(ValueError, match="threshold"):
        balanced_floating(candidates, 0)


def test_outlets_at_one_place_share_by_weight_and_one_of_weight_0_serves_nobody():
    cells, sites = make_cells([59.0], [100]), make_sites([59.1, 59.1, 59.1], [1.0, 3.0, 0.0])
    assert len(sites) == 1
    candidates = candidates_of(cells, sites)
    table = to_catchments(
        cells.people, in_whole_people(cells.people, nearest_by_way(candidates), candidates.site), candidates, sites
    )
    assert table.served_by(3).tolist() == [25, 75, 0]


def test_a_cell_without_a_site_of_its_zone_is_served_by_none():
    cells = make_cells([59.0, 59.0], [10, 20], [0, 1])
    candidates = candidates_of(cells, make_sites([59.1], zone=[1]))
    assert candidates.site.tolist() == [[NO_SITE], [0]]
    across = candidates_of(cells, make_sites([59.1], zone=[1]), Reach(within_zones=False))
    assert across.site.tolist() == [[0], [0]]


def test_rounding_favours_no_site_over_many_cells():
    random = np.random.default_rng(3)
    n, k = 5000, 4
    people, site = random.integers(1, 5, n), np.array([random.permutation(10)[:k] for _ in range(n)])
    parts = random.dirichlet(np.ones(k), n)
    whole = in_whole_people(people, parts, site)
    assert (whole.sum(axis=1) == people).all()
    exact = np.bincount(site.ravel(), weights=(parts * people[:, None]).ravel())
    assert np.abs(np.bincount(site.ravel(), weights=whole.ravel()) - exact).max() < 2


def test_wrong_figures_are_refused():
    with pytest.raises(ValueError, match="weight"):
        make_sites([59.0], [-1.0])
    with pytest.raises(ValueError, match="people"):
        make_cells([59.0], [-1])
    with pytest.raises(ValueError, match="sites for each cell"):
        candidates_of(make_cells([59.0], [1]), make_sites([59.0]), Reach(0))
