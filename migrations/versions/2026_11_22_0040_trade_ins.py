"""Trade-ins: what is handed in, its worth, credit now or when it is sold; and vouchers with amounts of their own."""

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

DOORS = (
    "record_trade_in(jsonb, jsonb, timestamptz)",
    "trade_in_by_key(uuid, text)",
    "consigned_item(uuid, uuid)",
    "close_consignment(jsonb, jsonb, timestamptz)",
    "trade_in_credits_pending(uuid, int, uuid)",
    "settle_trade_in_credit(uuid, uuid, uuid, timestamptz)",
    "consignments_due(timestamptz, uuid, int)",
    "trade_in_to_reverse(uuid, uuid)",
    "reverse_trade_in(jsonb, jsonb, timestamptz)",
    "trade_in_schemes_at(uuid)",
    "my_trade_ins(uuid, uuid, int)",
    "trade_in_sums(uuid, uuid, timestamptz, timestamptz, int)",
    "trade_in_costs(uuid, uuid, timestamptz, timestamptz, int)",
)
WRITTEN_BY_DOORS = ("trade_in", "trade_in_item", "trade_in_credit")


def upgrade() -> None:
    """Let vouchers have amounts of their own, and shops take old items by schemes."""
    run_sql_file("0040_valued.sql")
    run_sql_file("0040_trade_ins.sql")
    # A draft is between owner and sponsors; what has been live is also open to those who take items by it.
    wall(
        "trade_in_scheme",
        "sees_partner(partner_id) OR sees_any(sponsors) OR live_from IS NOT NULL AND sees_any(partners)",
        command="SELECT",
    )
    wall("trade_in_scheme", "", "sees_partner(partner_id)", command="INSERT")
    wall("trade_in_scheme", "sees_partner(partner_id)", command="UPDATE")
    grant("trade_in_scheme", "SELECT, INSERT, UPDATE")
    wall("trade_in_agreement", "sees_partner(partner_id) OR sees_partner(owner_id)", command="SELECT")
    wall("trade_in_agreement", "", "sees_partner(partner_id)", command="INSERT")
    grant("trade_in_agreement", "SELECT, INSERT")
    for table in ("trade_in_scheme", "trade_in_agreement"):
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    # What was handed in is between its member and whoever took it; owners and sponsors learn sums, by a door.
    for table in WRITTEN_BY_DOORS:
        wall(table, "sees_partner(partner_id)", command="SELECT")
        grant(table, "SELECT")
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
