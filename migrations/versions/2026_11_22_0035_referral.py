"""Referral: members bring friends; programmes, codes, how far each friend has come, and when somebody was asked."""

import sqlalchemy as sa
from alembic import op

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

DOORS = (
    "ask_to_invite(uuid, uuid, uuid, timestamptz, interval, interval)",
    "brought_by(uuid)",
    "forget_invitations(timestamptz)",
    "invite_by_link(jsonb, timestamptz)",
    "join_referral(jsonb, timestamptz)",
    "move_referral(uuid, text, jsonb, timestamptz)",
    "my_referral(uuid)",
    "newcomers(uuid, timestamptz, int)",
    "post_action_returns(jsonb, timestamptz)",
    "referral_code_of(uuid, uuid, text, timestamptz)",
    "referral_parties(text, uuid)",
    "referral_programmes_live()",
    "referrals_joined(timestamptz, int)",
    "referrals_qualified(timestamptz, uuid, int)",
    "referrals_returned(int)",
    "to_surprise(uuid, uuid, text, int)",
)
LEDGERS = {
    "referral_programme": "SELECT",
    "referral_code": "SELECT, INSERT",
    "referral_ask": "SELECT, INSERT, UPDATE",
    "referral": "SELECT, INSERT, UPDATE, DELETE",
}


def upgrade() -> None:
    """Let owners keep programmes, and members bring friends through doors that mind whose it is."""
    run_sql_file("0035_referral.sql")
    for command in ("SELECT", "INSERT", "UPDATE"):
        wall("referral_programme", "sees_partner(partner_id)", command=command)
    grant("referral_programme", "SELECT, INSERT, UPDATE")
    wall("referral", "sees_partner(partner_id)", command="SELECT")
    grant("referral", "SELECT")
    for table in ("referral_code", "referral_ask"):
        wall(table, "sees_member(member_id)", command="SELECT")
        grant(table, "SELECT")
    for table, privileges in LEDGERS.items():
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, privileges, role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)
    allow_event_kind("REFERRAL_QUALIFIED")
    op.add_column("mailed_code", sa.Column("sealed_joining", sa.LargeBinary()))


def downgrade() -> None:
    """Forget who brought whom; what both were given stays in the books."""
    op.drop_column("mailed_code", "sealed_joining")
    op.execute("DELETE FROM event WHERE kind = 'REFERRAL_QUALIFIED'")
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    for table in ("referral", "referral_ask", "referral_code", "referral_programme"):
        op.drop_table(table)
    for function in (
        "tell_of_referral()",
        "refuse_change_of_live_programme()",
        "referral_refused(jsonb, member, member, timestamptz)",
        "referral_chain(uuid, timestamptz)",
        "side_of(uuid, uuid)",
        "sealed_of(uuid)",
        "excluded_by(jsonb)",
        "in_any_segment(uuid, uuid[])",
        "member_now(uuid)",
    ):
        op.execute(f"DROP FUNCTION {function}")
