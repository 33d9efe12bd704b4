"""Runs the migrations on the connection that hansa.migrating hands over; knows no address of its own."""

from __future__ import annotations

from alembic import context

from migrations.tables import every_table

connection = context.config.attributes.get("connection")
if connection is None:
    raise SystemExit("Migrations run on a connection they are given: use `hansa migrate`.")

context.configure(connection=connection, target_metadata=every_table(), transaction_per_migration=True)
with context.begin_transaction():
    context.run_migrations()
