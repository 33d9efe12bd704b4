"""The audit trail: who was given, changed or lost what, by whom; and what became of fetching clients' keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ACTORS = "('PERSON', 'CLIENT', 'MEMBER', 'COMMAND_LINE', 'SERVER')"
SUBJECTS = "('PERSON', 'CLIENT', 'MEMBER', 'PARTNER', 'GRANT', 'SIGNING_KEY', 'WEBHOOK')"
ACTIONS = (
    "('PERSON_INVITED', 'PERSON_INVITED_AGAIN', 'ROLES_CHANGED', 'PERSON_LET_GO', 'SIGN_IN_LINK_MADE',"
    " 'CREDENTIAL_ADDED', 'CREDENTIAL_REMOVED', 'PASSKEY_SUSPECTED', 'CLIENT_CREATED', 'CLIENT_CHANGED',"
    " 'CLIENT_ROTATED', 'CLIENT_REVOKED', 'CEILING_SET', 'TEST_MEMBERS_MADE', 'GRANT_GIVEN', 'GRANT_REVOKED',"
    " 'CONSENT_GIVEN', 'CONSENT_REVOKED', 'SIGNING_KEY_ROTATED', 'WEBHOOK_CREATED', 'WEBHOOK_CHANGED',"
    " 'WEBHOOK_REMOVED')"
)
RECORDING = "(uuid, uuid, text, uuid, uuid, text, text, uuid, jsonb, timestamptz)"


def upgrade() -> None:
    """Create the trail: read within one's wall, appended through one door, changed by nobody."""
    _create_line()
    op.create_table(
        "trail_head",
        sa.Column("form", sa.String(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("form", name="pk_trail_head"),
    )
    op.execute("INSERT INTO trail_head VALUES ('hansa-trail-1', 0, sha256('hansa-trail-1'))")
    run_sql_file("0012_trail.sql")
    posting_function(f"record_line{RECORDING}")
    wall("trail_line", "sees_partner(partner_id)", command="SELECT")
    wall("trail_head", "sees_coalition()", command="SELECT")
    for table, privileges in (("trail_line", "INSERT"), ("trail_head", "SELECT, UPDATE")):
        grant(table, "SELECT")
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, privileges, role=LEDGER_ROLE)
    op.add_column("client", sa.Column("jwks_tried_at", sa.DateTime(timezone=True)))
    op.add_column("client", sa.Column("jwks_failure", sa.String()))


def _create_line() -> None:
    laws = {
        "actor": f"actor IN {ACTORS}",
        "actor_named": "(actor_id IS NULL) = (actor IN ('COMMAND_LINE', 'SERVER'))",
        "own_affairs": "actor_partner_id IS NULL OR actor_partner_id = partner_id",
        "subject": f"subject IN {SUBJECTS}",
        "action": f"action IN {ACTIONS}",
        "facts": "jsonb_typeof(facts) = 'object'",
    }
    op.create_table(
        "trail_line",
        sa.Column("line_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid()),
        sa.Column("actor_partner_id", sa.Uuid()),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid()),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("line_id", name="pk_trail_line"),
        sa.UniqueConstraint("number", name="uq_trail_line_number"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_trail_line_partner_id"),
        sa.ForeignKeyConstraint(["actor_partner_id"], ["partner.partner_id"], name="fk_trail_line_actor_partner_id"),
        *(sa.CheckConstraint(law, name=op.f(f"ck_trail_line_{name}")) for name, law in laws.items()),
    )
    for column in ("partner_id", "actor_id", "subject_id"):
        op.create_index(f"ix_trail_line_{column}_number", "trail_line", [column, "number"])


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
