"""What members tell of themselves, to themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.members import profiles
from domain.members.profiles import Profile
from domain.messages import preferring
from domain.storage import WriteSession
from resolvers.context import Context
from resolvers.policies import acting_member


async def mine(ctx: Context) -> Profile:
    """The asking member's profile. Raises: WrongAudience."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(profiles.profile_of, member_id, key=ctx.keys.personal_data)


async def change(ctx: Context, changes: Mapping[str, Any]) -> Profile:
    """Change the asking member's profile; its messages speak the language it names.

    Raises: WrongAudience, InvalidValue.
    """
    wallet_id, member_id = acting_member(ctx.viewer)
    return await ctx.write(_change, wallet_id, member_id, changes, key=ctx.keys.personal_data, now=ctx.now)


async def _change(
    session: WriteSession, wallet_id: UUID, member_id: UUID, changes: Mapping[str, Any], *, key: bytes, now: datetime
) -> Profile:
    if changes.get("language"):
        await preferring.follow_profile(session, wallet_id, member_id, now=now)
    return await profiles.change(session, member_id, changes, key=key, now=now)
