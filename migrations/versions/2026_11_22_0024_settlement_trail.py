"""Contracts, approvals and settings in the audit trail."""

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Contracts, approvals and settings in the audit trail."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
