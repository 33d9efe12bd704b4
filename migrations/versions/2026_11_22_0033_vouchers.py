"""Coupons and vouchers: money off at the till."""

from alembic import op

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import APP_ROLE, LEDGER_ROLE

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None

WRITTEN_BY_POSTING = {
    # Who took a voucher where is between its member and that partner: the coupon's owner learns that it was used.
    "voucher": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
    "voucher_cut": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
    "voucher_use": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
}

DOORS = (
    "post_voucher_gifts(jsonb, timestamptz)",
    "post_voucher_uses(jsonb, timestamptz)",
    "post_voucher_reversals(jsonb, timestamptz)",
    "post_voucher_expiries(timestamptz, integer)",
    "open_uses(uuid, bigint, uuid, timestamptz)",
    "find_vouchers(uuid, bytea[])",
    "vouchers_named(uuid, uuid[], uuid[])",
    "vouchers_at(uuid, uuid, uuid, timestamptz)",
    "read_vouchers(text, uuid, timestamptz, uuid, integer)",
    "read_voucher_use(text, uuid, uuid)",
    "vouchers_of_entry(uuid, uuid, uuid)",
    "vouchers_given(uuid, uuid, uuid)",
    "vouchers_taken_back(uuid, uuid, uuid)",
    "name_voucher_uses(uuid, uuid, uuid, uuid[])",
    "coupons_live(uuid[])",
    "certificates_due(uuid, bigint, " + ", ".join(["timestamptz"] * 5) + ", uuid, integer, uuid)",
)

UNSEALED = "lookup, coupon_id, partner_id, brought_at, wallet_id, voucher_id, taken_at"

EVENTS = ("VOUCHER_ISSUED", "VOUCHER_USED", "VOUCHER_REVERSED")


def upgrade() -> None:
    """Create coupons, their codes and vouchers; and have prizes give vouchers that work at the till."""
    run_sql_file("0033_tables.sql")
    run_sql_file("0033_issuing.sql")
    run_sql_file("0033_using.sql")
    run_sql_file("0033_reading.sql")
    run_sql_file("0033_automatic.sql")
    for table, sight in WRITTEN_BY_POSTING.items():
        wall(table, sight, command="SELECT")
        grant(table, "SELECT")
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    # A draft is between owner and sponsors; what has been live is also open to those who take its vouchers.
    wall(
        "coupon",
        "sees_partner(partner_id) OR sees_any(sponsors) OR live_from IS NOT NULL AND sees_any(partners)",
        command="SELECT",
    )
    wall("coupon", "", "sees_partner(partner_id)", command="INSERT")
    wall("coupon", "sees_partner(partner_id)", command="UPDATE")
    grant("coupon", "SELECT, INSERT, UPDATE")
    wall("coupon_agreement", "sees_partner(partner_id) OR sees_partner(owner_id)", command="SELECT")
    wall("coupon_agreement", "", "sees_partner(partner_id)", command="INSERT")
    grant("coupon_agreement", "SELECT, INSERT")
    # Its owner brings codes in and counts what is left of them; what is sealed leaves by the doors alone.
    wall("voucher_code", "sees_partner(partner_id)", command="SELECT")
    wall(
        "voucher_code",
        "",
        "sees_partner(partner_id) AND wallet_id IS NULL AND EXISTS (SELECT FROM coupon c"
        " WHERE c.coupon_id = voucher_code.coupon_id AND c.partner_id = voucher_code.partner_id)",
        command="INSERT",
    )
    op.execute(f"GRANT SELECT ({UNSEALED}) ON voucher_code TO {APP_ROLE}")
    grant("voucher_code", "INSERT")
    wall("voucher_code", "true", role=LEDGER_ROLE)
    grant("voucher_code", "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    # Whether points are saved is their member's choice, and nobody else's to know.
    wall("certificate_choice", "sees_member(member_id) AND (sees_coalition() OR sees_wallet(wallet_id))")
    grant("certificate_choice", "SELECT, INSERT, UPDATE")
    wall("certificate_choice", "true", role=LEDGER_ROLE)
    grant("certificate_choice", "SELECT, INSERT", role=LEDGER_ROLE)
    for table in ("coupon", "coupon_agreement"):
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)
    for kind in EVENTS:
        allow_event_kind(kind)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
