"""What the commands about claims do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path

from domain.claims import deciding, finding, managing
from domain.claims.deciding import Decider
from domain.claims.errors import ClaimNotFound, ClaimProgrammeNotFound, InvalidClaim
from domain.claims.finding import Wanted
from domain.claims.models import Claim, ClaimRefusal, ClaimState
from domain.claims.terms import ClaimProgramme, ClaimTerms
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.selling.courses import courses_page
from domain.storage import ReadSession
from hansa import reporting
from hansa.claiming import claim_now
from hansa.commands.claim import tables
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of, reading_at
from hansa.commands.settle.tables import show
from hansa.recipes.sections import SECTIONS
from partners.scopes import Scope


async def list_programmes(desk: Desk, slug: str | None, *, json: bool) -> None:
    """All programmes, or one owner's."""
    owner = None if slug is None else desk.partner(slug)
    found = [one for one in await desk.whole(finding.programmes_page) if owner in {None, one.partner_id}]
    if json:
        return reporting.as_json([tables.plain(desk, one) for one in found])
    if not found:
        return reporting.say("There are no claim programmes yet: hansa claim draw-up FILE --partner NAME")
    return show(tables.programmes_table(desk, found))


async def draw_up(desk: Desk, file: Path, slug: str, *, json: bool) -> None:
    """A programme out of a file: a new one, or the next version of the one that is called so."""
    owner = desk.partner(slug)
    schools = {one.terms.name: one.course_id for one in await desk.whole(courses_page) if one.partner_id == owner}
    terms: ClaimTerms = SECTIONS["claims"](reading_at(desk, courses=schools), file.name, part_of(file))
    known = await _called(desk, owner, terms.name)
    programme_id = known[0].programme_id if known else None
    now = desk.ctx.now
    _say(desk, await desk.ctx.write(managing.draw_up, owner, terms, programme_id=programme_id, now=now), json=json)


async def publish(desk: Desk, name: str, slug: str, *, json: bool) -> None:
    """Put its draft live."""
    await _step(desk, managing.publish, name, slug, json=json)


async def end(desk: Desk, name: str, slug: str, *, json: bool) -> None:
    """Let nobody claim any more."""
    await _step(desk, managing.end, name, slug, json=json)


async def list_claims(desk: Desk, slug: str | None, *, waiting: bool, overdue: bool, json: bool) -> None:
    """Claims, the newest first."""
    owner = None if slug is None else desk.partner(slug)
    wanted = Wanted(states=(ClaimState.PENDING,) if waiting else (), overdue_at=desk.ctx.now if overdue else None)
    found = [one for one in await _claims(desk, wanted) if owner in {None, one.partner_id}]
    if json:
        return reporting.as_json([tables.plain_claim(desk, one) for one in found])
    if not found:
        return reporting.say("There are no such claims.")
    return show(tables.claims_table(desk, found, now=desk.ctx.now))


async def show_claim(desk: Desk, said: str, *, json: bool) -> None:
    """One claim with its proof and decisions."""
    _tell(desk, await _named(desk, said), json=json)


async def approve(desk: Desk, said: str, by: str | None, *, json: bool) -> None:
    """Approve a claim, and pay it where nothing else is needed."""
    claim = await _named(desk, said)
    await desk.ctx.write(deciding.approve, await _decider(desk, claim, by), claim.claim_id, now=desk.ctx.now)
    await claim_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now)
    _tell(desk, await desk.ctx.read(finding.claim_by_id, claim.claim_id), json=json)


async def reject(desk: Desk, said: str, reason: str, by: str | None, *, json: bool) -> None:
    """Reject a claim, or take back what was paid for it."""
    claim = await _named(desk, said)
    if reason.upper() not in ClaimRefusal.__members__:
        raise InvalidClaim("a reason is not_proven, not_covered or fraud", path=("reason",))
    step = deciding.take_back if claim.state == ClaimState.PAID else deciding.reject
    decider = await _decider(desk, claim, by)
    await desk.ctx.write(step, decider, claim.claim_id, ClaimRefusal(reason.upper()), now=desk.ctx.now)
    await claim_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now)
    _tell(desk, await desk.ctx.read(finding.claim_by_id, claim.claim_id), json=json)


async def run(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    done = asdict(await claim_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now))
    if json:
        return reporting.as_json(done)
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in done.items() if count)
    return reporting.say(f"{told}." if told else "Nothing is due.")


async def _claims(desk: Desk, wanted: Wanted) -> list[Claim]:
    async def page(session: ReadSession, request: PageRequest) -> Page[Claim]:
        return await finding.claims_page(session, request, wanted)

    return await desk.whole(page)


async def _named(desk: Desk, said: str) -> Claim:
    """The one claim whose id begins so. Raises: ClaimNotFound."""
    found = [one for one in await _claims(desk, Wanted()) if str(one.claim_id).startswith(said.lower())]
    if len(found) != 1:
        raise ClaimNotFound
    return found[0]


async def _decider(desk: Desk, claim: Claim, by: str | None) -> Decider:
    owner = PartnerId(claim.partner_id)
    person = None if by is None else await desk.person(by, Scope.CAMPAIGNS_PUBLISH, owner)
    return Decider(partner_id=owner, by=person)


async def _step(
    desk: Desk, step: Callable[..., Awaitable[ClaimProgramme]], name: str, slug: str, *, json: bool
) -> None:
    owner = desk.partner(slug)
    known = await _called(desk, owner, name)
    if not known:
        raise ClaimProgrammeNotFound
    _say(desk, await desk.ctx.write(step, owner, known[0].programme_id, now=desk.ctx.now), json=json)


async def _called(desk: Desk, owner: PartnerId, name: str) -> list[ClaimProgramme]:
    """Those of that name that are not over, then those that are."""
    found = [
        one for one in await desk.whole(finding.programmes_page) if (one.partner_id, one.terms.name) == (owner, name)
    ]
    return sorted(found, key=lambda one: one.state == "ENDED")


def _say(desk: Desk, programme: ClaimProgramme, *, json: bool) -> None:
    if json:
        return reporting.as_json(tables.plain(desk, programme))
    return show(tables.programmes_table(desk, [programme]))


def _tell(desk: Desk, claim: Claim, *, json: bool) -> None:
    if json:
        return reporting.as_json(tables.plain_claim(desk, claim))
    return show(tables.claim_part(desk, claim))
