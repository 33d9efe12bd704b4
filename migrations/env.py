"""Runs the migrations on the connection that hansa.migrating hands over; knows no address of its own."""

from __future__ import annotations

from alembic import context

from migrations.tables import every_table

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrations run on a connection they are given: use `hansa migrate`.")

# A migration names its constraints in full, so the convention of the tables must not name them a second time; only a
# comparison needs the tables.
comparing = context.config.attributes.get("comparing", False)
target = every_table() if comparing else None
context.configure(connection=connection, target_metadata=target, transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
