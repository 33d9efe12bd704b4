"""Somebody joins by a friend's link: their address is theirs, since they typed the code that was mailed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.coalition.founding import clock_of, coalition_of
from domain.earning.tills import Caches
from domain.earning.welcoming import welcome
from domain.ids import MemberId, PartnerId
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.errors import AlreadyMember
from domain.members.identifiers import Identifier
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import KnownMember
from domain.referral import joining
from domain.referral.errors import AlreadyReferred, ReferralCodeNotFound
from domain.referral.inviting import PATH
from domain.referral.terms import Programme
from domain.storage import NOBODY, ReadSession
from partners.sign_in import links
from partners.sign_in.visits import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Who signs in now."""

    member_id: MemberId
    known: bool
    """Somebody whom the address named already, in the meantime: they have yet to take the invitation."""


def address_of(code: str) -> str:
    """The page of a code."""
    return PATH + code


async def now_of(visit: Visit) -> datetime:
    """What time it is for the coalition: a sandbox's clock may stand elsewhere than the real one."""
    found = await clock_of(visit.state.database.pool)
    return visit.now if found is None or found.at is None else found.at


def keys_of(visit: Visit) -> MemberKeys:
    """The keys that never reach the database."""
    return MemberKeys(lookup=visit.state.keys.lookups, personal=visit.state.keys.personal_data)


async def open_programme(visit: Visit, code: str) -> Programme:
    """The programme that a code is open for. Raises: ReferralCodeNotFound."""
    return await joining.open_programme(visit.state.database.pool, code, now=await now_of(visit))


async def joined(visit: Visit, address: str, code: str, *, key: str) -> Joined:
    """Make a member of whoever has this address, at the programme's host, as the friend of whoever's code it is.

    With the same key the same member is given again. Raises: ReferralCodeNotFound, PartnerNotActive.
    """
    programme, now = await open_programme(visit, code), await now_of(visit)
    pool, host = visit.state.database.pool, programme.terms.host
    command = EnrolMember(
        partner_id=host,
        idempotency_key=f"link-{sha256(key.encode()).hexdigest()[:40]}",
        identifiers=(Identifier.email(address),),
        details=PersonalDetails(email=address, language=visit.words.language),
    )
    try:
        member = (await enrol(pool, command, keys=keys_of(visit), now=now)).member
    except AlreadyMember:
        async with visit.state.transaction() as session:
            known = await links.member_named(session, Identifier.email(address).lookup(visit.state.keys.lookups))
        return Joined(member_id=known, known=True)
    await take(visit, code, member.member_id, through=host)
    await _welcome(visit, member, host, now)
    return Joined(member_id=MemberId(member.member_id), known=False)


async def take(visit: Visit, code: str, member_id: UUID, *, through: PartnerId | None) -> bool:
    """Let the invitation count, if it does; one that is over, or is not the first, does not."""
    keys, now = keys_of(visit), await now_of(visit)
    try:
        taken = await joining.join(visit.state.database.pool, code, member_id, through=through, keys=keys, now=now)
    except (AlreadyReferred, ReferralCodeNotFound):
        return False
    return taken.counts


async def _welcome(visit: Visit, member: KnownMember, host: PartnerId, now: datetime) -> None:
    async with visit.state.database.session(NOBODY) as session:
        coalition = await coalition_of(ReadSession(session))
    caches = Caches.fresh(coalition.currency, coalition.time_zone, standard_price=coalition.standard_price)
    await welcome(visit.state.database.pool, member, host, caches=caches, lookup_key=visit.state.keys.lookups, now=now)
