"""Run by Alembic; whoever calls it hands over the connection and the tables that should be."""

from alembic import context

from shared.migrations import as_written, ours

given = context.config.attributes
context.configure(
    connection=given["connection"],
    target_metadata=given.get("metadata", []),
    include_object=ours,
    render_item=as_written,
    compare_type=True,
    compare_server_default=True,
    transaction_per_migration=False,
)
with context.begin_transaction():
    context.run_migrations()
