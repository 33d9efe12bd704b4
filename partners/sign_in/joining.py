"""Somebody joins by a page of ours: their address is theirs, since they typed the code that was mailed there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain.coalition.errors import PartnerNotActive
from domain.coalition.founding import clock_of, coalition_of
from domain.coalition.models import Partner, PartnerStatus
from domain.coalition.queries import partner_by_slug
from domain.earning.tills import Caches
from domain.earning.welcoming import welcome
from domain.errors import IdempotencyConflict
from domain.ids import MemberId, PartnerId
from domain.members.card_numbers import drawn
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.errors import AlreadyMember
from domain.members.identifiers import Identifier
from domain.members.models import IdentifierKind
from domain.members.personal_data import PersonalDetails
from domain.members.recognition import KnownMember
from domain.referral import joining
from domain.referral.errors import AlreadyReferred, ReferralCodeNotFound
from domain.referral.inviting import PATH, plain
from domain.referral.terms import Programme
from domain.storage import NOBODY, ReadSession
from partners.sign_in import links
from partners.sign_in.arriving import WALLET
from partners.sign_in.visits import Visit

JOIN = "/join/"
"""Before a partner's short name: the page on which one joins at that partner."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Who signs in now."""

    member_id: MemberId
    landing: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Way:
    """By what somebody joins."""

    host: PartnerId
    """The partner at which they join."""
    code: str | None = None
    """The code of the friend who brings them."""


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


async def host(visit: Visit, slug: str) -> Partner:
    """The partner at which one joins by its short name. Raises: PartnerNotFound, PartnerNotActive."""
    async with visit.state.database.session(NOBODY) as session:
        partner = await partner_by_slug(ReadSession(session), slug)
    if partner.status != PartnerStatus.ACTIVE:
        raise PartnerNotActive
    return partner


async def joined(visit: Visit, address: str, page: str, *, key: str) -> Joined:
    """Make a member of whoever has this address, by the page on which they said so, with a card of its own.

    With the same key the same member is given again. Raises: ReferralCodeNotFound, PartnerNotFound, PartnerNotActive.
    """
    way, now = await _way(visit, page), await now_of(visit)
    try:
        member = await _enrolled(visit, address, way.host, key=key, now=now)
    except AlreadyMember:
        async with visit.state.transaction() as session:
            known = await links.member_named(session, Identifier.email(address).lookup(visit.state.keys.lookups))
        # Somebody whom the address named already, in the meantime: they have yet to take the invitation.
        return Joined(member_id=known, landing=page if way.code else WALLET)
    if way.code:
        await take(visit, way.code, member.member_id, through=way.host)
    await _welcome(visit, member, way.host, now)
    return Joined(member_id=MemberId(member.member_id), landing=WALLET)


async def _way(visit: Visit, page: str) -> _Way:
    if page.startswith(JOIN):
        return _Way(host=PartnerId((await host(visit, page.removeprefix(JOIN))).partner_id))
    code = plain(page.removeprefix(PATH))
    return _Way(host=(await open_programme(visit, code)).terms.host, code=code)


async def _enrolled(visit: Visit, address: str, at: PartnerId, *, key: str, now: datetime) -> KnownMember:
    """Under the first number that nobody has. Raises: AlreadyMember, PartnerNotActive."""
    keys = keys_of(visit)
    occasion = f"link-{sha256(key.encode()).hexdigest()[:40]}"
    for number in drawn(visit.state.card_prefix, occasion, key=keys.lookup):
        command = EnrolMember(
            partner_id=at,
            idempotency_key=occasion,
            identifiers=(Identifier.email(address), Identifier.card(number)),
            details=PersonalDetails(email=address, language=visit.words.language),
        )
        try:
            return (await enrol(visit.state.database.pool, command, keys=keys, now=now)).member
        except AlreadyMember as taken:
            if taken.kind is not IdentifierKind.CARD:
                raise
        except IdempotencyConflict:
            continue  # the member that this occasion made got a later number
    message = "No number of a card is left; set HANSA_CARD_PREFIX to a shorter or another prefix."
    raise RuntimeError(message)


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
