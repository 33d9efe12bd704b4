"""The worker's part of trials: draws, samples given as vouchers, actions of feedback, places that lapse."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.recorded import entries_by_key
from domain.earning.tills import Caches
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember, MemberRef
from domain.trials.drawing import draw_due
from domain.trials.errors import TrialStepOver
from domain.trials.taking_part import hand
from domain.trials.terms import TrialId
from domain.vouchers.issuing import GiveVouchers, give

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

TRIAL = "TRIAL"
AT_ONCE = 200

_LAPSE = "SELECT lapse_places($1, $2)"
_TO_GIVE = "SELECT * FROM samples_to_give($1, $2)"
_ANSWERED = "SELECT * FROM trials_answered($1, $2)"
_DONE = "SELECT trial_done($1, $2, $3)"


@dataclass(slots=True)
class TrialsDone:
    """What a turn came to."""

    drawn: int = 0
    given: int = 0
    """Samples given as vouchers."""
    earned: int = 0
    lapsed: int = 0
    waiting: int = 0
    """Vouchers and actions that could not be given or recorded now."""

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return any(getattr(self, name) for name in self.__dataclass_fields__)


async def move_on(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime) -> TrialsDone:
    """One turn: draw, let lapse what is due, give samples, record what feedback is worth."""
    done = TrialsDone(drawn=await draw_due(pool, now=now))
    while lapsed := await pool.fetchval(_LAPSE, now, AT_ONCE):
        done.lapsed += lapsed
    await _give(pool, done, caches, lookup_key, now)
    await _record(pool, done, caches, lookup_key, now)
    return done


def key_of(place_id: UUID) -> str:
    """Under which key what a place is worth is recorded, once and for all."""
    return f"{TRIAL}/{place_id.hex}"


async def _give(pool: Pool, done: TrialsDone, caches: Caches, lookup_key: bytes, now: datetime) -> None:
    after = None
    while rows := await pool.fetch(_TO_GIVE, after, AT_ONCE):
        after = rows[-1]["place_id"]
        for row in rows:
            owner, trial_id = PartnerId(row["partner_id"]), TrialId(row["trial_id"])
            try:
                await give(pool, _sample(row), key=lookup_key, zone=caches.zone, now=now)
                await hand(pool, trial_id, row["member_id"], by=owner, now=now)
                done.given += 1
            except TrialStepOver:
                continue  # it lapsed at this very moment; the voucher is the member's all the same
            except DomainError:
                done.waiting += 1


def _sample(row: asyncpg.Record) -> GiveVouchers:
    return GiveVouchers(
        partner_id=row["partner_id"],
        idempotency_key=f"{key_of(row['place_id'])}/SAMPLE",
        member=MemberRef(pairwise_id=row["pairwise_id"]),
        coupon_id=row["coupon_id"],
        count=1,
        occurred_at=row["accepted_at"],
    )


async def _record(pool: Pool, done: TrialsDone, caches: Caches, lookup_key: bytes, now: datetime) -> None:
    after = None
    while rows := await pool.fetch(_ANSWERED, after, AT_ONCE):
        after = rows[-1]["place_id"]
        await _record_some(pool, rows, done, caches, lookup_key, now)


async def _record_some(
    pool: Pool, rows: Sequence[asyncpg.Record], done: TrialsDone, caches: Caches, lookup_key: bytes, now: datetime
) -> None:
    keys = {(PartnerId(row["host"]), key_of(row["place_id"])): row["place_id"] for row in rows}
    known = {keys[key]: entry["entry_id"] for key, entry in (await entries_by_key(pool, list(keys))).items()}
    wanted = [row for row in rows if row["place_id"] not in known and row["member"] is not None]
    commands = [_command(row, now) for row in wanted]
    answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
    for row, answer in zip(wanted, answers, strict=True):
        if isinstance(answer, ActionReceipt):
            known[row["place_id"]] = answer.entry_id
        else:
            done.waiting += 1
    for place_id, entry_id in known.items():
        done.earned += await pool.fetchval(_DONE, place_id, entry_id, now)


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    who = orjson.loads(row["member"])
    member_id = UUID(who["member_id"])
    return RecordAction(
        partner_id=PartnerId(row["host"]),
        member=KnownMember(
            wallet_id=UUID(who["wallet_id"]),
            member_id=member_id,
            kind=MemberKind(who["kind"]),
            pairwise_id=UUID(who["pairwise_id"]) if who["pairwise_id"] else member_id,
        ),
        kind=TRIAL,
        idempotency_key=key_of(row["place_id"]),
        occurred_at=now,
        dated=False,
        attributes={"trial": row["name"], "complete": True},
    )
