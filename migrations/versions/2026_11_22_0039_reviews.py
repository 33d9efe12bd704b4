"""Reviews of products, and products tried by chosen members."""

from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

DOORS = (
    "answer_to_trial(uuid, uuid, boolean, timestamptz)",
    "apply_for_trial(uuid, uuid, uuid, timestamptz)",
    "decide_review(jsonb, timestamptz)",
    "erase_reviews(uuid)",
    "hand_sample(uuid, uuid, uuid, uuid, timestamptz)",
    "keep_trial_draw(uuid, int[], text[], bytea, timestamptz)",
    "lapse_places(timestamptz, int)",
    "look_again_at_reviews(timestamptz, timestamptz, int)",
    "object_to_refusal(uuid, uuid, timestamptz)",
    "open_trial(uuid, int, bytea, timestamptz)",
    "report_review(uuid, uuid, text, timestamptz)",
    "review_earned(uuid, text, text, uuid)",
    "review_sums(text[])",
    "reviewed_product(uuid, text, text)",
    "reviewed_products(text[])",
    "reviews_due(uuid, int)",
    "reviews_shown(text[], int, boolean, int, timestamptz, uuid, int)",
    "reviews_to_take_back(uuid, int)",
    "samples_to_give(uuid, int)",
    "trial_done(uuid, uuid, timestamptz)",
    "trial_draws_told(uuid[])",
    "trial_places_of(uuid, int, int)",
    "trial_tickets_told(uuid, int, int)",
    "trials_answered(uuid, int)",
    "trials_at_counter(uuid, timestamptz)",
    "trials_of_member(uuid, timestamptz)",
    "trials_to_draw(timestamptz, interval, int)",
    "withdraw_comment(uuid, uuid, uuid)",
    "withdraw_review(uuid, uuid)",
    "write_comment(jsonb, timestamptz)",
    "write_review(jsonb, timestamptz)",
)
OF_THE_REVIEW = "EXISTS (SELECT FROM review r WHERE r.review_id = review_text.review_id)"
SEEN = {
    "trial_place": "sees_member(member_id) OR sees_partner(partner_id)",
    "review": "sees_member(member_id) OR sees_partner(moderator_id)",
    "review_text": OF_THE_REVIEW,
    "review_comment": "sees_member(member_id) OR sees_partner(partner_id) OR sees_partner(moderator_id)",
    "review_report": "sees_member(reporter_id) OR sees_partner(reporter_id)",
    "review_decision": "sees_partner(moderator_id)",
}
LEDGERS = {
    "trial": "SELECT",
    "trial_course": "SELECT, INSERT, UPDATE",
    "trial_place": "SELECT, INSERT, UPDATE",
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
    for part in ("reviews", "trials"):
        run_sql_file(f"0039_{part}.sql")
    for table in ("review_policy", "trial"):
        for command in ("SELECT", "INSERT", "UPDATE"):
            wall(table, "sees_partner(partner_id)", command=command)
        grant(table, "SELECT, INSERT, UPDATE")
    for table, using in SEEN.items():
        wall(table, using, command="SELECT")
        grant(table, "SELECT")
    wall("trial_course", "sees_coalition()", command="SELECT")
    grant("trial_course", "SELECT (trial_id, partner_id, places, taken, applied, drawn_at, tickets, digest)")
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
    """What was written and handed is not thrown away by a step back."""
    raise NotImplementedError
