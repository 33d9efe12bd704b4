"""Contracts in full: billing, credit, tax rules, disputes, exclusivity and exit; addresses of those who settle."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

PRICE = sa.Numeric(18, 6)
INSTANT = sa.DateTime(timezone=True)
WORDS = postgresql.ARRAY(sa.Text())

LAWS = {
    "billing": "billing IN ('POSTPAID', 'PREPAID')",
    "pack_when_prepaid": "(billing = 'PREPAID') = (pack_points IS NOT NULL)",
    "pack": "pack_points > 0 AND pack_alert BETWEEN 0 AND pack_points",
    "credit_limit": "credit_limit >= 0",
    "tax_rule": "tax_rule IN ('STANDARD', 'REVERSE_CHARGE', 'EXEMPT')",
    "no_rate_without_tax": "tax_rule = 'STANDARD' OR (tax_supply = 0 AND tax_credit = 0)",
    "disputed_lines": "disputed_lines IN ('PROVISIONAL', 'LEFT_OUT')",
    "days": (
        "least(value_days, dispute_days, notice_days, tail_days) >= 0"
        " AND greatest(value_days, dispute_days, notice_days, tail_days) <= 1100"
    ),
    "second_person": "signed_by <> drawn_up_by",
    "withdrawn": "(withdrawn_at IS NULL OR signed_at IS NULL) AND revision >= 0",
}


def upgrade() -> None:
    """Give contracts the rest of their terms, partners a number, and companies an address."""
    _complete_contract()
    op.add_column("partner", sa.Column("number", sa.Integer(), sa.Identity(always=False), nullable=False))
    op.create_unique_constraint("uq_partner_number", "partner", ["number"])
    op.create_check_constraint("ck_partner_number", "partner", "number BETWEEN 1 AND 9999")
    _complete_legal_entity()
    run_sql_file("0016_contracts.sql")
    wall("bank_change", "sees_partner(partner_id)", write="sees_coalition()")
    grant("bank_change", "SELECT, INSERT, UPDATE")
    wall("legal_entity", "true", command="SELECT", role=LEDGER_ROLE)
    grant("legal_entity", "SELECT", role=LEDGER_ROLE)
    posting_function("reservations(uuid[], timestamptz)")


def _complete_contract() -> None:
    columns: list[tuple[str, sa.types.TypeEngine[Any], str | None]] = [
        ("billing", sa.String(), "'POSTPAID'"),
        ("pack_points", sa.BigInteger(), None),
        ("pack_alert", sa.BigInteger(), None),
        ("pack_limit", sa.Boolean(), "false"),
        ("credit_limit", PRICE, None),
        ("value_days", sa.Integer(), "14"),
        ("tax_rule", sa.String(), "'STANDARD'"),
        ("self_billing", sa.Boolean(), "true"),
        ("dispute_days", sa.Integer(), "14"),
        ("disputed_lines", sa.String(), "'PROVISIONAL'"),
        ("exclusive_categories", WORDS, "'{}'"),
        ("territories", WORDS, "'{}'"),
        ("notice_days", sa.Integer(), "90"),
        ("tail_days", sa.Integer(), "180"),
        ("drawn_up_by", sa.Uuid(), None),
        ("drawn_up_at", INSTANT, None),
        ("revision", sa.Integer(), "0"),
        ("signed_by", sa.Uuid(), None),
        ("withdrawn_by", sa.Uuid(), None),
        ("withdrawn_at", INSTANT, None),
    ]
    people = {"drawn_up_by", "drawn_up_at", "signed_by", "withdrawn_by", "withdrawn_at"}
    optional = {"pack_points", "pack_alert", "credit_limit", *people}
    for name, kind, default in columns:
        start = None if default is None else sa.text(default)
        op.add_column("contract", sa.Column(name, kind, nullable=name in optional, server_default=start))
    for name, law in LAWS.items():
        op.create_check_constraint(f"ck_contract_{name}", "contract", law)


def _complete_legal_entity() -> None:
    """A company has an address; one without a partner is the operator's own, and everybody may know it."""
    op.alter_column("legal_entity", "partner_id", nullable=True)
    for name in ("street", "building", "post_code", "town", "email"):
        op.add_column("legal_entity", sa.Column(name, sa.String()))
    op.add_column("legal_entity", sa.Column("language", sa.String(), nullable=False, server_default="en"))
    languages = "language IN ('en', 'lv', 'bg', 'fi', 'hu')"
    op.create_check_constraint("ck_legal_entity_language", "legal_entity", languages)
    op.create_index(
        "uq_legal_entity_operator",
        "legal_entity",
        [sa.text("(partner_id IS NULL)")],
        unique=True,
        postgresql_where=sa.text("partner_id IS NULL"),
    )
    op.execute("DROP POLICY legal_entity_hansa_app_all ON legal_entity")
    op.execute(
        "CREATE POLICY legal_entity_hansa_app_all ON legal_entity AS PERMISSIVE FOR ALL TO hansa_app"
        " USING (partner_id IS NULL OR sees_partner(partner_id)) WITH CHECK (sees_coalition())"
    )


def downgrade() -> None:
    """What was agreed is not thrown away by a step back."""
    raise NotImplementedError
