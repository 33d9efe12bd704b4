"""Asking a member for a grant: pushed requests, codes, refresh tokens, proofs of possession."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WORDS = postgresql.ARRAY(sa.Text())


def upgrade() -> None:
    """Create what the code grant keeps, for the authorization server's eyes alone, and the door to one-time numbers."""
    _create_pushed_request()
    _create_authorization_code()
    _create_refresh_token()
    for table in ("pushed_request", "authorization_code", "refresh_token"):
        wall(table, "sees_server()")
        grant(table, "SELECT, INSERT, UPDATE, DELETE")
    grant("oauth_grant", "DELETE")
    _let_the_server_alone_grant()
    op.create_index("ix_oauth_grant_revoked_at", "oauth_grant", ["revoked_at"])
    run_sql_file("0009_authorizing.sql")
    wall("used_jti", "true", role=LEDGER_ROLE)
    grant("used_jti", "SELECT, INSERT", role=LEDGER_ROLE)
    posting_function("use_once(bytea, timestamptz)")


def _let_the_server_alone_grant() -> None:
    """A partner and a member see the grants they are part of and may end them, and that is all.

    The key to the client holds the partner too, so that trying ids tells nobody which of them another partner has.
    """
    key = ["client_id", "partner_id"]
    op.create_unique_constraint("uq_client_client_id_partner_id", "client", key)
    op.drop_constraint("fk_oauth_grant_client_id", "oauth_grant")
    op.create_foreign_key("fk_oauth_grant_client_id_partner_id", "oauth_grant", "client", key, key)
    sees = "sees_server() OR sees_partner(partner_id) OR sees_member(member_id)"
    op.execute("DROP POLICY oauth_grant_hansa_app_all ON oauth_grant")
    wall("oauth_grant", sees, command="SELECT")
    wall("oauth_grant", "sees_server()", command="INSERT")
    wall("oauth_grant", sees, f"sees_server() OR revoked_at IS NOT NULL AND ({sees})", command="UPDATE")
    wall("oauth_grant", "sees_server()", command="DELETE")


def _create_pushed_request() -> None:
    op.create_table(
        "pushed_request",
        sa.Column("request_hash", sa.LargeBinary(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("begun_at", INSTANT),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("request_hash", name="pk_pushed_request"),
        sa.ForeignKeyConstraint(["client_id"], ["client.client_id"], name="fk_pushed_request_client_id"),
        sa.CheckConstraint("octet_length(request_hash) = 32", name=op.f("ck_pushed_request_hash")),
    )
    op.create_index("ix_pushed_request_expires_at", "pushed_request", ["expires_at"])


def _create_authorization_code() -> None:
    op.create_table(
        "authorization_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("redirect_uri", sa.String(), nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("code_challenge", sa.String(), nullable=False),
        sa.Column("dpop_jkt", sa.String()),
        sa.Column("nonce", sa.String()),
        sa.Column("signed_in_at", INSTANT, nullable=False),
        sa.Column("methods", WORDS, nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("code_hash", name="pk_authorization_code"),
        sa.ForeignKeyConstraint(["grant_id"], ["oauth_grant.grant_id"], name="fk_authorization_code_grant_id"),
        sa.CheckConstraint("octet_length(code_hash) = 32", name=op.f("ck_authorization_code_hash")),
        sa.CheckConstraint(
            "expires_at <= created_at + interval '60 seconds'", name=op.f("ck_authorization_code_minute")
        ),
    )
    for column in ("grant_id", "expires_at"):
        op.create_index(f"ix_authorization_code_{column}", "authorization_code", [column])


def _create_refresh_token() -> None:
    op.create_table(
        "refresh_token",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("dpop_jkt", sa.String()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("rotated_at", INSTANT),
        sa.PrimaryKeyConstraint("token_hash", name="pk_refresh_token"),
        sa.ForeignKeyConstraint(["grant_id"], ["oauth_grant.grant_id"], name="fk_refresh_token_grant_id"),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_refresh_token_hash")),
    )
    for column in ("grant_id", "expires_at", "rotated_at"):
        op.create_index(f"ix_refresh_token_{column}", "refresh_token", [column])


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
