"""A friend comes by a code: while joining, or within so many days of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.ids import PartnerId, new_id
from domain.members.enrolment import MemberKeys
from domain.members.errors import MemberNotFound
from domain.members.personal_data import PersonalDetails
from domain.referral.contacts import digests_of, digests_sealed
from domain.referral.errors import AlreadyReferred, ReferralCodeNotFound
from domain.referral.inviting import plain
from domain.referral.queries import programme_from_json
from domain.referral.terms import Programme

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

WHILE_JOINING = 1
"""So many hours a code told while joining may take to arrive: the enrolment may have been tried again."""

_PARTIES = "SELECT * FROM referral_parties($1, $2)"
_JOIN = "SELECT * FROM join_referral($1::jsonb, $2)"
_INVITE = "SELECT invite_by_link($1::jsonb, $2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of a code that a friend told."""

    programme: Programme
    counts: bool
    """Whether it counts. Why not is told to the programme's owner alone."""
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Parties:
    programme: Programme
    referrer_id: UUID
    referrer: dict[str, Any] | None
    friend: dict[str, Any] | None


async def open_programme(pool: Pool, code: str, *, now: datetime) -> Programme:
    """The programme that a code is open for now. Raises: ReferralCodeNotFound."""
    return (await _parties(pool, code, None, now)).programme


async def join(
    pool: Pool,
    code: str,
    friend_id: UUID,
    *,
    through: PartnerId | None,
    keys: MemberKeys,
    now: datetime,
) -> Taken:
    """Let a member count as the friend of whoever's code it is; asked again, the same answer.

    `through` is the partner at which the friend is joining just now; None: the friend says so itself, afterwards.
    Raises: ReferralCodeNotFound, AlreadyReferred, MemberNotFound.
    """
    parties = await _parties(pool, code, friend_id, now)
    sealing = {"lookup_key": keys.lookup, "personal_key": keys.personal}
    said = _said(parties, digests_sealed(parties.friend, **sealing)) | {
        "friend_id": friend_id,
        "joined_through": through,
        "late_hours": 0 if through is None else WHILE_JOINING,
        "referrer_contacts": _hex(digests_sealed(parties.referrer, **sealing)),
    }
    row = await pool.fetchrow(_JOIN, _json(said), now)
    assert row is not None
    match row["outcome"]:
        case "ALREADY_REFERRED":
            raise AlreadyReferred
        case "MEMBER_NOT_FOUND":
            raise MemberNotFound
        case outcome:
            return Taken(programme=parties.programme, counts=outcome == "JOINED", replayed=row["replayed"])


async def invite(pool: Pool, code: str, details: PersonalDetails, *, keys: MemberKeys, now: datetime) -> Programme:
    """Remember that somebody asks to join by a link, by a digest of the address alone. Raises: ReferralCodeNotFound."""
    parties = await _parties(pool, code, None, now)
    await pool.fetchval(_INVITE, _json(_said(parties, digests_of(details, keys.lookup))), now)
    return parties.programme


async def _parties(pool: Pool, code: str, friend_id: UUID | None, now: datetime) -> _Parties:
    row = await pool.fetchrow(_PARTIES, plain(code), friend_id)
    if row is None:
        raise ReferralCodeNotFound
    programme = programme_from_json(orjson.loads(row["programme"]))
    if not programme.open_at(now):
        raise ReferralCodeNotFound
    return _Parties(
        programme=programme,
        referrer_id=row["referrer_id"],
        referrer=_loaded(row["referrer_data"]),
        friend=_loaded(row["friend_data"]),
    )


def _said(parties: _Parties, contacts: Collection[bytes]) -> dict[str, Any]:
    programme, terms = parties.programme, parties.programme.terms
    bounds = ("accept_days", "most", "most_days", "pace_most", "pace_minutes")
    return {
        "referral_id": new_id(),
        "programme_id": programme.programme_id,
        "version": programme.version,
        "partner_id": programme.partner_id,
        "host": terms.host,
        "referrer_id": parties.referrer_id,
        "contacts": _hex(contacts),
        "not_segments": sorted(terms.not_segments),
        **{name: getattr(terms, name) for name in bounds},
    }


def _hex(digests: Collection[bytes]) -> list[str]:
    return sorted(digest.hex() for digest in digests)


def _json(said: dict[str, Any]) -> str:
    return orjson.dumps(said, default=str).decode()


def _loaded(said: str | None) -> dict[str, Any] | None:
    return None if said is None else orjson.loads(said)
