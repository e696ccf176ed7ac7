"""Answers to allotments, feedback, appeals with their evidence, receipts, stock accounts, and addresses that events are sent to.

Revision ID: 0006
Revises: 0005
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    op.create_table(
        "allotment_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(length=64), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=False),
        sa.Column("cooperative_code", sa.String(length=64), nullable=False),
        sa.Column("commodity_code", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("answer <> 'objected' OR reason <> ''", name=op.f("ck_allotment_answer_reason")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_allotment_answer_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_allotment_answer")),
        sa.UniqueConstraint(
            "round_id",
            "outlet_code",
            "commodity_code",
            name=op.f("uq_allotment_answer_round_id_outlet_code_commodity_code"),
        ),
    )
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=True),
        sa.Column("cooperative_code", sa.String(length=64), nullable=True),
        sa.Column("said_by", sa.String(length=64), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=4000), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(answered_at IS NULL) = (answer = '')", name=op.f("ck_feedback_answer")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feedback")),
        sa.UniqueConstraint("said_by", "idempotency_key", name=op.f("uq_feedback_said_by_idempotency_key")),
    )
    op.create_table(
        "appeal",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(length=64), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=False),
        sa.Column("cooperative_code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("round_code", sa.String(length=64), nullable=True),
        sa.Column("commodity_code", sa.String(length=64), nullable=True),
        sa.Column("claim", sa.JSON(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("filed_by", sa.String(length=64), nullable=False),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.String(length=4000), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("dataset_version", sa.Integer(), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("(decided_at IS NULL) = (state = 'open')", name=op.f("ck_appeal_decided")),
        sa.CheckConstraint("state NOT IN ('granted', 'rejected') OR reason <> ''", name=op.f("ck_appeal_reason")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
        sa.UniqueConstraint("filed_by", "idempotency_key", name=op.f("uq_appeal_filed_by_idempotency_key")),
    )
    op.create_table(
        "evidence_file",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("appeal_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["appeal_id"], ["appeal.id"], name=op.f("fk_evidence_file_appeal_id_appeal")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence_file")),
        sa.UniqueConstraint("appeal_id", "sha256", name=op.f("uq_evidence_file_appeal_id_sha256")),
    )
    op.create_table(
        "receipt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("truck", sa.String(length=100), nullable=False),
        sa.Column("trip", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(length=64), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=False),
        sa.Column("cooperative_code", sa.String(length=64), nullable=False),
        sa.Column("commodity_code", sa.String(length=64), nullable=False),
        sa.Column("planned_packs", sa.Integer(), nullable=False),
        sa.Column("accepted_packs", sa.Integer(), nullable=False),
        sa.Column("rejected_packs", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("receiver", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("lot", sa.String(length=100), nullable=False),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("accepted_packs >= 0 AND rejected_packs >= 0", name=op.f("ck_receipt_packs")),
        sa.CheckConstraint("accepted_packs + rejected_packs <= planned_packs", name=op.f("ck_receipt_planned")),
        sa.CheckConstraint("(accepted_packs = planned_packs) = (reason IS NULL)", name=op.f("ck_receipt_reason")),
        sa.CheckConstraint("(lon IS NULL) = (lat IS NULL)", name=op.f("ck_receipt_position")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_receipt_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_receipt")),
        sa.UniqueConstraint(
            "round_id",
            "day",
            "truck",
            "trip",
            "outlet_code",
            "commodity_code",
            name=op.f("uq_receipt_round_id_day_truck_trip_outlet_code_commodity_code"),
        ),
    )
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.create_index("ix_receipt_outlet", ["round_id", "outlet_code"])
    op.create_table(
        "outlet_stock",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(length=64), nullable=False),
        sa.Column("commodity_code", sa.String(length=64), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=False),
        sa.Column("cooperative_code", sa.String(length=64), nullable=False),
        sa.Column("opening_packs", sa.BigInteger(), nullable=False),
        sa.Column("delivered_packs", sa.BigInteger(), nullable=False),
        sa.Column("collected_packs", sa.BigInteger(), nullable=False),
        sa.Column("offtake_packs", sa.BigInteger(), nullable=False),
        sa.Column("loss_packs", sa.BigInteger(), nullable=False),
        sa.Column("closing_packs", sa.BigInteger(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("reported_by", sa.String(length=64), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "opening_packs + delivered_packs + collected_packs = offtake_packs + loss_packs + closing_packs",
            name=op.f("ck_outlet_stock_balance"),
        ),
        sa.CheckConstraint("loss_packs = 0 OR reason <> ''", name=op.f("ck_outlet_stock_reason")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_outlet_stock_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outlet_stock")),
        sa.UniqueConstraint(
            "round_id",
            "outlet_code",
            "commodity_code",
            name=op.f("uq_outlet_stock_round_id_outlet_code_commodity_code"),
        ),
    )
    op.create_table(
        "webhook",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("url", sa.String(length=2000), nullable=False),
        sa.Column("secret", sa.String(length=64), nullable=False),
        sa.Column("actions", sa.String(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("last_number", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_error", sa.String(length=300), nullable=False),
        sa.Column("try_after", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )


def downgrade() -> None:
    """Take the step back: all that was said and received is forgotten."""
    for table in ("webhook", "outlet_stock", "receipt", "evidence_file", "appeal", "feedback", "allotment_answer"):
        op.drop_table(table)
