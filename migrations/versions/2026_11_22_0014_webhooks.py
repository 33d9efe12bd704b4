"""Webhooks and their deliveries: rows of partners', each behind its partner's wall."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, wall

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Create the tables of webhooks, walled.

    Keys between them hold the partner too, so that trying ids tells nobody which of them another partner has.
    """
    _create_webhook()
    _create_request()
    _create_lane()
    _create_delivery()
    _create_attempt()
    for table in ("webhook", "webhook_request", "webhook_lane", "webhook_delivery"):
        wall(table, "sees_partner(partner_id)")
    for table in ("webhook", "webhook_request", "webhook_lane", "webhook_delivery"):
        grant(table, "SELECT, INSERT, UPDATE, DELETE")
    # How an attempt went is written down by those who send, and told to the partner.
    wall("webhook_attempt", "sees_partner(partner_id)", "sees_coalition()")
    grant("webhook_attempt", "SELECT, INSERT, DELETE")


def _create_webhook() -> None:
    laws = {
        "state": "state IN ('ACTIVE', 'PAUSED', 'FAILING')",
        "reason_unless_active": "(state = 'ACTIVE') = (reason IS NULL)",
        "previous_secret_ends": "(sealed_previous IS NULL) = (previous_until IS NULL)",
        "failing_since_a_failure": "(failures = 0) = (failing_since IS NULL)",
    }
    op.create_table(
        "webhook",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.ARRAY(sa.Text())),
        sa.Column("sealed_secret", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_previous", sa.LargeBinary()),
        sa.Column("previous_until", INSTANT),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", INSTANT),
        sa.Column("resting_until", INSTANT),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT),
        sa.PrimaryKeyConstraint("webhook_id", name="pk_webhook"),
        _refers("webhook", "partner_id", "partner"),
        _refers_within_partner("webhook", "client"),
        sa.UniqueConstraint("webhook_id", "partner_id", name="uq_webhook_webhook_id_partner_id"),
        *_laws("webhook", laws),
    )
    for column in ("partner_id", "client_id"):
        op.create_index(f"ix_webhook_{column}", "webhook", [column])


def _create_request() -> None:
    op.create_table(
        "webhook_request",
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("idempotency_key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("deliveries", sa.Integer(), nullable=False),
        sa.Column("last_number", sa.BigInteger()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("partner_id", "idempotency_key", name="pk_webhook_request"),
        _refers("webhook_request", "partner_id", "partner"),
    )
    for column in ("webhook_id", "created_at"):
        op.create_index(f"ix_webhook_request_{column}", "webhook_request", [column])


def _create_lane() -> None:
    laws = {"waiting": "waiting >= 0", "lease_ends": "(lease IS NULL) = (leased_until IS NULL)"}
    op.create_table(
        "webhook_lane",
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("lane", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("waiting", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT, nullable=False),
        sa.Column("lease", sa.Uuid()),
        sa.Column("leased_until", INSTANT),
        sa.PrimaryKeyConstraint("webhook_id", "lane", name="pk_webhook_lane"),
        _refers_within_partner("webhook_lane", "webhook"),
        _refers("webhook_lane", "partner_id", "partner"),
        *_laws("webhook_lane", laws),
    )
    op.create_index(
        "ix_webhook_lane_due", "webhook_lane", ["webhook_id", "due_at"], postgresql_where=sa.text("waiting > 0")
    )


def _create_delivery() -> None:
    laws = {
        "state": "state IN ('WAITING', 'DELIVERED', 'GIVEN_UP', 'UNWANTED')",
        "finished_unless_waiting": "(state = 'WAITING') = (finished_at IS NULL)",
    }
    op.create_table(
        "webhook_delivery",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("webhook_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("lane", sa.Uuid(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("replays", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("finished_at", INSTANT),
        sa.PrimaryKeyConstraint("delivery_id", name="pk_webhook_delivery"),
        _refers_within_partner("webhook_delivery", "webhook"),
        _refers("webhook_delivery", "partner_id", "partner"),
        *_laws("webhook_delivery", laws),
    )
    op.create_index("ix_webhook_delivery_partner_id", "webhook_delivery", ["partner_id"])
    op.create_index("ix_webhook_delivery_webhook_id_place", "webhook_delivery", ["webhook_id", "place"])
    _index_some("waiting", ["webhook_id", "lane", "place"], "state = 'WAITING'")
    _index_some("position", ["position"], "state = 'WAITING'")
    _index_some("finished", ["finished_at"], "finished_at IS NOT NULL")


def _index_some(name: str, columns: list[str], which: str) -> None:
    op.create_index(f"ix_webhook_delivery_{name}", "webhook_delivery", columns, postgresql_where=sa.text(which))


def _create_attempt() -> None:
    op.create_table(
        "webhook_attempt",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("milliseconds", sa.Integer(), nullable=False),
        sa.Column("status", sa.Integer()),
        sa.Column("answer", sa.String()),
        sa.Column("problem", sa.String()),
        sa.PrimaryKeyConstraint("delivery_id", "number", name="pk_webhook_attempt"),
        _refers("webhook_attempt", "delivery_id", "webhook_delivery"),
        _refers("webhook_attempt", "partner_id", "partner"),
        *_laws("webhook_attempt", {"says_how": "status IS NOT NULL OR problem IS NOT NULL"}),
    )


def _refers(table: str, column: str, to: str) -> sa.ForeignKeyConstraint:
    key = "delivery_id" if to == "webhook_delivery" else f"{to}_id"
    return sa.ForeignKeyConstraint([column], [f"{to}.{key}"], name=f"fk_{table}_{column}")


def _refers_within_partner(table: str, to: str) -> sa.ForeignKeyConstraint:
    key = [f"{to}_id", "partner_id"]
    return sa.ForeignKeyConstraint(key, [f"{to}.{column}" for column in key], name=f"fk_{table}_{to}_id_partner_id")


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=op.f(f"ck_{table}_{name}")) for name, law in laws.items()]


def downgrade() -> None:
    """What waits to be sent is not thrown away by a step back."""
    raise NotImplementedError
