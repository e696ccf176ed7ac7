"""An import is an upsert by key into a new version; every old version can be loaded again."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from distribution.domain.calendar import CalendarDay
from distribution.domain.dataset import SHEETS, Dataset, TravelMatrix
from distribution.domain.dataset_diff import FieldChange, RowChange, SheetDiff
from distribution.domain.errors import NotFoundError
from distribution.domain.fleet import Vehicle
from distribution.domain.goods import Commodity, Quota, StockLine
from distribution.domain.network import Area, Cooperative, CoopUnion, Outlet, Succession, Warehouse
from distribution.domain.policy import BasketLine, FixedShare, MemberCount, NeedWeight, OutletLimit, Policy
from distribution.domain.settings import NetworkSettings
from distribution.store.engine import create_database, database_url, upgrade
from distribution.store.unit_of_work import UnitOfWork

MakeNetwork = Callable[..., Dataset]


def assert_same(loaded: Dataset, given: Dataset) -> None:
    for sheet in SHEETS:
        assert getattr(loaded, sheet) == getattr(given, sheet), sheet
    assert loaded.settings == given.settings
    if given.travel is None or loaded.travel is None:
        assert loaded.travel is given.travel
    else:
        assert loaded.travel.codes == given.travel.codes
        np.testing.assert_array_equal(loaded.travel.metres, given.travel.metres)
        np.testing.assert_array_equal(loaded.travel.seconds, given.travel.seconds)


def full_network() -> Dataset:
    """A network with every sheet and every kind of field in use."""
    metres = np.array([[0, 5_000], [-1, 0]], dtype=np.int32)
    return Dataset(
        areas=(
            Area(
                code="a1",
                name_fa="خراسان رضوی",
                population=6_434_501,
                households=1_938_703,
                population_date=dt.date(2016, 9, 22),
            ),
            Area(code="a2", name_en="Chenaran", parent_code="a1", need_weight=Decimal("1.250000")),
        ),
        unions=(CoopUnion(code="u1", name_fa="اتحادیه"),),
        cooperatives=(Cooperative(code="c1", kind="workers", union_code="u1"),),
        outlets=(
            Outlet(
                code="o1",
                lon=59.606203,
                lat=36.297,
                area_code="a2",
                cooperative_code="c1",
                receiving_windows="16:00-18:00;08:00-13:00",
                receiving_days="sun;sat",
                largest_vehicle_kg=5_000,
                mode="collects",
                waiting_since=dt.date(2026, 3, 1),
                served_households=410,
                resident_weight="0.25",
                setting="rural",
            ),
        ),
        warehouses=(Warehouse(code="w1", lon=59.6, lat=36.3, opening_hours="06:00-22:00", docks=2),),
        commodities=(
            Commodity(code="oil", pack_kg="16.2", pack_litres="18.5", storage_class="dry", price=10**15),
            Commodity(code="rice", pack_kg=10, pack_litres=12),
        ),
        stock=(
            StockLine(place_code="w1", commodity_code="rice", packs=10**12),
            StockLine(place_code="w1", commodity_code="rice", packs=7, available_on=dt.date(2026, 3, 25)),
        ),
        vehicles=(
            Vehicle(
                code="v1",
                count=3,
                capacity_kg=10_000,
                capacity_m3="40.5",
                storage_classes="dry;frozen",
                cost_per_km=10**12,
                fixed_cost=10**15,
                shift="06:00-16:00",
                warehouse_code="w1",
            ),
        ),
        quotas=(
            Quota(
                code="q1",
                round_code="r1",
                commodity_code="rice",
                tonnes="300.000001",
                period_start=dt.date(2026, 3, 21),
                period_end=dt.date(2026, 4, 20),
                eligible_kinds="teachers;workers",
                eligible_areas="a1",
                method="webster",
            ),
        ),
        calendar=(CalendarDay(day="2026-03-21", working=False, note="نوروز"), CalendarDay(day="fri", working=False)),
        successions=(Succession(sheet="outlets", old_code="o0", new_code="o1", share="0.5"),),
        members=(MemberCount(area_code="a2", outlet_code="o1", people=2_000_000_000, households=410),),
        limits=(
            OutletLimit(outlet_code="o1", commodity_code="oil", floor_packs=10**9),
            OutletLimit(outlet_code="o1", commodity_code="rice", cap_packs=10**9),
        ),
        policies=(
            Policy(code="p1"),
            Policy(
                code="p2",
                name_fa="سیاست",
                hierarchy="areas",
                methods="webster;adams;webster",
                counts="households",
                people_exponent="0.5",
                need_exponent="1.2500",
                reserve_percent="2.5",
                min_drop_packs=3,
                repay_percent=100,
                deviation_percent="12.125",
                deviation_kind="absolute",
            ),
        ),
        need_weights=(NeedWeight(policy_code="p1", basis="distance_km", key="120.5", weight="1.000001"),),
        fixed_shares=(FixedShare(policy_code="p1", node_code="a2", percent="33.333333"),),
        baskets=(BasketLine(policy_code="p2", commodity_code="rice", kg="0.25"),),
        settings=NetworkSettings(title_fa="شبکه", detour_factor="1.35", synthetic=True),
        travel=TravelMatrix(("o1", "w1"), metres, metres // 10),
    )


def test_every_field_comes_back_as_it_was(uow: UnitOfWork) -> None:
    given = full_network()
    with uow.write() as tx:
        tx.datasets.import_(given, "full")
    with uow.read() as tx:
        assert_same(tx.datasets.load(), given)
        [version] = tx.datasets.versions()
    assert version.counts["stock"] == 2
    assert version.created_at.tzinfo is dt.UTC


def test_the_first_import_adds_every_row(uow: UnitOfWork, network: MakeNetwork) -> None:
    with uow.write() as tx:
        diff = tx.datasets.import_(network(), "first")
    assert (diff.version, diff.previous) == (1, None)
    assert diff.sheets["outlets"] == SheetDiff(added=("o1", "o2"))
    assert diff.totals() == {"added": 7, "changed": 0, "reactivated": 0, "deactivated": 0}


def test_an_equal_import_makes_no_new_version(uow: UnitOfWork) -> None:
    with uow.write() as tx:
        tx.datasets.import_(full_network(), "first")
        diff = tx.datasets.import_(full_network(), "again")
        assert not diff
        assert (diff.version, diff.previous) == (1, 1)
        assert len(tx.datasets.versions()) == 1


def test_a_policy_that_changes_makes_a_version_and_the_old_one_stays(uow: UnitOfWork, network: MakeNetwork) -> None:
    weights = tuple(NeedWeight(policy_code="p", basis="kind", key="rural", weight=w) for w in ("1.1", "1.2"))
    with uow.write() as tx:
        for weight, methods in zip(weights, ("webster;adams", "adams;webster"), strict=True):
            policies = (Policy(code="p", hierarchy="unions", methods=methods),)
            diff = tx.datasets.import_(network(policies=policies, need_weights=(weight,)), "policy")
    assert diff.sheets == {
        "policies": SheetDiff(
            changed=(RowChange("p", (FieldChange("methods", ["webster", "adams"], ["adams", "webster"]),)),)
        ),
        "need_weights": SheetDiff(changed=(RowChange("p|kind|rural", (FieldChange("weight", "1.1", "1.2"),)),)),
    }
    with uow.read() as tx:
        assert tx.datasets.load(1).need_weights == weights[:1]
        assert [m.value for m in tx.datasets.load(1).policies[0].methods] == ["webster", "adams"]


def test_the_order_of_rows_is_no_change(uow: UnitOfWork, network: MakeNetwork) -> None:
    with uow.write() as tx:
        tx.datasets.import_(network(), "first")
        turned = network(areas=tuple(reversed(network().areas)))
        assert not tx.datasets.import_(turned, "turned")


def test_an_import_tells_what_changed_and_leaves_the_rest_alone(uow: UnitOfWork, network: MakeNetwork) -> None:
    moved = (
        *network(["o1"]).outlets,
        Outlet(code="o3", lon=60.0, lat=36.5, area_code="a2", cooperative_code="c1"),
    )
    with uow.write() as tx:
        tx.datasets.import_(network(["o1", "o2"]), "first")
        weighted = (Area(code="a1", name_fa="مشهد", population=1000, need_weight="1.5"), network().areas[1])
        diff = tx.datasets.import_(network(outlets=moved, areas=weighted), "second")
    assert diff.sheets == {
        "areas": SheetDiff(changed=(RowChange("a1", (FieldChange("need_weight", "1", "1.5"),)),)),
        "outlets": SheetDiff(added=("o3",), deactivated=("o2",)),
    }
    with uow.read() as tx:
        assert tx.datasets.diff(1, 2) == diff
        rows = tx.session.connection().exec_driver_sql("SELECT count(*) FROM outlet").scalar()
        assert rows == 4  # o1 untouched, o2 twice, o3
        everything = tx.datasets.load(include_inactive=True)
    assert [outlet.code for outlet in everything.outlets] == ["o1", "o2", "o3"]


def test_what_was_absent_comes_back_as_reactivated(uow: UnitOfWork, network: MakeNetwork) -> None:
    renamed = network(["o2"]).outlets[0].model_copy(update={"name_en": "New"})
    with uow.write() as tx:
        for outlets in (["o1", "o2"], ["o1"]):
            tx.datasets.import_(network(outlets), "import")
        diff = tx.datasets.import_(network(outlets=(network(["o1"]).outlets[0], renamed)), "back")
    assert diff.sheets["outlets"] == SheetDiff(
        reactivated=("o2",), changed=(RowChange("o2", (FieldChange("name_en", "", "New"),)),)
    )
    with uow.read() as tx:
        assert tx.datasets.load().outlet_by_code["o2"].name_en == "New"
        assert [o.code for o in tx.datasets.load(2).outlets] == ["o1"]


def test_rows_of_every_sheet_become_inactive_and_old_versions_stay(uow: UnitOfWork) -> None:
    with uow.write() as tx:
        tx.datasets.import_(full_network(), "full")
        diff = tx.datasets.import_(Dataset(), "empty")
        assert diff.totals()["deactivated"] == sum(len(getattr(full_network(), sheet)) for sheet in SHEETS)
        assert diff.travel_changed
    with uow.read() as tx:
        assert_same(tx.datasets.load(), Dataset())
        assert_same(tx.datasets.load(1), full_network())


def test_a_setting_or_a_road_alone_makes_a_version(uow: UnitOfWork) -> None:
    first, travel = full_network(), full_network().travel
    assert travel is not None
    longer = TravelMatrix(travel.codes, travel.metres + 1, travel.seconds)
    with uow.write() as tx:
        tx.datasets.import_(first, "first")
        sheets = {sheet: getattr(first, sheet) for sheet in SHEETS}
        by_road = tx.datasets.import_(Dataset(**sheets, settings=first.settings, travel=longer), "road")
        assert (by_road.version, by_road.travel_changed, dict(by_road.sheets)) == (2, True, {})
        other = first.settings.model_copy(update={"stop_minutes": 20})
        by_setting = tx.datasets.import_(Dataset(**sheets, settings=other, travel=travel), "setting")
        assert by_setting.settings == (FieldChange("stop_minutes", 15, 20),)
        kept = tx.session.connection().exec_driver_sql("SELECT count(*) FROM travel").scalar()
    assert kept == 2  # the third version uses the first one's matrix


def test_two_rows_of_one_key_are_refused_and_nothing_is_kept(uow: UnitOfWork, network: MakeNetwork) -> None:
    doubled = network(unions=(CoopUnion(code="u1"), CoopUnion(code="u1", name_en="other")))
    with pytest.raises(ValueError, match="u1"), uow.write() as tx:
        tx.datasets.import_(doubled, "doubled")
    with uow.read() as tx:
        assert tx.datasets.current_version() is None


def test_a_version_that_is_not_there_is_a_clear_error(uow: UnitOfWork, network: MakeNetwork) -> None:
    with uow.read() as tx, pytest.raises(NotFoundError, match="dataset_missing"):
        tx.datasets.load()
    with uow.write() as tx:
        tx.datasets.import_(network(), "first")
    with uow.read() as tx, pytest.raises(NotFoundError, match="dataset_version_unknown"):
        tx.datasets.load(2)


def test_a_large_network_is_imported_in_seconds(uow: UnitOfWork, network: MakeNetwork) -> None:
    large = network([f"o{n:05d}" for n in range(3_900)])
    started = time.perf_counter()
    with uow.write() as tx:
        tx.datasets.import_(large, "large")
    with uow.write() as tx:
        tx.datasets.import_(network([f"o{n:05d}" for n in range(1_950, 5_850)]), "half new")
    assert time.perf_counter() - started < 5
    with uow.read() as tx:
        assert_same(tx.datasets.load(1), large)


@contextmanager
def fresh_store() -> Iterator[UnitOfWork]:
    with TemporaryDirectory() as folder:
        engine = create_database(database_url(Path(folder) / "taavon.db"))
        upgrade(engine)
        yield UnitOfWork(engine)
        engine.dispose()


stock_lines = st.builds(
    StockLine,
    place_code=st.sampled_from(["w1", "w2"]),
    commodity_code=st.sampled_from(["oil", "rice"]),
    packs=st.integers(0, 3),
    available_on=st.sampled_from([None, dt.date(2026, 3, 21)]),
)
datasets = st.builds(
    Dataset,
    areas=st.dictionaries(st.sampled_from("abc"), st.integers(0, 2), max_size=3).map(
        lambda rows: tuple(Area(code=code, population=people) for code, people in sorted(rows.items()))
    ),
    stock=st.lists(stock_lines, max_size=4, unique_by=lambda s: (s.place_code, s.commodity_code, s.available_on)).map(
        lambda rows: tuple(sorted(rows, key=lambda s: (s.place_code, s.commodity_code, str(s.available_on or ""))))
    ),
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(datasets, min_size=1, max_size=5))
def test_whatever_is_imported_every_version_loads_as_it_was(imports: list[Dataset]) -> None:
    with fresh_store() as uow:
        given_at: dict[int, Dataset] = {}
        for dataset in imports:
            with uow.write() as tx:
                current = tx.datasets.current_version()
                diff = tx.datasets.import_(dataset, "import")
            assert diff.version == (current or 0) + bool(diff or current is None)
            given_at[diff.version] = dataset
        with uow.read() as tx:
            assert [v.number for v in tx.datasets.versions()] == sorted(given_at, reverse=True)
            for version, dataset in given_at.items():
                assert_same(tx.datasets.load(version), dataset)
