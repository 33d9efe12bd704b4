"""Looks back over past purchases: the doors they read through, and what they found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOORS = (
    "backtest_purchases(uuid, timestamptz, timestamptz)",
    "backtest_discounts(uuid, timestamptz, timestamptz)",
    "backtest_segments(uuid, timestamptz, timestamptz, uuid[])",
)


def upgrade() -> None:
    """Create the tables of what was found, each part walled to whom it concerns, and the doors."""
    _create_campaign_backtest()
    _create_campaign_backtest_share()
    for table in ("campaign_backtest", "campaign_backtest_share"):
        wall(table, "sees_partner(partner_id)", command="SELECT")
        wall(table, "sees_partner(partner_id)", command="INSERT")
        grant(table, "SELECT, INSERT")
    run_sql_file("0030_backtests.sql")
    for door in DOORS:
        posting_function(door)


def _create_campaign_backtest() -> None:
    op.create_table(
        "campaign_backtest",
        sa.Column("backtest_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("backtest_id", name="pk_campaign_backtest"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_campaign_backtest_partner_id"),
        sa.CheckConstraint("since < until", name="ck_campaign_backtest_since_before_until"),
        sa.CheckConstraint("length(fingerprint) = 32", name="ck_campaign_backtest_fingerprint"),
    )
    op.create_index("ix_campaign_backtest_campaign_id", "campaign_backtest", ["campaign_id"])


def _create_campaign_backtest_share() -> None:
    op.create_table(
        "campaign_backtest_share",
        sa.Column("backtest_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("price", sa.Numeric()),
        sa.Column("benefits", sa.Numeric(), nullable=False),
        sa.Column("members", sa.Integer()),
        sa.PrimaryKeyConstraint("backtest_id", "partner_id", name="pk_campaign_backtest_share"),
        sa.ForeignKeyConstraint(
            ["backtest_id"], ["campaign_backtest.backtest_id"], name="fk_campaign_backtest_share_backtest_id"
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_campaign_backtest_share_partner_id"),
    )
    op.create_index("ix_campaign_backtest_share_campaign_id", "campaign_backtest_share", ["campaign_id"])


def downgrade() -> None:
    """Forget what was found; it can be found again."""
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    for table in ("campaign_backtest_share", "campaign_backtest"):
        op.drop_table(table)
