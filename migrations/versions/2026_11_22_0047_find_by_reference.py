"""What is found by its reference: receipts of partners, and entries of the operator's account."""

from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let receipts and bank references be looked up without reading a whole table."""
    op.execute("CREATE INDEX ix_entry_reference ON entry (reference, partner_id) WHERE reference IS NOT NULL")
    op.execute("CREATE INDEX ix_bank_entry_creditor_reference ON bank_entry (creditor_reference)")
    op.execute("CREATE INDEX ix_bank_entry_bank_reference ON bank_entry (bank_reference)")


def downgrade() -> None:
    """Find them no more."""
    for index in ("ix_entry_reference", "ix_bank_entry_creditor_reference", "ix_bank_entry_bank_reference"):
        op.execute(f"DROP INDEX {index}")
