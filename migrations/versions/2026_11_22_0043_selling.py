"""Sellers, their courses and sales, and claims with proof."""

from alembic import op

from migrations.operations import Command, grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

DOORS = (
    "blocking_own_sales()",
    "course_certificates_due(timestamptz, uuid, uuid, int)",
    "claim_programme_as_claimed(uuid, int)",
    "claim_programmes_live(uuid)",
    "claims_due(timestamptz, uuid, uuid, int)",
    "claims_to_take_back(timestamptz, int)",
    "course_as_asked(uuid, int)",
    "courses_live(uuid)",
    "make_claim(jsonb, timestamptz)",
    "match_claims(timestamptz, int)",
    "meet_employer()",
    "move_claim(uuid, text, jsonb, timestamptz)",
    "own_sales(uuid[], uuid[], uuid[], text[])",
    "post_claims(jsonb, timestamptz)",
    "record_certificate(uuid, uuid, uuid, timestamptz)",
    "sealed_key_of(uuid)",
    "staff_rewards(uuid, timestamptz, timestamptz)",
)
LEDGERS = {
    "claim_programme": "SELECT",
    "claim_serial": "SELECT",
    "claim": "SELECT, INSERT, UPDATE",
    "claim_decision": "SELECT, INSERT",
    "seller": "SELECT, UPDATE",
    "seller_permission": "SELECT",
    "seller_setting": "SELECT",
    "course": "SELECT",
    "quiz_attempt": "SELECT, UPDATE",
    "course_certificate": "SELECT, UPDATE",
}
OWNERS = "sees_partner(partner_id)"
OWNERS_AND_MEMBERS = "sees_partner(partner_id) OR sees_member(member_id)"
OWN = {
    "claim_serial": " AND EXISTS (SELECT FROM claim_programme p WHERE p.programme_id = claim_serial.programme_id"
    " AND p.partner_id = claim_serial.partner_id)",
    "claim_decision": " AND EXISTS (SELECT FROM claim c WHERE c.claim_id = claim_decision.claim_id"
    " AND c.partner_id = claim_decision.partner_id)",
    "course_certificate": " AND EXISTS (SELECT FROM quiz_attempt a WHERE a.attempt_id = course_certificate.attempt_id"
    " AND a.member_id = course_certificate.member_id AND a.passed)",
}
"""What stands on something else stands on the writer's own."""
BOTH_SIDES = "sees_partner(employer_id) OR sees_member(member_id)"


def upgrade() -> None:
    """Keep sellers, courses, programmes and claims, each for those it concerns."""
    run_sql_file("0043_selling.sql")
    run_sql_file("0043_claims.sql")
    _walls()
    for table, privileges in LEDGERS.items():
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, privileges, role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)


def downgrade() -> None:
    """Forget who sells what; what was paid stays in the books."""
    op.execute("DROP TRIGGER seller_meets ON seller")
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    op.execute("DROP TRIGGER member_merged_moves_sellers ON member")
    tables = (
        "claim_decision",
        "claim",
        "claim_serial",
        "claim_programme",
        "course_certificate",
        "quiz_attempt",
        "course",
    )
    for function in (
        "claim_fault(claim)",
        "decided_by_itself(uuid, uuid, text, text, timestamptz)",
        "seller_for(jsonb, uuid, uuid)",
        "units_claimed(uuid, purchase, text, uuid)",
        "purchase_by_receipt(uuid, text, timestamptz)",
        "units_kept(purchase, text, uuid)",
        "sellers_follow_member()",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for table in (*tables, "seller_setting", "seller_permission", "seller"):
        op.drop_table(table)
    op.execute("DROP FUNCTION refuse_change_of_claim()")
    op.execute("DROP FUNCTION refuse_change_of_seller()")
    op.execute("DROP FUNCTION refuse_others_word()")


def _walls() -> None:
    for table in ("claim_programme", "claim_serial", "claim_decision", "course"):
        wall(table, OWNERS, command="SELECT")
        wall(table, f"{OWNERS}{OWN.get(table, '')}", command="INSERT")
        grant(table, "SELECT, INSERT")
    for table in ("claim_programme", "course"):
        wall(table, OWNERS, command="UPDATE")
        grant(table, "UPDATE")
    wall("claim", OWNERS_AND_MEMBERS, command="SELECT")
    objecting = f"{OWNERS} OR sees_member(member_id) AND state = 'PENDING'"
    wall("claim", OWNERS_AND_MEMBERS, objecting, command="UPDATE")
    grant("claim", "SELECT, UPDATE")
    commands: tuple[Command, ...] = ("SELECT", "INSERT", "UPDATE")
    for command in commands:
        wall("seller", BOTH_SIDES, command=command)
        wall("quiz_attempt", OWNERS_AND_MEMBERS if command == "SELECT" else "sees_member(member_id)", command=command)
        wall("seller_setting", OWNERS, command=command)
        maker = " OR sees_partner(maker_id)" if command == "SELECT" else ""
        wall("seller_permission", f"sees_partner(employer_id){maker}", command=command)
    for table in ("seller", "quiz_attempt", "seller_setting", "seller_permission"):
        grant(table, "SELECT, INSERT, UPDATE")
    wall("course_certificate", OWNERS_AND_MEMBERS, command="SELECT")
    wall("course_certificate", f"sees_member(member_id){OWN['course_certificate']}", command="INSERT")
    grant("course_certificate", "SELECT, INSERT")
