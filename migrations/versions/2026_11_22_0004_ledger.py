"""The ledger: wallets, entries, transfers, lots, and the functions that alone write them."""

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

WRITTEN_BY_POSTING = (
    "wallet",
    "entry",
    "transfer",
    "lot",
    "hold",
    "debt",
    "benefit",
    "purchase",
    "purchase_return",
)

SEEN_BY = {
    "wallet": "sees_coalition() OR sees_wallet(wallet_id)",
    "entry": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
    "transfer": (
        "sees_partner(sponsor_id) OR sees_partner(redeemer_id) OR sees_partner(partner_id) OR sees_wallet(wallet_id)"
    ),
    "lot": "sees_partner(sponsor_id) OR sees_wallet(wallet_id)",
    "hold": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
    "debt": "sees_partner(sponsor_id) OR sees_wallet(wallet_id)",
    "benefit": "sees_partner(sponsor_id) OR sees_partner(redeemer_id) OR sees_wallet(wallet_id)",
    "purchase": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
    "purchase_return": "sees_partner(partner_id) OR sees_wallet(wallet_id)",
}

POSTINGS = (
    "post_purchases(jsonb, timestamptz)",
    "post_redemptions(jsonb, timestamptz)",
    "post_captures(jsonb, timestamptz)",
    "post_reversals(jsonb, timestamptz)",
    "post_returns(jsonb, timestamptz)",
    "post_adjustments(jsonb, timestamptz)",
    "post_expiries(uuid[], timestamptz)",
    "post_releases(uuid[], timestamptz)",
    "post_lapses(uuid[], timestamptz)",
    "post_move_out(uuid, uuid, uuid, uuid, timestamptz)",
    "post_move_in(uuid, uuid, timestamptz)",
    "moves_due(integer)",
    "wallets_due(text, timestamptz, integer)",
    "recognise(bytea[], uuid, timestamptz)",
    "recognise_linked(uuid[], uuid)",
    "enrol(jsonb, timestamptz)",
    "identify(uuid, uuid, bytea, text)",
    "repoint(uuid, uuid, uuid, uuid)",
    "consent_to(uuid, uuid, text[], timestamptz)",
    "revoke_consent(uuid, uuid, uuid, text, timestamptz)",
    "read_wallet(text, uuid, timestamptz)",
    "read_activity(text, uuid, bigint, integer)",
    "read_versions(uuid[])",
    "read_redemption(text, uuid, uuid)",
)


def upgrade() -> None:
    """Create the books: read through the walls, written through the posting functions alone."""
    run_sql_file("0004_tables.sql")
    run_sql_file("0004_ledger.sql")
    run_sql_file("0004_posting.sql")
    run_sql_file("0004_correcting.sql")
    run_sql_file("0004_recognising.sql")
    run_sql_file("0004_reading.sql")
    for table, sight in SEEN_BY.items():
        wall(table, sight, command="SELECT")
        grant(table, "SELECT")
    for table in WRITTEN_BY_POSTING:
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE", role=LEDGER_ROLE)
    wall("adjustment", "sees_partner(partner_id)")
    grant("adjustment", "SELECT, INSERT, UPDATE")
    for table in ("coalition", "partner", "outlet", "contract", "adjustment"):
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    for posting in POSTINGS:
        posting_function(posting)
