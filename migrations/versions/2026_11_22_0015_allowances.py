"""How much each caller may still ask, where every server process sees it."""

import sqlalchemy as sa
from alembic import op

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the buckets, which nobody reaches but the two functions.

    They are unlogged: a crash of the database fills them all, which nobody is harmed by, and no write of theirs costs
    the log.
    """
    op.create_table(
        "bucket",
        sa.Column("bucket_hash", sa.LargeBinary(), nullable=False),
        sa.Column("full_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("bucket_hash", name="pk_bucket"),
        prefixes=["UNLOGGED"],
    )
    op.execute("ALTER TABLE bucket SET (fillfactor = 50)")  # so that a row is written again where it stands
    wall("bucket", "true", role=LEDGER_ROLE)
    grant("bucket", "SELECT, INSERT, UPDATE, DELETE", role=LEDGER_ROLE)
    run_sql_file("0015_buckets.sql")
    posting_function("take_from_bucket(bytea, bigint, interval, bigint, bigint, timestamptz)")
    posting_function("forget_full_buckets(timestamptz)")


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
