"""Codes: batches of codes in packs, who entered them, alarms."""

from alembic import op

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

DOORS = (
    "code_serials(uuid, bytea[])",
    "forget_code_tries(timestamptz)",
    "keep_codes(uuid, int, bytea[])",
    "look_up_code(bytea, int, int, jsonb, timestamptz)",
    "post_code_uses(jsonb, timestamptz)",
    "raise_code_alarms(jsonb, timestamptz)",
)
LEDGERS = {
    "code_batch": "SELECT, UPDATE",
    "code": "SELECT, INSERT",
    "code_void": "SELECT",
    "code_use": "SELECT, INSERT, DELETE",
    "code_try": "SELECT, INSERT, DELETE",
    "code_watch": "SELECT",
    "code_alarm": "SELECT, INSERT",
}
MAKERS = {
    "code_batch": "SELECT, INSERT, UPDATE",
    "code_void": "SELECT, INSERT",
    "code_print": "SELECT, INSERT, UPDATE (taken_at)",
    "code_watch": "SELECT, INSERT, UPDATE",
}
EVENTS = ("CODE_ENTERED", "CODE_ALARM")


def upgrade() -> None:
    """Let makers order codes, and members enter each of them once, through a door that records the action with it."""
    run_sql_file("0037_codes.sql")
    for table, privileges in MAKERS.items():
        for command in ("SELECT", "INSERT", "UPDATE"):
            if command in privileges:
                wall(table, "sees_partner(partner_id)", command=command)
        grant(table, privileges)
    wall("code_use", "sees_partner(partner_id) OR sees_member(member_id)", command="SELECT")
    wall("code_alarm", "sees_partner(partner_id)", command="SELECT")
    for table in ("code", "code_try"):
        wall(table, "sees_coalition()", command="SELECT")
    for table in ("code", "code_use", "code_alarm", "code_try"):
        grant(table, "SELECT")
    for table, privileges in LEDGERS.items():
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, privileges, role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)
    for kind in EVENTS:
        allow_event_kind(kind)


def downgrade() -> None:
    """Forget batches and who entered what; the actions stay in the books."""
    for kind in EVENTS:
        op.execute(f"DELETE FROM event WHERE kind = '{kind}'")
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    for function in (
        "post_code_and_response(jsonb, jsonb, timestamptz)",
        "tell_of_code(uuid, uuid, uuid, uuid, timestamptz)",
        "codes_entered(uuid, uuid, timestamptz)",
        "code_named(bytea, int, int)",
        "against_code(code_batch, int, timestamptz)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("code_alarm", "code_watch", "code_try", "code_use", "code_print", "code_void", "code", "code_batch"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change_of_batch()")
