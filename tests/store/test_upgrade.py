"""A database of an earlier taavon is brought to the newest schema with all that is in it, and back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from alembic import command
from sqlalchemy import CheckConstraint, Engine, MetaData, inspect, text
from sqlalchemy.exc import IntegrityError

from distribution.domain.enums import OutletSetting
from distribution.domain.network import Outlet
from distribution.domain.settings import NetworkSettings
from distribution.store import schema
from distribution.store.engine import upgrade
from distribution.store.tables import METADATA
from distribution.store.unit_of_work import UnitOfWork

NOW = dt.datetime(2026, 3, 21, 8, 0, tzinfo=dt.UTC)
SPAN = {"version_from": 1, "version_to": None, "active": True}
NAMES = {"name_fa": "نام", "name_en": ""}


def move_to(engine: Engine, revision: str) -> None:
    with schema._exclusive(engine) as connection:
        config = schema.migration_config()
        config.attributes["connection"] = connection
        command.downgrade(config, revision)


def insert(engine: Engine, **rows: dict[str, Any]) -> None:
    """Insert a row a table, by the columns that the database itself has."""
    found = MetaData()
    found.reflect(engine)
    with engine.begin() as connection:
        for table, row in rows.items():
            connection.execute(found.tables[table].insert(), row)


ALLOTMENT = {
    "outlet_code": "o1", "commodity_code": "rice", "union_code": "u1", "cooperative_code": "c1", "area_code": "a1",
    "people": 10**10, "basis": "declared", "weight_grid": 10**16, "entitlement_nano": 7 * 10**9, "opening_packs": 0,
    "netted_nano": 0, "floor_nano": 0, "moved_nano": 0, "target_nano": 7 * 10**9, "cap_packs": 8, "bound": "none",
    "debt_before_nano": 5, "debt_after_nano": 5, "shortfall_nano": 0, "method": "cumulative", "packs": 7,
    "price": 10**15, "round_id": 1,
}  # fmt: skip
GOODS = {
    "commodity_code": "rice", "quota_g": 100_500, "carried_g": 0, "packs_to_share": 10, "allotted_packs": 7,
    "unplaced_packs": 3, "remainder_g": 500, "pack_g": 10_000, "price": 0, "round_id": 1,
}  # fmt: skip
OUTLET = {
    "row_key": "o1", "code": "o1", **NAMES, "lon": 59.5, "lat": 36.25, "area_code": "a1", "cooperative_code": "c1",
    "served_population": 12_000, "storage_dry_kg": 900, "storage_chilled_kg": 0, "storage_frozen_kg": 0,
    "deliveries_per_period": 2, "receiving_windows": "08:00-13:00", "receiving_days": "sat;sun",
    "largest_vehicle_kg": None, "mode": "delivered", "priority": 0, "waiting_since": None, **SPAN,
}  # fmt: skip


@pytest.fixture
def first_schema(engine: Engine) -> Iterator[Engine]:
    """A database as the first taavon made it, with an area, an outlet and a round."""
    move_to(engine, "base")
    with schema._exclusive(engine) as connection:
        config = schema.migration_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
    insert(
        engine,
        dataset_version={
            "number": 1, "created_at": NOW, "source": "letters", "sha256": "0" * 64, "counts": {"outlets": 1},
            "settings": NetworkSettings().model_dump(mode="json"), "travel_id": None,
        },
        area={
            "row_key": "a1", "code": "a1", **NAMES, "parent_code": None, "population": 12_000, "population_source": "",
            "population_date": None, "need_weight": "1.5", **SPAN,
        },
        outlet=OUTLET,
        round={
            "code": "r1", "state": "planned", "dataset_version": 1, "seed": 1, "created_at": NOW, "parameters": {},
            "summary": "{}", "version": 1,
        },
        allotment=ALLOTMENT,
        round_goods=GOODS,
    )  # fmt: skip
    yield engine
    upgrade(engine)  # for the tests that follow, should this one have failed


def test_the_rows_of_the_first_schema_are_kept_and_take_the_defaults(first_schema: Engine) -> None:
    upgrade(first_schema)
    assert schema.find_differences(first_schema) == []
    with UnitOfWork(first_schema).read() as tx:
        dataset = tx.datasets.load()
        [allotment] = tx.rounds.allotments("r1")
        [goods] = tx.rounds.goods("r1")
    kept = {name: value for name, value in OUTLET.items() if name in Outlet.model_fields}
    assert dataset.outlets == (Outlet.model_validate(kept),)
    assert dataset.outlets[0].setting is OutletSetting.URBAN
    assert (dataset.outlets[0].resident_weight, dataset.outlets[0].served_households) == (1, None)
    assert (dataset.areas[0].need_weight, dataset.areas[0].households) == (Decimal("1.5"), None)
    assert dataset.policies == dataset.members == ()
    assert {name: getattr(allotment, name) for name in ALLOTMENT} == ALLOTMENT
    assert (allotment.repaid_nano, allotment.level_nano, allotment.need_weight, allotment.households) == (0, 0, 1, None)
    assert {name: getattr(goods, name) for name in GOODS} == GOODS
    assert goods.reserved_packs == 0


def test_an_upgraded_database_takes_a_new_import(first_schema: Engine) -> None:
    upgrade(first_schema)
    uow = UnitOfWork(first_schema)
    with uow.read() as tx:
        dataset = tx.datasets.load()
    with uow.write() as tx:
        assert not tx.datasets.import_(dataset, "the same again")
        dataset.outlets[0].setting = OutletSetting.RURAL
        assert tx.datasets.import_(dataset, "a village").version == 2


def test_every_pack_of_an_upgraded_round_is_accounted_for(first_schema: Engine) -> None:
    upgrade(first_schema)
    with first_schema.begin() as connection:
        connection.execute(text("UPDATE round_goods SET unplaced_packs = 1, reserved_packs = 2"))
    with pytest.raises(IntegrityError), first_schema.begin() as connection:
        connection.execute(text("UPDATE round_goods SET reserved_packs = 3"))


def test_no_check_and_no_reference_is_lost_on_the_way(first_schema: Engine) -> None:
    upgrade(first_schema)
    found = inspect(first_schema)
    for name, table in METADATA.tables.items():
        checks = {str(c.name) for c in table.constraints if isinstance(c, CheckConstraint)}
        assert {c["name"] for c in found.get_check_constraints(name)} == checks, name
        references = {str(f.name) for f in table.foreign_key_constraints}
        assert {f["name"] for f in found.get_foreign_keys(name)} == references, name


def test_packs_kept_back_count_as_not_placed_when_the_step_is_taken_back(first_schema: Engine) -> None:
    upgrade(first_schema)
    with first_schema.begin() as connection:
        connection.execute(text("UPDATE round_goods SET unplaced_packs = 1, reserved_packs = 2"))
    move_to(first_schema, "0001")
    with first_schema.connect() as connection:
        assert connection.execute(text("SELECT unplaced_packs FROM round_goods")).scalar() == 3
        assert connection.execute(text("SELECT served_population FROM outlet")).scalar() == 12_000
    columns = {column["name"] for column in inspect(first_schema).get_columns("allotment")}
    assert not columns & {"repaid_nano", "level_nano", "need_weight", "households"}
    assert "policy" not in inspect(first_schema).get_table_names()


def test_files_of_appeals_and_periods_of_rounds_are_kept_by_the_step_and_when_it_is_taken_back(
    first_schema: Engine,
) -> None:
    upgrade(first_schema)
    move_to(first_schema, "0006")
    insert(
        first_schema,
        appeal={
            "id": 7, "outlet_code": "o1", "union_code": "u1", "cooperative_code": "c1", "kind": "other", "claim": {},
            "text": "why", "state": "open", "filed_by": "abc", "filed_at": NOW, "due_at": NOW, "reason": "",
            "decided_by": "", "version": 1,
        },
        evidence_file={
            "appeal_id": 7, "name": "a.pdf", "media_type": "application/pdf", "sha256": "1" * 64, "size": 3,
            "content": b"PDF",
        },
        receipt={
            "round_id": 1, "day": dt.date(2026, 3, 22), "truck": "V-1", "trip": 1, "outlet_code": "o1",
            "union_code": "u1", "cooperative_code": "c1", "commodity_code": "rice", "planned_packs": 3,
            "accepted_packs": 2, "rejected_packs": 0, "reason": "short", "receiver": "", "note": "", "lot": "",
            "recorded_by": "abc", "recorded_at": NOW,
        },
        quota={
            "row_key": "q1", "code": "q1", "round_code": "r1", "letter_number": "", "commodity_code": "rice",
            "tonnes": "1", "source": "", "period_start": dt.date(2026, 3, 21), "period_end": dt.date(2026, 4, 20),
            "eligible_kinds": "", "eligible_unions": "", "eligible_areas": "", "method": "cumulative", "floor_packs": 0,
            **SPAN,
        },
    )  # fmt: skip
    upgrade(first_schema)
    with UnitOfWork(first_schema).read() as tx:
        [file] = tx.attachments.list("appeal/7")
        assert (file.name, file.added_by, tx.attachments.get("appeal/7", "1" * 64).content) == ("a.pdf", "abc", b"PDF")
        found = tx.rounds.get("r1")
        assert (found.period_start, found.period_end) == (dt.date(2026, 3, 21), dt.date(2026, 4, 20))
        [receipt] = tx.receipts.list(1)
        assert (receipt.reason, receipt.shipped_g) == ("short", None)
    move_to(first_schema, "0006")
    with first_schema.connect() as connection:
        kept = connection.execute(text("SELECT appeal_id, name, content FROM evidence_file")).one()
    assert (kept[0], kept[1], bytes(kept[2])) == (7, "a.pdf", b"PDF")
