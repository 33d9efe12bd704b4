"""Webhooks and their deliveries."""

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
