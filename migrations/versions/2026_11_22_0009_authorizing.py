"""Asking a member for a grant: pushed requests, codes, refresh tokens, proofs of possession."""

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
