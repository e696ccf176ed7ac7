"""The networks that the tests build are themselves in order."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from distribution.domain.calendar import working_days
from distribution.domain.dataset import KEYS, SHEETS, Dataset
from distribution.domain.enums import Severity
from distribution.intake import read_dataset
from tests.support.networks import (
    another_country,
    county_populations_only,
    network_with_policies,
    small_network,
    two_equal_outlets,
    write_csv,
)

BUILDERS = (another_country, county_populations_only, network_with_policies, small_network, two_equal_outlets)


@pytest.mark.parametrize("build", BUILDERS)
def test_a_network_is_the_same_at_every_call(build: Callable[[], Dataset]) -> None:
    first, second = build(), build()
    assert all(getattr(first, sheet) == getattr(second, sheet) for sheet in SHEETS)


@pytest.mark.parametrize("build", BUILDERS)
def test_rows_are_valid_unique_and_in_order_of_their_key(build: Callable[[], Dataset]) -> None:
    network = build()
    for sheet, noun in SHEETS.items():
        rows = getattr(network, sheet)
        assert all(noun.model_validate(row.model_dump()) == row for row in rows)
        keys = [tuple(str(getattr(row, column)) for column in KEYS[sheet]) for row in rows]
        assert keys == sorted(set(keys)), sheet


@pytest.mark.parametrize("build", BUILDERS)
def test_a_written_network_is_read_again_without_a_finding(build: Callable[[], Dataset], tmp_path: Path) -> None:
    network = build()
    result = read_dataset(write_csv(network, tmp_path))
    assert [f for f in result.findings if f.severity is not Severity.NOTE] == []
    assert result.dataset is not None
    assert all(getattr(result.dataset, sheet) == getattr(network, sheet) for sheet in SHEETS)
    assert result.dataset.settings == network.settings
    if network.travel is not None:
        assert result.dataset.travel is not None
        assert result.dataset.travel.codes == network.travel.codes
        assert np.array_equal(result.dataset.travel.metres, network.travel.metres)
        assert np.array_equal(result.dataset.travel.seconds, network.travel.seconds)


@pytest.mark.parametrize("build", BUILDERS)
def test_stock_covers_the_quotas(build: Callable[[], Dataset]) -> None:
    network = build()
    for quota in network.quotas:
        pack_g = network.commodity_by_code[quota.commodity_code].pack_g
        packs = sum(
            line.packs
            for line in network.stock
            if line.commodity_code == quota.commodity_code and line.place_code in network.warehouse_by_code
        )
        assert packs >= quota.quota_g // pack_g, quota.code


def test_portugal_has_one_warehouse_and_an_asymmetric_road_between_all_places() -> None:
    network = another_country()
    assert (len(network.outlets), len(network.warehouses), network.settings.currency) == (228, 1, "EUR")
    travel = network.travel
    assert travel is not None
    assert set(travel.codes) == network.outlet_by_code.keys() | network.warehouse_by_code.keys()
    assert travel.metres.shape == travel.seconds.shape == (229, 229)
    assert not np.any(np.diagonal(travel.metres))
    assert np.count_nonzero(travel.metres != travel.metres.T) > 50_000
    assert all(outlet.name_fa == "" for outlet in network.outlets)
    assert len(working_days(network.quotas[0].period_start, network.quotas[0].deadline, network.calendar)) == 10


def test_only_the_counties_know_their_people() -> None:
    network = county_populations_only(n_outlets=300)
    assert len(network.outlets) == 300
    assert {outlet.served_population for outlet in network.outlets} == {None}
    assert all(network.area_by_code[outlet.area_code].population for outlet in network.outlets)


def test_the_truck_can_serve_only_one_of_the_two_equal_outlets() -> None:
    network = two_equal_outlets(near_km=5, far_km=150)
    (truck,) = network.vehicles
    (quota,) = network.quotas
    assert truck.count * truck.trips_per_day * truck.capacity_g == quota.quota_g // 2
    far, near = network.outlets
    same = {"code", "name_en", "lat", "waiting_since"}
    assert far.model_dump(exclude=same) == near.model_dump(exclude=same)
