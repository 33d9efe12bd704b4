"""Actions, as tills, apps and the back office send them; and the types that a partner thought of."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.coalition import queries as coalition
from domain.coalition.errors import OutletNotFound
from domain.earning import acting, action_types
from domain.earning.acting import Answer
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.action_types import ActionField, ActionType
from domain.ids import PartnerId
from resolvers.context import Context
from resolvers.policies import acting_partner
from resolvers.tills import caches_of


async def record(ctx: Context, command: RecordAction) -> ActionReceipt:
    """Record one action."""
    await _refuse_foreign_till(ctx, command)
    caches = await caches_of(ctx)
    async with ctx.guessable():
        return await ctx.post(acting.record_action, command, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now)


async def record_many(ctx: Context, commands: Sequence[RecordAction]) -> list[Answer]:
    """Record many actions, each with its own receipt or refusal."""
    for command in commands:
        await _refuse_foreign_till(ctx, command)
    caches = await caches_of(ctx)
    async with ctx.guessable() as misses:
        answers = await ctx.post(
            acting.record_actions, commands, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now
        )
        misses.among(answers)
    return answers


async def find(ctx: Context, wallet_id: UUID, entry_id: UUID) -> ActionReceipt:
    """One of the partner's actions. Raises: ActionNotFound."""
    partner_id = PartnerId(acting_partner(ctx.viewer))
    currency = (await caches_of(ctx)).campaigns.currency
    return await ctx.fetch(acting.receipt_of, partner_id, wallet_id, entry_id, currency)


async def types(ctx: Context) -> list[ActionType]:
    """The types that the viewer's partner may record."""
    return await ctx.read(action_types.types_of, PartnerId(acting_partner(ctx.viewer)))


async def define(ctx: Context, name: str, fields: Sequence[ActionField]) -> ActionType:
    """Let the viewer's partner record a type of its own. Raises: InvalidActionType, ActionTypeTaken."""
    return await ctx.write(action_types.define, PartnerId(acting_partner(ctx.viewer)), name, fields, now=ctx.now)


async def retire(ctx: Context, name: str) -> ActionType:
    """Let the viewer's partner record a type of its own no more. Raises: ActionTypeNotFound."""
    return await ctx.write(action_types.retire, PartnerId(acting_partner(ctx.viewer)), name, now=ctx.now)


async def _refuse_foreign_till(ctx: Context, command: RecordAction) -> None:
    if ctx.viewer.outlet_id is None or command.outlet_code is None:
        return
    named = await ctx.read(coalition.outlet_by_code, command.partner_id, command.outlet_code)
    if named.outlet_id != ctx.viewer.outlet_id:
        raise OutletNotFound
