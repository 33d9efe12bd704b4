"""Approved claims are paid by an action of their owner, and paid ones taken back: steps that a crash can only repeat.

The action and what becomes of its claim are one transaction (migrations/sql/0043_claims.sql), under a key that the
claim alone decides. What is taken back is claimed from the action's own lots, as a return claims that of goods.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.claims.errors import ClaimStateConflict
from domain.claims.models import ClaimRefusal, ClaimState
from domain.claims.terms import SALE
from domain.earning.acting import Beside, record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.actions import Attribute
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.ledger.posting import Door, post
from domain.ledger.postings import Claim as Clawed
from domain.ledger.postings import ReturnPosting
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CLAIM = "CLAIM"
AT_ONCE = 200
LATER = frozenset({"WALLET_MOVED", "PARTNER_NOT_ACTIVE", "STALE"})

_MATCH = "SELECT * FROM match_claims($1, $2)"
_DUE = "SELECT * FROM claims_due($1, $2, $3, $4)"
_BACK = "SELECT * FROM claims_to_take_back($1, $2)"
_MOVE = "SELECT move_claim($1, $2, $3::jsonb, $4)"


@dataclass(slots=True)
class Done:
    """What a turn came to."""

    approved: int = 0
    """By a purchase that came since."""
    rejected: int = 0
    paid: int = 0
    waiting: int = 0
    """Approved, but could not be paid now."""
    taken_back: int = 0
    trained: int = 0
    """Course certificates that came into the books."""

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return any(getattr(self, name) for name in self.__dataclass_fields__)


async def match(pool: Pool, *, now: datetime) -> Done:
    """Look whether purchases have come that prove claims which wait."""
    row = await pool.fetchrow(_MATCH, now, AT_ONCE)
    assert row is not None
    return Done(approved=row["approved"], rejected=row["rejected"])


async def pay(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime, claim_id: UUID | None = None) -> Done:
    """Pay what is approved, or this one; what must not be paid any more is rejected instead."""
    done, after = Done(), None
    while rows := await pool.fetch(_DUE, now, claim_id, after, AT_ONCE):
        after = rows[-1]["claim_id"]
        for row in rows:
            await _pay(pool, row, done, caches, lookup_key, now)
        if claim_id is not None:
            break
    return done


async def take_back(pool: Pool, *, now: datetime) -> Done:
    """Take back what was paid for goods that came back, or by a fraud that was found."""
    done = Done()
    while rows := await pool.fetch(_BACK, now, AT_ONCE):
        settled = 0
        for row in rows:
            taken = await _taken_back(pool, row, now)
            settled += taken
            done.waiting += not taken
        done.taken_back += settled
        if not settled:
            break
    return done


def key_of(claim_id: UUID) -> str:
    """Under which key a claim's action is recorded, once and for all."""
    return f"claim:{claim_id.hex}"


async def _pay(pool: Pool, row: asyncpg.Record, done: Done, caches: Caches, lookup_key: bytes, now: datetime) -> None:
    if row["fault"] is not None:
        step = {"state": ClaimState.REJECTED, "refusal": row["fault"]}
        done.rejected += await _move(pool, row["claim_id"], ClaimState.APPROVED, step, now)
        return
    beside = Beside(
        door=Door.CLAIMS,
        said={"claim_id": str(row["claim_id"])},
        refusals={"CLAIM_NOT_APPROVED": lambda: ClaimStateConflict("not approved any more", "paid")},
    )
    (answer,) = await record_actions(
        pool, [_command(row, now)], caches=caches, lookup_key=lookup_key, now=now, beside=beside
    )
    done.paid += isinstance(answer, ActionReceipt)
    done.waiting += not isinstance(answer, ActionReceipt)


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    who = orjson.loads(row["side"])
    return RecordAction(
        partner_id=PartnerId(row["partner_id"]),
        member=KnownMember(
            wallet_id=UUID(who["wallet_id"]),
            member_id=UUID(who["member_id"]),
            kind=MemberKind(who["kind"]),
            pairwise_id=UUID(who["pairwise_id"]),
        ),
        kind=SALE if row["kind"] == SALE else CLAIM,
        idempotency_key=key_of(row["claim_id"]),
        occurred_at=now,
        dated=False,
        attributes=_attributes(row),
    )


def _attributes(row: asyncpg.Record) -> Mapping[str, Attribute]:
    said: dict[str, Attribute | None] = {"sku": row["sku"], "units": row["units"], "value": row["value"]}
    if row["kind"] == SALE:
        said |= {"scheme": row["name"], "certified": row["certified"]}
    else:
        said |= {"programme": row["name"], "kind": row["kind"]}
    return {name: value for name, value in said.items() if value is not None}


async def _taken_back(pool: Pool, row: asyncpg.Record, now: datetime) -> bool:
    action = orjson.loads(row["action"])
    lots = _clawed(action["lots"], row)
    (verdict,) = await post(pool, Door.ACTION_RETURNS, [_posting(row, action, lots, now)], now=now)
    if verdict.outcome in LATER:
        return False
    whole = row["back_units"] == row["units"]
    kept = sum(lot["points"] - _part(lot["points"], row["back_units"], row["units"]) for lot in action["lots"])
    step: dict[str, Any] = {"taken_units": row["back_units"], "points": kept}
    if whole:
        step |= {"state": ClaimState.REJECTED, "refusal": row["why"] or ClaimRefusal.RETURNED}
    return await _move(pool, row["claim_id"], ClaimState.PAID, step, now)


def _clawed(lots: Sequence[Mapping[str, Any]], row: asyncpg.Record) -> list[Clawed]:
    """Of each lot as large a part as of the units, rounded down, less what was taken before."""
    parts = [
        (
            UUID(lot["lot_id"]),
            _part(lot["points"], row["back_units"], row["units"])
            - _part(lot["points"], row["taken_units"], row["units"]),
        )
        for lot in lots
    ]
    return [Clawed(lot_id=lot_id, points=points) for lot_id, points in parts if points]


def _part(points: int, units: int, of: int) -> int:
    return points * units // of


def _posting(row: asyncpg.Record, action: Mapping[str, Any], lots: list[Clawed], now: datetime) -> ReturnPosting:
    key = f"{key_of(row['claim_id'])}/BACK/{row['back_units']}"
    whole = row["back_units"] == row["units"]
    return ReturnPosting(
        wallet_id=UUID(action["now_in"]),
        member_id=UUID(action["member_id"]),
        partner_id=row["partner_id"],
        idempotency_key=key,
        fingerprint=sha256(key.encode()).digest(),
        occurred_at=now,
        refers_to=UUID(action["entry_id"]),
        purchase_wallet_id=UUID(action["wallet_id"]),
        returns_before=action["returns"],
        claims=lots,
        numbers=[],
        quantities=[],
        amounts=[],
        facts={"tokens": action["tokens"]} if whole and action["tokens"] else None,
    )


async def _move(pool: Pool, claim_id: UUID, was: ClaimState, step: Mapping[str, Any], now: datetime) -> bool:
    return bool(await pool.fetchval(_MOVE, claim_id, was, orjson.dumps(step, default=str).decode(), now))
