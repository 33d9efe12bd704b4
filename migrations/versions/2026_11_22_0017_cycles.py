"""How cycles are run: their calendar and settings, adjustments, partners set aside, answers."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.Numeric()
PARTIES = "('PARTNER', 'OPERATOR', 'CHARITY', 'TAX', 'ROUNDING')"
SIDES = {
    side: f"{side} IN {PARTIES} AND ({side} = 'PARTNER') = ({side}_id IS NOT NULL)" for side in ("debtor", "creditor")
}
BOTH_SIDES = "(sees_partner(debtor_id) OR sees_partner(creditor_id))"
NO_DRAFT = (
    "(sees_coalition() OR cycle_id IN"
    " (SELECT c.cycle_id FROM cycle c WHERE c.state NOT IN ('OPEN', 'CUT_OFF', 'COMPUTED')))"
)


def upgrade() -> None:
    """Create the settings, the adjustments and what is set aside; name the adjustment that a line is."""
    _create_policy()
    _create_adjustment()
    _complete_statement_line()
    op.add_column("approval", sa.Column("companies", sa.LargeBinary()))
    op.create_check_constraint("ck_approval_companies", "approval", "octet_length(companies) = 32")
    _create_set_aside()
    _create_set_aside_line()
    _create_late_part()
    run_sql_file("0017_adjustments.sql")
    allow_event_kind("ANSWER_DUE")
    run_sql_file("0017_reminders.sql")
    run_sql_file("0017_late.sql")
    posting_function("late_flows(uuid)")
    _create_daily_flow()
    run_sql_file("0017_days.sql")
    posting_function("daily_flows(uuid, timestamptz, timestamptz, text)")


def _create_policy() -> None:
    laws = {
        "one": "one",
        "calendar": "calendar IN ('MONTH', 'HALF_MONTH', 'WEEK', 'BY_HAND')",
        "payment_plan": "payment_plan IN ('THROUGH_OPERATOR', 'PEER_TO_PEER')",
        "days_to_answer": "days_to_answer BETWEEN 0 AND 90 AND reminder_days BETWEEN 0 AND 90",
        "approval_days": "approval_days BETWEEN 1 AND 90",
        "dispute_days": (
            "least(answer_days, escalation_days, decision_days) >= 1"
            " AND greatest(answer_days, escalation_days, decision_days) <= 365"
        ),
        "not_negative": "least(de_minimis, amount_tolerance, time_tolerance_minutes) >= 0",
        "concentration_share": "concentration_share > 0 AND concentration_share <= 1",
        "cover": "cover_minimum >= 0 AND cover_warning >= cover_minimum",
    }
    amount, ratio = sa.Numeric(18, 6), sa.Numeric(9, 6)
    columns: dict[str, tuple[sa.types.TypeEngine[Any], str]] = {
        "one": (sa.Boolean(), "true"),
        "calendar": (sa.String(), "'BY_HAND'"),
        "days_to_answer": (sa.Integer(), "14"),
        "reminder_days": (sa.Integer(), "3"),
        "approval_days": (sa.Integer(), "7"),
        "de_minimis": (amount, "0"),
        "payment_plan": (sa.String(), "'THROUGH_OPERATOR'"),
        "answer_days": (sa.Integer(), "10"),
        "escalation_days": (sa.Integer(), "5"),
        "decision_days": (sa.Integer(), "10"),
        "amount_tolerance": (amount, "0"),
        "time_tolerance_minutes": (sa.Integer(), "1440"),
        "concentration_share": (ratio, "0.5"),
        "cover_warning": (ratio, "1.05"),
        "cover_minimum": (ratio, "1.00"),
        "refuse_unsecured": (sa.Boolean(), "false"),
    }
    op.create_table(
        "settlement_policy",
        *(
            sa.Column(name, kind, nullable=False, server_default=sa.text(start))
            for name, (kind, start) in columns.items()
        ),
        sa.Column("calendar_since", INSTANT),
        sa.Column("changed_by", sa.Uuid()),
        sa.Column("changed_at", INSTANT),
        sa.PrimaryKeyConstraint("one", name="pk_settlement_policy"),
        *_laws("settlement_policy", laws),
    )
    op.execute("INSERT INTO settlement_policy DEFAULT VALUES")
    wall("settlement_policy", "true", write="sees_coalition()")
    grant("settlement_policy", "SELECT, UPDATE")
    wall("settlement_policy", "true", command="SELECT", role=LEDGER_ROLE)
    grant("settlement_policy", "SELECT", role=LEDGER_ROLE)


def _create_adjustment() -> None:
    laws = {
        "reason": (
            "reason IN ('DISPUTE_HELD', 'DISPUTE_DECIDED', 'PARTNER_SET_ASIDE', 'PREPAID', 'CORRECTION', 'LATE',"
            " 'WRITE_OFF')"
        ),
        **SIDES,
        "two_sides": "debtor <> creditor OR debtor_id IS DISTINCT FROM creditor_id",
        "amount_positive": "amount > 0",
        "second_person": (
            "reason NOT IN ('CORRECTION', 'LATE', 'WRITE_OFF')"
            " OR (made_by IS NOT NULL AND (agreed_at IS NULL) = (agreed_by IS NULL) AND agreed_by <> made_by)"
        ),
        "agreed_or_withdrawn": "withdrawn_at IS NULL OR agreed_at IS NULL",
        "counts_when_agreed": "cycle_id IS NULL OR agreed_at IS NOT NULL",
    }
    table = "settlement_adjustment"
    op.create_table(
        table,
        sa.Column("adjustment_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        *_side("debtor"),
        *_side("creditor"),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("adjusts_cycle_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("cycle_id", sa.Uuid()),
        sa.Column("idempotency_key", sa.String()),
        sa.Column("made_by", sa.Uuid()),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("agreed_by", sa.Uuid()),
        sa.Column("agreed_at", INSTANT),
        sa.Column("withdrawn_by", sa.Uuid()),
        sa.Column("withdrawn_at", INSTANT),
        sa.PrimaryKeyConstraint("adjustment_id", name=f"pk_{table}"),
        sa.UniqueConstraint("idempotency_key", name=f"uq_{table}_idempotency_key"),
        *_references(table, {"debtor_id": "partner", "creditor_id": "partner", "cycle_id": "cycle"}),
        *_references(table, {"adjusts_cycle_id": "cycle"}),
        *_laws(table, laws),
    )
    for column in ("cycle_id", "debtor_id", "creditor_id"):
        op.create_index(f"ix_{table}_{column}", table, [column])
    waiting = sa.text("cycle_id IS NULL AND withdrawn_at IS NULL")
    op.create_index(f"ix_{table}_waiting", table, ["adjustment_id"], postgresql_where=waiting)
    # What nobody has agreed to yet is the coalition's own.
    wall(table, f"sees_coalition() OR (agreed_at IS NOT NULL AND {BOTH_SIDES})", write="sees_coalition()")
    grant(table, "SELECT, INSERT, UPDATE (cycle_id, agreed_by, agreed_at, withdrawn_by, withdrawn_at)")


def _complete_statement_line() -> None:
    op.add_column("statement_line", sa.Column("adjustment_id", sa.Uuid()))
    op.create_foreign_key(
        "fk_statement_line_adjustment_id",
        "statement_line",
        "settlement_adjustment",
        ["adjustment_id"],
        ["adjustment_id"],
    )
    op.create_check_constraint(
        "ck_statement_line_adjustment", "statement_line", "(source = 'ADJUST_MONEY') = (adjustment_id IS NOT NULL)"
    )


def _create_set_aside() -> None:
    laws = {
        "fate": "fate IN ('SET_ASIDE', 'TAKEN_BACK', 'WRITTEN_OFF')",
        "asked": "asked IN ('SET_ASIDE', 'TAKEN_BACK', 'WRITTEN_OFF')",
        "agreed": "(fate IS NULL) = (agreed_by IS NULL) AND (fate IS NULL) = (agreed_at IS NULL)",
        "second_person": "asked IS NOT NULL OR agreed_by <> asked_by",
    }
    op.create_table(
        "set_aside",
        sa.Column("set_aside_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("fate", sa.String()),
        sa.Column("asked", sa.String()),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("agreed_by", sa.Uuid()),
        sa.Column("agreed_at", INSTANT),
        sa.PrimaryKeyConstraint("set_aside_id", name="pk_set_aside"),
        *_references("set_aside", {"cycle_id": "cycle", "partner_id": "partner"}),
        *_laws("set_aside", laws),
    )
    op.create_index(
        "uq_set_aside_standing",
        "set_aside",
        ["cycle_id", "partner_id"],
        unique=True,
        postgresql_where=sa.text("fate IS NULL OR fate = 'SET_ASIDE'"),
    )
    op.create_index("ix_set_aside_partner_id", "set_aside", ["partner_id"])
    # Who is failing is the coalition's own knowledge; the others learn it from the claims they hold.
    wall("set_aside", "sees_coalition()")
    grant("set_aside", "SELECT, INSERT, UPDATE")


def _create_set_aside_line() -> None:
    table = "set_aside_line"
    laws = {
        **SIDES,
        "points_or_base": "(points IS NULL) = (price IS NULL) AND (points IS NULL) <> (base IS NULL)",
        "exact": "COALESCE(points * price, base) * share = exact",
        "rounding": "exact + rounding = amount",
        "amount_not_negative": "amount >= 0",
        "adjustment": "(source = 'ADJUST_MONEY') = (adjustment_id IS NOT NULL)",
    }
    contracts = ("contract_id", "redeemer_contract_id", "credit_contract_id")
    op.create_table(
        table,
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        *_side("debtor"),
        *_side("creditor"),
        sa.Column("sponsor_id", sa.Uuid()),
        sa.Column("redeemer_id", sa.Uuid()),
        *(sa.Column(name, sa.Uuid()) for name in contracts),
        sa.Column("accrual_cycle_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("points", sa.BigInteger()),
        sa.Column("base", AMOUNT),
        sa.Column("price", AMOUNT),
        *(sa.Column(name, AMOUNT, nullable=False) for name in ("share", "exact", "rounding", "amount")),
        sa.Column("adjustment_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("line_id", name=f"pk_{table}"),
        sa.UniqueConstraint("cycle_id", "revision", "number", name=f"uq_{table}_cycle_id_revision_number"),
        *_references(table, {"cycle_id": "cycle", "debtor_id": "partner", "creditor_id": "partner"}),
        *_references(table, dict.fromkeys(contracts, "contract")),
        sa.ForeignKeyConstraint(
            ["adjustment_id"], ["settlement_adjustment.adjustment_id"], name=f"fk_{table}_adjustment_id"
        ),
        *_laws(table, laws),
    )
    for side in ("debtor_id", "creditor_id"):
        op.create_index(f"ix_{table}_{side}_cycle_id", table, [side, "cycle_id"])
    wall(table, f"{BOTH_SIDES} AND {NO_DRAFT}", write="sees_coalition()")
    grant(table, "SELECT, INSERT")


def _create_late_part() -> None:
    table = "late_part"
    op.create_table(
        table,
        sa.Column("part_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("of_cycle_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("debit", sa.String(), nullable=False),
        sa.Column("sponsor_id", sa.Uuid(), nullable=False),
        sa.Column("sponsor_contract_id", sa.Uuid(), nullable=False),
        sa.Column("accrual_cycle_id", sa.Uuid(), nullable=False),
        sa.Column("redeemer_id", sa.Uuid()),
        sa.Column("redeemer_contract_id", sa.Uuid()),
        sa.Column("cofunded", sa.Boolean(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("part_id", name=f"pk_{table}"),
        *_references(table, {"cycle_id": "cycle", "sponsor_id": "partner", "redeemer_id": "partner"}),
        *_references(table, {"of_cycle_id": "cycle"}),
        *_laws(table, {"points_positive": "points > 0", "of_an_earlier_cycle": "of_cycle_id <> cycle_id"}),
    )
    op.create_index(f"ix_{table}_cycle_id_sponsor_id", table, ["cycle_id", "sponsor_id"])
    wall(table, f"(sees_partner(sponsor_id) OR sees_partner(redeemer_id)) AND {NO_DRAFT}", write="sees_coalition()")
    grant(table, "SELECT, INSERT")


def _create_daily_flow() -> None:
    op.add_column("cycle", sa.Column("counted_until", INSTANT))
    op.create_table(
        "daily_flow",
        sa.Column("flow_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("debit", sa.String(), nullable=False),
        *(sa.Column(name, sa.Uuid(), nullable=False) for name in ("sponsor_id", "sponsor_contract_id")),
        sa.Column("accrual_cycle_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Uuid()) for name in ("redeemer_id", "redeemer_contract_id")),
        sa.Column("cofunded", sa.Boolean(), nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("flow_id", name="pk_daily_flow"),
        *_references("daily_flow", {"cycle_id": "cycle"}),
        *_laws("daily_flow", {"points_positive": "points > 0"}),
    )
    op.create_index("ix_daily_flow_cycle_id_day", "daily_flow", ["cycle_id", "day"])
    wall("daily_flow", "sees_coalition()")
    grant("daily_flow", "SELECT, INSERT")


def _side(name: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False), sa.Column(f"{name}_id", sa.Uuid())]


def _references(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.{target}_id"], name=f"fk_{table}_{column}")
        for column, target in columns.items()
    ]


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=op.f(f"ck_{table}_{name}")) for name, law in laws.items()]


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
