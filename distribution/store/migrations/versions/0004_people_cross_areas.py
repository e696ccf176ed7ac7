"""Whether catchments of a policy may cross areas.

Revision ID: 0004
Revises: 0003
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply the step; in the policies that are there people stay in their areas, as so far."""
    with op.batch_alter_table("policy") as batch_op:
        batch_op.add_column(sa.Column("people_cross_areas", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("policy") as batch_op:
        batch_op.alter_column("people_cross_areas", server_default=None)


def downgrade() -> None:
    """Take the step back: the switch is forgotten."""
    with op.batch_alter_table("policy") as batch_op:
        batch_op.drop_column("people_cross_areas")
