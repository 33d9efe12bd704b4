"""Firms in two roles: what each side's programme did."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file
from migrations.roles import LEDGER_ROLE

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

DOORS = (
    "side_deeds(uuid, timestamptz, timestamptz, int)",
    "side_points(uuid, uuid)",
    "side_sales(uuid, timestamptz, timestamptz, int)",
)
COUNTED = ("code_use", "code_batch", "survey_response", "review", "trade_in")


def upgrade() -> None:
    """Let a firm read the sums of both its sides."""
    run_sql_file("0045_sides.sql")
    for table in COUNTED:
        grant(table, "SELECT", role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)


def downgrade() -> None:
    """Forget the doors; what they summed stays."""
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
