"""Rewards: what members get for points, what has been live for good, and draws that anybody can check."""

from migrations.operations import grant, posting_function, run_sql_file, wall
from migrations.roles import LEDGER_ROLE

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

DOORS = (
    "rewards_live(text, timestamptz)",
    "reward_told(text, uuid)",
    "rewards_recorded(uuid[], integer[])",
    "stocks_left(uuid[])",
    "gifts_given(text, uuid, uuid)",
    "holds_reward(uuid, uuid, uuid, uuid)",
    "close_draw(uuid, integer, timestamptz, timestamptz)",
    "draws_told(uuid[])",
    "tickets_told(uuid, integer, integer)",
)
OWN_REWARD = "EXISTS (SELECT FROM reward r WHERE r.reward_id = {0}.reward_id AND r.partner_id = {0}.partner_id)"


def upgrade() -> None:
    """Create rewards, agreements and draws, walled, with the reads of storefronts and members."""
    run_sql_file("0032_rewards.sql")
    # A draft is between owner and sponsors; what has been live is also open to those where it can be had. Everybody
    # else asks through a door, which tells what is for everybody.
    wall(
        "reward",
        "sees_partner(partner_id) OR sees_any(sponsors) OR live_from IS NOT NULL AND sees_any(partners)",
        write="sees_partner(partner_id)",
    )
    grant("reward", "SELECT, INSERT, UPDATE")
    wall("reward_agreement", "sees_partner(partner_id) OR sees_partner(owner_id)", write="sees_partner(partner_id)")
    grant("reward_agreement", "SELECT, INSERT")
    # Its owner makes a seed with the reward; nobody but the ledger reads it before the draw.
    wall("reward_seed", "sees_partner(partner_id) AND revealed_at IS NOT NULL", command="SELECT")
    wall("reward_seed", "", f"sees_partner(partner_id) AND {OWN_REWARD.format('reward_seed')}", command="INSERT")
    grant("reward_seed", "SELECT, INSERT")
    wall("reward_draw", "sees_partner(partner_id)", command="SELECT")
    grant("reward_draw", "SELECT")
    for table in ("reward_ticket", "reward_winner"):
        wall(table, "sees_partner(partner_id) OR sees_wallet(wallet_id)", command="SELECT")
        grant(table, "SELECT")
    own = f"sees_partner(partner_id) AND {OWN_REWARD.format('reward_winner')}"
    wall("reward_winner", "", own, command="INSERT")
    wall("reward_winner", own, command="UPDATE")
    grant("reward_winner", "INSERT, UPDATE (entry_id)")
    for table in ("reward", "reward_seed", "reward_draw", "reward_ticket", "reward_winner"):
        wall(table, "true", role=LEDGER_ROLE)
        grant(table, "SELECT", role=LEDGER_ROLE)
    grant("reward_seed", "UPDATE (revealed_at)", role=LEDGER_ROLE)
    for table in ("reward_ticket", "reward_draw"):
        grant(table, "INSERT", role=LEDGER_ROLE)
    for door in DOORS:
        posting_function(door)


def downgrade() -> None:
    """What was kept is not thrown away by a step back."""
    raise NotImplementedError
