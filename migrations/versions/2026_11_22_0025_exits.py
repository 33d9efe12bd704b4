"""Partners on their way out, and the end of a coalition."""

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Partners on their way out, and the end of a coalition."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
