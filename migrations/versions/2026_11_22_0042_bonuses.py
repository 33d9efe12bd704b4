"""Business members with several users, and bonuses by what they bought or sold on."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0042"
down_revision = "0041"
branch_labels = None
depends_on = None

DOORS = (
    "bonus_firms_due(uuid, uuid, uuid[], date, date, uuid, int)",
    "bonus_schemes_live()",
    "bonus_statement_purchases(uuid, uuid, timestamptz, uuid, int)",
    "bonus_statements_before(uuid, uuid[], date, date)",
    "bonus_statements_checked(uuid, int)",
    "bonus_turnover(jsonb, uuid, uuid[], date, date)",
    "business_acts(uuid, uuid, uuid[])",
    "business_schemes(uuid, uuid)",
    "business_statements(uuid, uuid)",
    "business_users_of(uuid, uuid)",
    "change_business_user(uuid, uuid, text, timestamptz)",
    "close_bonus_period(uuid, date, timestamptz)",
    "forget_business()",
    "invite_business_user(jsonb, timestamptz)",
    "join_business(bytea, uuid, timestamptz)",
    "keep_bonus_statements(jsonb, timestamptz)",
    "keep_business_groups(uuid, timestamptz)",
    "my_businesses(uuid)",
    "note_bonus_given(uuid, uuid, uuid, timestamptz)",
    "note_business_act(uuid, uuid, uuid, uuid, timestamptz)",
    "register_business(jsonb, timestamptz)",
    "take_sold_on(jsonb, jsonb, timestamptz)",
)
INNER = (
    "business_of(uuid, uuid)",
    "bonus_purchases(jsonb, uuid, uuid[], uuid[], timestamptz, timestamptz)",
    "bonus_counts(jsonb, text, product)",
    "bonus_texts(jsonb, text)",
    "guard_bonus_statement()",
    "guard_bonus_scheme()",
    "business_groups_meant(uuid)",
    "owners_of(uuid)",
)
SERVED = (
    "EXISTS (SELECT FROM business_service v WHERE v.business_id = business.business_id AND sees_partner(v.partner_id))"
)
GROUP = "EXISTS (SELECT FROM business_group g WHERE g.segment_id = {}.segment_id)"
LEDGERS = {
    "business": "SELECT, INSERT, UPDATE",
    "business_service": "SELECT, INSERT, UPDATE",
    "business_user": "SELECT, INSERT, UPDATE",
    "business_act": "SELECT, INSERT",
    "business_group": "SELECT",
    "business_group_member": "SELECT",
    "bonus_scheme": "SELECT",
    "bonus_close": "SELECT, INSERT",
    "bonus_statement": "SELECT, INSERT, UPDATE",
    "sold_on_report": "SELECT, INSERT, UPDATE",
    "sold_on": "SELECT, INSERT, UPDATE",
}


def upgrade() -> None:
    """Let partners serve firms, firms have users, and schemes draw up statements; each sees what concerns it."""
    run_sql_file("0042_business.sql")
    run_sql_file("0042_bonuses.sql")
    _wall_business()
    _wall_bonuses()
    for table, privileges in LEDGERS.items():
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, privileges, role=LEDGER_ROLE)
    _let_groups_be_kept()
    for door in DOORS:
        posting_function(door)


def _let_groups_be_kept() -> None:
    """The ledger's role fills the segments that are groups of firms, and no others."""
    wall("segment", GROUP.format("segment"), command="SELECT", role=LEDGER_ROLE)
    wall("segment", GROUP.format("segment"), command="UPDATE", role=LEDGER_ROLE)
    grant("segment", "SELECT, UPDATE (size)", role=LEDGER_ROLE)
    for command in ("INSERT", "UPDATE"):
        wall("segment_member", GROUP.format("segment_member"), command=command, role=LEDGER_ROLE)
    grant("segment_member", "INSERT, UPDATE (until)", role=LEDGER_ROLE)


def _wall_business() -> None:
    wall("business", SERVED, command="SELECT")
    grant("business", "SELECT")
    for command in ("SELECT", "UPDATE"):
        wall("business_service", "sees_partner(partner_id)", command=command)
    grant("business_service", "SELECT, UPDATE (state, decided_at, decided_by, ended_at)")
    wall("business_user", "sees_coalition()", command="SELECT")
    grant("business_user", "SELECT")
    wall("business_act", "sees_partner(partner_id)", command="SELECT")
    grant("business_act", "SELECT")
    for table in ("business_group", "business_group_member"):
        wall(table, "sees_partner(partner_id)")
    grant("business_group", "SELECT, INSERT, UPDATE (kinds)")
    grant("business_group_member", "SELECT, INSERT, DELETE")


def _wall_bonuses() -> None:
    wall("bonus_scheme", "sees_partner(partner_id) OR sees_any(parties)", write="sees_partner(partner_id)")
    grant("bonus_scheme", "SELECT, INSERT, UPDATE")
    wall("bonus_agreement", "sees_partner(partner_id) OR sees_partner(owner_id)", write="sees_partner(partner_id)")
    grant("bonus_agreement", "SELECT, INSERT")
    for table in ("bonus_close", "sold_on_report", "sold_on"):
        wall(table, "sees_partner(partner_id)", command="SELECT")
        grant(table, "SELECT")
    for command in ("SELECT", "UPDATE"):
        wall("bonus_statement", "sees_partner(partner_id)", command=command)
    grant("bonus_statement", "SELECT, UPDATE (state, checked_at, checked_by)")


def downgrade() -> None:
    """Forget firms and schemes; what they were given stays in the books."""
    op.execute("DROP TRIGGER member_closed_ends_business ON member")
    for table, command in (
        ("segment", "select"),
        ("segment", "update"),
        ("segment_member", "insert"),
        ("segment_member", "update"),
    ):
        op.execute(f"DROP POLICY {table}_{LEDGER_ROLE}_{command} ON {table}")
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    for table in ("sold_on", "sold_on_report", "bonus_statement", "bonus_close", "bonus_agreement", "bonus_scheme"):
        op.drop_table(table)
    for table in ("business_group_member", "business_group", "business_act", "business_user", "business_service"):
        op.drop_table(table)
    op.drop_table("business")
    for function in INNER:
        op.execute(f"DROP FUNCTION {function}")
    op.execute(f"REVOKE SELECT, UPDATE (size) ON segment FROM {LEDGER_ROLE}")
    op.execute(f"REVOKE INSERT, UPDATE (until) ON segment_member FROM {LEDGER_ROLE}")
