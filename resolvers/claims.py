"""Claims: what members ask to be paid for, and what the owners of programmes decide."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.claims import claiming, deciding, finding, managing, paying
from domain.claims.claiming import MakeClaim
from domain.claims.deciding import Decider
from domain.claims.errors import ClaimProgrammeNotFound
from domain.claims.finding import Wanted
from domain.claims.models import Claim, ClaimDecision, ClaimRefusal
from domain.claims.terms import ClaimProgramme, ClaimProgrammeId, ClaimTerms
from domain.claims.words import checked_words, read_words, sealed_words
from domain.ids import PartnerId
from domain.members import recognition
from domain.members.enrolment import MemberKeys
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import Page, PageRequest
from domain.selling import sellers
from domain.selling.models import SellerState
from resolvers import coalition, members
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner
from resolvers.segments import owner_of
from resolvers.tills import caches_of


async def find_programme(ctx: Context, programme_id: UUID) -> ClaimProgramme:
    """One of the viewer's programmes. Raises: WrongAudience, ClaimProgrammeNotFound."""
    owner_of(ctx)
    return await ctx.read(finding.programme_by_id, ClaimProgrammeId(programme_id))


async def programmes(ctx: Context, request: PageRequest) -> Page[ClaimProgramme]:
    """The viewer's programmes."""
    owner_of(ctx)
    return await ctx.read(finding.programmes_page, request)


async def programmes_open(ctx: Context) -> list[ClaimProgramme]:
    """What members may claim under now."""
    acting_member(ctx.viewer)
    return await ctx.fetch(finding.programmes_live)


async def draw_up(ctx: Context, terms: ClaimTerms, programme_id: UUID | None) -> ClaimProgramme:
    """Write a programme, or its next version, down."""
    changed = None if programme_id is None else ClaimProgrammeId(programme_id)
    return await ctx.write(managing.draw_up, _owner(ctx), terms, programme_id=changed, now=ctx.now)


async def publish(ctx: Context, programme_id: UUID) -> ClaimProgramme:
    """Put its draft live."""
    return await ctx.write(managing.publish, _owner(ctx), ClaimProgrammeId(programme_id), now=ctx.now)


async def pause(ctx: Context, programme_id: UUID) -> ClaimProgramme:
    """Let nobody claim for now."""
    return await ctx.write(managing.pause, _owner(ctx), ClaimProgrammeId(programme_id), now=ctx.now)


async def resume(ctx: Context, programme_id: UUID) -> ClaimProgramme:
    """Go on."""
    return await ctx.write(managing.resume, _owner(ctx), ClaimProgrammeId(programme_id), now=ctx.now)


async def end(ctx: Context, programme_id: UUID) -> ClaimProgramme:
    """Let nobody claim any more."""
    return await ctx.write(managing.end, _owner(ctx), ClaimProgrammeId(programme_id), now=ctx.now)


async def list_serials(ctx: Context, programme_id: UUID, serials: Sequence[str]) -> int:
    """Add serials that the owner has made; how many are new."""
    args = (_owner(ctx), ClaimProgrammeId(programme_id), serials)
    return await ctx.write(managing.list_serials, *args, lookup_key=ctx.keys.lookups)


async def serials_of(ctx: Context, programme_id: ClaimProgrammeId) -> int:
    """How many serials were listed."""
    return await ctx.load(finding.serials_listed, programme_id)


async def make_mine(ctx: Context, command: MakeClaim) -> Claim:
    """The member claims, and is paid where it is proven. Raises: WrongAudience, and what claiming raises."""
    _, member_id = acting_member(ctx.viewer)
    command = replace(command, member_id=member_id, outlet_id=command.outlet_id or await _only_outlet(ctx, member_id))
    claim_id = await _made(ctx, command)
    return await ctx.read(finding.claim_of, member_id, claim_id)


async def make(ctx: Context, ref: MemberRef, command: MakeClaim) -> UUID:
    """A partner's app or till claims for a member, under a programme of its own.

    Raises: WrongAudience, MemberNotFound, and what claiming raises.
    """
    through = PartnerId(acting_partner(ctx.viewer))
    member = await members.find(ctx, ref)
    programme = await ctx.fetch(finding.programme_live, command.programme_id)
    if programme.partner_id != through:
        raise ClaimProgrammeNotFound
    return await _made(ctx, replace(command, member_id=member.member_id, through=through))


async def mine(ctx: Context, request: PageRequest) -> Page[Claim]:
    """The member's own claims."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(finding.claims_of, member_id, request)


async def object_to(ctx: Context, claim_id: UUID, words: str) -> Claim:
    """The member objects to a rejection."""
    _, member_id = acting_member(ctx.viewer)
    checked_words("words", words)
    claim = await ctx.read(finding.claim_of, member_id, claim_id)
    programme = await ctx.fetch(finding.programme_as_claimed, claim.programme_id, claim.version)
    sealed = await ctx.fetch(sealed_words, words, claim.claimed_by, ctx.keys.personal_data)
    days = programme.terms.object_days
    return await ctx.write(deciding.object_to, member_id, claim_id, sealed, days=days, now=ctx.now)


async def programme_of(ctx: Context, claim: Claim) -> ClaimProgramme:
    """The version that a claim was made under."""
    return await ctx.fetch(finding.programme_as_claimed, claim.programme_id, claim.version)


async def find(ctx: Context, claim_id: UUID) -> Claim:
    """A claim under one of the viewer's programmes. Raises: WrongAudience, ClaimNotFound."""
    owner_of(ctx)
    return await ctx.read(finding.claim_by_id, claim_id)


async def worklist(ctx: Context, request: PageRequest, wanted: Wanted) -> Page[Claim]:
    """Claims under the viewer's programmes."""
    owner_of(ctx)
    return await ctx.read(finding.claims_page, request, wanted)


async def approve(ctx: Context, claim_id: UUID) -> Claim:
    """Approve a claim; where that was the last word it needed, it is paid."""
    claim = await ctx.write(deciding.approve, _decider(ctx), claim_id, now=ctx.now)
    await _paid(ctx, claim.claim_id)
    return await ctx.read(finding.claim_by_id, claim_id)


async def reject(ctx: Context, claim_id: UUID, why: ClaimRefusal) -> Claim:
    """Reject a claim."""
    return await ctx.write(deciding.reject, _decider(ctx), claim_id, why, now=ctx.now)


async def take_back(ctx: Context, claim_id: UUID, why: ClaimRefusal) -> Claim:
    """Take back what was paid."""
    await ctx.write(deciding.take_back, _decider(ctx), claim_id, why, now=ctx.now)
    await ctx.post(paying.take_back, now=ctx.now)
    return await ctx.read(finding.claim_by_id, claim_id)


async def decisions_of(ctx: Context, claim: Claim) -> list[ClaimDecision]:
    """What was decided about it."""
    return await ctx.load(finding.decisions_of, claim.claim_id)


async def words_of(ctx: Context, claim: Claim, sealed: bytes | None) -> str | None:
    """What the member wrote."""
    return await ctx.fetch(read_words, sealed, claim.claimed_by, ctx.keys.personal_data)


async def claimant(ctx: Context, claim: Claim) -> KnownMember | None:
    """Who claims, to the owner, where the member lets it see its history there; else None."""
    if ctx.viewer.partner_id != claim.partner_id:
        return None
    pairwise_id = await ctx.load(finding.ids_allowed, (PartnerId(claim.partner_id), claim.member_id))
    if pairwise_id is None:
        return None
    ref = MemberRef(pairwise_id=pairwise_id)
    (known,) = await ctx.fetch(recognition.recognise, [ref], claim.partner_id, key=ctx.keys.lookups, now=ctx.now)
    return known


async def _made(ctx: Context, command: MakeClaim) -> UUID:
    keys = MemberKeys(lookup=ctx.keys.lookups, personal=ctx.keys.personal_data)
    zone = ZoneInfo((await coalition.coalition(ctx)).time_zone)
    async with ctx.guessable():
        claimed = await ctx.post(claiming.claim, command, keys=keys, zone=zone, now=ctx.now)
    await _paid(ctx, claimed.claim_id)
    return claimed.claim_id


async def _paid(ctx: Context, claim_id: UUID) -> None:
    caches = await caches_of(ctx)
    await ctx.post(paying.pay, caches=caches, lookup_key=ctx.keys.lookups, now=ctx.now, claim_id=claim_id)


async def _only_outlet(ctx: Context, member_id: UUID) -> UUID | None:
    """Where a member sells, if it is at one outlet alone."""
    jobs = [one for one in await ctx.read(sellers.jobs_of, member_id) if one.state == SellerState.ACTIVE]
    return jobs[0].outlet_id if len(jobs) == 1 else None


def _owner(ctx: Context) -> PartnerId:
    return PartnerId(acting_partner(ctx.viewer))


def _decider(ctx: Context) -> Decider:
    return Decider(partner_id=_owner(ctx), by=ctx.viewer.person_id or ctx.viewer.client_id)
