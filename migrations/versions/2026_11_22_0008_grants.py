"""Grants of members to partners' clients, and clients that ask for them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, wall

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WORDS = postgresql.ARRAY(sa.Text())

READING = (
    "ARRAY['analytics:read', 'audit:read', 'balance:read', 'campaigns:read', 'history:read', 'profile:read',"
    " 'purchases:read', 'rewards:read', 'settlement:read']"
)
CLIENT_LAWS = {
    "auth_method": "auth_method IN ('client_secret_basic', 'private_key_jwt', 'none')",
    "one_credential": (
        "(secret_hash IS NOT NULL) = (auth_method = 'client_secret_basic')"
        " AND (num_nonnulls(jwks, jwks_uri) > 0) = (auth_method = 'private_key_jwt')"
    ),
    "secret_only_reads_outside_sandbox": (
        f"auth_method IN ('private_key_jwt', 'none') OR sandbox OR scopes <@ {READING}"
    ),
    "public_client_redirects": "auth_method <> 'none' OR cardinality(redirect_uris) > 0",
    "redirecting_client_has_partner": "cardinality(redirect_uris) = 0 OR partner_id IS NOT NULL",
}
PURPOSES = "purpose IN ('BALANCE', 'HISTORY', 'REDEMPTION', 'CODES')"


def upgrade() -> None:
    """Let clients redirect, publish keys and be bound to them; keep members' grants; two more purposes of consent."""
    op.add_column("client", sa.Column("jwks_uri", sa.String()))
    op.add_column("client", sa.Column("jwks_fetched_at", INSTANT))
    op.add_column("client", sa.Column("redirect_uris", WORDS, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("client", sa.Column("dpop_bound", sa.Boolean(), nullable=False, server_default=sa.false()))
    for column in ("redirect_uris", "dpop_bound"):
        op.alter_column("client", column, server_default=None)
    for name in ("auth_method", "one_credential", "secret_only_reads_outside_sandbox"):
        op.drop_constraint(op.f(f"ck_client_{name}"), "client")
    for name, law in CLIENT_LAWS.items():
        op.create_check_constraint(op.f(f"ck_client_{name}"), "client", law)
    op.drop_constraint(op.f("ck_consent_purpose"), "consent")
    op.create_check_constraint(op.f("ck_consent_purpose"), "consent", PURPOSES)
    _create_grant()


def _create_grant() -> None:
    op.create_table(
        "oauth_grant",
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("pairwise_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("grant_id", name="pk_oauth_grant"),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name="fk_oauth_grant_client_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_oauth_grant_partner_id"),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_oauth_grant_has_scopes")),
    )
    for column in ("client_id", "partner_id", "member_id", "expires_at"):
        op.create_index(f"ix_oauth_grant_{column}", "oauth_grant", [column])
    wall("oauth_grant", "sees_server() OR sees_partner(partner_id) OR sees_member(member_id)")
    grant("oauth_grant", "SELECT, INSERT, UPDATE")


def downgrade() -> None:
    """Grants are not thrown away by a step back."""
    raise NotImplementedError
