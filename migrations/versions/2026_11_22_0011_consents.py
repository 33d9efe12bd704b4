"""Consents with the version of their text and an end."""

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
