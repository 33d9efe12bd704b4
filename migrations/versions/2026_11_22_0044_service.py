"""Service: what makers tell of products, registered products and their warranty, recalls, and cases."""

from alembic import op

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0044"
down_revision = "0043"
branch_labels = None
depends_on = None

DOORS = (
    "coverage_of(uuid, uuid, uuid, text, timestamptz)",
    "end_returned_registrations()",
    "forget_cases(timestamptz)",
    "give_up_registration(uuid, uuid, timestamptz)",
    "move_service()",
    "offer_registration(uuid, uuid, bytea, timestamptz)",
    "recall_on(int, timestamptz)",
    "register_product(jsonb, timestamptz)",
    "registrations_counted(uuid, int)",
    "registrations_returned(int)",
    "registrations_unsettled(uuid, uuid, timestamptz, int)",
    "key_for_cases(uuid)",
    "serial_standing(uuid, bytea)",
    "settle_registration(uuid, uuid, timestamptz)",
    "take_back_registration(uuid, timestamptz)",
    "take_registration(bytea, uuid, uuid, timestamptz)",
    "tell_late_cases(timestamptz, int)",
    "tell_of_case()",
)
TRIGGERED = {
    "purchase_return": "purchase_return_ends_registrations",
    "member": "member_gone_moves_service",
}
LEDGERS = {
    "product_information": "SELECT",
    "product_recall": "SELECT, UPDATE",
    "product_serial": "SELECT",
    "registration": "SELECT, INSERT, UPDATE",
    "service_case": "SELECT, UPDATE",
    "case_turn": "SELECT, UPDATE",
}
OF_ITS_CASE = "EXISTS (SELECT FROM service_case c WHERE c.case_id = {table}.case_id)"
SEEN = "sees_any(parties) OR sees_member(member_id)"
ITS_WRITER = (
    "(sees_coalition() OR by_partner_id IS NOT NULL AND sees_partner(by_partner_id) OR side = 'MEMBER'"
    " AND EXISTS (SELECT FROM service_case c WHERE c.case_id = case_message.case_id AND sees_member(c.member_id)))"
)
COALITION_ROLES = (
    "ARRAY['COALITION_ADMIN', 'COALITION_APPROVER', 'COALITION_AUDITOR', 'COALITION_PREPARER', 'COALITION_PRIVACY',"
    " 'COALITION_RISK', 'COALITION_SERVICE']"
)
PARTNER_ROLES = "'PARTNER_ADMIN', 'PARTNER_FINANCE', 'PARTNER_MARKETING'"


def upgrade() -> None:
    """Let makers tell, members register, and everybody who has to do with a case carry it on."""
    run_sql_file("0044_tables.sql")
    run_sql_file("0044_service.sql")
    _wall_telling()
    _wall_cases()
    wall("registration", "sees_member(member_id)", command="SELECT")
    grant("registration", "SELECT")
    for table, privileges in LEDGERS.items():
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, privileges, role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)
    allow_event_kind("CASE_CHANGED")
    allow_event_kind("CASE_OVERDUE")
    _allow_roles(", 'PARTNER_SERVICE'")


def _wall_telling() -> None:
    wall("product_information", "open OR sees_somebody()", command="SELECT")
    wall("product_recall", "sees_somebody()", command="SELECT")
    wall("product_serial", "sees_partner(partner_id)", command="SELECT")
    for table in ("case_route", "service_hours"):
        wall(table, "sees_somebody()", command="SELECT")
    for table in ("product_information", "product_recall", "product_serial", "case_route", "service_hours"):
        wall(table, "sees_partner(partner_id)", command="INSERT")
        grant(table, "SELECT, INSERT")
    for table in ("product_information", "case_route", "product_serial"):
        wall(table, "sees_partner(partner_id)", command="UPDATE")
        grant(table, "UPDATE")


def _wall_cases() -> None:
    wall("service_case", SEEN, command="SELECT")
    wall("service_case", SEEN, command="INSERT")
    wall("service_case", SEEN, command="UPDATE")
    grant("service_case", "SELECT, INSERT, UPDATE")
    of_its_case = OF_ITS_CASE.format(table="case_message")
    wall("case_message", f"(kind <> 'NOTE' OR sees_partner(by_partner_id)) AND {of_its_case}", command="SELECT")
    wall("case_message", f"{ITS_WRITER} AND {of_its_case}", command="INSERT")
    grant("case_message", "SELECT, INSERT")
    for command in ("SELECT", "INSERT", "UPDATE"):
        wall("case_turn", OF_ITS_CASE.format(table="case_turn"), command=command)
    grant("case_turn", "SELECT, INSERT, UPDATE")


def _allow_roles(more: str) -> None:
    op.execute("ALTER TABLE person DROP CONSTRAINT ck_person_roles")
    theirs = (
        f"CASE WHEN partner_id IS NULL THEN roles <@ {COALITION_ROLES} ELSE roles <@ ARRAY[{PARTNER_ROLES}{more}] END"
    )
    op.execute(f"ALTER TABLE person ADD CONSTRAINT ck_person_roles CHECK (cardinality(roles) > 0 AND {theirs})")


def downgrade() -> None:
    """Forget cases and registrations; what registrations earned stays in the books."""
    op.execute("DELETE FROM person WHERE 'PARTNER_SERVICE' = ANY (roles)")
    _allow_roles("")
    op.execute("DELETE FROM event WHERE kind IN ('CASE_CHANGED', 'CASE_OVERDUE')")
    for table, trigger in TRIGGERED.items():
        op.execute(f"DROP TRIGGER {trigger} ON {table}")
    op.execute("DROP FUNCTION recall_drafts(product_recall, uuid[])")
    for table in (
        *("case_turn", "case_message", "service_case", "service_hours", "case_route", "registration", "product_serial"),
        *("product_recall", "product_information"),
    ):
        op.execute(f"DROP TABLE {table} CASCADE")
    for function in (
        *DOORS,
        "bought_line(uuid, uuid, text, text, uuid)",
        "kept_of(uuid, uuid, int, numeric)",
        "article_skus(uuid, text, text)",
        "sees_somebody()",
    ):
        op.execute(f"DROP FUNCTION {function}")
