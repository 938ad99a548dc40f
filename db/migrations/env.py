"""Alembic's entry: runs on the connection that db.migrate hands over, each migration in a transaction of its own."""

from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import text
from sqlmodel import SQLModel

import db.tables  # noqa: F401  (registers the tables)


def remember_floor(ctx: MigrationContext, step: MigrationInfo, heads: Any, run_args: Any) -> None:
    """A migration that takes something away says which code still works after it: db.schema_version."""
    floor = getattr(getattr(step.up_revision, "module", None), "FLOOR", None)
    if floor is not None and step.is_upgrade and ctx.connection is not None:
        ctx.connection.execute(text("UPDATE schema_floor SET floor = greatest(floor, :floor)"), {"floor": floor})


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    compare_type=True,
    transaction_per_migration=True,
    on_version_apply=remember_floor,
)
with context.begin_transaction():
    context.run_migrations()
