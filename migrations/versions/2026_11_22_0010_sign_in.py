"""Signing in by mailed code, passkey, or password with a second factor; sessions one can list and end."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, wall

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
WORDS = postgresql.ARRAY(sa.Text())


def upgrade() -> None:
    """Let sessions be told apart, and codes be mailed; then what persons and members prove themselves with."""
    _tell_sessions_apart()
    _create_mailed_code()
    _create_credentials()


def _tell_sessions_apart() -> None:
    op.add_column(
        "browser_session",
        sa.Column("session_id", sa.Uuid(), nullable=False, server_default=sa.text("gen_random_uuid()")),
    )
    op.add_column("browser_session", sa.Column("last_seen_at", INSTANT))
    op.execute("UPDATE browser_session SET last_seen_at = created_at")
    op.alter_column("browser_session", "last_seen_at", nullable=False)
    op.add_column("browser_session", sa.Column("methods", WORDS, nullable=False, server_default=sa.text("'{}'")))
    op.add_column("browser_session", sa.Column("device", sa.String()))
    for column in ("session_id", "methods"):
        op.alter_column("browser_session", column, server_default=None)
    op.create_unique_constraint("uq_browser_session_session_id", "browser_session", ["session_id"])


def _create_mailed_code() -> None:
    op.create_table(
        "mailed_code",
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("member_id", sa.Uuid()),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_address", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_landing", sa.LargeBinary(), nullable=False),
        sa.Column("fresh", sa.Boolean(), nullable=False),
        sa.Column("tries", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("browser_hash", name="pk_mailed_code"),
        sa.CheckConstraint("tries BETWEEN 0 AND 5", name=op.f("ck_mailed_code_tries")),
    )
    op.create_index("ix_mailed_code_expires_at", "mailed_code", ["expires_at"])
    wall("mailed_code", "sees_server()")
    grant("mailed_code", "SELECT, INSERT, UPDATE, DELETE")


def _create_credentials() -> None:
    _create_passkeys()
    _create_passwords()
    tables = (
        "passkey_user",
        "passkey",
        "passkey_challenge",
        "password",
        "authenticator",
        "recovery_code",
        "half_sign_in",
    )
    for table in tables:
        wall(table, "sees_server()")
        grant(table, "SELECT, INSERT, UPDATE, DELETE")


def _create_passkeys() -> None:
    op.create_table(
        "passkey_user",
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("member_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("handle", name="pk_passkey_user"),
        sa.UniqueConstraint("person_id", name="uq_passkey_user_person_id"),
        sa.UniqueConstraint("member_id", name="uq_passkey_user_member_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_passkey_user_person_id"),
        sa.CheckConstraint("num_nonnulls(person_id, member_id) = 1", name=op.f("ck_passkey_user_one_subject")),
    )
    op.create_table(
        "passkey",
        sa.Column("passkey_id", sa.Uuid(), nullable=False),
        sa.Column("handle", sa.LargeBinary(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.Column("synced", sa.Boolean(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("last_used_at", INSTANT),
        sa.PrimaryKeyConstraint("passkey_id", name="pk_passkey"),
        sa.UniqueConstraint("credential_id", name="uq_passkey_credential_id"),
        sa.ForeignKeyConstraint(["handle"], ["passkey_user.handle"], name="fk_passkey_handle"),
        sa.CheckConstraint("octet_length(credential_id) BETWEEN 1 AND 1023", name=op.f("ck_passkey_credential_id")),
        sa.CheckConstraint("sign_count >= 0", name=op.f("ck_passkey_sign_count")),
        sa.CheckConstraint("char_length(name) BETWEEN 1 AND 60", name=op.f("ck_passkey_name")),
    )
    op.create_index("ix_passkey_handle", "passkey", ["handle"])
    op.create_table(
        "passkey_challenge",
        sa.Column("challenge_hash", sa.LargeBinary(), nullable=False),
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("registers", sa.Boolean(), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name="pk_passkey_challenge"),
    )
    op.create_index("ix_passkey_challenge_expires_at", "passkey_challenge", ["expires_at"])


def _create_passwords() -> None:
    op.create_table(
        "password",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_password"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_password_person_id"),
    )
    op.create_table(
        "authenticator",
        sa.Column("authenticator_id", sa.Uuid(), nullable=False),
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("misses", sa.SmallInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT),
        sa.PrimaryKeyConstraint("authenticator_id", name="pk_authenticator"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_authenticator_person_id"),
        sa.CheckConstraint("misses BETWEEN 0 AND 50", name=op.f("ck_authenticator_misses")),
    )
    for name, law in (("confirmed", "confirmed_at IS NOT NULL"), ("proposed", "confirmed_at IS NULL")):
        op.create_index(
            f"uq_authenticator_{name}", "authenticator", ["person_id"], unique=True, postgresql_where=sa.text(law)
        )
    op.create_table(
        "recovery_code",
        sa.Column("person_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", "code_hash", name="pk_recovery_code"),
        sa.ForeignKeyConstraint(["person_id"], ["person.person_id"], name="fk_recovery_code_person_id"),
    )
    op.create_table(
        "half_sign_in",
        sa.Column("browser_hash", sa.LargeBinary(), nullable=False),
        sa.Column("person_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("browser_hash", name="pk_half_sign_in"),
        sa.CheckConstraint("cardinality(person_ids) > 0", name=op.f("ck_half_sign_in_has_persons")),
    )
    op.create_index("ix_half_sign_in_expires_at", "half_sign_in", ["expires_at"])


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
