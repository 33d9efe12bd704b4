"""${message}.

Why: (one sentence a reader will want to know in a year).
"""

from alembic import op

revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = ${repr(branch_labels)}
depends_on = ${repr(depends_on)}


def upgrade() -> None:
    """${message}."""
    # A migration that waits for a lock makes every later statement wait behind it: give up early, try again.
    op.execute("SET LOCAL lock_timeout = '3s'")
    ${upgrades if upgrades else "raise NotImplementedError"}
