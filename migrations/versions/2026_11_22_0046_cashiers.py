"""Cashiers: a role for the people at a partner's tills."""

from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

COALITION_ROLES = (
    "ARRAY['COALITION_ADMIN', 'COALITION_APPROVER', 'COALITION_AUDITOR', 'COALITION_PREPARER', 'COALITION_PRIVACY',"
    " 'COALITION_RISK', 'COALITION_SERVICE']"
)
PARTNER_ROLES = "'PARTNER_ADMIN', 'PARTNER_FINANCE', 'PARTNER_MARKETING', 'PARTNER_SERVICE'"


def upgrade() -> None:
    """Let partners name their cashiers."""
    _allow_roles(", 'PARTNER_CASHIER'")


def _allow_roles(more: str) -> None:
    op.execute("ALTER TABLE person DROP CONSTRAINT ck_person_roles")
    theirs = (
        f"CASE WHEN partner_id IS NULL THEN roles <@ {COALITION_ROLES} ELSE roles <@ ARRAY[{PARTNER_ROLES}{more}] END"
    )
    op.execute(f"ALTER TABLE person ADD CONSTRAINT ck_person_roles CHECK (cardinality(roles) > 0 AND {theirs})")


def downgrade() -> None:
    """Take the role from whoever has another, and forget who was a cashier only."""
    op.execute("DELETE FROM person WHERE roles <@ ARRAY['PARTNER_CASHIER']")
    op.execute("UPDATE person SET roles = array_remove(roles, 'PARTNER_CASHIER') WHERE 'PARTNER_CASHIER' = ANY (roles)")
    _allow_roles("")
