"""Payments, bank statements, and what belongs to what.

A partner sees the payments it makes or gets, and the files of its own bank; the operator's account is the coalition's.
"""

from alembic import op

from migrations.operations import allow_event_kind, grant, run_sql_file, wall
from migrations.roles import APP_ROLE

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

SIDES = "sees_partner(payer_id) OR sees_partner(payee_id)"
COALITIONS_OWN = ("bank_statement", "bank_entry", "bank_match", "write_off")
CHANGING = {
    "payment": "state, paid, written_off, released_by, released_at, ended_at, reason, changed_at, reminded_at",
    "payment_instruction": "state, reason, answered_at",
    "bank_entry": "outcome, matched, credited, candidates, note",
    "bank_match": "state, confirmed_by, confirmed_at, undone_by, undone_at",
    "partner_credit": "state, use, asked_by, asked_at, agreed_by, agreed_at, adjustment_id, pay_back_id",
    "write_off": "agreed_by, agreed_at, dropped_by, dropped_at, adjustment_id",
    "payment_confirmation": "applied_at",
}
"""What moves on; all else stays as it was written."""


def upgrade() -> None:
    """Create the tables, walled: what was paid and said by banks is never rewritten, only matched."""
    run_sql_file("0021_banking.sql")
    for kind in ("PAYMENT_CHANGED", "PAYMENT_OVERDUE"):
        allow_event_kind(kind)
    run_sql_file("0021_telling.sql")
    wall("payment", SIDES, write="sees_coalition()")
    wall("payment_instruction", "sees_partner(payer_id)", write="sees_coalition()")
    for table in ("bank_file", "partner_credit"):
        wall(table, "sees_partner(partner_id)", write="sees_coalition()")
    for table in COALITIONS_OWN:
        wall(table, "sees_coalition()")
    # The payee alone says so, and of a payment that is its own.
    own = (
        "sees_partner(partner_id) AND payment_id IN (SELECT p.payment_id FROM payment p WHERE p.payee_id = partner_id)"
    )
    wall("payment_confirmation", "sees_partner(partner_id)", command="SELECT")
    wall("payment_confirmation", "", own, command="INSERT")
    wall("payment_confirmation", "sees_coalition()", command="UPDATE")
    for table in (*CHANGING, "bank_file", "bank_statement"):
        grant(table, "SELECT, INSERT")
    for table, columns in CHANGING.items():
        op.execute(f"GRANT UPDATE ({columns}) ON {table} TO {APP_ROLE}")


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
