"""What a policy counts and weighs, from the network to the shares."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from distribution.allocation.need import NeedFactor, combine_factors
from distribution.domain.dataset import Dataset, TravelMatrix
from distribution.domain.enums import CountBasis, NeedBasis
from distribution.domain.errors import NotFoundError, StateError
from distribution.domain.policy import MemberCount, NeedWeight
from distribution.domain.rounds import Allotment
from distribution.messages import LOCALES
from distribution.services import need
from distribution.services.allocate_round import allocate_quotas
from distribution.services.gather_round import Accounts
from distribution.services.need import build_need, nearest_warehouse_metres, served_by, share_people_by
from distribution.services.sentences import describe_error
from tests.support.networks import network_with_policies, small_network
from tests.support.nouns import move, need_weight, policy


def weighed(*weights: NeedWeight, **fields: object) -> Dataset:
    """Build the small network with a policy ``p`` of some weights, and one without any that must not matter to it."""
    policies = (policy("other"), policy("p", **fields))
    foreign = need_weight("other", "setting", "urban", "9")
    return dataclasses.replace(small_network(), policies=policies, need_weights=(foreign, *weights))


def with_outlet_moved(dataset: Dataset, code: str, north_km: float) -> Dataset:
    found = dataset.outlet_by_code[code]
    lon, lat = move(found.lon, found.lat, north_km=north_km)
    moved = found.model_copy(update={"lon": lon, "lat": lat})
    return dataclasses.replace(dataset, outlets=tuple(moved if o.code == code else o for o in dataset.outlets))


def allotments(dataset: Dataset, policy_code: str) -> list[Allotment]:
    return list(allocate_quotas(dataset, dataset.quotas_by_round["spring"], Accounts(), policy_code).allotments)


def test_without_a_policy_an_outlet_needs_what_its_area_says() -> None:
    dataset = small_network()
    dataset.areas[0].need_weight = Decimal("1.5")  # east
    found = build_need(dataset, None, dataset.outlets)
    assert found.need == (Decimal(1),) * 5 + (Decimal("1.5"),) * 5
    assert found.factors[5] == (NeedFactor(None, "east", Decimal("1.5")),)
    assert found.metres is None


def test_a_policy_weighs_area_kind_and_setting_and_its_factors_give_the_need_again() -> None:
    dataset = weighed(
        need_weight("p", "area", "province", "1.2"),
        need_weight("p", "area", "west", "0.9"),
        need_weight("p", "kind", "rural", "1.35"),
        need_weight("p", "setting", "urban", "1.01"),
        need_exponent="0.5",
    )
    found = build_need(dataset, "p", dataset.outlets)
    assert [f.key for f in found.factors[2]] == ["west", "rural", "urban"]  # of a rural cooperative in the west
    assert [f.key for f in found.factors[7]] == ["province", "urban"]
    assert found.need == tuple(combine_factors(factors, found.exponent) for factors in found.factors)
    assert found.need[7] == Decimal("1.2120").sqrt().quantize(Decimal("1E-9"))


def test_a_policy_that_the_network_lacks_is_named_and_those_that_it_has_are_listed() -> None:
    with pytest.raises(NotFoundError) as caught:
        build_need(small_network(), "nowhere", ())
    assert (caught.value.code, caught.value.params) == ("policy_unknown", {"policy": "nowhere", "policies": "–"})
    with pytest.raises(NotFoundError) as caught:
        build_need(network_with_policies(), "nowhere", ())
    assert caught.value.params["policies"] == "all-fields, by-people, half-west"
    for locale in LOCALES:
        assert "all-fields, by-people, half-west" in describe_error(caught.value, locale)


def test_a_need_that_would_round_to_nothing_names_the_outlet() -> None:
    dataset = weighed(need_weight("p", "kind", "rural", "0.000001"), need_exponent="3")
    with pytest.raises(StateError) as caught:
        build_need(dataset, "p", dataset.outlets)
    assert (caught.value.code, caught.value.params) == ("need_out_of_range", {"outlet": "O2"})


def test_no_road_is_looked_at_unless_the_policy_weighs_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    real = need.build_travel
    monkeypatch.setattr(need, "build_travel", lambda *given: asked.append(given) or real(*given))
    plain, far = weighed(), weighed(need_weight("p", "distance_km", "40", "1.1"))
    assert build_need(plain, "p", plain.outlets).metres is None
    assert not asked
    assert build_need(far, "p", far.outlets).metres is not None
    assert len(asked) == 1


def test_the_nearest_warehouse_counts_by_the_road() -> None:
    dataset = weighed(need_weight("p", "distance_km", "0", "1"), need_weight("p", "distance_km", "10", "1.2"))
    found = build_need(dataset, "p", dataset.outlets)
    metres = found.metres
    assert metres is not None
    assert found.metres_are_estimates
    detour = float(dataset.settings.detour_factor)
    straight = [np.hypot(2, 1), np.hypot(4, 3), np.hypot(6, 2), np.hypot(9, 7), np.hypot(12, 5)]  # km from W1
    assert metres[:5] == pytest.approx([1000 * detour * km for km in straight], rel=0.01)
    assert max(metres[5:]) < 25_000  # W2 lies in the east; W1 is 50 km off
    assert [need == Decimal("1.2") for need in found.need] == [m >= 10_000 for m in metres]


def test_an_outlet_without_a_road_counts_as_the_farthest_and_that_is_shown() -> None:
    dataset = weighed(need_weight("p", "distance_km", "5", "1.1"), need_weight("p", "distance_km", "70", "1.6"))
    roads = np.array([[0, 900, 6000, -1], [900, 0, 4999, -1], [6000, 4999, 0, -1], [-1, -1, -1, 0]], dtype=np.int32)
    measured = dataclasses.replace(dataset, travel=TravelMatrix(("W1", "W2", "O0", "O1"), roads, roads))
    found = build_need(measured, "p", measured.outlets[:3])  # the matrix does not know O2
    assert found.metres == (4999, -1, -1)
    assert not found.metres_are_estimates
    assert found.need == (Decimal(1), Decimal("1.6"), Decimal("1.6"))
    assert found.factors[1] == (NeedFactor(NeedBasis.DISTANCE_KM, "70", Decimal("1.6")),)


def test_without_any_warehouse_there_is_no_road() -> None:
    dataset = dataclasses.replace(small_network(), warehouses=())
    assert nearest_warehouse_metres(dataset, dataset.outlets[:2]) == (-1, -1)


def test_roads_looked_up_in_blocks_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    dataset = small_network()
    whole = nearest_warehouse_metres(dataset, dataset.outlets)
    monkeypatch.setattr(need, "_CELLS_AT_ONCE", 7)
    assert nearest_warehouse_metres(dataset, dataset.outlets) == whole


def test_a_policy_counts_people_or_households_members_first() -> None:
    members = (MemberCount(area_code="west", outlet_code="O9", people=700, households=200),)
    dataset = dataclasses.replace(weighed(counts="households"), members=members)
    for area in dataset.areas:
        area.households = 9000
        area.population_date = dt.date(2016, 10, 24)
    people, households = served_by(dataset), served_by(dataset, "p")
    assert (people["O9"].people, people["O9"].members) == (8000 + 700, 700)  # 30,000 less the 22,000 declared
    assert people["O9"].counted_on == dt.date(2016, 10, 24)
    assert people["O0"].people == 5000
    assert (households["O9"].members, households["O9"].residents) == (200, 1800)
    assert sum(served.people for served in households.values()) == 18_000
    assert share_people_by(dataset, dataset.policies[1]).counts is CountBasis.HOUSEHOLDS
    assert share_people_by(dataset, "p").accounts["west"].members == 200


@given(st.sampled_from([f"O{i}" for i in range(10)]), st.sampled_from([-100, -37.5, 100]))
def test_with_no_distance_in_the_policy_moving_an_outlet_changes_nothing_in_any_allotment(
    code: str, north_km: float
) -> None:
    dataset = weighed(need_weight("p", "area", "west", "1.3"), need_weight("p", "kind", "teachers", "1.1"))
    assert allotments(with_outlet_moved(dataset, code, north_km), "p") == allotments(dataset, "p")


def test_with_distances_in_the_policy_an_outlet_moved_far_away_is_entitled_to_more() -> None:
    dataset = weighed(need_weight("p", "distance_km", "60", "1.5"))

    def rice(given: Dataset) -> Allotment:
        return next(a for a in allotments(given, "p") if (a.outlet_code, a.commodity_code) == ("O4", "rice"))

    before, after = rice(dataset), rice(with_outlet_moved(dataset, "O4", 100))
    assert Decimal(after.weight_grid) == Decimal("1.5") * before.weight_grid
    assert after.entitlement_nano > before.entitlement_nano
