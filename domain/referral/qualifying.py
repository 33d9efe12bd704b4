"""Friends who have bought are found, and both sides rewarded: each step is one that a crash can only repeat.

A friend that qualified stays so until both REFERRAL actions are in the books, each under a key that the referral alone
decides. So whoever dies between the two leaves work behind, and never a reward twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.acting import Answer, record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.recorded import entries_by_key
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.members.enrolment import MemberKeys
from domain.members.errors import MemberNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.referral.contacts import digests_sealed
from domain.referral.judging import Bought, DoesNot, Qualifies, Waits, judged
from domain.referral.models import ReferralState, Refusal
from domain.referral.terms import ReferralTerms

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Steps: TypeAlias = Mapping[str, Any]

REFERRAL = "REFERRAL"
SIDES = ("FRIEND", "REFERRER")
AT_ONCE = 200
INVITED_FOR = timedelta(days=30)
"""Whoever asked to join by a link and did not is forgotten after so long."""

_JOINED = "SELECT * FROM referrals_joined($1, $2)"
_QUALIFIED = "SELECT * FROM referrals_qualified($1, $2, $3)"
_MOVE = "SELECT move_referral($1, $2, $3::jsonb, $4)"
_FORGET = "SELECT forget_invitations($1)"


@dataclass(slots=True)
class Done:
    """What a turn came to."""

    qualified: int = 0
    refused: int = 0
    rewarded: int = 0
    waiting: int = 0
    """Qualified, but their rewards could not be recorded now."""
    taken_back: int = 0
    forgotten: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return any(getattr(self, name) for name in self.__dataclass_fields__)


async def qualify(pool: Pool, *, keys: MemberKeys, now: datetime) -> Done:
    """Look at every friend that is due: who has bought and kept it qualifies, who cannot any more is refused."""
    done = Done(forgotten=await pool.fetchval(_FORGET, now - INVITED_FOR))
    while rows := await pool.fetch(_JOINED, now, AT_ONCE):
        moved = 0
        for row in rows:
            step = _step(row, keys, now)
            if await move(pool, row["referral_id"], ReferralState.JOINED, step, now=now):
                moved += 1
                done.qualified += step.get("state") == ReferralState.QUALIFIED
                done.refused += step.get("state") == ReferralState.REFUSED
        if not moved:  # others are at it
            break
    return done


async def reward(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime) -> Done:
    """Record both sides' actions for every friend that has qualified."""
    done, after = Done(), None
    while rows := await pool.fetch(_QUALIFIED, now, after, AT_ONCE):
        after = rows[-1]["referral_id"]
        await _reward(pool, rows, done, caches, lookup_key, now)
    return done


async def move(pool: Pool, referral_id: UUID, was: ReferralState, step: Steps, *, now: datetime) -> bool:
    """Take a referral a step further, unless it stands elsewhere by now."""
    return bool(await pool.fetchval(_MOVE, referral_id, was, orjson.dumps(step, default=str).decode(), now))


def key_of(referral_id: UUID, side: str) -> str:
    """Under which key a side's action is recorded, once and for all."""
    return f"{REFERRAL}/{referral_id.hex}/{side}"


def _step(row: asyncpg.Record, keys: MemberKeys, now: datetime) -> dict[str, Any]:
    terms = ReferralTerms.from_json(orjson.loads(row["terms"]))
    fault = row["fault"] or _same_contact(row, keys)
    if fault is not None:
        return {"state": ReferralState.REFUSED, "refusal": fault, "evidence": {"when": "QUALIFYING"}}
    match judged(terms, row["joined_at"], _purchases(row["purchases"]), now):
        case Waits(until):
            return {"look_at": until}
        case DoesNot(why):
            return {"state": ReferralState.REFUSED, "refusal": why, "evidence": {"when": "QUALIFYING"}}
        case Qualifies(one):
            entry = {"purchase_wallet_id": one.wallet_id, "purchase_entry_id": one.entry_id, "returns": one.returns}
            return {"state": ReferralState.QUALIFIED, **entry}


def _same_contact(row: asyncpg.Record, keys: MemberKeys) -> Refusal | None:
    sealing = {"lookup_key": keys.lookup, "personal_key": keys.personal}
    told = [orjson.loads(row[name]) if row[name] else None for name in ("referrer_data", "friend_data")]
    one, other = (digests_sealed(sealed, **sealing) for sealed in told)
    return Refusal.SAME_CONTACT if one & other else None


def _purchases(said: str) -> list[Bought]:
    return [
        Bought(
            wallet_id=UUID(one["wallet_id"]),
            entry_id=UUID(one["entry_id"]),
            partner_id=UUID(one["partner_id"]),
            occurred_at=datetime.fromisoformat(one["occurred_at"]),
            total=one["total"],
            back=one["back"],
            returns=one["returns"],
        )
        for one in orjson.loads(said)
    ]


async def _reward(
    pool: Pool, rows: Sequence[asyncpg.Record], done: Done, caches: Caches, lookup_key: bytes, now: datetime
) -> None:
    entries = await _there_already(pool, rows)
    wanted = [
        (row["referral_id"], side, command)
        for row in rows
        for side in SIDES
        if (row["referral_id"], side) not in entries and (command := _command(row, side, now)) is not None
    ]
    commands = [command for _, _, command in wanted]
    answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
    failed: set[UUID] = set()
    for (referral_id, side, _), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, ActionReceipt):
            entries[referral_id, side] = answer.entry_id
        elif not _gone(answer):
            failed.add(referral_id)
    for row in rows:
        one = row["referral_id"]
        if one in failed:
            done.waiting += 1
            continue
        told = {f"{side.lower()}_entry": entries[one, side] for side in SIDES if (one, side) in entries}
        step = {"state": ReferralState.REWARDED, **told}
        done.rewarded += await move(pool, one, ReferralState.QUALIFIED, step, now=now)


async def _there_already(pool: Pool, rows: Sequence[asyncpg.Record]) -> dict[tuple[UUID, str], UUID]:
    """The actions that a turn before recorded; the member may have become another since, and they stand."""
    asked = {
        (row["host"], key_of(row["referral_id"], side)): (row["referral_id"], side) for row in rows for side in SIDES
    }
    found = await entries_by_key(pool, [(PartnerId(host), key) for host, key in asked])
    return {asked[key]: entry["entry_id"] for key, entry in found.items()}


def _command(row: asyncpg.Record, side: str, now: datetime) -> RecordAction | None:
    said = row[side.lower()]
    if said is None:
        return None
    who = orjson.loads(said)
    member = KnownMember(
        wallet_id=UUID(who["wallet_id"]),
        member_id=UUID(who["member_id"]),
        kind=MemberKind(who["kind"]),
        pairwise_id=UUID(who["pairwise_id"]),
    )
    return RecordAction(
        partner_id=PartnerId(row["host"]),
        member=member,
        kind=REFERRAL,
        idempotency_key=key_of(row["referral_id"], side),
        occurred_at=now,
        dated=False,
        attributes={"step": "QUALIFIED", "side": side},
    )


def _gone(answer: Answer) -> bool:
    return isinstance(answer, MemberNotFound)
