"""Consents with the version of their text, the way they were given, and an end; one rule for whether they stand."""

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

DOORS = (
    "consent_to(uuid, uuid, text[], timestamptz, integer, timestamptz)",
    "consent_of(uuid, uuid, text[], integer, timestamptz, timestamptz)",
    "end_consents(uuid, uuid, text[], timestamptz)",
    "consents_standing(uuid, uuid)",
    "consents_of(uuid)",
    "links_of(uuid)",
    "grants_of(uuid)",
    "is_named(bytea, uuid)",
    "has_become(uuid, uuid)",
)


def upgrade() -> None:
    """Keep what a member read and until when it counts, and ask one rule at every door."""
    run_sql_file("0011_consents.sql")
    run_sql_file("0011_recognising.sql")
    for door in DOORS:
        posting_function(door)
    wall("oauth_grant", "true", role=LEDGER_ROLE)
    grant("oauth_grant", "SELECT, UPDATE", role=LEDGER_ROLE)
    wall("client", "true", command="SELECT", role=LEDGER_ROLE)
    grant("client", "SELECT (client_id, name, revoked_at)", role=LEDGER_ROLE)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
