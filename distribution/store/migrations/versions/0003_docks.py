"""Docks of a warehouse.

Revision ID: 0003
Revises: 0002
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("warehouse") as batch_op:
        batch_op.add_column(sa.Column("docks", sa.Integer(), nullable=True))


def downgrade() -> None:
    """Take the step back: docks are forgotten."""
    with op.batch_alter_table("warehouse") as batch_op:
        batch_op.drop_column("docks")
