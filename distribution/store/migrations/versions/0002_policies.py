"""Policies, limits, members and households; repayment, levels and reserve of a round.

Revision ID: 0002
Revises: 0001
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_PACKS = "ck_round_goods_packs"


def upgrade() -> None:
    """Apply the step."""
    with op.batch_alter_table("area") as batch_op:
        batch_op.add_column(sa.Column("households", sa.Integer(), nullable=True))
    with op.batch_alter_table("outlet") as batch_op:
        batch_op.add_column(sa.Column("served_households", sa.Integer(), nullable=True))
    _add_filled("outlet", resident_weight=(sa.String(), "1"), setting=(sa.String(), "urban"))
    with op.batch_alter_table("allotment") as batch_op:
        batch_op.add_column(sa.Column("households", sa.BigInteger(), nullable=True))
    _add_filled(
        "allotment",
        need_weight=(sa.String(), "1"),
        repaid_nano=(sa.BigInteger(), 0),
        level_nano=(sa.BigInteger(), 0),
    )
    _add_filled("round_goods", reserved_packs=(sa.BigInteger(), 0))
    _check_packs("allotted_packs + unplaced_packs + reserved_packs = packs_to_share")
    _create_versioned(
        "member_count",
        sa.Column("area_code", sa.String(), nullable=False),
        sa.Column("outlet_code", sa.String(), nullable=False),
        sa.Column("people", sa.BigInteger(), nullable=False),
        sa.Column("households", sa.BigInteger(), nullable=True),
    )
    _create_versioned(
        "outlet_limit",
        sa.Column("outlet_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("floor_packs", sa.BigInteger(), nullable=False),
        sa.Column("cap_packs", sa.BigInteger(), nullable=True),
    )
    _create_versioned(
        "policy",
        sa.Column("code", sa.String(length=64), nullable=False),
        sa.Column("name_fa", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=False),
        sa.Column("hierarchy", sa.String(), nullable=False),
        sa.Column("methods", sa.String(), nullable=False),
        sa.Column("counts", sa.String(), nullable=False),
        sa.Column("people_exponent", sa.String(), nullable=False),
        sa.Column("need_exponent", sa.String(), nullable=False),
        sa.Column("reserve_percent", sa.String(), nullable=False),
        sa.Column("min_drop_packs", sa.Integer(), nullable=False),
        sa.Column("repay_percent", sa.String(), nullable=False),
        sa.Column("deviation_percent", sa.String(), nullable=True),
        sa.Column("deviation_kind", sa.String(), nullable=False),
        sa.Column("deviation_spares_full", sa.Boolean(), nullable=False),
    )
    _create_versioned(
        "need_weight",
        sa.Column("policy_code", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("weight", sa.String(), nullable=False),
    )
    _create_versioned(
        "fixed_share",
        sa.Column("policy_code", sa.String(), nullable=False),
        sa.Column("node_code", sa.String(), nullable=False),
        sa.Column("percent", sa.String(), nullable=False),
    )
    _create_versioned(
        "basket_line",
        sa.Column("policy_code", sa.String(), nullable=False),
        sa.Column("commodity_code", sa.String(), nullable=False),
        sa.Column("kg", sa.String(), nullable=False),
    )


def downgrade() -> None:
    """Take the step back; packs kept back count as packs that were not placed, which are carried on alike."""
    for table in ("basket_line", "fixed_share", "need_weight", "policy", "outlet_limit", "member_count"):
        op.drop_table(table)
    op.execute("UPDATE round_goods SET unplaced_packs = unplaced_packs + reserved_packs, reserved_packs = 0")
    _check_packs("allotted_packs + unplaced_packs = packs_to_share")
    dropped = {
        "round_goods": ("reserved_packs",),
        "allotment": ("level_nano", "repaid_nano", "need_weight", "households"),
        "outlet": ("setting", "resident_weight", "served_households"),
        "area": ("households",),
    }
    for table, columns in dropped.items():
        with op.batch_alter_table(table) as batch_op:
            for column in columns:
                batch_op.drop_column(column)


def _add_filled(table: str, **columns: tuple[sa.types.TypeEngine[Any], str | int]) -> None:
    """Add columns that are never null, and fill them in the rows there are; the tables themselves have no defaults."""
    with op.batch_alter_table(table) as batch_op:
        for name, (kind, _) in columns.items():
            batch_op.add_column(sa.Column(name, kind, nullable=True))
    values = {name: value for name, (_, value) in columns.items()}
    op.execute(sa.table(table, *(sa.column(name) for name in columns)).update().values(values))
    with op.batch_alter_table(table) as batch_op:
        for name, (kind, _) in columns.items():
            batch_op.alter_column(name, existing_type=kind, nullable=False)


def _check_packs(condition: str) -> None:
    """Let every pack of a round's commodity be accounted for."""
    with op.batch_alter_table("round_goods") as batch_op:
        batch_op.drop_constraint(op.f(_PACKS), type_="check")
        batch_op.create_check_constraint(op.f(_PACKS), condition)


def _create_versioned(table: str, *columns: sa.Column[Any]) -> None:
    """Create the table of a sheet: its columns and the span of versions in which a row holds."""
    op.create_table(
        table,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("row_key", sa.String(), nullable=False),
        sa.Column("version_from", sa.Integer(), nullable=False),
        sa.Column("version_to", sa.Integer(), nullable=True),
        sa.Column("active", sa.Boolean(), nullable=False),
        *columns,
        sa.CheckConstraint("version_to IS NULL OR version_to > version_from", name=op.f(f"ck_{table}_span")),
        sa.ForeignKeyConstraint(
            ["version_from"], ["dataset_version.number"], name=op.f(f"fk_{table}_version_from_dataset_version")
        ),
        sa.ForeignKeyConstraint(
            ["version_to"], ["dataset_version.number"], name=op.f(f"fk_{table}_version_to_dataset_version")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("row_key", "version_from", name=op.f(f"uq_{table}_row_key_version_from")),
    )
    op.create_index(f"ix_{table}_version_to", table, ["version_to"], unique=False)
