"""Messages: what members and partners' people are told, in an inbox and by mail."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0036"
down_revision = "0035"
branch_labels = None
depends_on = None

DOORS = (
    "cue_event()",
    "cue_exit()",
    "cue_referral()",
    "cue_tier_steps()",
    "cue_vouchers()",
    "cue_wind_down()",
    "forget_messages(timestamptz, int)",
    "inbox_versions(uuid[])",
    "look_on(int, timestamptz)",
    "messages_to_plan(int)",
    "plan_mails(jsonb, timestamptz)",
    "verify_address(uuid, bytea, timestamptz)",
    "write_messages(int, timestamptz, timestamptz)",
)

MEMBERS_ALONE = "sees_member(member_id) AND NOT sees_coalition()"
"""A member's inbox is nobody else's, not even the coalition's; mail is put together with the member's own sight."""


def upgrade() -> None:
    """Create messages, walled to whom they are for, and what follows the books to write them."""
    run_sql_file("0036_tables.sql")
    for table in ("message", "message_preference", "message_address"):
        wall(table, MEMBERS_ALONE, command="SELECT")
        wall(table, MEMBERS_ALONE, command="UPDATE")
    grant("message", "SELECT")
    op.execute("GRANT UPDATE (read_at) ON message TO hansa_app")
    wall("message_preference", MEMBERS_ALONE, command="INSERT")
    grant("message_preference", "SELECT, INSERT, UPDATE")
    grant("message_address", "SELECT")
    op.execute("GRANT UPDATE (refused_at, refusal) ON message_address TO hansa_app")
    wall("message_cue", "sees_coalition()")
    grant("message_cue", "SELECT, DELETE")
    op.execute("GRANT UPDATE (detail) ON message_cue TO hansa_app")  # to lock a cue is to be able to change it
    for table in ("message_mail", "message_look", "message_policy"):
        wall(table, "sees_coalition()")
        grant(table, "SELECT, INSERT, UPDATE, DELETE")
    for table in ("message_template", "partner_message", "message_person"):
        wall(table, "sees_partner(partner_id)")
        grant(table, "SELECT, INSERT, UPDATE, DELETE")
    _let_the_ledger_write()
    run_sql_file("0036_cues.sql")
    run_sql_file("0036_keeping.sql")
    run_sql_file("0036_joints.sql")
    run_sql_file("0036_writing.sql")
    for door in DOORS:
        posting_function(door)


def _let_the_ledger_write() -> None:
    """Cues are written by its postings, messages by its doors."""
    for table in ("message_cue", "message", "message_preference", "message_address", "message_mail", "message_look"):
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE, DELETE", role=LEDGER_ROLE)
    for table in ("message_template", "message_policy"):
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
