"""Disputes of statement lines, with their stages and evidence.

Both sides of the line and the coalition see a dispute and all that belongs to it. What was said is appended and never
changed; the dispute itself only moves on, and only the coalition decides.
"""

import sqlalchemy as sa
from alembic import op

from migrations.operations import allow_event_kind, grant, posting_function, run_sql_file, wall
from migrations.roles import APP_ROLE

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.Numeric()
SIDES = "(sees_partner(partner_id) OR sees_partner(other_id))"
# The sides are those of a line that the writer sees, and no others.
OF_ITS_LINE = (
    "EXISTS (SELECT FROM statement_line l WHERE l.line_id = dispute.line_id AND l.cycle_id = dispute.cycle_id"
    " AND (l.debtor_id = dispute.partner_id AND l.creditor_id IS NOT DISTINCT FROM dispute.other_id"
    " OR l.creditor_id = dispute.partner_id AND l.debtor_id IS NOT DISTINCT FROM dispute.other_id))"
)
STATES = "('RAISED', 'ANSWERED', 'ESCALATED', 'DECIDED', 'WITHDRAWN')"
REASONS = "('WRONG_AMOUNT', 'DUPLICATE', 'NOT_OURS', 'RETURNED', 'PRICE', 'LATE', 'OTHER')"
MOVES = "state, due_at, changed_at, answer, conceded, answered_by, answered_at"


def upgrade() -> None:
    """Create disputes, what they are about and what was said in them, and tell both sides of each stage."""
    _create_dispute()
    _create_transfer()
    _create_evidence()
    _create_step()
    _create_decision()
    wall("dispute", "", f"sees_partner(partner_id) AND {OF_ITS_LINE}", command="INSERT")
    wall("dispute", SIDES, command="SELECT")
    wall("dispute", SIDES, command="UPDATE")
    grant("dispute", "SELECT, INSERT")
    op.execute(f"GRANT UPDATE ({MOVES}) ON dispute TO {APP_ROLE}")
    writers = {
        "dispute_transfer": "sees_partner(partner_id)",
        "dispute_evidence": "sees_partner(by_partner_id)",
        "dispute_step": "sees_partner(by_partner_id)",
        "dispute_decision": "sees_coalition()",
    }
    for table, writer in writers.items():
        wall(table, SIDES, command="SELECT")
        wall(table, "", f"{writer} AND {_of_its_dispute(table)}", command="INSERT")
        grant(table, "SELECT, INSERT")
    allow_event_kind("DISPUTE_CHANGED")
    run_sql_file("0018_disputes.sql")
    posting_function("tell_of_dispute()")


def _of_its_dispute(table: str) -> str:
    """What belongs to a dispute names the dispute's own sides, so that a wall need not look twice."""
    return (
        f"EXISTS (SELECT FROM dispute d WHERE d.dispute_id = {table}.dispute_id"
        f" AND d.partner_id = {table}.partner_id AND d.other_id IS NOT DISTINCT FROM {table}.other_id)"
    )


def _create_dispute() -> None:
    op.create_table(
        "dispute",
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        *_sides(),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("words", sa.String()),
        sa.Column("exact", AMOUNT, nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("treatment", sa.String(), nullable=False),
        sa.Column("raised_by", sa.Uuid(), nullable=False),
        sa.Column("raised_at", INSTANT, nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("answer", sa.String()),
        sa.Column("conceded", AMOUNT),
        sa.Column("answered_by", sa.Uuid()),
        sa.Column("answered_at", INSTANT),
        sa.PrimaryKeyConstraint("dispute_id", name="pk_dispute"),
        sa.UniqueConstraint("partner_id", "idempotency_key", name="uq_dispute_partner_id_idempotency_key"),
        *_references(
            "dispute",
            {"partner_id": "partner", "other_id": "partner", "cycle_id": "cycle"},
        ),
        sa.ForeignKeyConstraint(["line_id"], ["statement_line.line_id"], name="fk_dispute_line_id"),
        *_laws(
            "dispute",
            {
                "reason": f"reason IN {REASONS}",
                "words_where_no_code_says_it": "reason <> 'OTHER' OR words IS NOT NULL",
                "amount": "amount > 0 AND exact > 0",
                "treatment": "treatment IN ('PROVISIONAL', 'LEFT_OUT')",
                "state": f"state IN {STATES}",
                "due_while_open": "(state IN ('DECIDED', 'WITHDRAWN')) = (due_at IS NULL)",
                "answered_by_somebody": "num_nonnulls(answer, conceded, answered_by, answered_at) IN (0, 4)",
                "answered_when_it_says_so": "state <> 'ANSWERED' OR answered_at IS NOT NULL",
                "conceded": "conceded BETWEEN 0 AND amount",
                "answered_by_another": "answered_by <> raised_by",
            },
        ),
    )
    op.create_index("ix_dispute_cycle_id", "dispute", ["cycle_id"])
    op.create_index("ix_dispute_line_id", "dispute", ["line_id"])
    op.create_index("ix_dispute_partner_id_dispute_id", "dispute", ["partner_id", "dispute_id"])
    op.create_index("ix_dispute_other_id_dispute_id", "dispute", ["other_id", "dispute_id"])
    op.create_index("ix_dispute_due_at", "dispute", ["due_at"], postgresql_where=sa.text("due_at IS NOT NULL"))


def _create_transfer() -> None:
    # No foreign key: a wallet's tables may be on another machine than settlement's.
    op.create_table(
        "dispute_transfer",
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        *_sides(),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("exact", AMOUNT, nullable=False),
        sa.PrimaryKeyConstraint("dispute_id", "wallet_id", "entry_id", "n", name="pk_dispute_transfer"),
        *_references("dispute_transfer", {"dispute_id": "dispute"}),
        *_laws("dispute_transfer", {"exact": "exact > 0"}),
    )


def _create_evidence() -> None:
    op.create_table(
        "dispute_evidence",
        sa.Column("evidence_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        *_sides(),
        sa.Column("by_partner_id", sa.Uuid()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("media_type", sa.String()),
        sa.Column("words", sa.String()),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("added_by", sa.Uuid(), nullable=False),
        sa.Column("added_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("evidence_id", name="pk_dispute_evidence"),
        sa.UniqueConstraint(
            "dispute_id",
            "by_partner_id",
            "sha256",
            name="uq_dispute_evidence_dispute_id_by_partner_id_sha256",
            postgresql_nulls_not_distinct=True,
        ),
        *_references("dispute_evidence", {"dispute_id": "dispute"}),
        *_laws(
            "dispute_evidence",
            {
                "file_or_note": "(content IS NULL) <> (words IS NULL) AND (content IS NULL) = (media_type IS NULL)",
                "hash": "sha256 = sha256(COALESCE(content, convert_to(words, 'UTF8')))",
                "size": "size = octet_length(COALESCE(content, convert_to(words, 'UTF8')))",
            },
        ),
    )


def _create_step() -> None:
    op.create_table(
        "dispute_step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        *_sides(),
        sa.Column("by_partner_id", sa.Uuid()),
        sa.Column("step", sa.String(), nullable=False),
        sa.Column("from_state", sa.String()),
        sa.Column("to_state", sa.String(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("note", sa.String()),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("step_id", name="pk_dispute_step"),
        *_references("dispute_step", {"dispute_id": "dispute"}),
        *_laws(
            "dispute_step",
            {
                "step": "step IN ('RAISE', 'ANSWER', 'ESCALATE', 'DECIDE', 'WITHDRAW', 'EVIDENCE')",
                "states": f"from_state IN {STATES} AND to_state IN {STATES}",
            },
        ),
    )
    op.create_index("ix_dispute_step_dispute_id_step_id", "dispute_step", ["dispute_id", "step_id"])


def _create_decision() -> None:
    op.create_table(
        "dispute_decision",
        sa.Column("dispute_id", sa.Uuid(), nullable=False),
        *_sides(),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("upheld", AMOUNT, nullable=False),
        sa.Column("reasons", sa.String(), nullable=False),
        sa.Column("prepared_by", sa.Uuid(), nullable=False),
        sa.Column("answered_by", sa.Uuid()),
        sa.Column("decided_by", sa.Uuid(), nullable=False),
        sa.Column("decided_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("dispute_id", name="pk_dispute_decision"),
        *_references("dispute_decision", {"dispute_id": "dispute"}),
        *_laws(
            "dispute_decision",
            {
                "outcome": "outcome IN ('UPHELD', 'REJECTED')",
                "upheld": "upheld >= 0 AND (outcome = 'REJECTED') = (upheld = 0)",
                "second_person": "decided_by <> prepared_by AND decided_by IS DISTINCT FROM answered_by",
            },
        ),
    )


def _sides() -> list[sa.Column[object]]:
    return [sa.Column("partner_id", sa.Uuid(), nullable=False), sa.Column("other_id", sa.Uuid())]


def _references(table: str, columns: dict[str, str]) -> list[sa.ForeignKeyConstraint]:
    return [
        sa.ForeignKeyConstraint([column], [f"{target}.{target}_id"], name=f"fk_{table}_{column}")
        for column, target in columns.items()
    ]


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=f"ck_{table}_{name}") for name, law in laws.items()]


def downgrade() -> None:
    """What was said in a dispute is not thrown away by a step back."""
    raise NotImplementedError
