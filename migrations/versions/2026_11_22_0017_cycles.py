"""How cycles are run: their calendar and settings, adjustments, partners set aside, answers."""

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """How cycles are run: their calendar and settings, adjustments, partners set aside, answers."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
