"""A root over each cycle's movements of points, and wallets as they stood at an instant of the past."""

import sqlalchemy as sa
from alembic import op

from migrations.operations import posting_function, run_sql_file

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Seal movements as well as entries."""
    op.add_column("cycle", sa.Column("movements_root", sa.LargeBinary()))
    op.add_column("cycle", sa.Column("movements", sa.BigInteger()))
    whole = "octet_length(movements_root) = 32 AND (movements_root IS NULL) = (movements IS NULL)"
    op.create_check_constraint("ck_cycle_movements", "cycle", whole)
    run_sql_file("0024_movements.sql")
    posting_function("movement_leaves(uuid)")
    run_sql_file("0024_past.sql")
    posting_function("read_wallet_at(text, uuid, timestamptz)")


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
