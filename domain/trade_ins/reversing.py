"""A trade-in is taken back: the member gets its things, and what it got for them goes, if it was not used."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.idempotency import checked_key
from domain.ids import PartnerId
from domain.ledger.posting import encoded, persistently
from domain.ledger.postings import Claim, Posting, ReturnPosting
from domain.trade_ins.crediting import key_of
from domain.trade_ins.errors import TradeInNotFound, TradeInTooLate
from domain.trade_ins.models import CreditState
from domain.trade_ins.refusals import refusal
from domain.trade_ins.terms import SchemeTerms

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_LOOK = "SELECT * FROM trade_in_to_reverse($1, $2)"
_REVERSE = "SELECT reverse_trade_in($1::jsonb, $2::jsonb, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseTradeIn:
    """A partner takes a trade-in back that it recorded."""

    partner_id: PartnerId
    trade_in_id: UUID
    idempotency_key: str

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)


async def reverse(pool: Pool, command: ReverseTradeIn, *, now: datetime) -> bool:
    """Take a trade-in back with all that was given for it; whether an earlier request with this key did.

    Raises: TradeInNotFound, TradeInTooLate, TradeInReversed, TradeInCreditUsed, NotConsigned, Busy.
    """
    row = await pool.fetchrow(_LOOK, command.partner_id, command.trade_in_id)
    if row is None:
        raise TradeInNotFound
    terms = SchemeTerms.from_json(orjson.loads(row["terms"]))
    if row["reversed_at"] is None and now > row["recorded_at"] + timedelta(days=terms.reverse_days):
        raise TradeInTooLate(terms.reverse_days)
    given = [credit for credit in orjson.loads(row["credits"]) if credit["state"] == CreditState.GIVEN]
    backs = [_back(row, credit, command, now) for credit in given]
    said = {
        "trade_in_id": command.trade_in_id,
        "partner_id": command.partner_id,
        "wallet_id": row["wallet_id"],
        "member_id": row["member_id"],
        "reversed_key": command.idempotency_key,
    }
    sent = (orjson.dumps(said, default=str).decode(), orjson.dumps(backs).decode(), now)
    outcome = await persistently(lambda: pool.fetchval(_REVERSE, *sent))
    if outcome not in {"POSTED", "REPLAYED"}:
        raise refusal(outcome)
    return bool(outcome == "REPLAYED")


def _back(row: asyncpg.Record, credit: Mapping[str, Any], command: ReverseTradeIn, now: datetime) -> dict[str, Any]:
    key = f"{key_of(UUID(credit['credit_id']))}/BACK"
    shared: dict[str, Any] = {
        "wallet_id": row["wallet_id"] or UUID(credit["now_in"]),
        "member_id": row["member_id"],
        "partner_id": command.partner_id,
        "idempotency_key": key,
        "fingerprint": sha256(key.encode()).digest(),
        "occurred_at": now,
        "refers_to": UUID(credit["entry_id"]),
    }
    posting = Posting(**shared) if credit["voucher_id"] else _points_back(shared, credit)
    (said,) = orjson.loads(encoded([posting]))
    return {**said, "credit_id": credit["credit_id"]}


def _points_back(shared: Mapping[str, Any], credit: Mapping[str, Any]) -> ReturnPosting:
    return ReturnPosting(
        **{**shared, "wallet_id": UUID(credit["now_in"])},
        purchase_wallet_id=UUID(credit["wallet_id"]),
        returns_before=0,
        claims=[Claim(lot_id=UUID(lot["lot_id"]), points=lot["points"]) for lot in credit["lots"]],
        numbers=[],
        quantities=[],
        amounts=[],
        facts={"tokens": credit["tokens"]} if credit["tokens"] else None,
    )
