"""A segment's life: defined, changed, retired; and, where it is a list, who is put in and taken out."""

from __future__ import annotations

from collections.abc import Collection, Sized
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asyncpg import UniqueViolationError
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.coalition.models import Partner
from domain.errors import InvalidValue
from domain.ids import PartnerId, SegmentId, new_id
from domain.members.recognition import KnownMember
from domain.segments.definitions import Answered, Definition, Segment
from domain.segments.errors import InvalidSegment, SegmentByRule, SegmentNameTaken, SegmentNotFound, SegmentRetired
from domain.segments.models import SegmentRow, SegmentVersion
from domain.segments.queries import segment_by_id, segment_of
from domain.storage import WriteSession
from domain.values import check_text

LONGEST_NAME = 80
EVERY_HOURS = 6
LONGEST_HOURS = 168
MOST_AT_ONCE = 500

_PUT_IN = text("""
    INSERT INTO segment_member (wallet_id, member_id, segment_id, since, version, partner_id)
    SELECT w.wallet_id, w.member_id, :segment, :now, :version, CAST(:owner AS uuid)
    FROM unnest(CAST(:wallets AS uuid[]), CAST(:members AS uuid[])) AS w (wallet_id, member_id)
    WHERE NOT EXISTS (SELECT FROM segment_member s WHERE s.segment_id = :segment AND s.until IS NULL
        AND s.wallet_id = w.wallet_id AND s.member_id = w.member_id)
    ON CONFLICT (wallet_id, member_id, segment_id, since) DO UPDATE SET until = NULL, version = EXCLUDED.version
""")
_TAKE_OUT = text("""
    UPDATE segment_member SET until = GREATEST(since, :now) WHERE segment_id = :segment AND until IS NULL
        AND (CAST(:members AS uuid[]) IS NULL OR member_id = ANY (CAST(:members AS uuid[])))
""")
_ASKED = text("""
    SELECT s.terms -> 'questions' FROM survey s
    WHERE s.partner_id IS NOT DISTINCT FROM CAST(:owner AS uuid) AND s.name = :name
""")
_COUNT = text("""
    UPDATE segment SET size = (SELECT count(*) FROM segment_member s WHERE s.segment_id = :segment AND s.until IS NULL)
    WHERE segment_id = :segment
""")


@dataclass(frozen=True, kw_only=True)
class SegmentTerms:
    """What a segment shall be."""

    name: str
    definition: Definition
    shared_with: frozenset[PartnerId] = frozenset()
    """Partners that may name it in campaigns of theirs."""
    refresh_hours: int = EVERY_HOURS
    """Who belongs is looked at again after so many hours."""

    def __post_init__(self) -> None:
        check_text("name", self.name, LONGEST_NAME)
        if not 1 <= self.refresh_hours <= LONGEST_HOURS:
            raise InvalidValue(f"refresh_hours is 1 to {LONGEST_HOURS}", path=("refresh_hours",))


async def define(session: WriteSession, owner: PartnerId | None, terms: SegmentTerms, *, now: datetime) -> Segment:
    """Make a segment of a partner, or of the coalition (None); the worker fills it at its next turn.

    Raises: InvalidSegment, SegmentNameTaken.
    """
    await _check(session, owner, terms)
    row = SegmentRow(
        segment_id=new_id(),
        partner_id=owner,
        version=1,
        made_at=now,
        refreshed_at=now if terms.definition.by_list else None,
        size=0,
        **_columns(terms),
    )
    session.add(row)
    await _flush(session, terms.name)
    await _keep_version(session, row, now)
    return segment_of(row)


async def change(
    session: WriteSession, owner: PartnerId | None, segment_id: SegmentId, terms: SegmentTerms, *, now: datetime
) -> Segment:
    """Change a segment; another definition is its next version, and is looked at anew. Who is in it stays until then.

    Raises: SegmentNotFound, SegmentRetired, InvalidSegment, SegmentNameTaken.
    """
    segment = await _owned(session, owner, segment_id)
    await _check(session, owner, terms)
    if terms.definition.by_list != segment.definition.by_list:
        raise InvalidSegment("a list stays a list, and a rule a rule; define another segment", path=("definition",))
    meant_anew = terms.definition.fingerprint() != segment.definition.fingerprint()
    columns = _columns(terms) | ({"version": SegmentRow.version + 1, "refreshed_at": None} if meant_anew else {})
    try:
        row = await _rewritten(session, segment_id, **columns)
    except IntegrityError as clash:
        raise _refused(clash, terms.name) from None
    if meant_anew:
        await _keep_version(session, row, now)
    return segment_of(row)


def check_many(members: Sized) -> None:
    """Hold a request to what is put in or taken out at once. Raises: InvalidSegment."""
    if len(members) > MOST_AT_ONCE:
        raise InvalidSegment(f"at most {MOST_AT_ONCE} members are named at once", path=("members",))


async def retire(session: WriteSession, owner: PartnerId | None, segment_id: SegmentId, *, now: datetime) -> Segment:
    """Nobody is in it any more; campaigns that name it meet nobody. Raises: SegmentNotFound, SegmentRetired."""
    await _owned(session, owner, segment_id)
    row = await _rewritten(session, segment_id, retired_at=now, size=0)
    await session.execute(_TAKE_OUT, {"segment": segment_id, "members": None, "now": now})
    return segment_of(row)


async def put_in(
    session: WriteSession,
    owner: PartnerId | None,
    segment_id: SegmentId,
    members: Collection[KnownMember],
    *,
    now: datetime,
) -> Segment:
    """Put members into a list; who is in it already stays as it is.

    Raises: SegmentNotFound, SegmentRetired, SegmentByRule, InvalidSegment.
    """
    segment = await _list_of(session, owner, segment_id, members)
    distinct = {member.member_id: member.wallet_id for member in members}
    said = {"segment": segment_id, "now": now, "version": segment.version, "owner": owner}
    await session.execute(_PUT_IN, said | {"wallets": list(distinct.values()), "members": list(distinct)})
    return await _counted(session, segment_id)


async def take_out(
    session: WriteSession,
    owner: PartnerId | None,
    segment_id: SegmentId,
    members: Collection[KnownMember],
    *,
    now: datetime,
) -> Segment:
    """Take members out of a list; who is not in it stays so.

    Raises: SegmentNotFound, SegmentRetired, SegmentByRule, InvalidSegment.
    """
    await _list_of(session, owner, segment_id, members)
    named = [member.member_id for member in members]
    await session.execute(_TAKE_OUT, {"segment": segment_id, "members": named, "now": now})
    return await _counted(session, segment_id)


async def _owned(session: WriteSession, owner: PartnerId | None, segment_id: SegmentId) -> Segment:
    segment = await segment_by_id(session, segment_id)
    if segment.owner != owner:
        raise SegmentNotFound
    if segment.retired_at is not None:
        raise SegmentRetired
    return segment


async def _rewritten(session: WriteSession, segment_id: SegmentId, **columns: Any) -> SegmentRow:
    """The row with other columns, unless somebody else retired it in the meantime."""
    where = (col(SegmentRow.segment_id) == segment_id, col(SegmentRow.retired_at).is_(None))
    writing = update(SegmentRow).where(*where).values(**columns).returning(SegmentRow)
    row = (await session.execute(writing.execution_options(populate_existing=True))).scalar_one_or_none()
    if row is None:
        raise SegmentRetired
    return row


async def _list_of(
    session: WriteSession, owner: PartnerId | None, segment_id: SegmentId, members: Collection[KnownMember]
) -> Segment:
    segment = await _owned(session, owner, segment_id)
    if not segment.definition.by_list:
        raise SegmentByRule
    check_many(members)
    return segment


async def _counted(session: WriteSession, segment_id: SegmentId) -> Segment:
    await session.execute(_COUNT, {"segment": segment_id})
    row = await session.get(SegmentRow, segment_id, populate_existing=True)
    assert row is not None
    return segment_of(row)


async def _check(session: WriteSession, owner: PartnerId | None, terms: SegmentTerms) -> None:
    terms.definition.check_owner(owner)
    named = terms.shared_with | terms.definition.named_partners()
    known = await session.scalars(select(Partner.partner_id).where(col(Partner.partner_id).in_(named)))
    if named - set(known):
        raise InvalidSegment("partners are partners of the coalition", path=("partners",))
    for number, part in enumerate(terms.definition.parts):
        if isinstance(part, Answered):
            await _check_answered(session, owner, part, ("parts", str(number)))


async def _check_answered(
    session: WriteSession, owner: PartnerId | None, part: Answered, path: tuple[str, ...]
) -> None:
    """A survey's name, a question or an option that is not there would mean nobody, in silence."""
    named = {"owner": owner, "name": part.survey}
    questions = [one for stored in await session.scalars(_ASKED, named) for one in stored]
    if not questions:
        raise InvalidSegment("there is no such survey of yours", path=(*path, "survey"))
    asked = [one for one in questions if one["key"] == part.question]
    if not asked:
        raise InvalidSegment("the survey has no such question", path=(*path, "question"))
    options = {option["key"] for one in asked for option in one.get("options", ())}
    if part.any_of - options - {"yes", "no"}:
        raise InvalidSegment("the question has no such option", path=(*path, "any_of"))


def _columns(terms: SegmentTerms) -> dict[str, Any]:
    return {
        "name": terms.name,
        "definition": terms.definition.to_json(),
        "fingerprint": terms.definition.fingerprint(),
        "shared_with": sorted(terms.shared_with),
        "refresh_hours": terms.refresh_hours,
    }


async def _keep_version(session: WriteSession, row: SegmentRow, now: datetime) -> None:
    named = ("segment_id", "version", "partner_id", "definition", "fingerprint")
    session.add(SegmentVersion(**{name: getattr(row, name) for name in named}, made_at=now))
    await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction


async def _flush(session: WriteSession, name: str) -> None:
    try:
        await session.flush()
    except IntegrityError as clash:
        raise _refused(clash, name) from None


def _refused(clash: IntegrityError, name: str) -> Exception:
    taken = isinstance(clash.orig.__cause__ if clash.orig else None, UniqueViolationError)
    return SegmentNameTaken(name) if taken else clash
