"""Run by Alembic: applies the steps on the connection that ``distribution.store.schema`` hands over."""

from __future__ import annotations

from alembic import context

from distribution.store.schema import migration_options

context.configure(connection=context.config.attributes["connection"], **migration_options())
with context.begin_transaction():
    context.run_migrations()
