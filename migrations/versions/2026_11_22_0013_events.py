"""What happened, for those whom it concerns: written in the transaction that made it happen."""

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
