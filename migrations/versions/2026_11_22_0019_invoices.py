"""Invoices and credit notes, numbered without gaps."""

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Invoices and credit notes, numbered without gaps."""


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
