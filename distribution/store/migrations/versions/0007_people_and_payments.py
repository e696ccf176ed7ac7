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


def upgrade() -> None:
    """Apply the step."""
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
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.add_column(sa.Column("created_by", sa.String(length=64), nullable=False, server_default=""))
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.alter_column("created_by", server_default=None)


def downgrade() -> None:
    """Take the step back."""
    with op.batch_alter_table("api_key") as batch_op:
        batch_op.drop_column("created_by")
    with op.batch_alter_table("person_session") as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_session_person"))
    op.drop_table("person_session")
    op.drop_table("person")
