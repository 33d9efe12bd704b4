"""Reviews earn once: their action is recorded under a key of the review's own, and taken back where it was a fraud."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.recorded import entries_by_key
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.ledger.posting import Door, post
from domain.ledger.postings import Claim, ReturnPosting
from domain.members.errors import MemberNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.reviews.models import Earning

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

REVIEW = "REVIEW"
AT_ONCE = 200
LOOK_AGAIN = timedelta(days=1)
"""A review before its purchase is looked at so often."""
LATER = frozenset({"WALLET_MOVED", "PARTNER_NOT_ACTIVE", "STALE"})

_DUE = "SELECT * FROM reviews_due($1, $2)"
_TO_TAKE_BACK = "SELECT * FROM reviews_to_take_back($1, $2)"
_EARNED = "SELECT review_earned($1, $2, $3, $4)"
_LOOK = "SELECT look_again_at_reviews($1, $2, $3)"


@dataclass(slots=True)
class ReviewsDone:
    """What a turn came to."""

    earned: int = 0
    taken_back: int = 0
    waiting: int = 0
    """Due, but could not be recorded or taken back now."""
    looked_at: int = 0

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.earned or self.taken_back or self.waiting)


async def reward(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime) -> ReviewsDone:
    """Record the actions that are due, and look again whether products that were reviewed were bought."""
    done, after = ReviewsDone(), None
    while rows := await pool.fetch(_DUE, after, AT_ONCE):
        after = rows[-1]["review_id"]
        await _reward(pool, rows, done, caches, lookup_key, now)
    done.looked_at = await pool.fetchval(_LOOK, now - LOOK_AGAIN, now, AT_ONCE)
    return done


async def take_back(pool: Pool, *, now: datetime) -> ReviewsDone:
    """Take back what frauds earned: their points are claimed as those of goods that came back, things won go."""
    done, after = ReviewsDone(), None
    while rows := await pool.fetch(_TO_TAKE_BACK, after, AT_ONCE):
        after = rows[-1]["review_id"]
        for row in rows:
            (verdict,) = await post(pool, Door.ACTION_RETURNS, [_posting(row, now)], now=now)
            if verdict.outcome in LATER:
                done.waiting += 1
            else:
                done.taken_back += await _moved(pool, row["review_id"], Earning.BACK_DUE, Earning.TAKEN_BACK, None)
    return done


def key_of(review_id: UUID, turn: int = 0) -> str:
    """Under which key a review's action is recorded; a further one only after the one before was taken back."""
    return f"{REVIEW}/{review_id.hex}" + (f"/{turn}" if turn else "")


async def _reward(
    pool: Pool, rows: Sequence[asyncpg.Record], done: ReviewsDone, caches: Caches, lookup_key: bytes, now: datetime
) -> None:
    keys = {(PartnerId(row["host"]), key_of(row["review_id"], row["round"])): row["review_id"] for row in rows}
    # A turn before may have recorded it and died: since then the words, or whose they are, may have changed.
    known = {keys[key]: entry["entry_id"] for key, entry in (await entries_by_key(pool, list(keys))).items()}
    wanted = [row for row in rows if row["review_id"] not in known and row["member"] is not None]
    answers = await record_actions(
        pool, [_command(row, now) for row in wanted], caches=caches, lookup_key=lookup_key, now=now
    )
    for row, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, ActionReceipt):
            known[row["review_id"]] = answer.entry_id
        elif not isinstance(answer, MemberNotFound):
            done.waiting += 1
    gone = {row["review_id"] for row in rows if row["member"] is None}
    for row, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, MemberNotFound):
            gone.add(row["review_id"])
    for review_id, entry_id in known.items():
        done.earned += await _moved(pool, review_id, Earning.DUE, Earning.EARNED, entry_id)
    for review_id in gone - set(known):
        await _moved(pool, review_id, Earning.DUE, Earning.NONE, None)


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    who = orjson.loads(row["member"])
    said: dict[str, Any] = {
        "sku": row["sku"],
        "words": row["word_count"],
        "photo": row["photo"],
        "verified": row["verified"],
    }
    if row["tells_stars"]:
        said["stars"] = row["stars"]
    member_id = UUID(who["member_id"])
    return RecordAction(
        partner_id=PartnerId(row["host"]),
        member=KnownMember(
            wallet_id=UUID(who["wallet_id"]),
            member_id=member_id,
            kind=MemberKind(who["kind"]),
            # A maker need not know the member; our own jobs do, and what they are answered is told to nobody.
            pairwise_id=UUID(who["pairwise_id"]) if who["pairwise_id"] else member_id,
        ),
        kind=REVIEW,
        idempotency_key=key_of(row["review_id"], row["round"]),
        occurred_at=now,
        dated=False,
        attributes=said,
    )


def _posting(row: asyncpg.Record, now: datetime) -> ReturnPosting:
    gains = orjson.loads(row["gains"])
    key = f"{key_of(row['review_id'], row['round'])}/BACK"
    return ReturnPosting(
        wallet_id=UUID(gains["now_in"]),
        member_id=UUID(gains["member_id"]),
        partner_id=row["host"],
        idempotency_key=key,
        fingerprint=sha256(key.encode()).digest(),
        occurred_at=now,
        refers_to=UUID(gains["entry_id"]),
        purchase_wallet_id=UUID(gains["wallet_id"]),
        returns_before=0,
        claims=[Claim(lot_id=UUID(lot["lot_id"]), points=lot["points"]) for lot in gains["lots"]],
        numbers=[],
        quantities=[],
        amounts=[],
        facts={"tokens": gains["tokens"]} if gains["tokens"] else None,
    )


async def _moved(pool: Pool, review_id: UUID, was: Earning, becomes: Earning, entry_id: UUID | None) -> bool:
    return bool(await pool.fetchval(_EARNED, review_id, was, becomes, entry_id))
