"""First schema.

Revision ID: 0001
Revises: nothing
"""

# ruff: noqa: PLR0915 - a step names every table it makes

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "api_key",
        sa.Column("prefix", sa.String(length=32), nullable=False),
        sa.Column("secret_sha256", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=True),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(role = 'union') = (union_code IS NOT NULL)", name=op.f("ck_api_key_union")),
        sa.PrimaryKeyConstraint("prefix", name=op.f("pk_api_key")),
    )
    op.create_table(
        "job",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("progress", sa.Float(), nullable=False),
        sa.Column("phase", sa.String(length=100), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("max_attempts", sa.Integer(), nullable=False),
        sa.Column("cancel_requested", sa.Boolean(), nullable=False),
        sa.Column("best_so_far", sa.Text(), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.Column("error_code", sa.String(length=100), nullable=True),
        sa.Column("error_params", sa.JSON(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("lease_owner", sa.String(length=200), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(lease_owner IS NULL) = (lease_until IS NULL)", name=op.f("ck_job_lease")),
        sa.CheckConstraint("progress >= 0 AND progress <= 1", name=op.f("ck_job_progress")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
        sa.UniqueConstraint("created_by", "idempotency_key", name=op.f("uq_job_created_by_idempotency_key")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index("ix_job_state", ["state", "lease_until"], unique=False)

    op.create_table(
        "travel",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("npz", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_travel")),
        sa.UniqueConstraint("sha256", name=op.f("uq_travel_sha256")),
    )
    op.create_table(
        "dataset_version",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=500), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("travel_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["travel_id"], ["travel.id"], name=op.f("fk_dataset_version_travel_id_travel")),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_dataset_version")),
    )
    op.create_table(
        "area",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("parent_code", sa.String(), nullable=True),
        sa.Column("population", sa.Integer(), nullable=True),
        sa.Column("population_source", sa.String(length=200), nullable=False),
        sa.Column("population_date", sa.Date(), nullable=True),
        sa.Column("need_weight", sa.String(), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_area_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_area_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_area_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_area_row_key_version_from")),
    )
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.create_index("ix_area_version_to", ["version_to"], unique=False)

    op.create_table(
        "calendar_day",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("day", sa.String(), nullable=False),
        sa.Column("working", sa.Boolean(), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_calendar_day_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_calendar_day_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_calendar_day_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_calendar_day")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_calendar_day_row_key_version_from")),
    )
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.create_index("ix_calendar_day_version_to", ["version_to"], unique=False)

    op.create_table(
        "commodity",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("pack_kg", sa.String(), nullable=False),
        sa.Column("pack_litres", sa.String(), nullable=False),
        sa.Column("storage_class", sa.String(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_commodity_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_commodity_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_commodity_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_commodity")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_commodity_row_key_version_from")),
    )
    with op.batch_alter_table("commodity", schema=None) as batch_op:
        batch_op.create_index("ix_commodity_version_to", ["version_to"], unique=False)

    op.create_table(
        "coop_union",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_coop_union_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_coop_union_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_coop_union_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_coop_union")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_coop_union_row_key_version_from")),
    )
    with op.batch_alter_table("coop_union", schema=None) as batch_op:
        batch_op.create_index("ix_coop_union_version_to", ["version_to"], unique=False)

    op.create_table(
        "cooperative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_cooperative_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_cooperative_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_cooperative_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_cooperative")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_cooperative_row_key_version_from")),
    )
    with op.batch_alter_table("cooperative", schema=None) as batch_op:
        batch_op.create_index("ix_cooperative_version_to", ["version_to"], unique=False)

    op.create_table(
        "outlet",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("cooperative_code", sa.String(), nullable=False),
        sa.Column("served_population", sa.Integer(), nullable=True),
        sa.Column("storage_dry_kg", sa.Integer(), nullable=False),
        sa.Column("storage_chilled_kg", sa.Integer(), nullable=False),
        sa.Column("storage_frozen_kg", sa.Integer(), nullable=False),
        sa.Column("deliveries_per_period", sa.Integer(), nullable=False),
        sa.Column("receiving_windows", sa.String(), nullable=False),
        sa.Column("receiving_days", sa.String(), nullable=False),
        sa.Column("largest_vehicle_kg", sa.Integer(), nullable=True),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("waiting_since", sa.Date(), nullable=True),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_outlet_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_outlet_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_outlet_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_outlet_row_key_version_from")),
    )
    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.create_index("ix_outlet_version_to", ["version_to"], unique=False)

    op.create_table(
        "quota",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("round_code", sa.String(), nullable=False),
        sa.Column("letter_number", sa.String(length=100), nullable=False),
        sa.Column("letter_date", sa.Date(), nullable=True),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("tonnes", sa.String(), nullable=False),
        sa.Column("source", sa.String(length=300), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("period_start", sa.Date(), nullable=False),
        sa.Column("period_end", sa.Date(), nullable=False),
        sa.Column("absorption_deadline", sa.Date(), nullable=True),
        sa.Column("eligible_kinds", sa.String(), nullable=False),
        sa.Column("eligible_unions", sa.String(), nullable=False),
        sa.Column("eligible_areas", sa.String(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("floor_packs", sa.Integer(), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_quota_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_quota_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_quota_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quota")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_quota_row_key_version_from")),
    )
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.create_index("ix_quota_version_to", ["version_to"], unique=False)

    op.create_table(
        "round",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("dataset_version", sa.Integer(), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("parameters", sa.JSON(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["dataset_version"], ["dataset_version.number"], name=op.f("fk_round_dataset_version_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round")),
        sa.UniqueConstraint("code", name=op.f("uq_round_code")),
    )
    op.create_table(
        "stock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("place_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("available_on", sa.Date(), nullable=True),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_stock_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_stock_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_stock_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_stock_row_key_version_from")),
    )
    with op.batch_alter_table("stock", schema=None) as batch_op:
        batch_op.create_index("ix_stock_version_to", ["version_to"], unique=False)

    op.create_table(
        "succession",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("old_code", sa.String(), nullable=False),
        sa.Column("new_code", sa.String(), nullable=False),
        sa.Column("share", sa.String(), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_succession_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_succession_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_succession_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_succession")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_succession_row_key_version_from")),
    )
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.create_index("ix_succession_version_to", ["version_to"], unique=False)

    op.create_table(
        "vehicle",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("capacity_kg", sa.Integer(), nullable=False),
        sa.Column("capacity_m3", sa.String(), nullable=False),
        sa.Column("storage_classes", sa.String(), nullable=False),
        sa.Column("cost_per_km", sa.BigInteger(), nullable=False),
        sa.Column("cost_per_hour", sa.BigInteger(), nullable=False),
        sa.Column("fixed_cost", sa.BigInteger(), nullable=False),
        sa.Column("shift", sa.String(), nullable=False),
        sa.Column("trips_per_day", sa.Integer(), nullable=False),
        sa.Column("warehouse_code", sa.String(), nullable=False),
        sa.Column("litres_per_100km", sa.String(), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_vehicle_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_vehicle_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_vehicle_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_vehicle")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_vehicle_row_key_version_from")),
    )
    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.create_index("ix_vehicle_version_to", ["version_to"], unique=False)

    op.create_table(
        "warehouse",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("opening_hours", sa.String(), nullable=False),
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f("ck_warehouse_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f("fk_warehouse_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f("fk_warehouse_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warehouse")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f("uq_warehouse_row_key_version_from")),
    )
    with op.batch_alter_table("warehouse", schema=None) as batch_op:
        batch_op.create_index("ix_warehouse_version_to", ["version_to"], unique=False)

    op.create_table(
        "allotment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(), nullable=False),
        sa.Column("cooperative_code", sa.String(), nullable=False),
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("weight_grid", sa.BigInteger(), nullable=False),
        sa.Column("entitlement_nano", sa.BigInteger(), nullable=False),
        sa.Column("opening_packs", sa.BigInteger(), nullable=False),
        sa.Column("netted_nano", sa.BigInteger(), nullable=False),
        sa.Column("floor_nano", sa.BigInteger(), nullable=False),
        sa.Column("moved_nano", sa.BigInteger(), nullable=False),
        sa.Column("target_nano", sa.BigInteger(), nullable=False),
        sa.Column("cap_packs", sa.BigInteger(), nullable=True),
        sa.Column("bound", sa.String(), nullable=False),
        sa.Column("debt_before_nano", sa.BigInteger(), nullable=False),
        sa.Column("debt_after_nano", sa.BigInteger(), nullable=False),
        sa.Column("shortfall_nano", sa.BigInteger(), nullable=False),
        sa.Column("method", sa.String(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("cap_packs IS NULL OR packs <= cap_packs", name=op.f("ck_allotment_cap")),
        sa.CheckConstraint("packs >= 0", name=op.f("ck_allotment_packs")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_allotment_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment")),
        sa.UniqueConstraint(
            "round_id", "outlet_code", "commodity_code", name=op.f("uq_allotment_round_id_outlet_code_commodity_code")
        ),
    )
    with op.batch_alter_table("allotment", schema=None) as batch_op:
        batch_op.create_index("ix_allotment_union", ["round_id", "union_code"], unique=False)

    op.create_table(
        "export_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("path", sa.String(length=300), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_export_file_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_file")),
        sa.UniqueConstraint("round_id", "path", name=op.f("uq_export_file_round_id_path")),
    )
    op.create_table(
        "ledger",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("holder_kind", sa.String(), nullable=False),
        sa.Column("holder_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("amount_nano", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=True),
        sa.Column("dataset_version", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount_nano <> 0", name=op.f("ck_ledger_amount")),
        sa.ForeignKeyConstraint(
            ["dataset_version"], ["dataset_version.number"], name=op.f("fk_ledger_dataset_version_dataset_version")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_ledger_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
    )
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_holder", ["account", "holder_kind", "commodity_code", "holder_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_ledger_round_id"), ["round_id"], unique=False)

    op.create_table(
        "plan",
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("status", sa.String(length=40), nullable=False),
        sa.Column("seed", sa.BigInteger(), nullable=False),
        sa.Column("iterations", sa.BigInteger(), nullable=False),
        sa.Column("scaled_cost", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_plan_round_id_round")),
        sa.PrimaryKeyConstraint("round_id", name=op.f("pk_plan")),
    )
    op.create_table(
        "round_goods",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("quota_g", sa.BigInteger(), nullable=False),
        sa.Column("carried_g", sa.BigInteger(), nullable=False),
        sa.Column("packs_to_share", sa.BigInteger(), nullable=False),
        sa.Column("allotted_packs", sa.BigInteger(), nullable=False),
        sa.Column("unplaced_packs", sa.BigInteger(), nullable=False),
        sa.Column("remainder_g", sa.BigInteger(), nullable=False),
        sa.Column("pack_g", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("allotted_packs + unplaced_packs = packs_to_share", name=op.f("ck_round_goods_packs")),
        sa.CheckConstraint(
            "quota_g + carried_g = packs_to_share * pack_g + remainder_g", name=op.f("ck_round_goods_mass")
        ),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_goods_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_goods")),
        sa.UniqueConstraint("round_id", "commodity_code", name=op.f("uq_round_goods_round_id_commodity_code")),
    )
    op.create_table(
        "waiting",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("waiting_since", sa.Date(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("settled_by", sa.Integer(), nullable=True),
        sa.CheckConstraint("packs > 0", name=op.f("ck_waiting_packs")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_waiting_round_id_round")),
        sa.ForeignKeyConstraint(["settled_by"], ["round.id"], name=op.f("fk_waiting_settled_by_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waiting")),
    )
    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_waiting_round_id"), ["round_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_waiting_settled_by"), ["settled_by"], unique=False)
    op.create_table(
        "stock_use",
        sa.Column("place_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("available_on", sa.Date(), nullable=True),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.CheckConstraint("packs > 0", name=op.f("ck_stock_use_packs")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_stock_use_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_stock_use")),
    )
    with op.batch_alter_table("stock_use", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_stock_use_round_id"), ["round_id"], unique=False)


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("stock_use", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_stock_use_round_id"))

    op.drop_table("stock_use")
    with op.batch_alter_table("waiting", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_waiting_settled_by"))
        batch_op.drop_index(batch_op.f("ix_waiting_round_id"))

    op.drop_table("waiting")
    op.drop_table("round_goods")
    op.drop_table("plan")
    with op.batch_alter_table("ledger", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_ledger_round_id"))
        batch_op.drop_index("ix_ledger_holder")

    op.drop_table("ledger")
    op.drop_table("export_file")
    with op.batch_alter_table("allotment", schema=None) as batch_op:
        batch_op.drop_index("ix_allotment_union")

    op.drop_table("allotment")
    with op.batch_alter_table("warehouse", schema=None) as batch_op:
        batch_op.drop_index("ix_warehouse_version_to")

    op.drop_table("warehouse")
    with op.batch_alter_table("vehicle", schema=None) as batch_op:
        batch_op.drop_index("ix_vehicle_version_to")

    op.drop_table("vehicle")
    with op.batch_alter_table("succession", schema=None) as batch_op:
        batch_op.drop_index("ix_succession_version_to")

    op.drop_table("succession")
    with op.batch_alter_table("stock", schema=None) as batch_op:
        batch_op.drop_index("ix_stock_version_to")

    op.drop_table("stock")
    op.drop_table("round")
    with op.batch_alter_table("quota", schema=None) as batch_op:
        batch_op.drop_index("ix_quota_version_to")

    op.drop_table("quota")
    with op.batch_alter_table("outlet", schema=None) as batch_op:
        batch_op.drop_index("ix_outlet_version_to")

    op.drop_table("outlet")
    with op.batch_alter_table("cooperative", schema=None) as batch_op:
        batch_op.drop_index("ix_cooperative_version_to")

    op.drop_table("cooperative")
    with op.batch_alter_table("coop_union", schema=None) as batch_op:
        batch_op.drop_index("ix_coop_union_version_to")

    op.drop_table("coop_union")
    with op.batch_alter_table("commodity", schema=None) as batch_op:
        batch_op.drop_index("ix_commodity_version_to")

    op.drop_table("commodity")
    with op.batch_alter_table("calendar_day", schema=None) as batch_op:
        batch_op.drop_index("ix_calendar_day_version_to")

    op.drop_table("calendar_day")
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.drop_index("ix_area_version_to")

    op.drop_table("area")
    op.drop_table("dataset_version")
    op.drop_table("travel")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index("ix_job_state")

    op.drop_table("job")
    op.drop_table("api_key")
