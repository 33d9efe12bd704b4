"""By what a member invites: a short code for each programme, and a link to a page that leads to joining."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import text

from domain.referral.errors import NoReferralProgramme, ReferralCodeNotFound
from domain.referral.models import ReferralState
from domain.referral.queries import programmes_live
from domain.referral.terms import Programme, ProgrammeId, ReferralTerms
from domain.storage import ReadSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Draw: TypeAlias = Callable[[], str]

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which people take for each other."""
LENGTH = 8
"""A trillion codes: of a million, one guess in a million hits any."""
TRIES = 5
PATH = "/r/"

_CODE = "SELECT referral_code_of($1, $2, $3, $4)"
_AS_FRIEND = text("SELECT * FROM brought_by(:member)")
_MINE = text("SELECT * FROM my_referral(:member)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a member passes on."""

    programme: Programme
    code: str

    @property
    def path(self) -> str:
        """The page's path on the coalition's own address; it names nobody."""
        return PATH + self.code


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What a member has brought about under a programme, in numbers; never whom."""

    invited: int = 0
    """All who followed it, whether or not they count."""
    joined: int = 0
    qualified: int = 0
    rewarded: int = 0
    not_counted: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AsFriend:
    """How far a member is that came by somebody's code, as it is told itself."""

    state: ReferralState
    buy_by: datetime
    """Until when a purchase of at least so much counts."""
    least: int

    @property
    def counts(self) -> bool:
        """Whether the invitation counts."""
        return self.state is not ReferralState.REFUSED


def draw() -> str:
    """A code that nobody can foresee."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def plain(code: str) -> str:
    """A code as it is kept, however it was typed. Raises: ReferralCodeNotFound, for what no code can be."""
    bare = "".join(code.split()).replace("-", "").upper()
    if len(bare) != LENGTH or not set(bare) <= set(ALPHABET):
        raise ReferralCodeNotFound
    return bare


async def invitation(
    pool: Pool, programme: Programme, member_id: UUID, *, now: datetime, by: Draw = draw
) -> Invitation:
    """The member's code under a programme, made at the first question. Raises: NoReferralProgramme."""
    for _ in range(TRIES):
        code = await pool.fetchval(_CODE, programme.programme_id, member_id, by(), now)
        if code == "":
            raise NoReferralProgramme
        if code is not None:
            return Invitation(programme=programme, code=code)
    raise NoReferralProgramme  # so many codes are not taken by chance


async def programme_for(pool: Pool, programme_id: ProgrammeId | None, *, now: datetime) -> Programme:
    """The programme that is named, or the coalition's, or the one there is. Raises: NoReferralProgramme."""
    open_now = [one for one in await programmes_live(pool) if one.open_at(now)]
    if programme_id is not None:
        open_now = [one for one in open_now if one.programme_id == programme_id]
    chosen = next((one for one in open_now if one.partner_id is None), next(iter(open_now), None))
    if chosen is None:
        raise NoReferralProgramme
    return chosen


async def brought(session: ReadSession, member_id: UUID, programme_id: ProgrammeId) -> Brought:
    """What a member has brought about; with the member's own sight."""
    rows = (await session.execute(_MINE, {"member": member_id})).mappings()
    counts: Mapping[str, int] = next((dict(row) for row in rows if row["programme_id"] == programme_id), {})
    return Brought(**{name: int(counts.get(name, 0)) for name in Brought.__dataclass_fields__})


async def as_friend(session: ReadSession, member_id: UUID) -> AsFriend | None:
    """How far a member is as somebody's friend; with the member's own sight. None: nobody brought it."""
    row = (await session.execute(_AS_FRIEND, {"member": member_id})).one_or_none()
    if row is None:
        return None
    terms = ReferralTerms.from_json(row.terms)
    state = ReferralState(row.state)
    return AsFriend(state=state, buy_by=terms.deadline(row.joined_at), least=terms.least)
