"""Members who agree to things, themselves or at a counter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.coalition import founding
from domain.coalition.models import Partner, PartnerStatus
from domain.coalition.partners import change_status
from domain.ids import PartnerId, new_id
from domain.members import consents
from domain.members.consent_texts import TEXT_VERSION
from domain.members.consents import GivenConsent
from domain.members.models import ConsentPurpose
from domain.members.recognition import KnownMember
from domain.storage import Database, ReadSession, Sight, WriteSession
from partners.clients import registering
from partners.clients.registering import CreateClient
from partners.oauth.models import Grant
from partners.scopes import PURPOSE_OF_SCOPE
from partners.standing import SERVER
from tests.builders.coalition import writing


@asynccontextmanager
async def seeing(database: Database, sight: Sight) -> AsyncIterator[WriteSession]:
    """One transaction of somebody."""
    async with database.session(sight) as session, session.begin():
        yield WriteSession(ReadSession(session))


@asynccontextmanager
async def being(database: Database, member: KnownMember) -> AsyncIterator[WriteSession]:
    """One transaction of a member."""
    async with seeing(database, Sight.member(member.member_id)) as session:
        yield session


async def agree(
    database: Database, member: KnownMember, partner: Partner, *purposes: ConsentPurpose, **said: Any
) -> UUID:
    """A member agrees to something itself, all of it if nothing is named; says the partner's id for the member."""
    given = {"text_version": TEXT_VERSION, **said}
    async with being(database, member) as session:
        wanted = purposes or tuple(ConsentPurpose)
        return await consents.give(session, member.member_id, partner.partner_id, wanted, **given)


async def standing(database: Database, member: KnownMember, partner: Partner) -> frozenset[ConsentPurpose]:
    """What stands, as the authorization server sees it."""
    async with seeing(database, SERVER) as session:
        return await consents.standing(session, member.member_id, partner.partner_id)


async def history(database: Database, member: KnownMember) -> list[GivenConsent]:
    """All that a member ever agreed to, as the member sees it."""
    async with being(database, member) as session:
        return await consents.of_member(session, member.member_id)


async def grant(database: Database, member: KnownMember, partner: Partner, pairwise_id: UUID) -> UUID:
    """A member's grant to a new client of a partner, for all that may be granted."""
    now = datetime.now(UTC)
    command = CreateClient(
        name="Web shop", scopes=frozenset(PURPOSE_OF_SCOPE), partner_id=PartnerId(partner.partner_id)
    )
    async with writing(database) as session:
        client = (await registering.create(session, command, now=now)).client
    made = Grant(
        grant_id=new_id(),
        client_id=client.client_id,
        partner_id=partner.partner_id,
        member_id=member.member_id,
        pairwise_id=pairwise_id,
        scopes=sorted(PURPOSE_OF_SCOPE),
        created_at=now,
        expires_at=now + timedelta(days=30),
    )
    async with seeing(database, SERVER) as session:
        session.add(made)
    return made.grant_id


async def become(database: Database, partner: Partner, *statuses: PartnerStatus) -> None:
    """A partner goes its way, step by step."""
    for status in statuses:
        async with writing(database) as session:
            await change_status(session, partner.partner_id, status)


async def clock_moves(database: Database, to: datetime) -> None:
    """The sandbox's clock is moved."""
    async with writing(database) as session:
        await founding.advance_clock(session, to=to)
