"""Partners on their way out, and the end of a coalition."""

from alembic import op

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create exits and the end of a coalition, walled; let events tell of them, and adjustments come of them."""
    run_sql_file("0025_exits.sql")
    wall("partner_exit", "sees_partner(partner_id)", write="sees_coalition()")
    wall("wind_down", "sees_coalition()")
    for table in ("partner_exit", "wind_down"):
        grant(table, "SELECT, INSERT, UPDATE")
    posting_function("outstanding_of(uuid, int)")
    for kind in ("PARTNER_LEAVING", "COALITION_ENDING"):
        allow_event_kind(kind)
    _let_adjustments_come_of("EXIT")


def _let_adjustments_come_of(reason: str) -> None:
    """Let adjustments have one more reason than the law about them knows."""
    op.execute(
        f"""
        DO $$ DECLARE known text := (
            SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conname = 'ck_settlement_adjustment_reason');
        BEGIN
            ALTER TABLE settlement_adjustment DROP CONSTRAINT ck_settlement_adjustment_reason;
            EXECUTE 'ALTER TABLE settlement_adjustment ADD CONSTRAINT ck_settlement_adjustment_reason'
                || ' CHECK (reason = ''{reason}'' OR ' || known || ')';
        END $$
        """
    )


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
