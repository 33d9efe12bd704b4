"""What the commands about referral do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from zoneinfo import ZoneInfo

from domain.ids import PartnerId
from domain.paging import PageRequest
from domain.referral import managing, queries
from domain.referral.errors import ReferralProgrammeNotFound
from domain.referral.terms import Programme, ReferralTerms
from domain.segments.queries import segments_page
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of
from hansa.commands.referral import tables
from hansa.commands.settle.tables import show
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.referring import referral
from hansa.referring import refer_now

LATEST = 20


async def list_programmes(desk: Desk, *, json: bool) -> None:
    """All programmes."""
    found = await desk.whole(queries.programmes_page)
    if json:
        return reporting.as_json([tables.plain(desk, one) for one in found])
    if not found:
        return reporting.say("There are no referral programmes yet: hansa referral draw-up FILE")
    return show(tables.programmes_table(desk, found))


async def show_programme(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """One programme with its latest referrals."""
    programme = await _named(desk, name, slug)
    page = await desk.ctx.read(queries.referrals_page, PageRequest(LATEST), programme_id=programme.programme_id)
    if json:
        told = [tables.plain_referral(one) for one in page.items]
        return reporting.as_json({**tables.plain(desk, programme), "referrals": told})
    show(tables.programme_part(desk, programme))
    if page.items:
        show(tables.referrals_table(page.items))
    return None


async def draw_up(desk: Desk, file: Path, slug: str | None, *, json: bool) -> None:
    """A programme out of a file: a new one, or the next version of the one that is called so."""
    owner = None if slug is None else desk.partner(slug)
    terms = await _terms(desk, file, owner)
    known = [
        one
        for one in await desk.whole(queries.programmes_page)
        if (one.partner_id, one.terms.name) == (owner, terms.name)
    ]
    programme_id = known[0].programme_id if known else None
    done = await desk.ctx.write(managing.draw_up, owner, terms, programme_id=programme_id, now=desk.ctx.now)
    _say(desk, done, json=json)


async def publish(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """Put its draft live."""
    await _step(desk, managing.publish, name, slug, json=json)


async def end(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """Let nobody join under it any more."""
    await _step(desk, managing.end, name, slug, json=json)


async def refusals(desk: Desk, name: str | None, slug: str | None, *, json: bool) -> None:
    """Why referrals did not count, and how often."""
    programme_id = None if name is None else (await _named(desk, name, slug)).programme_id
    found = await desk.ctx.read(queries.refusals, programme_id=programme_id)
    if json:
        return reporting.as_json([{"why": one.why, "count": one.count} for one in found])
    if not found:
        return reporting.say("No referral was refused.")
    return show(tables.refusals_table(found))


async def run(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    done = await refer_now(desk.ctx.database, keys=desk.ctx.keys, now=desk.ctx.now)
    total = {name: sum(asdict(one)[name] for one in done) for name in (asdict(done[0]) if done else ())}
    if json:
        return reporting.as_json(total)
    told = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in total.items() if count)
    return reporting.say(f"{told}." if told else "Nothing is due.")


async def _step(
    desk: Desk, step: Callable[..., Awaitable[Programme]], name: str, slug: str | None, *, json: bool
) -> None:
    programme = await _named(desk, name, slug)
    done = await desk.ctx.write(step, programme.partner_id, programme.programme_id, now=desk.ctx.now)
    _say(desk, done, json=json)


async def _named(desk: Desk, name: str, slug: str | None) -> Programme:
    """The newest programme of that name that is not over, else the newest. Raises: ReferralProgrammeNotFound."""
    owner = None if slug is None else desk.partner(slug)
    known = [
        one for one in await desk.whole(queries.programmes_page) if (one.partner_id, one.terms.name) == (owner, name)
    ]
    if not known:
        raise ReferralProgrammeNotFound
    return next((one for one in known if one.live_until is None), known[0])


async def _called(desk: Desk, owner: PartnerId | None, name: str) -> list[Programme]:
    found = await desk.whole(queries.programmes_page)
    return [one for one in found if (one.partner_id, one.terms.name) == (owner, name)]


async def _terms(desk: Desk, file: Path, owner: PartnerId | None) -> ReferralTerms:
    part = part_of(file)
    segments = await desk.whole(segments_page)
    cast = Cast(
        partners={one.slug: PartnerId(one.partner_id) for one in desk.partners.values()},
        segments={one.name: one.segment_id for one in segments if one.owner in {None, owner}},
    )
    reading = Reading(cast=cast, currency=desk.currency, zone=ZoneInfo(desk.coalition.time_zone))
    return referral(reading, part, owner=owner, starts=desk.ctx.now)


def _say(desk: Desk, programme: Programme, *, json: bool) -> None:
    if json:
        return reporting.as_json(tables.plain(desk, programme))
    return show(tables.programme_part(desk, programme))
