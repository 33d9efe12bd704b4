"""Segments: who is meant by a campaign, walled by owner; and members' consent to offers by what they told."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
DOORS = (
    "segment_members_known(uuid)",
    "segment_purchases(uuid, uuid[], timestamptz, timestamptz)",
    "segment_goods(uuid, uuid[], timestamptz, timestamptz, text[], text[])",
    "segment_mix(uuid, uuid[], timestamptz, timestamptz)",
    "segment_profiles(uuid)",
    "segments_held(uuid[], uuid[], uuid[], uuid[], timestamptz)",
)

OWN_SEGMENT = """EXISTS (SELECT FROM segment s
    WHERE s.segment_id = {0}.segment_id AND s.partner_id IS NOT DISTINCT FROM {0}.partner_id)"""


def upgrade() -> None:
    """Create the tables of segments and the doors through which their owners learn of members."""
    _create_segment()
    _create_segment_version()
    _create_segment_member()
    wall("segment", "sees_partner(partner_id) OR sees_any(shared_with)", command="SELECT")
    for table in ("segment_version", "segment_member"):
        wall(table, "sees_partner(partner_id)", command="SELECT")
    wall("segment", "sees_partner(partner_id)", command="INSERT")
    for table in ("segment_version", "segment_member"):
        wall(table, f"sees_partner(partner_id) AND {OWN_SEGMENT.format(table)}", command="INSERT")
    for table in ("segment", "segment_version", "segment_member"):
        grant(table, "SELECT, INSERT")
    for table in ("segment", "segment_member"):
        wall(table, "sees_partner(partner_id)", command="UPDATE")
        grant(table, "UPDATE")
    wall("segment_member", "true", command="SELECT", role=LEDGER_ROLE)
    grant("segment_member", "SELECT", role=LEDGER_ROLE)
    run_sql_file("0028_segments.sql")
    for door in DOORS:
        posting_function(door)


def _create_segment() -> None:
    op.create_table(
        "segment",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("shared_with", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("refresh_hours", sa.Integer(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.Column("refreshed_at", INSTANT),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("retired_at", INSTANT),
        sa.PrimaryKeyConstraint("segment_id", name="pk_segment"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_segment_partner_id"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 80", name="ck_segment_name_length"),
        sa.CheckConstraint("refresh_hours BETWEEN 1 AND 168", name="ck_segment_refresh_hours"),
        sa.CheckConstraint("version > 0 AND size >= 0", name="ck_segment_counted"),
    )
    op.create_index(
        "uq_segment_name",
        "segment",
        ["partner_id", sa.text("lower(name)")],
        unique=True,
        postgresql_where=sa.text("retired_at IS NULL"),
        postgresql_nulls_not_distinct=True,
    )


def _create_segment_version() -> None:
    op.create_table(
        "segment_version",
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("segment_id", "version", name="pk_segment_version"),
        sa.ForeignKeyConstraint(["segment_id"], ["segment.segment_id"], name="fk_segment_version_segment_id"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_segment_version_partner_id"),
    )


def _create_segment_member() -> None:
    op.create_table(
        "segment_member",
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("segment_id", sa.Uuid(), nullable=False),
        sa.Column("since", INSTANT, nullable=False),
        sa.Column("until", INSTANT),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Uuid()),
        sa.PrimaryKeyConstraint("wallet_id", "member_id", "segment_id", "since", name="pk_segment_member"),
        sa.CheckConstraint("until >= since", name="ck_segment_member_until_after_since"),
    )
    still_in = sa.text("until IS NULL")
    op.create_index("ix_segment_member_in", "segment_member", ["segment_id"], postgresql_where=still_in)
    op.create_index(
        "uq_segment_member_once",
        "segment_member",
        ["wallet_id", "member_id", "segment_id"],
        unique=True,
        postgresql_where=still_in,
    )


def downgrade() -> None:
    """Forget segments; consents to offers stay as history and would break the older law, so they go."""
    for door in DOORS:
        op.execute(f"DROP FUNCTION {door}")
    op.execute("DROP FUNCTION allows_offers(uuid, uuid, uuid)")
    op.execute("DROP FUNCTION sees_owner(uuid)")
    for table in ("segment_member", "segment_version", "segment"):
        op.drop_table(table)
    op.execute("DROP INDEX ix_purchase_occurred_at")
    op.execute(f"SET LOCAL ROLE {LEDGER_ROLE}")
    op.execute("DELETE FROM consent WHERE purpose = 'OFFERS'")
    op.execute("RESET ROLE")
    op.execute("ALTER TABLE consent DROP CONSTRAINT ck_consent_purpose")
    op.execute(
        "ALTER TABLE consent ADD CONSTRAINT ck_consent_purpose"
        " CHECK (purpose IN ('BALANCE', 'HISTORY', 'REDEMPTION', 'CODES'))"
    )
