"""Partners' own files, held against the ledger."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from migrations.operations import grant, wall

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
OUTCOMES = "('MATCHED', 'MISSING_IN_LEDGER', 'MISSING_IN_FILE', 'AMOUNT_DIFFERS', 'DUPLICATE', 'LATE', 'REJECTED')"
CHANGING = ("partner_file", "partner_file_part", "partner_record", "partner_posting", "reconciliation_exception")


def upgrade() -> None:
    """Create the tables of reconciliation, each row behind its partner's wall.

    The ledger's side is gathered through the ledger's own walls, so nothing of another partner can come into it.
    """
    _create_mapping()
    _create_file()
    _create_part()
    _create_record()
    _create_posting()
    _create_exception()
    _create_step()
    for table in ("reconciliation_mapping", *CHANGING, "exception_step"):
        wall(table, "sees_partner(partner_id)")
    grant("reconciliation_mapping", "SELECT, INSERT")
    grant("exception_step", "SELECT, INSERT, DELETE")
    for table in CHANGING:
        grant(table, "SELECT, INSERT, UPDATE, DELETE")


def _create_mapping() -> None:
    op.create_table(
        "reconciliation_mapping",
        sa.Column("mapping_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("content", postgresql.JSONB(), nullable=False),
        sa.Column("created_by", sa.Uuid()),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("mapping_id", name="pk_reconciliation_mapping"),
        sa.UniqueConstraint("partner_id", "name", "version", name="uq_reconciliation_mapping_partner_id_name_version"),
        _known_by("reconciliation_mapping", "mapping_id"),
        _refers("reconciliation_mapping", "partner_id", "partner.partner_id"),
        *_laws("reconciliation_mapping", {"version": "version > 0"}),
    )


def _create_file() -> None:
    laws = {
        "state": "state IN ('UPLOADING', 'RECEIVED', 'READING', 'MATCHING', 'DONE', 'REFUSED')",
        "refused_for_a_reason": "(state = 'REFUSED') = (refusal IS NOT NULL)",
        "phase_when_matching": "(state = 'MATCHING') = (phase IS NOT NULL)",
        "received_whole": "state IN ('UPLOADING', 'REFUSED') OR (digest IS NOT NULL AND size = received)",
        "not_negative": "sequence > 0 AND received >= 0 AND position >= 0",
        "ends_after_start": "ends_at > starts_at",
        "digest": "octet_length(digest) = 32",
    }
    op.create_table(
        "partner_file",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("mapping_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("dry_run", sa.Boolean(), nullable=False),
        sa.Column("cycle_id", sa.Uuid()),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("ends_at", INSTANT),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("size", sa.BigInteger()),
        sa.Column("received", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary()),
        sa.Column("told", postgresql.JSONB(), nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("next_row", sa.BigInteger(), nullable=False),
        sa.Column("rows_read", sa.BigInteger(), nullable=False),
        sa.Column("points_read", sa.Numeric(), nullable=False),
        sa.Column("amount_read", sa.Numeric(), nullable=False),
        sa.Column("phase", sa.String()),
        sa.Column("findings", postgresql.JSONB(), nullable=False),
        sa.Column("report", postgresql.JSONB()),
        sa.Column("refusal", sa.String()),
        sa.Column("refusal_says", sa.String()),
        sa.Column("begun_by", sa.Uuid()),
        sa.Column("begun_at", INSTANT, nullable=False),
        sa.Column("received_at", INSTANT),
        sa.Column("ended_at", INSTANT),
        sa.PrimaryKeyConstraint("file_id", name="pk_partner_file"),
        _refers("partner_file", "partner_id", "partner.partner_id"),
        _refers_within_partner("partner_file", "mapping_id", "reconciliation_mapping.mapping_id"),
        _known_by("partner_file", "file_id"),
        _refers("partner_file", "cycle_id", "cycle.cycle_id"),
        *_laws("partner_file", laws),
    )
    counting = sa.text("NOT dry_run AND state <> 'REFUSED'")
    op.create_index(
        "uq_partner_file_sequence", "partner_file", ["partner_id", "sequence"], unique=True, postgresql_where=counting
    )
    waiting = sa.text("state IN ('RECEIVED', 'READING', 'MATCHING')")
    op.create_index("ix_partner_file_waiting", "partner_file", ["state"], postgresql_where=waiting)


def _create_part() -> None:
    op.create_table(
        "partner_file_part",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("start", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("file_id", "start", name="pk_partner_file_part"),
        _refers_within_partner("partner_file_part", "file_id", "partner_file.file_id"),
        *_laws("partner_file_part", {"size": "octet_length(content) BETWEEN 1 AND 4194304"}),
    )


def _create_record() -> None:
    op.create_table(
        "partner_record",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("row", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("identity", sa.Uuid()),
        sa.Column("reference", sa.String()),
        sa.Column("kind", sa.String()),
        sa.Column("outlet_code", sa.String()),
        sa.Column("outlet_id", sa.Uuid()),
        sa.Column("occurred_at", INSTANT),
        sa.Column("or_at", INSTANT),
        sa.Column("points", sa.BigInteger()),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("member", sa.LargeBinary()),
        sa.Column("outcome", sa.String()),
        sa.Column("reason", sa.String()),
        sa.Column("match", sa.BigInteger()),
        sa.Column("seconds_off", sa.Integer()),
        sa.Column("repeats_file", sa.Uuid()),
        sa.Column("repeats_row", sa.BigInteger()),
        sa.Column("cell", sa.String()),
        sa.Column("detail", sa.String()),
        sa.PrimaryKeyConstraint("file_id", "row", name="pk_partner_record"),
        _refers_within_partner("partner_record", "file_id", "partner_file.file_id"),
        *_laws("partner_record", {"outcome": f"outcome IN {OUTCOMES}"}),
    )
    op.create_index("ix_partner_record_partner_id_identity", "partner_record", ["partner_id", "identity"])


def _create_posting() -> None:
    op.create_table(
        "partner_posting",
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("wallet_id", sa.Uuid(), nullable=False),
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("reference", sa.String()),
        sa.Column("outlet_id", sa.Uuid()),
        sa.Column("occurred_at", INSTANT, nullable=False),
        sa.Column("points", sa.BigInteger(), nullable=False),
        sa.Column("amount", sa.BigInteger()),
        sa.Column("due", sa.Boolean(), nullable=False),
        sa.Column("earlier", sa.Boolean(), nullable=False),
        sa.Column("match", sa.BigInteger()),
        sa.Column("outcome", sa.String()),
        sa.Column("reason", sa.String()),
        sa.PrimaryKeyConstraint("file_id", "number", name="pk_partner_posting"),
        _refers_within_partner("partner_posting", "file_id", "partner_file.file_id"),
        *_laws("partner_posting", {"outcome": f"outcome IN {OUTCOMES}"}),
    )
    found = sa.text("outcome IN ('MATCHED', 'LATE')")
    op.create_index("ix_partner_posting_matched", "partner_posting", ["partner_id", "entry_id"], postgresql_where=found)


def _create_exception() -> None:
    laws = {
        "outcome": f"outcome IN {OUTCOMES}",
        "severity": "severity IN ('NOTE', 'WARNING', 'ERROR')",
        "suggestion": "suggestion IN ('MATCH', 'POST', 'ASK', 'REVERSE', 'CORRECT_FILE', 'NOTHING')",
        "state": "state IN ('OPEN', 'PROPOSED', 'RESOLVED')",
        "resolution": (
            "resolution IN ('ACCEPTED', 'CORRECT_IN_NEXT_FILE', 'FORCE_MATCHED', 'WRITTEN_OFF', 'EXPLAINED')"
        ),
        "row_or_posting": "num_nonnulls(row, number) = 1",
        "resolution_unless_open": "(state = 'OPEN') = (resolution IS NULL)",
        "resolved_at": "(state = 'RESOLVED') = (resolved_at IS NOT NULL)",
        "second_person": "resolved_by <> proposed_by",
        "two_persons": (
            "resolution NOT IN ('FORCE_MATCHED', 'WRITTEN_OFF')"
            " OR (proposed_by IS NOT NULL AND (state = 'PROPOSED' OR resolved_by IS NOT NULL))"
        ),
        "matched_with_something": (
            "(resolution = 'FORCE_MATCHED') = (num_nonnulls(counterpart_row, counterpart_number) > 0)"
        ),
    }
    numbers = ("row", "number", "suggested_row", "suggested_number", "counterpart_row", "counterpart_number")
    op.create_table(
        "reconciliation_exception",
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("file_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.BigInteger()) for name in numbers),
        sa.Column("outcome", sa.String(), nullable=False),
        sa.Column("reason", sa.String()),
        sa.Column("severity", sa.String(), nullable=False),
        sa.Column("suggestion", sa.String(), nullable=False),
        sa.Column("because", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("resolution", sa.String()),
        sa.Column("assigned_to", sa.Uuid()),
        sa.Column("proposed_by", sa.Uuid()),
        sa.Column("resolved_by", sa.Uuid()),
        sa.Column("resolved_at", INSTANT),
        sa.Column("explained_by", sa.Uuid()),
        sa.PrimaryKeyConstraint("exception_id", name="pk_reconciliation_exception"),
        sa.UniqueConstraint("file_id", "place", name="uq_reconciliation_exception_file_id_place"),
        _refers_within_partner("reconciliation_exception", "file_id", "partner_file.file_id"),
        _refers_within_partner("reconciliation_exception", "explained_by", "partner_file.file_id"),
        _known_by("reconciliation_exception", "exception_id"),
        *_laws("reconciliation_exception", laws),
    )
    unresolved = sa.text("state <> 'RESOLVED'")
    op.create_index(
        "ix_reconciliation_exception_open", "reconciliation_exception", ["partner_id"], postgresql_where=unresolved
    )


def _create_step() -> None:
    op.create_table(
        "exception_step",
        sa.Column("step_id", sa.Uuid(), nullable=False),
        sa.Column("exception_id", sa.Uuid(), nullable=False),
        sa.Column("partner_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("note", sa.String()),
        sa.Column("person_id", sa.Uuid()),
        sa.Column("taken_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("step_id", name="pk_exception_step"),
        _refers_within_partner("exception_step", "exception_id", "reconciliation_exception.exception_id"),
        *_laws("exception_step", {"note": "char_length(note) <= 1000"}),
    )
    op.create_index("ix_exception_step_exception_id_step_id", "exception_step", ["exception_id", "step_id"])


def _refers(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=f"fk_{table}_{column}")


def _refers_within_partner(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    """A key to something of the same partner: an id of another's is refused as one that nobody has."""
    to, _, key = target.partition(".")
    name = f"fk_{table}_{column}_partner_id"
    return sa.ForeignKeyConstraint([column, "partner_id"], [f"{to}.{key}", f"{to}.partner_id"], name=name)


def _known_by(table: str, key: str) -> sa.UniqueConstraint:
    """What keys within a partner refer to."""
    return sa.UniqueConstraint(key, "partner_id", name=f"uq_{table}_{key}_partner_id")


def _laws(table: str, laws: dict[str, str]) -> list[sa.CheckConstraint]:
    return [sa.CheckConstraint(law, name=f"ck_{table}_{name}") for name, law in laws.items()]


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
