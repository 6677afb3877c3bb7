"""What Alembic runs: migrates on the connection, and inside the transaction, that `monitor.store.migrate` hands over."""

from alembic import context

from monitor.store.tables import Row

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Row.metadata,
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
