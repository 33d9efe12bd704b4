"""Campaigns with all that they say; actions, tallies and tokens beside purchases."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import APP_ROLE, LEDGER_ROLE

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

READS = (
    "campaigns_in_force(timestamptz, timestamptz)",
    "campaigns_digest(timestamptz, timestamptz)",
    "campaigns_recorded(uuid[], integer[])",
)

SEEN_BY = {
    # What a campaign counts is its member's to see; what came of it, its partners see in lots and results.
    "tally": "sees_coalition() OR sees_wallet(wallet_id)",
    "token": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
    "action": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
}

DOORS = (
    "post_purchases(jsonb, timestamptz)",
    "post_actions(jsonb, timestamptz)",
    "tallies_of(uuid[], text[])",
    "joined_at_of(uuid[], uuid[])",
    "purchase_as_rated(uuid, uuid, uuid)",
    "action_as_rated(uuid, uuid, uuid)",
    "open_budget(uuid, text, bigint, text, uuid, timestamptz)",
    "action_types_in_use(uuid[])",
    "products_by_sku(uuid[], text[])",
    "celebrants(uuid)",
)


def upgrade() -> None:
    """Let campaigns say more, keep what wheels turn by, and let actions earn like purchases."""
    run_sql_file("0027_campaigns.sql")
    # Its owner makes a seed with the campaign; nobody but the ledger reads it before it is revealed.
    wall("campaign_seed", "sees_partner(partner_id) AND revealed_at IS NOT NULL", command="SELECT")
    wall("campaign_seed", "", "sees_partner(partner_id)", command="INSERT")
    grant("campaign_seed", "SELECT, INSERT")
    wall("campaign_seed", "true", command="SELECT", role=LEDGER_ROLE)
    grant("campaign_seed", "SELECT", role=LEDGER_ROLE)
    for read in READS:
        posting_function(read)
    _actions()


def _actions() -> None:
    run_sql_file("0027_tables.sql")
    run_sql_file("0027_budgets.sql")
    run_sql_file("0027_posting.sql")
    run_sql_file("0027_returning.sql")
    for table, sight in SEEN_BY.items():
        wall(table, sight, command="SELECT")
        grant(table, "SELECT")
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    # A merge adds the one member's counters to the other's.
    grant("tally", "DELETE", role=LEDGER_ROLE)
    wall("action_type", "sees_partner(partner_id)", command="SELECT")
    wall("action_type", "", "sees_partner(partner_id)", command="INSERT")
    wall("action_type", "sees_partner(partner_id)", command="UPDATE")
    grant("action_type", "SELECT, INSERT")
    op.execute(f"GRANT UPDATE (fields, defined_at, retired_at) ON action_type TO {APP_ROLE}")
    wall("action_type", "true", command="SELECT", role=LEDGER_ROLE)
    grant("action_type", "SELECT", role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
