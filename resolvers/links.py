"""The partners that know a member, and what it allows them: the member's own affair."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from domain.errors import NotFound
from domain.members import consent_texts, recognition
from domain.members.consents import GivenConsent
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.paging import Page, PageRequest
from partners import allowing
from partners.allowing import MembersLink
from resolvers import coalition, members
from resolvers.context import Context
from resolvers.policies import acting_member


async def mine(ctx: Context, page: PageRequest) -> Page[MembersLink]:
    """The partners that know the member who asks, the first first."""
    _, member_id = acting_member(ctx.viewer)
    found = await ctx.read(allowing.links, member_id)
    following = [link for link in found if page.after is None or _key(link) > page.after]
    return Page.of(following[: page.first + 1], page, _key)


async def one_of_mine(ctx: Context, partner_id: UUID) -> MembersLink | None:
    """A partner that knows the member who asks."""
    _, member_id = acting_member(ctx.viewer)
    return next((link for link in await ctx.read(allowing.links, member_id) if link.partner_id == partner_id), None)


async def give(
    ctx: Context,
    partner_id: UUID,
    purposes: Collection[ConsentPurpose],
    *,
    text_version: int,
    until: datetime | None,
) -> MembersLink | None:
    """Allow a partner something. Raises: PartnerNotFound, InvalidValue, PartnerNotActive."""
    _, member_id = acting_member(ctx.viewer)
    await coalition.partner(ctx, partner_id)
    await ctx.fetch(recognition.serve, partner_id)
    await ctx.write(
        allowing.give,
        *(member_id, partner_id, purposes),
        text_version=text_version,
        until=until,
        now=ctx.now,
        really=ctx.real_now(),
    )
    return await one_of_mine(ctx, partner_id)


async def revoke(ctx: Context, partner_id: UUID, purpose: ConsentPurpose) -> KnownMember:
    """Take back what a partner was allowed. Raises: ConsentNotFound."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.write(allowing.revoke, member_id, partner_id, purpose, now=ctx.now, really=ctx.real_now())
    return members.me(ctx)


async def revoke_grant(ctx: Context, grant_id: UUID) -> None:
    """Let a client ask no more on the member's behalf. Raises: NotFound."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.write(allowing.revoke_grant, member_id, grant_id, really=ctx.real_now())


async def revoke_all(ctx: Context, partner_id: UUID) -> MembersLink:
    """Take back all that a partner and its clients were allowed. Raises: NotFound, where it knows no such member."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.write(allowing.revoke_link, member_id, partner_id, now=ctx.now, really=ctx.real_now())
    link = await one_of_mine(ctx, partner_id)
    if link is None:
        raise NotFound("No such partner knows you.", path=("partner",))
    return link


async def words_of(ctx: Context, consent: GivenConsent, language: str) -> str | None:
    """What the member read, with the partner's name as it is now."""
    partner = await coalition.partner(ctx, consent.partner_id)
    return consent_texts.words(consent.purpose, partner=partner.name, language=language, version=consent.text_version)


def _key(link: MembersLink) -> tuple[datetime, UUID]:
    return link.since, link.partner_id
