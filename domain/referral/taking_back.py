"""A purchase that qualified a friend comes back after all: as the terms say, both rewards are taken back or stay.

The actions are rated again on what is left, which is nothing: all points that their lots were made of are claimed, as a
return claims those of goods, and things won go. Counters of campaigns keep what they counted.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.ledger.posting import Door, post
from domain.ledger.postings import Claim, ReturnPosting
from domain.referral.models import ReferralState, Refusal
from domain.referral.qualifying import AT_ONCE, Done, key_of, move
from domain.referral.terms import AfterReturn, ReferralTerms

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LATER = frozenset({"WALLET_MOVED", "PARTNER_NOT_ACTIVE"})

_RETURNED = "SELECT * FROM referrals_returned($1)"


async def take_back(pool: Pool, *, now: datetime) -> Done:
    """Look at every rewarded friend whose purchase came back since."""
    done = Done()
    while rows := await pool.fetch(_RETURNED, AT_ONCE):
        settled = 0
        for row in rows:
            terms = ReferralTerms.from_json(orjson.loads(row["terms"]))
            step: dict[str, Any] = {"returns": row["returns"]}
            if row["left_over"] < terms.least and terms.after_return is AfterReturn.TAKE_BACK:
                if not await _taken_back(pool, row, now):
                    done.waiting += 1
                    continue
                evidence = {"when": "AFTER_REWARD"}
                step |= {"state": ReferralState.REFUSED, "refusal": Refusal.RETURNED, "evidence": evidence}
            moved = await move(pool, row["referral_id"], ReferralState.REWARDED, step, now=now)
            settled += moved
            done.taken_back += moved and "state" in step
        if not settled:
            break
    return done


async def _taken_back(pool: Pool, row: asyncpg.Record, now: datetime) -> bool:
    for action in orjson.loads(row["actions"]):
        (verdict,) = await post(pool, Door.ACTION_RETURNS, [_posting(row, action, now)], now=now)
        if verdict.outcome in LATER:
            return False
    return True


def _posting(row: asyncpg.Record, action: Mapping[str, Any], now: datetime) -> ReturnPosting:
    key = f"{key_of(row['referral_id'], action['side'])}/BACK"
    return ReturnPosting(
        wallet_id=UUID(action["now_in"]),
        member_id=UUID(action["member_id"]),
        partner_id=row["host"],
        idempotency_key=key,
        fingerprint=sha256(key.encode()).digest(),
        occurred_at=now,
        refers_to=UUID(action["entry_id"]),
        purchase_wallet_id=UUID(action["wallet_id"]),
        returns_before=0,
        claims=[Claim(lot_id=UUID(lot["lot_id"]), points=lot["points"]) for lot in action["lots"]],
        numbers=[],
        quantities=[],
        amounts=[],
        facts={"tokens": action["tokens"]} if action["tokens"] else None,
    )
