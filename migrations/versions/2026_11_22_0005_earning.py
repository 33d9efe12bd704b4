"""Campaigns: what a purchase earns, who funds it, and that every sponsor has agreed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)

FUNCTIONS = (
    "may_fund(uuid[], timestamptz)",
    "campaigns_in_force(timestamptz, timestamptz)",
    "campaigns_digest(timestamptz, timestamptz)",
    "campaigns_recorded(uuid[], integer[])",
    "find_purchases(uuid, text, uuid)",
    "purchase_as_rated(uuid, uuid, uuid)",
    "entries_by_key(uuid[], text[])",
    "claw_backs_of(uuid, uuid, uuid)",
    "counters_of(uuid)",
)

LAWS = {
    "state": "state IN ('DRAFT', 'LIVE', 'PAUSED', 'ENDED')",
    "rounding": "rounding IN ('DOWN', 'HALF_EVEN', 'UP')",
    "ends_after_start": "ends_at > starts_at",
    "sponsors": "cardinality(sponsors) > 0 AND cardinality(sponsors) = cardinality(shares)",
    "partners": "cardinality(partners) > 0",
    "return_days": "return_days BETWEEN 0 AND 400",
    "live_times": (
        "CASE state WHEN 'DRAFT' THEN live_from IS NULL AND live_until IS NULL"
        " WHEN 'LIVE' THEN live_from IS NOT NULL AND live_until IS NULL"
        " WHEN 'PAUSED' THEN live_from IS NOT NULL AND live_until IS NOT NULL"
        " ELSE (live_from IS NULL) = (live_until IS NULL) END"
    ),
}


def upgrade() -> None:
    """Create campaigns and agreements, walled, with the reads of the hot path."""
    _create_campaign()
    _create_agreement()
    run_sql_file("0005_campaigns.sql")
    run_sql_file("0005_purchases.sql")
    # A draft is between owner and sponsors; what has been live is also open to those whose purchases earn under it.
    wall(
        "campaign",
        "sees_partner(partner_id) OR sees_any(sponsors) OR live_from IS NOT NULL AND sees_any(partners)",
        write="sees_partner(partner_id)",
    )
    wall(
        "campaign_agreement",
        "sees_partner(partner_id) OR sees_partner(owner_id)",
        write="sees_partner(partner_id)",
    )
    grant("campaign", "SELECT, INSERT, UPDATE")
    grant("campaign_agreement", "SELECT, INSERT")
    wall("campaign", "true", command="SELECT", role=LEDGER_ROLE)
    grant("campaign", "SELECT", role=LEDGER_ROLE)
    for function in FUNCTIONS:
        posting_function(function)


def _create_campaign() -> None:
    op.create_table(
        "campaign",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT),
        sa.Column("rule", postgresql.JSONB(), nullable=False),
        sa.Column("partners", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("outlets", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("tiers", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("sponsors", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("shares", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("return_days", sa.Integer()),
        sa.Column("expiry", postgresql.JSONB(), nullable=False),
        sa.Column("rounding", sa.String(), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("live_from", INSTANT),
        sa.Column("live_until", INSTANT),
        sa.PrimaryKeyConstraint("campaign_id", "version", name="pk_campaign"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_campaign_partner_id"),
        *(sa.CheckConstraint(law, name=f"ck_campaign_{name}") for name, law in LAWS.items()),
    )
    op.create_index("ix_campaign_partner_id", "campaign", ["partner_id"])
    op.create_index(
        "uq_campaign_one_draft", "campaign", ["campaign_id"], unique=True, postgresql_where=sa.text("state = 'DRAFT'")
    )
    op.create_index(
        "uq_campaign_one_live",
        "campaign",
        ["campaign_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('LIVE', 'PAUSED')"),
    )


def _create_agreement() -> None:
    op.create_table(
        "campaign_agreement",
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("agreed_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("campaign_id", "partner_id", "fingerprint", name="pk_campaign_agreement"),
        sa.ForeignKeyConstraint(["partner_id"], ["partner.partner_id"], name="fk_campaign_agreement_partner_id"),
        sa.ForeignKeyConstraint(
            ["campaign_id", "version"],
            ["campaign.campaign_id", "campaign.version"],
            name="fk_campaign_agreement_campaign_id",
        ),
    )


def downgrade() -> None:
    """Forget campaigns."""
    for function in FUNCTIONS:
        op.execute(f"DROP FUNCTION {function}")
    op.drop_table("campaign_agreement")
    op.drop_table("campaign")
    op.execute("DROP FUNCTION guard_campaign()")
    op.execute("DROP FUNCTION sees_any(uuid[])")
