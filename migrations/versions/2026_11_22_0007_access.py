"""Access: clients, persons, signing keys, what was revoked or used up, sign-in codes and browser sessions.

The authorization server looks with a sight of its own, `server`. What only it may touch (keys, one-time numbers, codes,
sessions) is hidden from every viewer, the coalition's included, so no query of an administrator can reach a secret.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WORDS = postgresql.ARRAY(sa.Text())

READING = (
    "ARRAY['analytics:read', 'audit:read', 'balance:read', 'campaigns:read', 'history:read', 'profile:read',"
    " 'purchases:read', 'rewards:read', 'settlement:read']"
)
COALITION_ROLES = (
    "ARRAY['COALITION_ADMIN', 'COALITION_APPROVER', 'COALITION_AUDITOR', 'COALITION_PREPARER', 'COALITION_PRIVACY',"
    " 'COALITION_RISK', 'COALITION_SERVICE']"
)
PARTNER_ROLES = "ARRAY['PARTNER_ADMIN', 'PARTNER_FINANCE', 'PARTNER_MARKETING']"


def upgrade() -> None:
    """Create the tables of access, walled."""
    run_sql_file("0007_sees_server.sql")
    posting_function("member_to_sign_in(bytea)")
    posting_function("wallet_signed_in(uuid)")
    _create_client()
    _create_partner_ceiling()
    _create_person()
    _create_signing_key()
    _create_used_jti()
    _create_revocation()
    _create_sign_in_code()
    _create_browser_session()
    for table in ("client", "person"):
        wall(table, "sees_server() OR sees_partner(partner_id)")
    for command in ("SELECT", "INSERT"):
        wall("revocation", "sees_server() OR sees_partner(partner_id)", command=command)
    wall("revocation", "sees_server()", command="DELETE")
    wall("partner_ceiling", "sees_server() OR sees_partner(partner_id)", write="sees_coalition()")
    for table in ("signing_key", "used_jti", "sign_in_code", "browser_session"):
        wall(table, "sees_server()")
    for table in ("client", "person", "partner_ceiling"):
        grant(table, "SELECT, INSERT, UPDATE")
    for table in ("revocation", "used_jti"):
        grant(table, "SELECT, INSERT, DELETE")
    for table in ("signing_key", "sign_in_code", "browser_session"):
        grant(table, "SELECT, INSERT, UPDATE, DELETE")


def _create_client() -> None:
    op.create_table(
        "client",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("outlet_id", sa.Uuid()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("auth_method", sa.String(), nullable=False),
        sa.Column("secret_hash", sa.LargeBinary()),
        sa.Column("previous_secret_hash", sa.LargeBinary()),
        sa.Column("previous_until", INSTANT),
        sa.Column("jwks", postgresql.JSONB()),
        sa.Column("scopes", WORDS, nullable=False),
        sa.Column("sandbox", sa.Boolean(), nullable=False),
        sa.Column("grant_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.Column("last_used_at", INSTANT),
        sa.PrimaryKeyConstraint("client_id", name="pk_client"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_client_partner_id"),
        sa.ForeignKeyConstraint(["outlet_id"], ["outlet.outlet_id"], name="fk_client_outlet_id"),
        *_laws("client", _CLIENT_LAWS),
    )
    op.create_index("ix_client_partner_id", "client", ["partner_id"])


_CLIENT_LAWS = {
    "auth_method": "auth_method IN ('client_secret_basic', 'private_key_jwt')",
    "one_credential": (
        "(secret_hash IS NOT NULL) = (auth_method = 'client_secret_basic')"
        " AND (jwks IS NOT NULL) = (auth_method = 'private_key_jwt')"
    ),
    "hashes": "octet_length(secret_hash) = 32 AND octet_length(previous_secret_hash) = 32",
    "previous_secret_ends": "(previous_secret_hash IS NULL) = (previous_until IS NULL)",
    "secret_only_reads_outside_sandbox": f"auth_method = 'private_key_jwt' OR sandbox OR scopes <@ {READING}",
    "outlet_has_partner": "outlet_id IS NULL OR partner_id IS NOT NULL",
    "has_scopes": "cardinality(scopes) > 0",
}


def _create_partner_ceiling() -> None:
    op.create_table(
        "partner_ceiling",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("scopes", WORDS, nullable=False),
        sa.PrimaryKeyConstraint("partner_id", name="pk_partner_ceiling"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_partner_ceiling_partner_id"),
    )


def _create_person() -> None:
    laws = {
        "email_lower": "email = lower(email)",
        "roles": (
            f"cardinality(roles) > 0 AND CASE WHEN partner_id IS NULL THEN roles <@ {COALITION_ROLES}"
            f" ELSE roles <@ {PARTNER_ROLES} END"
        ),
    }
    op.create_table(
        "person",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("roles", WORDS, nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_person"),
        sa.UniqueConstraint(
            "partner_id", "email", name="uq_person_partner_id_email", postgresql_nulls_not_distinct=True
        ),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_person_partner_id"),
        *_laws("person", laws),
    )


def _create_signing_key() -> None:
    laws = {
        "state": "state IN ('NEXT', 'CURRENT', 'OLD')",
        "retired_when_old": "(retired_at IS NOT NULL) = (state = 'OLD')",
    }
    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("public_jwk", postgresql.JSONB(), nullable=False),
        sa.Column("sealed_jwk", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("retired_at", INSTANT),
        sa.PrimaryKeyConstraint("kid", name="pk_signing_key"),
        *_laws("signing_key", laws),
    )
    op.create_index(
        "uq_signing_key_state", "signing_key", ["state"], unique=True, postgresql_where=sa.text("state <> 'OLD'")
    )


def _create_used_jti() -> None:
    op.create_table(
        "used_jti",
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("jti_hash", name="pk_used_jti"),
    )
    op.create_index("ix_used_jti_expires_at", "used_jti", ["expires_at"])


def _create_revocation() -> None:
    op.create_table(
        "revocation",
        sa.Column("revoked_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("revoked_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("revoked_id", name="pk_revocation"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_revocation_partner_id"),
    )
    op.create_index("ix_revocation_expires_at", "revocation", ["expires_at"])


_SUBJECT_LAWS = {
    "one_subject": "num_nonnulls(person_id, member_id) = 1",
}


def _create_sign_in_code() -> None:
    op.create_table(
        "sign_in_code",
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("member_id", sa.Uuid()),
        sa.Column("landing", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT),
        sa.PrimaryKeyConstraint("code_hash", name="pk_sign_in_code"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_sign_in_code_person_id"),
        *_laws("sign_in_code", _SUBJECT_LAWS),
    )
    op.create_index("ix_sign_in_code_expires_at", "sign_in_code", ["expires_at"])


def _create_browser_session() -> None:
    op.create_table(
        "browser_session",
        sa.Column("session_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("member_id", sa.Uuid()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("fresh_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("revoked_at", INSTANT),
        sa.PrimaryKeyConstraint("session_hash", name="pk_browser_session"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_browser_session_person_id"),
        *_laws("browser_session", _SUBJECT_LAWS),
    )
    for column in ("person_id", "member_id", "expires_at"):
        op.create_index(f"ix_browser_session_{column}", "browser_session", [column])


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=op.f(f"ck_{table}_{name}")) for name, law in laws.items()]


def downgrade() -> None:
    """Credentials are not thrown away by a step back."""
    raise NotImplementedError
