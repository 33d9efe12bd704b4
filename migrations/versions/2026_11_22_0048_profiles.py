"""Members change what they told of themselves."""

from alembic import op

from migrations.operations import grant, wall
from migrations.roles import APP_ROLE

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let a member write its own details anew, as sealed as before, under the same key."""
    own = "current_setting('app.sight', true) IS NOT DISTINCT FROM 'member:' || member_id::text"
    wall("personal_data", own, command="UPDATE")
    grant("personal_data", "UPDATE (sealed, changed_at)")


def downgrade() -> None:
    """Nobody changes them."""
    op.execute(f"REVOKE UPDATE (sealed, changed_at) ON personal_data FROM {APP_ROLE}")
    op.execute(f"DROP POLICY personal_data_{APP_ROLE}_update ON personal_data")
