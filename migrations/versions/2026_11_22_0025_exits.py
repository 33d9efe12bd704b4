"""Partners on their way out, and the end of a coalition."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OURS = ("PARTNER_LEAVING", "COALITION_ENDING")


def upgrade() -> None:
    """Create exits and the end of a coalition, walled; let events tell of them, and adjustments come of them."""
    run_sql_file("0025_exits.sql")
    wall("partner_exit", "sees_partner(partner_id)", write="sees_coalition()")
    wall("wind_down", "sees_coalition()")
    for table in ("partner_exit", "wind_down"):
        grant(table, "SELECT, INSERT, UPDATE")
    posting_function("outstanding_of(uuid, int)")
    _widen("event", "ck_event_kind", *OURS)
    _widen("settlement_adjustment", "ck_settlement_adjustment_reason", "EXIT")


def _widen(table: str, law: str, *words: str) -> None:
    """Let a column's law know more words than it does, whichever it knows by now."""
    added = "".join(f", ''{word}''::character varying" for word in words)
    op.execute(
        f"""
        DO $$ DECLARE known text := (SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = '{law}');
        BEGIN
            EXECUTE 'ALTER TABLE {table} DROP CONSTRAINT {law}';
            EXECUTE 'ALTER TABLE {table} ADD CONSTRAINT {law} ' || regexp_replace(known, '\\](\\)?::text\\[\\])', '{added}]\\1');
        END $$
        """
    )


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
