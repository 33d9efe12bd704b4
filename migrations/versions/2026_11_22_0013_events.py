"""What happened, for those whom it concerns: written in the transaction that made it happen."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import APP_ROLE, LEDGER_ROLE

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create events and the triggers that write them; a partner reads its own, the coalition numbers and forgets.

    A number is given once: what has one is out of reach of every update.
    """
    run_sql_file("0013_events.sql")
    wall("event", "sees_partner(partner_id)", command="SELECT")
    # The coalition's steps in settlement tell of themselves, and a partner may ask for a test of its webhook.
    wall("event", "", "sees_coalition() OR sees_partner(partner_id) AND kind = 'WEBHOOK_TESTED'", command="INSERT")
    wall("event", "sees_coalition() AND number IS NULL", "sees_coalition()", command="UPDATE")
    wall("event", "sees_coalition()", command="DELETE")
    grant("event", "SELECT, INSERT, DELETE")
    op.execute(f"GRANT UPDATE (number, numbered_at) ON event TO {APP_ROLE}")
    wall("event_counter", "sees_coalition()")
    grant("event_counter", "SELECT, UPDATE")
    wall("event_forgotten", "sees_partner(partner_id)", "sees_coalition()")
    grant("event_forgotten", "SELECT, INSERT, UPDATE")
    wall("event", "true", command="INSERT", role=LEDGER_ROLE)
    grant("event", "INSERT", role=LEDGER_ROLE)
    posting_function("members_told(uuid[], uuid)")


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
