from __future__ import annotations

from dataclasses import replace

from distribution.domain.eligibility import eligible_outlets
from distribution.domain.enums import CooperativeKind
from tests.support.networks import small_network


def test_a_quota_without_conditions_admits_every_outlet() -> None:
    dataset = small_network()
    quota = dataset.quotas[0].model_copy(update={"eligible_kinds": (), "eligible_unions": (), "eligible_areas": ()})
    assert eligible_outlets(dataset, quota) == dataset.outlets


def test_every_condition_narrows_and_all_must_hold() -> None:
    dataset = small_network()
    quota = dataset.quotas[0].model_copy(
        update={"eligible_kinds": (CooperativeKind.RURAL,), "eligible_areas": ("west",)}
    )
    found = eligible_outlets(dataset, quota)
    assert found
    for outlet in dataset.outlets:
        kind = dataset.cooperative_by_code[outlet.cooperative_code].kind
        assert (outlet in found) == (kind is CooperativeKind.RURAL and outlet.area_code == "west")


def test_an_area_admits_the_outlets_of_every_area_below_it() -> None:
    dataset = small_network()
    west = dataset.area_by_code["west"]
    village = west.model_copy(update={"code": "village", "parent_code": "west", "population": None})
    moved = dataset.outlets[0].model_copy(update={"area_code": "village"})
    changed = replace(dataset, areas=(*dataset.areas, village), outlets=(moved, *dataset.outlets[1:]))
    quota = dataset.quotas[0].model_copy(update={"eligible_areas": ("west",)})
    assert moved in eligible_outlets(changed, quota)


def test_a_union_admits_only_the_outlets_of_its_cooperatives() -> None:
    dataset = small_network()
    union = dataset.unions[0].code
    quota = dataset.quotas[0].model_copy(update={"eligible_unions": (union,)})
    found = eligible_outlets(dataset, quota)
    assert 0 < len(found) < len(dataset.outlets)
    assert {dataset.union_of(outlet) for outlet in found} == {union}
