"""How much a sponsor may still award: packs, credit limits, stops."""

from alembic import op

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import APP_ROLE, LEDGER_ROLE

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

WRITTEN_BY_POSTING = {
    "allowance": "sees_partner(partner_id)",
    "allowance_slice": "sees_partner(partner_id)",
    "allowance_change": "sees_partner(partner_id)",
    "allowance_draw": "sees_partner(partner_id)",
    # A sponsor's means are its own affair: the shop is told of a cut by the door that answers it, and not why.
    "award_cut": "sees_partner(sponsor_id)",
}

STEPS = "noted_at, noted_by, bank_note, bank_entry_id, paid_at, paid_by, cycle_id, cancelled_at, cancelled_by"

WITHIN_PARTNER = (
    "EXISTS (SELECT FROM contract c WHERE c.contract_id = prepaid_pack.contract_id"
    " AND c.partner_id = prepaid_pack.partner_id)"
    " AND EXISTS (SELECT FROM partner p WHERE p.partner_id = prepaid_pack.partner_id"
    " AND reference LIKE 'RF__' || replace(format('%5s%4s%4s', prepaid_pack.number, p.number, p.number), ' ', '0'))"
)
"""A contract of the partner's own, and a reference that bears its own number: nobody learns of another's."""

DOORS = (
    "change_allowance(uuid, text, uuid, bigint, text, uuid, timestamptz)",
    "hold_allowance(uuid, text, bigint, timestamptz)",
)


def upgrade() -> None:
    """Create stops and allowances, and have the postings mind them."""
    run_sql_file("0023_tables.sql")
    run_sql_file("0023_drawing.sql")
    run_sql_file("0023_posting.sql")
    for table, sight in WRITTEN_BY_POSTING.items():
        wall(table, sight, command="SELECT")
        grant(table, "SELECT")
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    # The sweep notes that an allowance ran low, and that it did so no more.
    wall("allowance", "sees_coalition()", command="UPDATE")
    op.execute(f"GRANT UPDATE (low_since) ON allowance TO {APP_ROLE}")
    wall("issuance_stop", "sees_partner(partner_id)", command="SELECT")
    wall("issuance_stop", "", "sees_coalition()", command="INSERT")
    wall("issuance_stop", "sees_coalition()", command="UPDATE")
    grant("issuance_stop", "SELECT, INSERT")
    op.execute(f"GRANT UPDATE (lifted_at, lifted_by) ON issuance_stop TO {APP_ROLE}")
    wall("issuance_stop", "true", command="SELECT", role=LEDGER_ROLE)
    grant("issuance_stop", "SELECT", role=LEDGER_ROLE)
    wall("prepaid_pack", "sees_partner(partner_id)", command="SELECT")
    wall("prepaid_pack", "", f"sees_partner(partner_id) AND paid_at IS NULL AND {WITHIN_PARTNER}", command="INSERT")
    wall(
        "prepaid_pack",
        "sees_partner(partner_id)",
        "sees_coalition() OR num_nonnulls(noted_at, paid_at) = 0",
        command="UPDATE",
    )
    grant("prepaid_pack", "SELECT, INSERT")
    op.execute(f"GRANT UPDATE ({STEPS}) ON prepaid_pack TO {APP_ROLE}")
    wall("prepaid_refund", "sees_partner(partner_id)", command="SELECT")
    wall("prepaid_refund", "", "sees_coalition()", command="INSERT")
    wall("prepaid_refund", "sees_coalition()", command="UPDATE")
    grant("prepaid_refund", "SELECT, INSERT")
    op.execute(f"GRANT UPDATE (agreed_by, agreed_at, points, cycle_id) ON prepaid_refund TO {APP_ROLE}")
    for door in DOORS:
        posting_function(door)
    allow_event_kind("ALLOWANCE_LOW")


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
