"""People who log in, and what is told of deliveries beside packs: weights, files, payments, requests.

Revision ID: 0007
Revises: 0006
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:  # noqa: PLR0915 - a list of what is done
    """Apply the step."""
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.String(length=64), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("subject", "sha256", name=op.f("uq_attachment_subject_sha256")),
    )
    op.create_table(
        "inspection",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(length=64), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=False),
        sa.Column("cooperative_code", sa.String(length=64), nullable=False),
        sa.Column("round_code", sa.String(length=64), nullable=True),
        sa.Column("taken_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lon", sa.Float(), nullable=False),
        sa.Column("lat", sa.Float(), nullable=False),
        sa.Column("distance_m", sa.Integer(), nullable=False),
        sa.Column("in_order", sa.Boolean(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("inspected_by", sa.String(length=64), nullable=False),
        sa.Column("inspected_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reply", sa.String(length=4000), nullable=False),
        sa.Column("replied_by", sa.String(length=64), nullable=False),
        sa.Column("replied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.CheckConstraint("(replied_at IS NULL) = (reply = '')", name=op.f("ck_inspection_reply")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_inspection")),
        sa.UniqueConstraint("inspected_by", "idempotency_key", name=op.f("uq_inspection_inspected_by_idempotency_key")),
    )
    op.create_table(
        "person",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=True),
        sa.Column("cooperative_code", sa.String(length=64), nullable=True),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("label", sa.String(length=200), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("password_hash", sa.String(length=300), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "cooperative_code IS NULL OR role IN ('cooperative', 'field')", name=op.f("ck_person_cooperative_bound")
        ),
        sa.CheckConstraint("level = '' OR role = 'approver'", name=op.f("ck_person_level")),
        sa.CheckConstraint("role <> 'cooperative' OR cooperative_code IS NOT NULL", name=op.f("ck_person_cooperative")),
        sa.CheckConstraint("role <> 'union' OR union_code IS NOT NULL", name=op.f("ck_person_union")),
        sa.CheckConstraint("union_code IS NULL OR role IN ('union', 'field')", name=op.f("ck_person_union_bound")),
        sa.CheckConstraint("union_code IS NULL OR cooperative_code IS NULL", name=op.f("ck_person_one_part")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_person")),
    )
    op.create_table(
        "person_session",
        sa.Column("token_sha256", sa.String(length=64), nullable=False),
        sa.Column("person", sa.String(length=60), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["person"], ["person.name"], name=op.f("fk_person_session_person_person")),
        sa.PrimaryKeyConstraint("token_sha256", name=op.f("pk_person_session")),
    )
    with op.batch_alter_table("person_session") as batch_op:
        batch_op.create_index(batch_op.f("ix_person_session_person"), ["person"], unique=False)
    op.create_table(
        "goods_request",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(length=64), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=False),
        sa.Column("cooperative_code", sa.String(length=64), nullable=False),
        sa.Column("commodity_code", sa.String(length=64), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("packs", sa.BigInteger(), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("parent", sa.Integer(), nullable=True),
        sa.Column("filled_packs", sa.BigInteger(), nullable=False),
        sa.Column("from_outlet_code", sa.String(length=64), nullable=True),
        sa.Column("comment", sa.String(length=4000), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("idempotency_key", sa.String(length=200), nullable=True),
        sa.CheckConstraint(
            "(from_outlet_code IS NOT NULL) = (level = 'union' AND filled_packs > 0)",
            name=op.f("ck_goods_request_giver"),
        ),
        sa.CheckConstraint("answered_at IS NOT NULL OR filled_packs = 0", name=op.f("ck_goods_request_answered")),
        sa.CheckConstraint("filled_packs <= packs", name=op.f("ck_goods_request_filled")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_goods_request_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_goods_request")),
        sa.UniqueConstraint("asked_by", "idempotency_key", name=op.f("uq_goods_request_asked_by_idempotency_key")),
        sa.UniqueConstraint("parent", name=op.f("uq_goods_request_parent")),
    )
    op.create_table(
        "lift_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("outlet_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("lifted_packs", sa.BigInteger(), nullable=False),
        sa.Column("kept_packs", sa.BigInteger(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("union_code", sa.String(length=64), nullable=False),
        sa.Column("cooperative_code", sa.String(length=64), nullable=False),
        sa.Column("reported_by", sa.String(length=64), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_lift_report_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_lift_report")),
        sa.UniqueConstraint(
            "round_id", "outlet_code", "commodity_code", name=op.f("uq_lift_report_round_id_outlet_code_commodity_code")
        ),
    )
    op.create_table(
        "payment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("payer_code", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("reference", sa.String(length=100), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("recorded_by", sa.String(length=64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("kind <> 'deferred' OR reason <> ''", name=op.f("ck_payment_reason")),
        sa.CheckConstraint("amount <> 0", name=op.f("ck_payment_amount")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_payment_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment")),
        sa.UniqueConstraint(
            "round_id", "payer_code", "reference", name=op.f("uq_payment_round_id_payer_code_reference")
        ),
    )
    op.create_table(
        "scorecard_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=20), nullable=False),
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("text", sa.String(length=4000), nullable=False),
        sa.Column("said_by", sa.String(length=64), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_scorecard_reply_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scorecard_reply")),
        sa.UniqueConstraint("round_id", "level", "code", name=op.f("uq_scorecard_reply_round_id_level_code")),
    )
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.add_column(sa.Column("created_by", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("outlet_stock") as batch_op:
        batch_op.add_column(sa.Column("moved_in_packs", sa.BigInteger(), nullable=False, server_default="0"))
        batch_op.add_column(sa.Column("moved_out_packs", sa.BigInteger(), nullable=False, server_default="0"))
    with op.batch_alter_table("policy") as batch_op:
        batch_op.add_column(sa.Column("payer", sa.String(), nullable=False, server_default="nobody"))
    with op.batch_alter_table("quota") as batch_op:
        batch_op.add_column(sa.Column("whole_tonnes", sa.String(), nullable=True))
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.add_column(sa.Column("shipped_g", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("arrived_g", sa.BigInteger(), nullable=True))
        batch_op.add_column(sa.Column("accepted_g", sa.BigInteger(), nullable=True))
    with op.batch_alter_table("round") as batch_op:
        batch_op.add_column(sa.Column("period_start", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("period_end", sa.Date(), nullable=True))
    with op.batch_alter_table("vehicle") as batch_op:
        batch_op.add_column(sa.Column("carrier", sa.String(length=200), nullable=False, server_default=""))
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.alter_column("created_by", server_default=None)
    with op.batch_alter_table("outlet_stock") as batch_op:
        batch_op.alter_column("moved_in_packs", server_default=None)
        batch_op.alter_column("moved_out_packs", server_default=None)
    with op.batch_alter_table("policy") as batch_op:
        batch_op.alter_column("payer", server_default=None)
    with op.batch_alter_table("vehicle") as batch_op:
        batch_op.alter_column("carrier", server_default=None)
    for column, which in (("period_start", "MIN"), ("period_end", "MAX")):
        op.execute(
            f"UPDATE round SET {column} = (SELECT {which}(q.{column}) FROM quota q WHERE q.round_code = round.code AND q.active "  # noqa: S608 - names made here
            "AND q.version_from <= round.dataset_version AND (q.version_to IS NULL OR q.version_to > round.dataset_version))"
        )
    op.execute(
        "INSERT INTO attachment (subject, name, media_type, sha256, size, content, added_by, added_at) "
        "SELECT 'appeal/' || e.appeal_id, e.name, e.media_type, e.sha256, e.size, e.content, a.filed_by, a.filed_at "
        "FROM evidence_file e JOIN appeal a ON a.id = e.appeal_id ORDER BY e.id"
    )
    op.drop_table("evidence_file")
    with op.batch_alter_table("outlet_stock") as batch_op:
        batch_op.drop_constraint(op.f("ck_outlet_stock_balance"), type_="check")
    with op.batch_alter_table("outlet_stock") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_outlet_stock_balance"),
            "opening_packs + delivered_packs + collected_packs + moved_in_packs = offtake_packs + loss_packs + moved_out_packs + closing_packs",
        )
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.drop_constraint(op.f("ck_receipt_reason"), type_="check")
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_receipt_reason"),
            "(accepted_packs = planned_packs AND (shipped_g IS NULL OR accepted_g = shipped_g)) = (reason IS NULL)",
        )
        batch_op.create_check_constraint(
            op.f("ck_receipt_weights"),
            "(shipped_g IS NULL) = (arrived_g IS NULL) AND (shipped_g IS NULL) = (accepted_g IS NULL)",
        )
        batch_op.create_check_constraint(op.f("ck_receipt_weighed"), "accepted_g <= arrived_g")


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("outlet_stock") as batch_op:
        batch_op.drop_constraint(op.f("ck_outlet_stock_balance"), type_="check")
    op.execute(
        "UPDATE outlet_stock SET delivered_packs = delivered_packs + moved_in_packs, offtake_packs = offtake_packs + moved_out_packs"
    )
    with op.batch_alter_table("outlet_stock") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_outlet_stock_balance"),
            "opening_packs + delivered_packs + collected_packs = offtake_packs + loss_packs + closing_packs",
        )
    with op.batch_alter_table("receipt") as batch_op:
        for name in ("reason", "weights", "weighed"):
            batch_op.drop_constraint(op.f(f"ck_receipt_{name}"), type_="check")
    op.execute("UPDATE receipt SET reason = NULL WHERE accepted_packs = planned_packs")
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.create_check_constraint(
            op.f("ck_receipt_reason"), "(accepted_packs = planned_packs) = (reason IS NULL)"
        )
    with op.batch_alter_table("vehicle") as batch_op:
        batch_op.drop_column("carrier")
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_column("period_end")
        batch_op.drop_column("period_start")
    with op.batch_alter_table("receipt") as batch_op:
        batch_op.drop_column("accepted_g")
        batch_op.drop_column("arrived_g")
        batch_op.drop_column("shipped_g")
    with op.batch_alter_table("quota") as batch_op:
        batch_op.drop_column("whole_tonnes")
    with op.batch_alter_table("policy") as batch_op:
        batch_op.drop_column("payer")
    with op.batch_alter_table("outlet_stock") as batch_op:
        batch_op.drop_column("moved_out_packs")
        batch_op.drop_column("moved_in_packs")
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.drop_column("created_by")
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
    op.drop_table("scorecard_reply")
    op.drop_table("payment")
    op.drop_table("lift_report")
    op.drop_table("goods_request")
    op.execute(
        "INSERT INTO evidence_file (appeal_id, name, media_type, sha256, size, content) "
        "SELECT CAST(substr(subject, 8) AS INTEGER), name, media_type, sha256, size, content "
        "FROM attachment WHERE subject LIKE 'appeal/%' ORDER BY id"
    )
    with op.batch_alter_table("person_session") as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_session_person"))
    op.drop_table("person_session")
    op.drop_table("person")
    op.drop_table("inspection")
    op.drop_table("attachment")
