"""How the coalition settles: read by all who read statements, changed by who manages the programme."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from domain.ids import PersonId
from domain.settlement import policy
from domain.settlement.policy_models import SettlementPolicy
from resolvers.context import Context
from resolvers.policies import acting_person


async def policy_of(ctx: Context) -> SettlementPolicy:
    """The settings as they are."""
    return await ctx.read(policy.policy_of)


async def change(ctx: Context, changes: Mapping[str, Any]) -> SettlementPolicy:
    """Change some of them, by name. Raises: InvalidValue."""
    by = PersonId(acting_person(ctx.viewer))
    return await ctx.write(policy.change, changes, by=by, now=ctx.now)
