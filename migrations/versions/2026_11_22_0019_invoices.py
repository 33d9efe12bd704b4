"""Invoices and credit notes, numbered without gaps.

A number is taken from a row of counters that stays locked until the issuing transaction ends: a sequence would leave a
gap behind every transaction that fails. What was issued can be neither changed nor deleted by the application.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, wall

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.Numeric()
SERIES = ("issuer_number", "year", "kind")
KINDS = (
    "('INVOICE', 'CREDIT_NOTE', 'SELF_BILLED_INVOICE', 'SELF_BILLED_CREDIT_NOTE', 'INVOICE_REQUEST', 'SETTLEMENT_NOTE')"
)


def upgrade() -> None:
    """Create the tables of invoices, walled: a partner reads its own, the coalition issues."""
    _create_counter()
    _create_invoice()
    _create_line()
    _create_tax()
    wall("invoice_counter", "sees_coalition()")
    grant("invoice_counter", "SELECT, INSERT, UPDATE")
    for table in ("invoice", "invoice_line", "invoice_tax"):
        wall(table, "sees_partner(partner_id)", write="sees_coalition()")
        grant(table, "SELECT, INSERT")


def _create_counter() -> None:
    op.create_table(
        "invoice_counter",
        sa.Column("issuer_number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("taken", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("issuer_number", "year", "kind", name="pk_invoice_counter"),
        *_laws("invoice_counter", {"taken": "taken > 0", "kind": f"kind IN {KINDS}"}),
    )


def _create_invoice() -> None:
    laws = {
        "kind": f"kind IN {KINDS}",
        "gross": "gross = net + tax",
        "counted": "counted > 0",
        "due_after_issue": "due_on >= issued_on",
    }
    op.create_table(
        "invoice",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("issuer_number", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("counted", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(), nullable=False),
        sa.Column("issued_at", INSTANT, nullable=False),
        sa.Column("issued_by", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("issued_on", "supplied_on", "due_on")),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        *(sa.Column(name, postgresql.JSONB(), nullable=False) for name in ("seller", "buyer")),
        *(sa.Column(name, AMOUNT, nullable=False) for name in ("net", "tax", "gross")),
        sa.PrimaryKeyConstraint("invoice_id", name="pk_invoice"),
        sa.UniqueConstraint("number", name="uq_invoice_number"),
        sa.UniqueConstraint(
            "issuer_number", "year", "kind", "counted", name="uq_invoice_issuer_number_year_kind_counted"
        ),
        sa.UniqueConstraint("cycle_id", "partner_id", "kind", name="uq_invoice_cycle_id_partner_id_kind"),
        *_references("invoice", {"cycle_id": "cycle", "partner_id": "partner"}),
        *_laws("invoice", laws),
    )
    op.create_index("ix_invoice_partner_id", "invoice", ["partner_id"])


def _create_line() -> None:
    op.create_table(
        "invoice_line",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("invoice_id", "number", name="pk_invoice_line"),
        *_references("invoice_line", {"invoice_id": "invoice", "partner_id": "partner"}),
        sa.ForeignKeyConstraint(["line_id"], ["statement_line.line_id"], name="fk_invoice_line_line_id"),
    )
    op.create_index("ix_invoice_line_line_id", "invoice_line", ["line_id"])


def _create_tax() -> None:
    laws = {
        "tax_rule": "tax_rule IN ('STANDARD', 'REVERSE_CHARGE', 'EXEMPT')",
        "no_rate_without_tax": "tax_rule = 'STANDARD' OR (rate = 0 AND tax = 0)",
        "rate": "rate >= 0",
    }
    op.create_table(
        "invoice_tax",
        sa.Column("invoice_id", sa.Uuid(), nullable=False),
        sa.Column("tax_rule", sa.String(), nullable=False),
        sa.Column("rate", AMOUNT, nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, AMOUNT, nullable=False) for name in ("base", "net", "tax")),
        sa.PrimaryKeyConstraint("invoice_id", "tax_rule", "rate", name="pk_invoice_tax"),
        *_references("invoice_tax", {"invoice_id": "invoice", "partner_id": "partner"}),
        *_laws("invoice_tax", laws),
    )


def _references(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.{target}_id"], name=f"fk_{table}_{column}")
        for column, target in columns.items()
    ]


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=f"ck_{table}_{name}") for name, law in laws.items()]


def downgrade() -> None:
    """What was issued is not thrown away by a step back."""
    raise NotImplementedError
