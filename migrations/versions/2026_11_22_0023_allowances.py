"""How much a sponsor may still award: packs, credit limits, stops."""

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """How much a sponsor may still award: packs, credit limits, stops."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
