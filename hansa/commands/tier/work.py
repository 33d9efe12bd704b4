"""What the commands about tiers do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import InvalidValue
from domain.ids import PartnerId, TierProgrammeId
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember, MemberRef
from domain.paging import PageRequest
from domain.storage import ReadSession
from domain.tiers import managing, queries, recomputing
from domain.tiers.errors import TierProgrammeNotFound
from domain.tiers.managing import GiveTier
from domain.tiers.queries import Programme
from domain.tiers.recomputing import Come
from hansa import reporting, tiering
from hansa.commands.desk import Desk
from hansa.commands.meaning import part_of
from hansa.commands.settle.tables import show
from hansa.commands.tier import tables
from hansa.recipes.giving import Cast, Reading
from hansa.recipes.tiering import tier_programme


async def list_programmes(desk: Desk, *, ended: bool, json: bool) -> None:
    """All programmes."""
    found = await desk.ctx.read(queries.programmes, ended=ended)
    if json:
        return reporting.as_json([tables.plain(desk, one) for one in found])
    if not found:
        return reporting.say("There are no tier programmes yet: hansa tier draw-up FILE")
    return show(tables.programmes_table(desk, found))


async def show_programme(desk: Desk, slug: str | None, *, json: bool) -> None:
    """One programme with its versions, and how many members have each tier."""
    programme = await _programme(desk, slug)
    counts = await desk.ctx.read(queries.counts, programme.programme_id)
    members = {one.tier: one.members for one in counts}
    if json:
        return reporting.as_json(tables.plain(desk, programme) | {"members": {str(k): v for k, v in members.items()}})
    return show(tables.programme_part(desk, programme, members))


async def draw_up(desk: Desk, file: Path, slug: str | None, *, json: bool) -> None:
    """A programme out of a file."""
    partners = {partner.slug: PartnerId(partner.partner_id) for partner in desk.partners.values()}
    reading = Reading(cast=Cast(partners=partners), currency=desk.currency, zone=ZoneInfo(desk.coalition.time_zone))
    terms = tier_programme(reading, part_of(file))
    done = await desk.ctx.write(managing.draw_up, _owner(desk, slug), terms, now=desk.ctx.now)
    _say(desk, done, json=json)


async def publish(desk: Desk, slug: str | None, applies_from: date | None, *, json: bool) -> None:
    """The draft goes live."""
    programme = await _programme(desk, slug)
    step = (programme.owner, programme.programme_id)
    done = await desk.ctx.write(managing.publish, *step, applies_from=applies_from, now=desk.ctx.now)
    _say(desk, done, json=json)


async def end(desk: Desk, slug: str | None, *, json: bool) -> None:
    """Nobody has a tier in it any more."""
    programme = await _programme(desk, slug)
    done = await desk.ctx.write(managing.end, programme.owner, programme.programme_id, now=desk.ctx.now)
    _say(desk, done, json=json)


async def standings(desk: Desk, tier: str | None, slug: str | None, most: int, *, json: bool) -> None:
    """Who has a tier."""
    programme = await _programme(desk, slug)
    page = await desk.ctx.read(queries.standings, programme.programme_id, PageRequest(first=most), tier=tier)
    if json:
        return reporting.as_json([tables.plain_standing(one) for one in page.items])
    return show(tables.standings_table(desk, programme, page.items, more=page.has_next))


async def invite(desk: Desk, card: str, given: dict[str, Any], slug: str | None, by: str | None, *, json: bool) -> None:
    """A tier is given by hand."""
    programme = await _programme(desk, slug)
    member = await _by_card(desk, card, programme.owner or (desk.partner(by) if by is not None else None))
    command = GiveTier(programme_id=programme.programme_id, **given)
    await desk.ctx.write(managing.give, programme.owner, member, command, now=desk.ctx.now)
    where = (programme.programme_id, member.wallet_id, member.member_id)
    row = await desk.ctx.read(queries.standing_row, *where)
    assert row is not None
    if json:
        return reporting.as_json(tables.plain_standing(row))
    return show(tables.standings_table(desk, programme, [row], more=False))


async def recompute(desk: Desk, slug: str | None, *, json: bool) -> None:
    """All members are looked at again, and how far it is is told meanwhile."""
    programme = await _programme(desk, slug)
    database, now = desk.ctx.database, desk.ctx.now
    whole = await desk.ctx.read(_whole, programme.programme_id)
    began = time.monotonic()

    def tell(come: Come) -> None:
        if not json and not come.finished and come.wallets:
            pace = come.wallets / max(time.monotonic() - began, 1e-9)
            reporting.say(f"{come.wallets:,} of {whole:,} wallets, {come.changed:,} changed, {pace:,.0f} a second")

    done = await tiering.recompute(database, programme.programme_id, now=now, tell=tell)
    if json:
        return reporting.as_json({"wallets": done.wallets, "changed": done.changed, "version": done.version})
    return reporting.say(f"{done.wallets:,} wallets looked at, {done.changed:,} standings changed.")


async def _whole(session: ReadSession, programme_id: TierProgrammeId) -> int:
    return await recomputing.whole(session, programme_id)


async def _programme(desk: Desk, slug: str | None) -> Programme:
    programme = await desk.ctx.read(queries.programme_of, _owner(desk, slug))
    if programme is None:
        raise TierProgrammeNotFound
    return programme


async def _by_card(desk: Desk, card: str, partner_id: PartnerId | None) -> KnownMember:
    if partner_id is None:
        raise InvalidValue("say by which partner the card is read: --by", path=("by",))
    ref = MemberRef(identifier=Identifier.card(card))
    key, now = desk.ctx.keys.lookups, desk.ctx.now
    (member,) = await desk.ctx.fetch(recognition.recognise, [ref], partner_id, key=key, now=now)
    if member is None:
        raise MemberNotFound
    return member


def _owner(desk: Desk, slug: str | None) -> PartnerId | None:
    return None if slug is None else desk.partner(slug)


def _say(desk: Desk, programme: Programme, *, json: bool) -> None:
    if json:
        return reporting.as_json(tables.plain(desk, programme))
    return show(tables.programme_part(desk, programme, {}))
