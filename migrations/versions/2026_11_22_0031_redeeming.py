"""Rewards in the ledger: a redemption names what it is for."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import APP_ROLE, LEDGER_ROLE

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

CONCERNED = "sees_partner(partner_id) OR sees_partner(owner_id)"
"""Who gives it, and whose reward it is."""

DOORS = (
    "open_stock(uuid, uuid, bigint, uuid, timestamptz)",
    "read_redemption(text, uuid, uuid)",
)


def upgrade() -> None:
    """Let redemptions take rewards: stock, limits, benefits and what is handed over, all with the points."""
    run_sql_file("0031_tables.sql")
    run_sql_file("0031_stock.sql")
    run_sql_file("0031_posting.sql")
    run_sql_file("0031_following.sql")
    run_sql_file("0031_reading.sql")
    wall("reward_redemption", f"{CONCERNED} OR sees_wallet(wallet_id)", command="SELECT")
    wall("reward_redemption", CONCERNED, command="UPDATE")
    grant("reward_redemption", "SELECT")
    op.execute(f"GRANT UPDATE (state, changed_at, changed_by, note) ON reward_redemption TO {APP_ROLE}")
    wall("reward_redemption", "true", role=LEDGER_ROLE)
    grant("reward_redemption", "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)
    # Who handed a reward over is told by the trail; what a posting did by itself is in the books.
    op.execute(
        "CREATE CONSTRAINT TRIGGER reward_redemption_is_in_the_trail AFTER UPDATE ON reward_redemption"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.changed_by IS NOT NULL"
        " AND NEW.changed_by IS DISTINCT FROM OLD.changed_by OR NEW.state <> OLD.state"
        " AND OLD.state IN ('TO_DO', 'READY') AND NEW.state <> 'CANCELLED') EXECUTE FUNCTION"
        " tell_trail('DECISION_TAKEN', 'DECISION', 'entry_id', 'partner_id', 'changed_by', 'state', '')"
    )


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
