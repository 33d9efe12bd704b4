"""A tier programme's life: drawn up, published, ended; and what its owner gives by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import delete, text, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Partner
from domain.errors import InvalidValue
from domain.ids import PartnerId, TierProgrammeId, new_id
from domain.members.recognition import KnownMember
from domain.storage import ReadSession, WriteSession
from domain.tiers.errors import (
    InvalidTierProgramme,
    NothingToPublish,
    TierNameTaken,
    TierNotFound,
    TierProgrammeExists,
    TierProgrammeNotFound,
    TierProgrammeNotLive,
    TierStillHeld,
    TooEarly,
)
from domain.tiers.models import ProgrammeState, TierGround, TierProgrammeRow, TierVersionRow, Why
from domain.tiers.queries import Programme, live_programme, names_elsewhere, programme_by_id, programme_of
from domain.tiers.terms import TierTerms
from domain.values import check_text

LONGEST_REASON = 300

_MEET = text("SELECT count(*) FROM meet_tiers(CAST(:programmes AS uuid[]), CAST(:wallets AS uuid[]), :at)")


async def draw_up(session: WriteSession, owner: PartnerId | None, terms: TierTerms, *, now: datetime) -> Programme:
    """Write the draft of a programme of a partner, or of the coalition (None): its first, or its next version.

    A draft that is there is written over.

    Raises: InvalidTierProgramme, TierNameTaken, TierStillHeld.
    """
    await _check(session, owner, terms)
    programme = await programme_of(session, owner)
    last = 0
    if programme is None:
        programme_id = TierProgrammeId(new_id())
        head = TierProgrammeRow(
            programme_id=programme_id, partner_id=owner, name=terms.name, state=ProgrammeState.DRAFT, made_at=now
        )
        session.add(head)
        await _flush(session)
    else:
        programme_id = programme.programme_id
        last = programme.published.version if programme.published is not None else 0
        _check_names(programme, terms)
        drafts = (col(TierVersionRow.programme_id) == programme_id, col(TierVersionRow.published_at).is_(None))
        await session.execute(delete(TierVersionRow).where(*drafts))
    currency = (await coalition_of(session)).currency
    written = TierVersionRow(
        programme_id=programme_id,
        version=last + 1,
        partner_id=owner,
        terms=terms.to_json(currency),
        made_at=now,
    )
    session.add(written)
    await _flush(session)
    return await programme_by_id(session, programme_id)


async def publish(
    session: WriteSession,
    owner: PartnerId | None,
    programme_id: TierProgrammeId,
    *,
    applies_from: date | None = None,
    now: datetime,
) -> Programme:
    """Publish the draft: it applies from the beginning of a day, or at once. Nobody falls by it before their term ends.

    Raises: TierProgrammeNotFound, NothingToPublish, TooEarly, TierNameTaken, TierStillHeld.
    """
    programme = await _owned(session, owner, programme_id)
    draft, before = programme.draft, programme.published
    if draft is None:
        raise NothingToPublish
    await _check(session, owner, draft.terms)
    _check_names(programme, draft.terms)
    begins = now if applies_from is None else await _midnight(session, applies_from)
    if applies_from is not None and begins < now:
        if begins < await _midnight(session, await _today(session, now)):
            raise TooEarly
        begins = now
    if before is not None and before.applies_from is not None and begins < before.applies_from:
        raise TooEarly
    drafts = (col(TierVersionRow.programme_id) == programme_id, col(TierVersionRow.published_at).is_(None))
    written = update(TierVersionRow).where(*drafts, col(TierVersionRow.version) == draft.version)
    written = written.values(published_at=now, applies_from=begins)
    done = await session.execute(written.returning(col(TierVersionRow.version)))
    if done.scalar_one_or_none() is None:
        raise NothingToPublish
    await _change(session, programme_id, state=ProgrammeState.LIVE, name=draft.terms.name)
    return await programme_by_id(session, programme_id)


async def end(
    session: WriteSession, owner: PartnerId | None, programme_id: TierProgrammeId, *, now: datetime
) -> Programme:
    """End a programme: from now on nobody has a tier in it. Raises: TierProgrammeNotFound, TierProgrammeNotLive."""
    programme = await _owned(session, owner, programme_id)
    if programme.state is not ProgrammeState.LIVE:
        raise TierProgrammeNotLive(programme.state)
    await _change(session, programme_id, state=ProgrammeState.ENDED, ended_at=now)
    return await programme_by_id(session, programme_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveTier:
    """A tier that an owner gives by hand."""

    programme_id: TierProgrammeId
    tier: str
    reason: str
    until: date | None = None
    """The last day on which it holds; None: for as long as the programme goes on."""
    matched: bool = False
    """It honours a status that the member has elsewhere."""

    def __post_init__(self) -> None:
        check_text("reason", self.reason, LONGEST_REASON)
        if self.matched and self.until is None:
            raise InvalidValue("say until when a status of elsewhere is honoured", path=("until",))


async def give(
    session: WriteSession, owner: PartnerId | None, member: KnownMember, command: GiveTier, *, now: datetime
) -> Programme:
    """Invite a member into a tier, or match a status of elsewhere; what the member earns beside it counts, too.

    Raises: TierProgrammeNotFound, TierProgrammeNotLive, TierNotFound, InvalidValue.
    """
    programme = await _owned(session, owner, command.programme_id)
    _, version = await live_programme(session, command.programme_id, at=now)
    names = version.terms.names
    if command.tier not in names:
        raise TierNotFound(command.tier, names)
    until = None if command.until is None else await _midnight(session, date.fromordinal(command.until.toordinal() + 1))
    if until is not None and until <= now:
        raise InvalidValue("a tier is given until today or a later day", path=("until",))
    ground = TierGround(
        wallet_id=member.wallet_id,
        member_id=member.member_id,
        programme_id=command.programme_id,
        ground_id=new_id(),
        partner_id=owner,
        tier=command.tier,
        why=Why.MATCHED if command.matched else Why.INVITED,
        version=version.version,
        since=now,
        until=until,
        reason=command.reason,
    )
    session.add(ground)
    await session.flush()  # the look that follows is the database's own, and sees what is written
    await _meet(session, command.programme_id, member, now)
    return programme


async def take_away(
    session: WriteSession,
    owner: PartnerId | None,
    member: KnownMember,
    programme_id: TierProgrammeId,
    *,
    now: datetime,
) -> Programme:
    """Take back what was given to a member by hand; what it earned stays.

    Raises: TierProgrammeNotFound, TierProgrammeNotLive.
    """
    programme = await _owned(session, owner, programme_id)
    await live_programme(session, programme_id, at=now)
    given = update(TierGround).where(
        col(TierGround.wallet_id) == member.wallet_id,
        col(TierGround.member_id) == member.member_id,
        col(TierGround.programme_id) == programme_id,
        col(TierGround.why).in_([Why.INVITED, Why.MATCHED]),
        col(TierGround.taken_back_at).is_(None),
    )
    await session.execute(given.values(taken_back_at=now))
    await _meet(session, programme_id, member, now)
    return programme


async def _meet(session: WriteSession, programme_id: TierProgrammeId, member: KnownMember, now: datetime) -> None:
    await session.execute(_MEET, {"programmes": [programme_id], "wallets": [member.wallet_id], "at": now})


async def _owned(session: WriteSession, owner: PartnerId | None, programme_id: TierProgrammeId) -> Programme:
    programme = await programme_by_id(session, programme_id)
    if programme.owner != owner:
        raise TierProgrammeNotFound
    return programme


async def _change(session: WriteSession, programme_id: TierProgrammeId, **columns: object) -> None:
    where = (col(TierProgrammeRow.programme_id) == programme_id, col(TierProgrammeRow.state) != ProgrammeState.ENDED)
    changed = update(TierProgrammeRow).where(*where).values(**columns)
    if (await session.execute(changed.returning(col(TierProgrammeRow.programme_id)))).scalar_one_or_none() is None:
        raise TierProgrammeNotLive(ProgrammeState.ENDED)
    session.expire_all()


async def _check(session: WriteSession, owner: PartnerId | None, terms: TierTerms) -> None:
    if owner is not None and terms.partners - {owner}:
        raise InvalidTierProgramme("a partner's programme counts what happens at the partner", path=("partners",))
    known = await session.scalars(select(Partner.partner_id).where(col(Partner.partner_id).in_(terms.partners)))
    if terms.partners - set(known):
        raise InvalidTierProgramme("partners are partners of the coalition", path=("partners",))
    taken = await names_elsewhere(session, owner)
    for name in terms.names:
        if name.casefold() in taken:
            raise TierNameTaken(name, of_coalition=taken[name.casefold()])


def _check_names(programme: Programme, terms: TierTerms) -> None:
    """The tiers that members may have stay, in their order."""
    if programme.published is None:
        return
    kept = programme.published.terms.names
    following = iter(terms.names)
    if not all(name in following for name in kept):
        raise TierStillHeld(kept)


async def _today(session: ReadSession, now: datetime) -> date:
    return now.astimezone(ZoneInfo((await coalition_of(session)).time_zone)).date()


async def _midnight(session: ReadSession, day: date) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo((await coalition_of(session)).time_zone))


async def _flush(session: WriteSession) -> None:
    try:
        await session.flush()
    except IntegrityError as clash:
        if "uq_tier_" in str(clash.orig):
            raise TierProgrammeExists from None
        raise
