"""Payments, bank statements, and what belongs to what."""

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Payments, bank statements, and what belongs to what."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
