"""Joint activities: invitations, places, attendance, shared costs."""

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0041"
down_revision = "0040"
branch_labels = None
depends_on = None

DOORS = (
    "invite_to_activity(uuid, uuid, uuid[], timestamptz)",
    "members_of_segment(uuid, uuid)",
    "answer_activity(uuid, uuid, text, int, timestamptz)",
    "attend_activity(uuid, uuid, uuid, text, interval, interval, timestamptz)",
    "attendances_pending(uuid, int, uuid)",
    "settle_attendance(uuid, uuid, uuid)",
    "tell_of_activities(int, interval, timestamptz)",
    "my_activities(uuid, timestamptz)",
    "place_told(uuid, uuid)",
    "activity_numbers(uuid, uuid, timestamptz)",
    "bought_after_activity(uuid, uuid, interval, int)",
)


def upgrade() -> None:
    """Let partners hold activities together, and members come to them."""
    run_sql_file("0041_activities.sql")
    # A draft is between owner and those who share its costs; what has been live is also open to its hosts.
    wall(
        "activity",
        "sees_partner(partner_id) OR sees_any(sponsors) OR live_from IS NOT NULL AND sees_any(hosts)",
        command="SELECT",
    )
    wall("activity", "", "sees_partner(partner_id)", command="INSERT")
    wall("activity", "sees_partner(partner_id)", command="UPDATE")
    grant("activity", "SELECT, INSERT, UPDATE")
    wall("activity_agreement", "sees_partner(partner_id) OR sees_partner(owner_id)", command="SELECT")
    wall("activity_agreement", "", "sees_partner(partner_id)", command="INSERT")
    grant("activity_agreement", "SELECT, INSERT")
    for table in ("activity", "activity_agreement"):
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    # Who comes is between the member and whoever invited it; the others learn numbers, by a door.
    wall("activity_place", "sees_partner(partner_id)", command="SELECT")
    grant("activity_place", "SELECT")
    wall("activity_place", "true", role=LEDGER_ROLE)
    grant("activity_place", "SELECT, INSERT, UPDATE, DELETE", role=LEDGER_ROLE)
    # What it costs is known to all who share it.
    wall("activity_cost", "sees_partner(partner_id) OR sees_any(sponsors)", command="SELECT")
    wall("activity_cost", "", "sees_partner(partner_id)", command="INSERT")
    grant("activity_cost", "SELECT, INSERT")
    for door in DOORS:
        posting_function(door)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
