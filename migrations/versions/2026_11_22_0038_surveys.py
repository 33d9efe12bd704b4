"""Surveys: questions by version, when they are asked, what was answered."""

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

DOORS = (
    "ask_after_case(uuid, uuid, uuid, timestamptz)",
    "askings_open(uuid, uuid, timestamptz)",
    "decline_asking(uuid, uuid, timestamptz)",
    "forget_words()",
    "keep_askings(jsonb, bigint[])",
    "keep_response(jsonb, timestamptz)",
    "offer_surveys(timestamptz, int)",
    "quality_told(uuid)",
    "response_host(uuid)",
    "response_of(uuid, uuid)",
    "response_rewarded(uuid, uuid)",
    "responses_amiss()",
    "responses_pending(uuid, timestamptz, uuid, int)",
    "segment_answers(uuid, text, text, text[], bigint, bigint, timestamptz, timestamptz)",
    "survey_askings_told(uuid, text)",
    "survey_cues(int)",
    "survey_responses_told(uuid, text)",
    "survey_standing(uuid, uuid, uuid)",
    "surveys_live()",
    "surveys_recorded(uuid[], int[])",
)


def upgrade() -> None:
    """Let owners keep surveys, and members answer through doors that mind whose it is."""
    run_sql_file("0038_surveys.sql")
    for command in ("SELECT", "INSERT", "UPDATE"):
        wall("survey", "sees_partner(partner_id)", command=command)
    grant("survey", "SELECT, INSERT, UPDATE")
    wall("survey_policy", "true", "sees_coalition()")
    grant("survey_policy", "SELECT, UPDATE")
    for table in ("survey_asking", "survey_response"):
        wall(table, "sees_member(member_id) AND NOT sees_coalition()", command="SELECT")
        grant(table, "SELECT")
    wall("survey_cue", "sees_coalition()", command="SELECT")
    grant("survey_cue", "SELECT")
    for table in ("survey", "survey_policy"):
        wall(table, "true", command="SELECT", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    for table in ("survey_asking", "survey_response", "survey_cue"):
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT, UPDATE, DELETE", role=LEDGER_ROLE)
    for part in ("answering", "asking", "telling"):
        run_sql_file(f"0038_{part}.sql")
    for door in DOORS:
        posting_function(door)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
