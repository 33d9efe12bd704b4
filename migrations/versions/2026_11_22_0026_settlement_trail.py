"""Contracts, steps of cycles, decisions about money and settings in the audit trail."""

from dataclasses import dataclass

from alembic import op

from migrations.operations import posting_function, run_sql_file

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

ACTIONS = (
    "PERSON_INVITED",
    "PERSON_INVITED_AGAIN",
    "ROLES_CHANGED",
    "PERSON_LET_GO",
    "SIGN_IN_LINK_MADE",
    "CREDENTIAL_ADDED",
    "CREDENTIAL_REMOVED",
    "PASSKEY_SUSPECTED",
    "CLIENT_CREATED",
    "CLIENT_CHANGED",
    "CLIENT_ROTATED",
    "CLIENT_REVOKED",
    "CEILING_SET",
    "TEST_MEMBERS_MADE",
    "GRANT_GIVEN",
    "GRANT_REVOKED",
    "CONSENT_GIVEN",
    "CONSENT_REVOKED",
    "SIGNING_KEY_ROTATED",
    "WEBHOOK_CREATED",
    "WEBHOOK_CHANGED",
    "WEBHOOK_REMOVED",
    "CONTRACT_DRAWN_UP",
    "CONTRACT_CHANGED",
    "CONTRACT_SIGNED",
    "CONTRACT_WITHDRAWN",
    "CYCLE_STEP_TAKEN",
    "SETTINGS_CHANGED",
    "PARTNER_CHANGED",
    "COMPANY_CHANGED",
    "DECISION_PREPARED",
    "DECISION_TAKEN",
)
SUBJECTS = (
    "PERSON",
    "CLIENT",
    "MEMBER",
    "PARTNER",
    "GRANT",
    "SIGNING_KEY",
    "WEBHOOK",
    "CONTRACT",
    "CYCLE",
    "SETTINGS",
    "COMPANY",
    "DECISION",
)

PROGRAMME = "name,purpose,currency,standard_price,time_zone,operator_name,grace_days"
POLICY = (
    "calendar,days_to_answer,reminder_days,approval_days,de_minimis,payment_plan,answer_days,escalation_days,"
    "decision_days,amount_tolerance,time_tolerance_minutes,concentration_share,cover_warning,cover_minimum,refuse_unsecured"
)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Rows whose making or changing is told."""

    table: str
    when: str
    action: str
    subject: str
    id: str = ""
    partner: str = ""
    by: str = ""
    facts: str = ""
    condition: str = ""
    partner_acts: bool = False


TOLD = (
    Told(
        table="contract",
        when="INSERT",
        action="CONTRACT_DRAWN_UP",
        subject="CONTRACT",
        id="contract_id",
        partner="partner_id",
        by="drawn_up_by",
        facts="version",
    ),
    Told(
        table="contract",
        when="UPDATE",
        condition="OLD.revision <> NEW.revision",
        action="CONTRACT_CHANGED",
        subject="CONTRACT",
        id="contract_id",
        partner="partner_id",
        by="drawn_up_by",
        facts="revision",
    ),
    Told(
        table="contract",
        when="UPDATE",
        condition="OLD.signed_at IS NULL AND NEW.signed_at IS NOT NULL",
        action="CONTRACT_SIGNED",
        subject="CONTRACT",
        id="contract_id",
        partner="partner_id",
        by="signed_by",
        facts="signed_at",
    ),
    Told(
        table="contract",
        when="UPDATE",
        condition="OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL",
        action="CONTRACT_WITHDRAWN",
        subject="CONTRACT",
        id="contract_id",
        partner="partner_id",
        by="withdrawn_by",
        facts="withdrawn_at",
    ),
    Told(
        table="settlement_step",
        when="INSERT",
        action="CYCLE_STEP_TAKEN",
        subject="CYCLE",
        id="cycle_id",
        partner="partner_id",
        by="person_id",
        facts="step,to_state,revision,digest",
        partner_acts=True,
    ),
    Told(
        table="settlement_policy",
        when="UPDATE",
        action="SETTINGS_CHANGED",
        subject="SETTINGS",
        by="changed_by",
        facts=POLICY,
    ),
    Told(table="coalition", when="UPDATE", action="SETTINGS_CHANGED", subject="SETTINGS", facts=PROGRAMME),
    Told(
        table="partner",
        when="UPDATE",
        action="PARTNER_CHANGED",
        subject="PARTNER",
        id="partner_id",
        partner="partner_id",
        facts="status,name,slug",
    ),
)


def upgrade() -> None:
    """Let the trail tell of money, and the rows of decisions tell the trail."""
    for column, words in (("action", ACTIONS), ("subject", SUBJECTS)):
        op.drop_constraint(f"ck_trail_line_{column}", "trail_line")
        op.create_check_constraint(f"ck_trail_line_{column}", "trail_line", f"{column} IN {words}")
    run_sql_file("0026_settlement_trail.sql")
    posting_function("tell_trail()")
    for number, told in enumerate(TOLD, start=1):
        _tell(number, told)


def _tell(number: int, told: Told) -> None:
    condition = f" WHEN ({told.condition})" if told.condition else ""
    words = [told.action, told.subject, told.id, told.partner, told.by, told.facts]
    words.append("partner" if told.partner_acts else "")
    arguments = ", ".join(f"'{word}'" for word in words)
    op.execute(
        f"CREATE CONSTRAINT TRIGGER {told.table}_is_in_the_trail_{number} AFTER {told.when} ON {told.table}"
        f" DEFERRABLE INITIALLY DEFERRED FOR EACH ROW{condition} EXECUTE FUNCTION tell_trail({arguments})"
    )


def downgrade() -> None:
    """What was told is not taken back by a step back."""
    raise NotImplementedError
