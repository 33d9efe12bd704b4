"""Settlement: cycles, what they come to for each party, and who approved it.

What is computed is appended under a revision: the application may neither change nor delete it.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.Numeric()
PARTIES = "('PARTNER', 'OPERATOR', 'CHARITY', 'TAX', 'ROUNDING')"
BOTH_SIDES = "(sees_partner(debtor_id) OR sees_partner(creditor_id))"
# Drafts are the coalition's own; partners see what was laid before them.
NO_DRAFT = (
    "(sees_coalition() OR cycle_id IN"
    " (SELECT c.cycle_id FROM cycle c WHERE c.state NOT IN ('OPEN', 'CUT_OFF', 'COMPUTED')))"
)


def upgrade() -> None:
    """Create the tables of settlement, walled, and the sums of a cycle's transfers."""
    _create_cycle()
    _create_effective_price()
    _create_statement()
    _create_statement_line()
    _create_obligation()
    _create_answers()
    _create_step()
    wall("cycle", "true", write="sees_coalition()")
    grant("cycle", "SELECT, INSERT, UPDATE")
    wall("cycle", "true", command="SELECT", role=LEDGER_ROLE)
    grant("cycle", "SELECT", role=LEDGER_ROLE)
    wall("effective_price", "sees_partner(partner_id)", write="sees_coalition()")
    wall("statement", f"sees_partner(partner_id) AND {NO_DRAFT}", write="sees_coalition()")
    for table in ("statement_line", "obligation"):
        wall(table, f"{BOTH_SIDES} AND {NO_DRAFT}", write="sees_coalition()")
    for table in ("acceptance", "settlement_step"):
        wall(table, "sees_partner(partner_id)")
    for table in ("effective_price", "statement", "statement_line", "obligation", "acceptance", "settlement_step"):
        grant(table, "SELECT, INSERT")
    wall("approval", "sees_coalition()")
    grant("approval", "SELECT, INSERT, UPDATE")
    run_sql_file("0006_flows.sql")
    posting_function("settlement_flows(uuid)")


def _create_cycle() -> None:
    laws = {
        "state": "state IN ('OPEN', 'CUT_OFF', 'COMPUTED', 'PROPOSED', 'APPROVED', 'INSTRUCTED', 'SETTLED', 'CLOSED')",
        "second_person_approves": "approved_by <> prepared_by",
        "cut_off_when_not_open": "(state = 'OPEN') = (cut_off_at IS NULL)",
        "computed_has_digest": "state IN ('OPEN', 'CUT_OFF') OR digest IS NOT NULL",
        "proposed_by_somebody": (
            "state IN ('OPEN', 'CUT_OFF', 'COMPUTED') OR num_nonnulls(prepared_by, proposed_at, answer_until) = 3"
        ),
        "approved_by_somebody": (
            "(state IN ('OPEN', 'CUT_OFF', 'COMPUTED', 'PROPOSED')) = (approved_by IS NULL)"
            " AND (approved_by IS NULL) = (approved_at IS NULL)"
        ),
        "hashes": "octet_length(merkle_root) = 32 AND octet_length(digest) = 32",
        "not_negative": "number > 0 AND revision >= 0 AND de_minimis >= 0",
    }
    op.create_table(
        "cycle",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("opened_at", INSTANT, nullable=False),
        sa.Column("cut_off_at", INSTANT),
        sa.Column("merkle_root", sa.LargeBinary()),
        sa.Column("entries", sa.BigInteger()),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("computed_at", INSTANT),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("rounding_rule", sa.String()),
        sa.Column("de_minimis", AMOUNT),
        sa.Column("proposed_at", INSTANT),
        sa.Column("prepared_by", sa.Uuid()),
        sa.Column("answer_until", INSTANT),
        sa.Column("approved_at", INSTANT),
        sa.Column("approved_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("cycle_id", name="pk_cycle"),
        sa.UniqueConstraint("number", name="uq_cycle_number"),
        sa.UniqueConstraint("name", name="uq_cycle_name"),
        *_laws("cycle", laws),
    )
    op.create_index("uq_cycle_open", "cycle", ["state"], unique=True, postgresql_where=sa.text("state = 'OPEN'"))


def _create_effective_price() -> None:
    op.create_table(
        "effective_price",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("volume", sa.BigInteger(), nullable=False),
        sa.Column("price", AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("contract_id", "cycle_id", name="pk_effective_price"),
        *_references("effective_price", {"contract_id": "contract", "cycle_id": "cycle", "partner_id": "partner"}),
        *_laws("effective_price", {"price_not_negative": "price >= 0"}),
    )


def _create_statement() -> None:
    laws = {
        "party": f"party IN {PARTIES}",
        "partner": "(party = 'PARTNER') = (partner_id IS NOT NULL)",
        "net": "net = credited - charged + fees + tax + rounding",
        "closing": "closing = opening + net",
    }
    amounts = ("opening", "charged", "credited", "fees", "tax", "rounding", "net", "closing", "carried")
    op.create_table(
        "statement",
        sa.Column("statement_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("party", sa.String(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        *(sa.Column(name, AMOUNT, nullable=False) for name in amounts),
        sa.PrimaryKeyConstraint("statement_id", name="pk_statement"),
        sa.UniqueConstraint(
            "cycle_id",
            "revision",
            "party",
            "partner_id",
            name="uq_statement_cycle_id_revision_party_partner_id",
            postgresql_nulls_not_distinct=True,
        ),
        *_references("statement", {"cycle_id": "cycle", "partner_id": "partner"}),
        *_laws("statement", laws),
    )
    op.create_index("ix_statement_partner_id", "statement", ["partner_id"])


def _create_statement_line() -> None:
    laws = {
        **_two_sides(),
        "points_or_base": "(points IS NULL) = (price IS NULL) AND (points IS NULL) <> (base IS NULL)",
        "exact": "COALESCE(points * price, base) * share = exact",
        "rounding": "exact + rounding = amount",
        "amount_not_negative": "amount >= 0",
    }
    contracts = ("contract_id", "redeemer_contract_id", "credit_contract_id")
    op.create_table(
        "statement_line",
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
        sa.PrimaryKeyConstraint("line_id", name="pk_statement_line"),
        sa.UniqueConstraint("cycle_id", "revision", "number", name="uq_statement_line_cycle_id_revision_number"),
        *_references("statement_line", {"cycle_id": "cycle", "debtor_id": "partner", "creditor_id": "partner"}),
        *_references("statement_line", dict.fromkeys(contracts, "contract")),
        *_laws("statement_line", laws),
    )
    for side in ("debtor_id", "creditor_id"):
        op.create_index(f"ix_statement_line_{side}_cycle_id", "statement_line", [side, "cycle_id"])


def _create_obligation() -> None:
    op.create_table(
        "obligation",
        sa.Column("obligation_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        *_side("debtor"),
        *_side("creditor"),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("obligation_id", name="pk_obligation"),
        sa.UniqueConstraint(
            "cycle_id",
            "revision",
            "debtor",
            "debtor_id",
            "creditor",
            "creditor_id",
            name="uq_obligation_parties",
            postgresql_nulls_not_distinct=True,
        ),
        *_references("obligation", {"cycle_id": "cycle", "debtor_id": "partner", "creditor_id": "partner"}),
        *_laws("obligation", {**_two_sides(), "amount_positive": "amount > 0"}),
    )


def _create_answers() -> None:
    op.create_table(
        "acceptance",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("cycle_id", "partner_id", "revision", name="pk_acceptance"),
        *_references("acceptance", {"cycle_id": "cycle", "partner_id": "partner"}),
    )
    laws = {
        "second_person": "approved_by <> prepared_by",
        "digest": "octet_length(digest) = 32",
        "voided_for_a_reason": "(voided_at IS NULL) = (void_reason IS NULL)",
        "expires_later": "expires_at > approved_at",
    }
    op.create_table(
        "approval",
        sa.Column("approval_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("approved_by", sa.Uuid(), nullable=False),
        sa.Column("approved_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("voided_at", INSTANT),
        sa.Column("void_reason", sa.String()),
        sa.PrimaryKeyConstraint("approval_id", name="pk_approval"),
        *_references("approval", {"cycle_id": "cycle"}),
        *_laws("approval", laws),
    )
    standing = sa.text("voided_at IS NULL")
    op.create_index("uq_approval_standing", "approval", ["cycle_id"], unique=True, postgresql_where=standing)


def _create_step() -> None:
    op.create_table(
        "settlement_step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("from_state", sa.String()),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("note", sa.String()),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("step_id", name="pk_settlement_step"),
        *_references("settlement_step", {"cycle_id": "cycle", "partner_id": "partner"}),
    )
    op.create_index("ix_settlement_step_cycle_id_step_id", "settlement_step", ["cycle_id", "step_id"])


def _side(name: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.String(), nullable=False), sa.Column(f"{name}_id", sa.Uuid())]


def _two_sides() -> dict[str, str]:
    return {
        side: f"{side} IN {PARTIES} AND ({side} = 'PARTNER') = ({side}_id IS NOT NULL)"
        for side in ("debtor", "creditor")
    }


def _references(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.{target}_id"], name=f"fk_{table}_{column}")
        for column, target in columns.items()
    ]


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=f"ck_{table}_{name}") for name, law in laws.items()]


def downgrade() -> None:
    """Forget all settlement."""
    op.execute("DROP FUNCTION settlement_flows(uuid)")
    op.execute("DROP TYPE settlement_flow")
    for table in (
        "settlement_step",
        "approval",
        "acceptance",
        "obligation",
        "statement_line",
        "statement",
        "effective_price",
        "cycle",
    ):
        op.drop_table(table)
