"""Partners' own files, held against the ledger."""

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Partners' own files, held against the ledger."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
