"""What every migration of a walled table says in one line: who sees its rows, and who may do what to it."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from alembic import op
from sqlalchemy.util import await_only

from migrations.roles import APP_ROLE, LEDGER_ROLE

SQL_FOLDER = Path(__file__).parent / "sql"

Command = Literal["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"]


def wall(table: str, using: str, write: str | None = None, *, command: Command = "ALL", role: str = APP_ROLE) -> None:
    """Let a role see only the rows for which `using` holds, and write only those for which `write` (or `using`) does.

    The wall is forced, so it holds for the owner too. A table may have one wall for each role and command.
    """
    op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    sees = "" if command == "INSERT" else f" USING ({using})"
    checks = "" if command in {"SELECT", "DELETE"} else f" WITH CHECK ({write or using})"
    name = f"{table}_{role}_{command.lower()}"
    _run(f"CREATE POLICY {name} ON {table} AS PERMISSIVE FOR {command} TO {role}{sees}{checks}")


def grant(table: str, privileges: str, *, role: str = APP_ROLE) -> None:
    """Give a role privileges on a table: `grant("member", "SELECT, INSERT, UPDATE")`."""
    op.execute(f"GRANT {privileges} ON {table} TO {role}")


def posting_function(signature: str) -> None:
    """Hand a SECURITY DEFINER function to the ledger's role, for the application alone to call.

    The ledger's role may create things in the schema only for the moment of the hand-over, which PostgreSQL asks for.
    """
    _run(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC")
    _run(f"GRANT EXECUTE ON FUNCTION {signature} TO {APP_ROLE}")
    op.execute(f"GRANT CREATE ON SCHEMA public TO {LEDGER_ROLE}")
    _run(f"ALTER FUNCTION {signature} OWNER TO {LEDGER_ROLE}")
    op.execute(f"REVOKE CREATE ON SCHEMA public FROM {LEDGER_ROLE}")


def allow_event_kind(kind: str) -> None:
    """Let events be of one more kind; those that were allowed before stay, whoever allowed them."""
    _run(f"""
        DO $$ DECLARE law text; BEGIN
            SELECT pg_get_constraintdef(oid) INTO STRICT law FROM pg_constraint
                WHERE conrelid = 'event'::regclass AND conname = 'ck_event_kind';
            ALTER TABLE event DROP CONSTRAINT ck_event_kind;
            EXECUTE format('ALTER TABLE event ADD CONSTRAINT ck_event_kind CHECK (kind = %L OR %s)',
                '{kind}', substring(law FROM 'CHECK (.*)$'));
        END $$
    """)


def run_sql_file(name: str) -> None:
    """Execute a file of migrations/sql/, which may hold several statements and function bodies."""
    _run((SQL_FOLDER / name).read_text(encoding="utf-8"))


def _run(sql: str) -> None:
    """Execute SQL as it is written: no bind parameters are read into its colons, and it may be several statements."""
    connection = op.get_bind()
    connection.exec_driver_sql("SELECT 1")  # the driver opens its transaction with the first statement it prepares
    driver = connection.connection.driver_connection
    if driver is None:
        message = "The migration's connection was closed under it."
        raise RuntimeError(message)
    await_only(driver.execute(sql))
