"""What members allow partners, by purpose, and take back.

A consent stands once it was given, until it is revoked or past; past by the coalition's time, which the database knows,
so every door that tells a partner of a member asks one and the same rule there (`consent_stands`).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import func, text
from sqlmodel import col, select

from domain.coalition.models import Partner
from domain.errors import InvalidValue
from domain.members.consent_texts import TEXT_VERSION, TEXTS, said_in
from domain.members.errors import ConsentNotFound, MemberNotFound, MembersOwnAct
from domain.members.models import MEMBERS_OWN_ACT, Consent, ConsentPurpose, ConsentWay
from domain.members.recognition import KnownMember
from domain.storage import ReadSession, WriteSession, concerning, sight_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MOST_SHOWN = 100
"""Consents of one member and partner, the newest."""

_GIVE = text("SELECT consent_of(:member, :partner, :purposes, :version, :until, :now)")
_END = text("SELECT end_consents(:member, :partner, :purposes, :now)")
_STANDING = text("SELECT consents_standing(:member, :partner)")
_ALL = text("SELECT * FROM consents_of(:member)")
_LINKS = text("SELECT * FROM links_of(:member)")


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenConsent:
    """A consent as the member and its partner see it."""

    consent_id: UUID
    partner_id: UUID
    purpose: ConsentPurpose
    given_at: datetime
    given_through: ConsentWay
    text_version: int
    expires_at: datetime | None
    revoked_at: datetime | None

    def stands(self, now: datetime) -> bool:
        """Whether it counts at an instant of the coalition's time."""
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownBy:
    """A partner that knows a member."""

    partner_id: UUID
    since: datetime


async def balances_seen(session: ReadSession, wallets: Sequence[UUID]) -> list[bool]:
    """Of which wallets the viewer may see the balance."""
    stands = (
        select(Consent.wallet_id)
        .join(Partner, col(Partner.partner_id) == Consent.partner_id)
        .where(
            col(Consent.wallet_id).in_(wallets),
            Consent.purpose == ConsentPurpose.BALANCE,
            func.consent_stands(Consent.revoked_at, Consent.expires_at),
            func.meets_members(Partner.status),
            concerning(sight_of(session), col(Consent.partner_id)),
        )
    )
    seen = set(await session.scalars(stands))
    return [wallet in seen for wallet in wallets]


def check_counter(purposes: Collection[ConsentPurpose]) -> None:
    """What a partner may write down for a member. Raises: MembersOwnAct."""
    if acts := MEMBERS_OWN_ACT.intersection(purposes):
        raise MembersOwnAct(acts)


async def record(
    pool: Pool, member: KnownMember, partner_id: UUID, purposes: Collection[ConsentPurpose], *, now: datetime
) -> None:
    """Write down what a member said at a partner's counter; what stands already stays as it was given.

    Raises: MembersOwnAct, MemberNotFound.
    """
    check_counter(purposes)
    known = await pool.fetchval(
        "SELECT consent_to($1, $2, $3, $4, $5)",
        *(member.pairwise_id, partner_id, sorted(purposes), now, TEXT_VERSION),
    )
    if not known:
        raise MemberNotFound


async def give(
    session: WriteSession,
    member_id: UUID,
    partner_id: UUID,
    purposes: Collection[ConsentPurpose],
    *,
    text_version: int,
    until: datetime | None = None,
    now: datetime | None = None,
) -> UUID:
    """A member agrees itself, to words it read on a page of ours; says the partner's own id for the member.

    A partner that did not know the member does from now on. What stands otherwise, from a counter, in older words or
    until another day, gives way. `now` and `until` are the coalition's time; without `now` it is the coalition's now.
    Needs the sight of the member or of the authorization server.

    Raises: InvalidValue; MemberNotFound, where the member is no more or the partner may not meet members.
    """
    if text_version not in TEXTS:
        raise InvalidValue(f"members read version {TEXT_VERSION} of the words now", path=("text_version",))
    if unsaid := sorted(set(purposes) - said_in(text_version)):
        raise InvalidValue(
            f"version {text_version} says nothing of {', '.join(unsaid)}; read version {TEXT_VERSION}",
            path=("text_version",),
        )
    if until is not None and now is not None and until <= now:
        raise InvalidValue("a consent ends in the future", path=("until",))
    said = {"purposes": sorted(purposes), "version": text_version, "until": until, "now": now}
    pairwise_id: UUID | None = await session.scalar(_GIVE, {"member": member_id, "partner": partner_id, **said})
    if pairwise_id is None:
        raise MemberNotFound
    return pairwise_id


async def revoke(
    session: WriteSession, member_id: UUID, partner_id: UUID, purpose: ConsentPurpose, *, now: datetime | None = None
) -> None:
    """Take one consent back; it stays as history. Needs the sight of the member or of the authorization server.

    Raises: ConsentNotFound.
    """
    whose = {"member": member_id, "partner": partner_id}
    if not await session.scalar(_END, {**whose, "purposes": [purpose.value], "now": now}):
        raise ConsentNotFound


async def revoke_all(session: WriteSession, member_id: UUID, partner_id: UUID, *, now: datetime | None = None) -> int:
    """Take back all that a partner was allowed; says how many consents stood."""
    whose = {"member": member_id, "partner": partner_id}
    return await session.scalar(_END, {**whose, "purposes": None, "now": now}) or 0


async def standing(session: ReadSession, member_id: UUID, partner_id: UUID) -> frozenset[ConsentPurpose]:
    """What a member allows a partner at this moment, by the coalition's time; follows merges.

    Nothing, while the partner may not meet members, or to a sight that is neither of the two nor the server's.
    """
    purposes = await session.scalar(_STANDING, {"member": member_id, "partner": partner_id})
    return frozenset(map(ConsentPurpose, purposes or ()))


async def of_member(session: ReadSession, member_id: UUID) -> list[GivenConsent]:
    """All that a member ever allowed, the newest first; to the member and the authorization server."""
    rows = await session.scalars(select(Consent).from_statement(_ALL), {"member": member_id})
    return [_given(row) for row in rows]


async def known_by(session: ReadSession, member_id: UUID) -> list[KnownBy]:
    """Which partners know a member, the first first; to the member and the authorization server."""
    rows = await session.execute(_LINKS, {"member": member_id})
    return [KnownBy(partner_id=row.partner_id, since=row.since) for row in rows]


async def of_members(session: ReadSession, members: Sequence[UUID]) -> list[list[GivenConsent]]:
    """What each of these members ever allowed the partner that asks, the newest first."""
    rows = await session.scalars(
        select(Consent)
        .where(col(Consent.member_id).in_(members), concerning(sight_of(session), col(Consent.partner_id)))
        .order_by(col(Consent.given_at).desc(), col(Consent.purpose))
    )
    found: dict[UUID, list[GivenConsent]] = {}
    for row in rows:
        found.setdefault(row.member_id, []).append(_given(row))
    return [found.get(member, [])[:MOST_SHOWN] for member in members]


def _given(row: Consent) -> GivenConsent:
    return GivenConsent(
        consent_id=row.consent_id,
        partner_id=row.partner_id,
        purpose=ConsentPurpose(row.purpose),
        given_at=row.given_at,
        given_through=ConsentWay(row.given_through),
        text_version=row.text_version,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
