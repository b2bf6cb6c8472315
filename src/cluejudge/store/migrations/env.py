"""Run by alembic: takes the connection that `store/migrate.py` opened, in its transaction."""

from __future__ import annotations

from alembic import context

from cluejudge.store.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
