"""Members: who collects, how they are recognised, and their personal data, kept apart and sealed."""

from migrations.operations import grant, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of members; look-ups are readable by no one but the recognising functions."""
    run_sql_file("0003_members.sql")
    wall("member", "sees_member(member_id)", command="SELECT")
    wall("link", "sees_partner(partner_id) OR sees_member(member_id)", command="SELECT")
    wall("consent", "sees_partner(partner_id) OR sees_member(member_id)", command="SELECT")
    wall("personal_data", "sees_member(member_id)", command="SELECT")
    wall("recognition", "false", command="SELECT")
    for table in ("member", "link", "consent", "personal_data"):
        grant(table, "SELECT")
    for table in ("member", "link", "consent", "personal_data", "recognition"):
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE, DELETE", role=LEDGER_ROLE)
