"""Disputes of statement lines, with their stages and evidence."""

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Disputes of statement lines, with their stages and evidence."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
