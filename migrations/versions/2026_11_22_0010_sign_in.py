"""Signing in by mailed code, passkey, or password with a second factor; sessions one can list and end."""

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
