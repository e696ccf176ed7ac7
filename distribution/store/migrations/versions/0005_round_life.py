"""The life of rounds, roles that are bound to a part of the network, and the audit log.

Revision ID: 0005
Revises: 0004
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SQLITE = """
CREATE TRIGGER audit_event_no_{what} BEFORE {what} ON audit_event
BEGIN SELECT RAISE(ABORT, 'events are only ever added'); END
"""
_FUNCTION = """
CREATE FUNCTION refuse_audit_change() RETURNS trigger AS $$
BEGIN RAISE EXCEPTION 'events are only ever added'; END
$$ LANGUAGE plpgsql
"""
_POSTGRES = """
CREATE TRIGGER audit_event_only_added BEFORE UPDATE OR DELETE ON audit_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
"""
_BOUNDS = {
    "union": "role <> 'union' OR union_code IS NOT NULL",
    "cooperative": "role <> 'cooperative' OR cooperative_code IS NOT NULL",
    "union_bound": "union_code IS NULL OR role IN ('union', 'field')",
    "cooperative_bound": "cooperative_code IS NULL OR role IN ('cooperative', 'field')",
    "one_part": "union_code IS NULL OR cooperative_code IS NULL",
    "level": "level = '' OR role = 'approver'",
}


def upgrade() -> None:
    """Apply the step; rounds that were planned are computed ones now."""
    with op.batch_alter_table("policy") as batch_op:
        batch_op.add_column(sa.Column("approval_levels", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("policy") as batch_op:
        batch_op.alter_column("approval_levels", server_default=None)
    with op.batch_alter_table("round") as batch_op:
        batch_op.add_column(sa.Column("number", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("published_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_unique_constraint(op.f("uq_round_number"), ["number"])
    op.execute("UPDATE round SET state = 'computed' WHERE state IN ('planned', 'allocated')")
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.add_column(sa.Column("cooperative_code", sa.String(length=64), nullable=True))
        batch_op.add_column(sa.Column("level", sa.String(length=64), nullable=False, server_default=""))
        batch_op.drop_constraint(op.f("ck_api_key_union"), type_="check")
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.alter_column("level", server_default=None)
        for name, condition in _BOUNDS.items():
            batch_op.create_check_constraint(op.f(f"ck_api_key_{name}"), condition)
    op.create_table(
        "round_decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("round_id", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=64), nullable=False),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("decision <> 'rejected' OR reason <> ''", name=op.f("ck_round_decision_reason")),
        sa.ForeignKeyConstraint(["round_id"], ["round.id"], name=op.f("fk_round_decision_round_id_round")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_round_decision")),
        sa.UniqueConstraint(
            "round_id", "submission", "level", name=op.f("uq_round_decision_round_id_submission_level")
        ),
    )
    op.create_table(
        "audit_event",
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("details", sa.Text(), nullable=False),
        sa.Column("previous_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_audit_event")),
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute(_FUNCTION)
        op.execute(_POSTGRES)
    else:
        for what in ("UPDATE", "DELETE"):
            op.execute(_SQLITE.format(what=what))


def downgrade() -> None:
    """Take the step back: decisions, the log, and keys of the roles that came with it are forgotten."""
    op.drop_table("audit_event")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_audit_change()")
    op.drop_table("round_decision")
    op.execute("DELETE FROM api_key WHERE role NOT IN ('planner', 'union')")
    with op.batch_alter_table("api_key") as batch_op:
        for name in _BOUNDS:
            batch_op.drop_constraint(op.f(f"ck_api_key_{name}"), type_="check")
        batch_op.drop_column("cooperative_code")
        batch_op.drop_column("level")
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.create_check_constraint(op.f("ck_api_key_union"), "(role = 'union') = (union_code IS NOT NULL)")
    op.execute("UPDATE round SET state = 'planned' WHERE state <> 'draft'")
    with op.batch_alter_table("round") as batch_op:
        batch_op.drop_constraint(op.f("uq_round_number"), type_="unique")
        batch_op.drop_column("number")
        batch_op.drop_column("published_at")
    with op.batch_alter_table("policy") as batch_op:
        batch_op.drop_column("approval_levels")
