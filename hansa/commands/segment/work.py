"""What the commands about segments do: a step or a question at the desk, then a table or JSON."""

from __future__ import annotations

import json as plain_json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.members import recognition
from domain.members.errors import MemberNotFound
from domain.members.identifiers import Identifier
from domain.members.recognition import KnownMember, MemberRef
from domain.segments import managing, queries, refreshing
from domain.segments.definitions import Definition, Segment, shown
from domain.segments.managing import EVERY_HOURS, SegmentTerms
from domain.segments.queries import Stay
from domain.segments.refreshing import Due, Refreshed
from hansa import reporting, segmenting
from hansa.commands.desk import Desk
from hansa.commands.segment import tables
from hansa.commands.settle.tables import show

PARTS = ("name", "definition", "shared_with", "refresh_hours")


async def list_segments(desk: Desk, slug: str | None, *, retired: bool, json: bool) -> None:
    """All segments, or a partner's."""
    owner = None if slug is None else desk.partner(slug)
    found = [one for one in await _all(desk, retired=retired) if slug is None or one.owner == owner]
    if json:
        return reporting.as_json([tables.plain(desk, one) for one in found])
    if not found:
        return reporting.say("There are no segments yet: hansa segment define FILE")
    return show(tables.segments_table(desk, found))


async def show_segment(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """One segment, part by part."""
    _say(desk, await _named(desk, name, slug), json=json)


async def define(desk: Desk, file: Path, slug: str | None, *, preview: bool, json: bool) -> None:
    """A segment out of a file: made, or changed where one is called so."""
    owner, terms = _owner(desk, slug), _terms(desk, file)
    if preview:
        return await _preview(desk, terms.definition, owner, json=json)
    known = await desk.ctx.read(queries.find_named, owner, terms.name)
    if known is None:
        done = await desk.ctx.write(managing.define, owner, terms, now=desk.ctx.now)
    else:
        done = await desk.ctx.write(managing.change, owner, known.segment_id, terms, now=desk.ctx.now)
    return _say(desk, done, json=json)


async def retire(desk: Desk, name: str, slug: str | None, *, json: bool) -> None:
    """Nobody is in it any more."""
    segment = await _named(desk, name, slug)
    done = await desk.ctx.write(managing.retire, segment.owner, segment.segment_id, now=desk.ctx.now)
    _say(desk, done, json=json)


async def refresh(desk: Desk, name: str | None, slug: str | None, *, json: bool) -> None:
    """One segment, or all that are due."""
    key, now = desk.ctx.keys.personal_data, desk.ctx.now
    if name is None:
        done = await segmenting.refresh_due(desk.ctx.database, personal_key=key, now=now)
    else:
        segment = await _named(desk, name, slug)
        due = [Due(segment_id=segment.segment_id, sight=refreshing.sight_for(segment))]
        done = await segmenting.refresh(desk.ctx.database, due, personal_key=key, now=now)
    names = {one.segment_id: one.name for one in await _all(desk, retired=False)}
    if json:
        return reporting.as_json([_refreshed(one, names) for one in done])
    if not done:
        return reporting.say("Nothing is due.")
    return show(tables.refreshed_table(done, names))


async def members(
    desk: Desk,
    name: str,
    slug: str | None,
    add: Sequence[str],
    remove: Sequence[str],
    by: str | None,
    *,
    json: bool,
) -> None:
    """Who is on a list, after what was put on it and taken off."""
    segment = await _named(desk, name, slug)
    for step, cards in ((managing.put_in, add), (managing.take_out, remove)):
        if cards:
            known = await _by_cards(desk, segment, cards, by)
            await desk.ctx.write(step, segment.owner, segment.segment_id, known, now=desk.ctx.now)
    stays = await desk.ctx.read(queries.stays, segment.segment_id)
    if json:
        return reporting.as_json([_stay(one) for one in stays])
    return show(tables.members_table(segment, stays))


async def _preview(desk: Desk, definition: Definition, owner: PartnerId | None, *, json: bool) -> None:
    key = desk.ctx.keys.personal_data
    count = await desk.ctx.read(queries.preview, definition, owner, personal_key=key, now=desk.ctx.now)
    told = shown(count, definition)
    if json:
        return reporting.as_json({"members": told})
    return reporting.say("Fewer than ten members." if told is None else f"{told:,} members.")


async def _by_cards(desk: Desk, segment: Segment, cards: Sequence[str], by: str | None) -> list[KnownMember]:
    partner_id = segment.owner or (desk.partner(by) if by is not None else None)
    if partner_id is None:
        raise InvalidValue("say by which partner the cards are read: --by", path=("by",))
    refs = [MemberRef(identifier=Identifier.card(card)) for card in cards]
    key, now = desk.ctx.keys.lookups, desk.ctx.now
    known = await desk.ctx.fetch(recognition.recognise, refs, partner_id, key=key, now=now)
    for number, member in enumerate(known):
        if member is None:
            refused = MemberNotFound()
            refused.path = ("cards", str(number))
            raise refused
    return [member for member in known if member is not None]


async def _named(desk: Desk, name: str, slug: str | None) -> Segment:
    return await desk.ctx.read(queries.segment_named, _owner(desk, slug), name)


def _owner(desk: Desk, slug: str | None) -> PartnerId | None:
    return None if slug is None else desk.partner(slug)


async def _all(desk: Desk, *, retired: bool) -> list[Segment]:
    return await desk.whole(queries.segments_page, retired=retired)


def _terms(desk: Desk, file: Path) -> SegmentTerms:
    try:
        said = plain_json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as problem:
        raise InvalidValue(f"{file} cannot be read as JSON: {problem}", path=("file",)) from None
    if not isinstance(said, Mapping) or not set(said) <= set(PARTS) or not isinstance(said.get("name"), str):
        raise InvalidValue(f"a segment is an object with {', '.join(PARTS)}; it has at least a name", path=("file",))
    hours = said.get("refresh_hours", EVERY_HOURS)
    if type(hours) is not int:
        raise InvalidValue("refresh_hours is a whole number", path=("refresh_hours",))
    return SegmentTerms(
        name=said["name"],
        definition=Definition.from_json(_with_ids(desk, said.get("definition", {}))),
        shared_with=frozenset(desk.partner(slug) for slug in said.get("shared_with", [])),
        refresh_hours=hours,
    )


def _with_ids(desk: Desk, definition: Any) -> Any:
    """A definition that names partners by their short names, as it is stored."""
    parts = definition.get("parts") if isinstance(definition, Mapping) else None
    if not isinstance(parts, list):
        return definition
    return {**definition, "parts": [_part_with_ids(desk, part) for part in parts]}


def _part_with_ids(desk: Desk, part: Any) -> Any:
    if not isinstance(part, Mapping) or not isinstance(part.get("partners"), list):
        return part
    return {**part, "partners": [str(desk.partner(str(slug))) for slug in part["partners"]]}


def _say(desk: Desk, segment: Segment, *, json: bool) -> None:
    if json:
        return reporting.as_json(tables.plain(desk, segment))
    return show(tables.segment_part(desk, segment))


def _refreshed(one: Refreshed, names: Mapping[Any, str]) -> dict[str, Any]:
    counted = {"size": one.size, "come": one.come, "gone": one.gone}
    return {"segment": str(one.segment_id), "name": names.get(one.segment_id), **counted}


def _stay(one: Stay) -> dict[str, Any]:
    member_id: UUID = one.member_id
    return {"member": str(member_id), "since": one.since.isoformat()}
