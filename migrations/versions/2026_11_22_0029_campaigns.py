"""Campaigns as marketing people run them: seeds of wheels that are promised first and opened afterwards."""

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

DOORS = (
    "reveal_seed(uuid, timestamptz)",
    "campaigns_in_force(timestamptz, timestamptz)",
    "campaigns_digest(timestamptz, timestamptz)",
    "fold_campaigns(timestamptz, text)",
    "campaign_hours(uuid, timestamptz, text)",
    "campaign_turns(uuid)",
)
FOLDED = ("campaign_hour", "campaign_reach", "campaign_fold")
SEEN_WITH_ITS_CAMPAIGN = (
    "revealed_at IS NOT NULL AND EXISTS (SELECT FROM campaign c WHERE c.campaign_id = campaign_seed.campaign_id)"
)


def upgrade() -> None:
    """Let campaigns bear the digest of their seed, and open the seed to whoever sees the campaign."""
    run_sql_file("0029_campaigns.sql")
    wall("campaign_seed", SEEN_WITH_ITS_CAMPAIGN, command="SELECT")
    wall("campaign_seed", "true", command="UPDATE", role=LEDGER_ROLE)
    grant("campaign_seed", "UPDATE (revealed_at)", role=LEDGER_ROLE)
    for table in FOLDED:
        # What all partners did, in sums: who may be told which of them, the doors and the resolvers say.
        wall(table, "sees_coalition()", command="SELECT")
        grant(table, "SELECT")
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)
    allow_event_kind("CAMPAIGN_BUDGET_LOW")


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
