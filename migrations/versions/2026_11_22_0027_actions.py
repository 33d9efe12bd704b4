"""Campaigns with all that they say; actions, tallies and tokens beside purchases."""

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

READS = (
    "campaigns_in_force(timestamptz, timestamptz)",
    "campaigns_digest(timestamptz, timestamptz)",
    "campaigns_recorded(uuid[], integer[])",
)


def upgrade() -> None:
    """Let campaigns say more, and keep what wheels turn by."""
    run_sql_file("0027_campaigns.sql")
    # Its owner makes a seed with the campaign; nobody but the ledger reads it before it is revealed.
    wall("campaign_seed", "sees_partner(partner_id) AND revealed_at IS NOT NULL", command="SELECT")
    wall("campaign_seed", "", "sees_partner(partner_id)", command="INSERT")
    grant("campaign_seed", "SELECT, INSERT")
    wall("campaign_seed", "true", command="SELECT", role=LEDGER_ROLE)
    grant("campaign_seed", "SELECT", role=LEDGER_ROLE)
    for read in READS:
        posting_function(read)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
