"""Reviews of products, and products tried by chosen members."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

DOORS = (
    "decide_review(jsonb, timestamptz)",
    "erase_reviews(uuid)",
    "look_again_at_reviews(timestamptz, timestamptz, int)",
    "object_to_refusal(uuid, uuid, timestamptz)",
    "report_review(uuid, uuid, text, timestamptz)",
    "review_earned(uuid, text, text, uuid)",
    "review_sums(text[])",
    "reviewed_product(uuid, text, text)",
    "reviewed_products(text[])",
    "reviews_due(uuid, int)",
    "reviews_shown(text[], int, boolean, int, timestamptz, uuid, int)",
    "reviews_to_take_back(uuid, int)",
    "withdraw_comment(uuid, uuid, uuid)",
    "withdraw_review(uuid, uuid)",
    "write_comment(jsonb, timestamptz)",
    "write_review(jsonb, timestamptz)",
)
OF_THE_REVIEW = "EXISTS (SELECT FROM review r WHERE r.review_id = review_text.review_id)"
SEEN = {
    "review": "sees_member(member_id) OR sees_partner(moderator_id)",
    "review_text": OF_THE_REVIEW,
    "review_comment": "sees_member(member_id) OR sees_partner(partner_id) OR sees_partner(moderator_id)",
    "review_report": "sees_member(reporter_id) OR sees_partner(reporter_id)",
    "review_decision": "sees_partner(moderator_id)",
}
LEDGERS = {
    "review_policy": "SELECT",
    "review": "SELECT, INSERT, UPDATE",
    "review_text": "SELECT, INSERT, UPDATE",
    "review_comment": "SELECT, INSERT, UPDATE",
    "review_report": "SELECT, INSERT",
    "review_decision": "SELECT, INSERT",
}
TOLD = {
    "review_decision": (
        *("DECISION_TAKEN", "DECISION", "decision_id", "moderator_id", "decided_by", "decision,reason,stars"),
        "",
    ),
    "review_policy": ("SETTINGS_CHANGED", "SETTINGS", "policy_id", "partner_id", "set_by", "version", ""),
}


def upgrade() -> None:
    """Let members and shops write through doors, moderators see what is theirs to judge, everybody what is shown."""
    run_sql_file("0039_reviews.sql")
    for command in ("SELECT", "INSERT", "UPDATE"):
        wall("review_policy", "sees_partner(partner_id)", command=command)
    grant("review_policy", "SELECT, INSERT, UPDATE")
    for table, using in SEEN.items():
        wall(table, using, command="SELECT")
        grant(table, "SELECT")
    for table, privileges in LEDGERS.items():
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, privileges, role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)
    for table, words in TOLD.items():
        arguments = ", ".join(f"'{word}'" for word in words)
        op.execute(
            f"CREATE CONSTRAINT TRIGGER {table}_is_in_the_trail AFTER INSERT ON {table}"
            f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION tell_trail({arguments})"
        )


def downgrade() -> None:
    """Forget what was written; what it earned stays in the books."""
    op.execute("DROP TRIGGER purchase_return_unverifies ON purchase_return")
    op.execute("DROP TRIGGER member_gone_moves_reviews ON member")
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    for function in (
        "move_reviews()",
        "unverify_reviews()",
        "action_gains(uuid, uuid)",
        "review_signals(jsonb, bytea, uuid, uuid, int, timestamptz)",
        "host_of(review_policy)",
        "moderator_of(review_policy)",
        "review_policy_for(uuid, uuid)",
        "has_bought(uuid, text)",
        "articles_of(text)",
        "gtin_forms(text)",
        "subject_of(text, uuid, text)",
    ):
        op.execute(f"DROP FUNCTION {function}")
    for table in ("review_decision", "review_report", "review_comment", "review_text", "review", "review_policy"):
        op.drop_table(table)
    op.execute("DROP INDEX ix_product_gtin")
