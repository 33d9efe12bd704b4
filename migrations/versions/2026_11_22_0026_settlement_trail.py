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


def _prepared(table: str, by: str, *, key: str, facts: str = "", partner: str = "", when: str = "INSERT") -> Told:
    """Somebody proposed what waits for a second person."""
    is_new = "" if when == "INSERT" else f"OLD.{by} IS DISTINCT FROM NEW.{by} AND NEW.{by} IS NOT NULL"
    return Told(
        table=table,
        when=when,
        condition=is_new or f"NEW.{by} IS NOT NULL",
        action="DECISION_PREPARED",
        subject="DECISION",
        id=key,
        partner=partner,
        by=by,
        facts=facts,
    )


def _taken(table: str, by: str, *, key: str, facts: str = "", partner: str = "", when: str = "UPDATE") -> Told:
    """Somebody decided; of several columns that may name who, one is new."""
    news = [f"(OLD.{name} IS DISTINCT FROM NEW.{name} AND NEW.{name} IS NOT NULL)" for name in by.split(",")]
    return Told(
        table=table,
        when=when,
        condition=" OR ".join(news) if when == "UPDATE" else "",
        action="DECISION_TAKEN",
        subject="DECISION",
        id=key,
        partner=partner,
        by=by,
        facts=facts,
    )


def _contract(when: str, action: str, by: str, facts: str, condition: str = "") -> Told:
    return Told(
        table="contract",
        when=when,
        condition=condition,
        action=action,
        subject="CONTRACT",
        id="contract_id",
        partner="partner_id",
        by=by,
        facts=facts,
    )


TOLD = (
    _contract("INSERT", "CONTRACT_DRAWN_UP", "drawn_up_by", "version"),
    _contract("UPDATE", "CONTRACT_CHANGED", "drawn_up_by", "revision", "OLD.revision <> NEW.revision"),
    _contract(
        "UPDATE", "CONTRACT_SIGNED", "signed_by", "signed_at", "OLD.signed_at IS NULL AND NEW.signed_at IS NOT NULL"
    ),
    _contract(
        "UPDATE",
        "CONTRACT_WITHDRAWN",
        "withdrawn_by",
        "withdrawn_at",
        "OLD.withdrawn_at IS NULL AND NEW.withdrawn_at IS NOT NULL",
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
    Told(
        table="legal_entity",
        when="UPDATE",
        condition="OLD.* IS DISTINCT FROM NEW.*",
        action="COMPANY_CHANGED",
        subject="COMPANY",
        id="legal_entity_id",
        partner="partner_id",
    ),
    _prepared("bank_change", "proposed_by", key="bank_change_id", partner="partner_id"),
    _taken("bank_change", "decided_by", key="bank_change_id", partner="partner_id", facts="outcome"),
    _prepared("settlement_adjustment", "made_by", key="adjustment_id", facts="reason,amount"),
    _taken("settlement_adjustment", "agreed_by,withdrawn_by", key="adjustment_id", facts="agreed_at,withdrawn_at"),
    _prepared("set_aside", "asked_by", key="set_aside_id"),
    _taken("set_aside", "agreed_by", key="set_aside_id"),
    _taken("dispute_decision", "decided_by", key="dispute_id", partner="partner_id", facts="outcome", when="INSERT"),
    _taken("payment", "released_by", key="payment_id", facts="amount,state"),
    _prepared("write_off", "asked_by", key="write_off_id", facts="amount"),
    _taken("write_off", "agreed_by,dropped_by", key="write_off_id"),
    _prepared("reserve_movement", "recorded_by", key="movement_id", facts="kind,amount"),
    _taken("reserve_movement", "approved_by", key="movement_id"),
    _prepared("reconciliation_exception", "proposed_by", key="exception_id", partner="partner_id", when="UPDATE"),
    _taken("reconciliation_exception", "resolved_by", key="exception_id", partner="partner_id", facts="resolution"),
    _prepared("prepaid_pack", "noted_by", key="pack_id", partner="partner_id", when="UPDATE"),
    _taken("prepaid_pack", "paid_by,cancelled_by", key="pack_id", partner="partner_id"),
    _prepared("prepaid_refund", "asked_by", key="refund_id", partner="partner_id"),
    _taken("prepaid_refund", "agreed_by", key="refund_id", partner="partner_id", facts="points"),
    _taken("partner_exit", "noticed_by", key="exit_id", partner="partner_id", facts="exit_at", when="INSERT"),
    _prepared("partner_exit", "remainder_by", key="exit_id", partner="partner_id", facts="remainder", when="UPDATE"),
    _taken("partner_exit", "remainder_agreed_by,closed_by,withdrawn_by", key="exit_id", partner="partner_id"),
    _taken("issuance_stop", "stopped_by", key="stop_id", partner="partner_id", facts="reason", when="INSERT"),
    _taken("issuance_stop", "lifted_by", key="stop_id", partner="partner_id"),
    _prepared("wind_down", "announced_by", key="wind_down_id"),
    _taken("wind_down", "confirmed_by,closed_by,withdrawn_by", key="wind_down_id"),
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
