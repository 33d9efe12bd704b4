"""What is owed to members: what became of points month by month, the reserve's account, and what was found each day.

Movements of the reserve are booked once and findings are appended: the application may change neither afterwards.
"""

import sqlalchemy as sa
from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
AMOUNT = sa.Numeric()


def upgrade() -> None:
    """Create the reserve's account and the daily findings, both the coalition's own, and the sums they rest on."""
    _create_reserve_movement()
    _create_reserve_finding()
    _create_memory()
    wall("reserve_movement", "sees_coalition()")
    grant("reserve_movement", "SELECT, INSERT, UPDATE (approved_by, booked_at)")
    wall("reserve_finding", "sees_coalition()")
    grant("reserve_finding", "SELECT, INSERT")
    wall("liability_memory", "sees_coalition()", command="SELECT")
    grant("liability_memory", "SELECT")
    for table in ("liability_memory", "liability_sum"):
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT, INSERT", role=LEDGER_ROLE)
    run_sql_file("0022_liability.sql")
    posting_function("liability_flows(uuid[], uuid, timestamptz, timestamptz[], boolean)")
    posting_function("remember_liability(uuid, timestamptz[], timestamptz)")


def _create_reserve_movement() -> None:
    laws = {
        "kind": "kind IN ('DEPOSIT', 'RELEASE')",
        "amount_positive": "amount > 0",
        "two_persons_release": "approved_by <> recorded_by",
        "deposit_is_booked": "kind <> 'DEPOSIT' OR booked_at IS NOT NULL",
        "release_is_approved": "kind <> 'RELEASE' OR (booked_at IS NULL) = (approved_by IS NULL)",
    }
    op.create_table(
        "reserve_movement",
        sa.Column("movement_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("amount", AMOUNT, nullable=False),
        sa.Column("value_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("recorded_by", sa.Uuid(), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("approved_by", sa.Uuid()),
        sa.Column("booked_at", INSTANT),
        sa.PrimaryKeyConstraint("movement_id", name="pk_reserve_movement"),
        sa.UniqueConstraint("idempotency_key", name="uq_reserve_movement_idempotency_key"),
        *_laws("reserve_movement", laws),
    )


def _create_reserve_finding() -> None:
    laws = {
        "rates": "urr_low <= urr AND urr <= urr_high",
        "needs": "need_low <= need AND need <= need_high AND need_low >= 0",
        "cover": "(cover IS NULL) = (need = 0)",
        "standing": "standing IN ('COVERED', 'WARNING', 'SHORT')",
        "basis": "basis IN ('DEVELOPED', 'ALL_OUTSTANDING')",
        "points": "outstanding >= 0 AND further BETWEEN 0 AND outstanding",
        "digest": "octet_length(digest) = 32",
    }
    amounts = ("further", "urr_low", "urr", "urr_high", "redemption_price", "need_low", "need", "need_high")
    op.create_table(
        "reserve_finding",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("as_of", INSTANT, nullable=False),
        sa.Column("found_at", INSTANT, nullable=False),
        sa.Column("day", sa.Date()),
        sa.Column("outstanding", sa.BigInteger(), nullable=False),
        *(sa.Column(name, AMOUNT, nullable=False) for name in amounts),
        sa.Column("from_settlement", AMOUNT, nullable=False),
        sa.Column("from_account", AMOUNT, nullable=False),
        sa.Column("cover", AMOUNT),
        sa.Column("cover_warning", AMOUNT, nullable=False),
        sa.Column("cover_minimum", AMOUNT, nullable=False),
        sa.Column("standing", sa.String(), nullable=False),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name="pk_reserve_finding"),
        sa.UniqueConstraint("day", name="uq_reserve_finding_day"),
        *_laws("reserve_finding", laws),
    )
    op.create_index("ix_reserve_finding_as_of", "reserve_finding", ["as_of"])


def _create_memory() -> None:
    op.create_table(
        "liability_memory",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("last_posted_at", INSTANT),
        sa.Column("remembered_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("cycle_id", name="pk_liability_memory"),
        sa.ForeignKeyConstraint(["cycle_id"], ["cycle.cycle_id"], name="fk_liability_memory_cycle_id"),
    )
    op.create_table(
        "liability_sum",
        sa.Column("cycle_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("sponsor_id", sa.Uuid(), nullable=False),
        sa.Column("sponsor_contract_id", sa.Uuid(), nullable=False),
        sa.Column("accrual_cycle_id", sa.Uuid(), nullable=False),
        sa.Column("redeemer_id", sa.Uuid()),
        sa.Column("redeemer_contract_id", sa.Uuid()),
        sa.Column("cohort_from", INSTANT, nullable=False),
        sa.Column("month_from", INSTANT, nullable=False),
        sa.Column("points", sa.Numeric(), nullable=False),
        sa.PrimaryKeyConstraint("cycle_id", "number", name="pk_liability_sum"),
        sa.ForeignKeyConstraint(["cycle_id"], ["liability_memory.cycle_id"], name="fk_liability_sum_cycle_id"),
        *_laws("liability_sum", {"points": "points > 0"}),
    )


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=f"ck_{table}_{name}") for name, law in laws.items()]


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
