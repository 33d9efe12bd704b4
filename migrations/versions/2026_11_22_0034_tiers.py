"""Tiers: programmes, standings, and what counts towards them."""

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

DOORS = (
    "meet_tiers(uuid[], uuid[], timestamptz)",
    "tiers_held(uuid[], uuid[], uuid[], timestamptz)",
    "tier_progress(uuid, uuid, uuid, timestamptz)",
    "backtest_purchases(uuid, timestamptz, timestamptz)",
)
OF_MEMBERS = ("tier_standing", "tier_step", "status_points")
OWN = "sees_owner(partner_id)"
OWN_PROGRAMME = """EXISTS (SELECT FROM tier_programme p
    WHERE p.programme_id = {0}.programme_id AND p.partner_id IS NOT DISTINCT FROM {0}.partner_id)"""
BY_HAND = "why IN ('INVITED', 'MATCHED')"


def upgrade() -> None:
    """Create the tables of tiers, the law by which members qualify, and the doors to it."""
    run_sql_file("0034_tables.sql")
    run_sql_file("0034_qualifying.sql")
    run_sql_file("0034_standing.sql")
    run_sql_file("0034_telling.sql")
    wall("tier_programme", f"{OWN} OR state <> 'DRAFT'", command="SELECT")
    wall("tier_version", f"{OWN} OR published_at IS NOT NULL", command="SELECT")
    for table in ("tier_programme", "tier_version"):
        wall(table, OWN, command="INSERT")
        wall(table, OWN, command="UPDATE")
        grant(table, "SELECT, INSERT, UPDATE")
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    wall("tier_version", OWN, command="DELETE")
    grant("tier_version", "DELETE")
    # Why somebody was given a tier by hand is the owner's to know.
    for table, sight in (("tier_ground", OWN), *((one, f"{OWN} OR sees_member(member_id)") for one in OF_MEMBERS)):
        wall(table, sight, command="SELECT")
        grant(table, "SELECT")
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    wall("tier_ground", f"{OWN} AND {BY_HAND} AND {OWN_PROGRAMME.format('tier_ground')}", command="INSERT")
    wall("tier_ground", f"{OWN} AND {BY_HAND}", command="UPDATE")
    grant("tier_ground", "INSERT, UPDATE (taken_back_at)")
    for table in ("tier_run", "tier_watch"):
        wall(table, "sees_coalition()")
        grant(table, "SELECT, INSERT, UPDATE")
    for door in DOORS:
        posting_function(door)
    allow_event_kind("TIER_CHANGED")


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
