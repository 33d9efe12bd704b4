"""What a member allows partners and their clients, seen and taken back by the member: consents and grants together.

All of it needs the sight of the member itself, or of the authorization server on a page where the member is signed in.
Times of consents are the coalition's (`now`), those of grants are real ones (`really`).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, text, update
from sqlmodel import col

from domain.audit import trail
from domain.audit.models import Action, ActorKind, SubjectKind
from domain.audit.trail import Actor, Line
from domain.errors import NotFound
from domain.members import consents
from domain.members.consents import GivenConsent
from domain.members.models import ConsentPurpose
from domain.storage import ReadSession, WriteSession
from partners.oauth.models import Grant
from partners.scopes import Scope, known

_GRANTS = text("SELECT * FROM grants_of(:member)")


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersGrant:
    """A client of a partner that may ask on the member's behalf."""

    grant_id: UUID
    partner_id: UUID
    client_name: str
    scopes: frozenset[Scope]
    """What was granted; each counts only as long as the consent it stands on."""
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MembersLink:
    """A partner that knows the member, with all that it is and was allowed."""

    partner_id: UUID
    since: datetime
    consents: list[GivenConsent]
    """The newest first."""
    grants: list[MembersGrant]
    """Those that did not end, the newest first."""


async def links(session: ReadSession, member_id: UUID) -> list[MembersLink]:
    """Every partner that knows a member, the first first."""
    given = await consents.of_member(session, member_id)
    granted = await grants(session, member_id)
    return [
        MembersLink(
            partner_id=link.partner_id,
            since=link.since,
            consents=[one for one in given if one.partner_id == link.partner_id][: consents.MOST_SHOWN],
            grants=[one for one in granted if one.partner_id == link.partner_id],
        )
        for link in await consents.known_by(session, member_id)
    ]


async def grants(session: ReadSession, member_id: UUID) -> list[MembersGrant]:
    """What a member granted to clients and did not take back, the newest first."""
    rows = await session.execute(_GRANTS, {"member": member_id})
    return [
        MembersGrant(
            grant_id=row.grant_id,
            partner_id=row.partner_id,
            client_name=row.client_name,
            scopes=known(row.scopes),
            created_at=row.created_at,
            expires_at=row.expires_at,
            last_used_at=row.last_used_at,
        )
        for row in rows
    ]


async def give(
    session: WriteSession,
    member_id: UUID,
    partner_id: UUID,
    purposes: Collection[ConsentPurpose],
    *,
    text_version: int,
    until: datetime | None,
    now: datetime | None,
    really: datetime,
) -> None:
    """Allow a partner something, in words the member has read. Raises: InvalidValue, MemberNotFound."""
    await consents.give(session, member_id, partner_id, purposes, text_version=text_version, until=until, now=now)
    line = _line(member_id, Action.CONSENT_GIVEN, partner_id, purposes=sorted(purposes), text=text_version)
    await trail.record(session, line, now=really)


async def revoke(
    session: WriteSession,
    member_id: UUID,
    partner_id: UUID,
    purpose: ConsentPurpose,
    *,
    now: datetime | None,
    really: datetime,
) -> None:
    """Take one consent back. Raises: ConsentNotFound."""
    await consents.revoke(session, member_id, partner_id, purpose, now=now)
    line = _line(member_id, Action.CONSENT_REVOKED, partner_id, purposes=[purpose.value])
    await trail.record(session, line, now=really)


async def revoke_grant(session: WriteSession, member_id: UUID, grant_id: UUID, *, really: datetime) -> None:
    """Let a client ask on the member's behalf no more; the consents stay. Raises: NotFound."""
    if not await _end_grants(session, member_id, col(Grant.grant_id) == grant_id, really=really):
        raise NotFound("You granted no such thing, or took it back.", path=("grant",))


async def revoke_link(
    session: WriteSession, member_id: UUID, partner_id: UUID, *, now: datetime | None, really: datetime
) -> None:
    """Take back all that a partner and its clients were allowed, in one step; asked again it changes nothing.

    The partner still knows the member: what was bought there stays bought.
    """
    ended = await consents.revoke_all(session, member_id, partner_id, now=now)
    await _end_grants(session, member_id, col(Grant.partner_id) == partner_id, really=really)
    if ended:
        await trail.record(session, _line(member_id, Action.CONSENT_REVOKED, partner_id, all=ended), now=really)


async def _end_grants(session: WriteSession, member_id: UUID, which: ColumnElement[bool], *, really: datetime) -> int:
    ended = await session.execute(
        update(Grant)
        .where(which, col(Grant.member_id) == member_id, col(Grant.revoked_at).is_(None))
        .values(revoked_at=really)
        .returning(col(Grant.grant_id))
    )
    found = list(ended.scalars())
    for grant_id in found:
        await trail.record(session, _line(member_id, Action.GRANT_REVOKED, grant_id), now=really)
    return len(found)


def _line(member_id: UUID, action: Action, subject_id: UUID, **facts: trail.Fact) -> Line:
    """A line that the coalition alone sees: the member's own id is nothing a partner may learn."""
    subject = SubjectKind.GRANT if action is Action.GRANT_REVOKED else SubjectKind.PARTNER
    actor = Actor(kind=ActorKind.MEMBER, id=member_id)
    return Line(actor=actor, action=action, subject=subject, subject_id=subject_id, facts=facts)
