"""What is owed to members: reserve, cohorts, roll-forward."""

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """What is owed to members: reserve, cohorts, roll-forward."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
