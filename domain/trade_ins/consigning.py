"""Items that wait to be sold: sold, given back, given away, or credited all the same when their time is over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.tills import Caches
from domain.idempotency import checked_key
from domain.ids import PartnerId
from domain.ledger.posting import persistently
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.trade_ins.crediting import AT_ONCE, Award, Done, finish, voucher_for
from domain.trade_ins.errors import InvalidTradeIn, TradeInNotFound
from domain.trade_ins.models import Closed
from domain.trade_ins.refusals import refusal
from domain.trade_ins.terms import LARGEST_AMOUNT, Scheme, SchemeId, SchemeState, SchemeTerms
from domain.vouchers.errors import CouponNotFound

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_ITEM = "SELECT * FROM consigned_item($1, $2)"
_CLOSE = "SELECT close_consignment($1::jsonb, $2::jsonb, $3)"
_DUE = "SELECT * FROM consignments_due($1, $2, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseConsignment:
    """A consigned item comes to its end at the partner that keeps it."""

    partner_id: PartnerId
    item_id: UUID
    idempotency_key: str
    closed_as: Closed
    occurred_at: datetime
    sold_for: int | None = None
    """SOLD: for how much, in minor units."""

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        said = (self.closed_as is Closed.SOLD) == (self.sold_for is not None)
        if not said or not 1 <= (self.sold_for or 1) <= LARGEST_AMOUNT:
            raise InvalidTradeIn(f"the price is 1 to {LARGEST_AMOUNT} minor units of what was sold", path=("price",))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What became of a consigned item."""

    trade_in_id: UUID
    credit: int
    """In minor units; 0: none."""
    replayed: bool


async def close(pool: Pool, command: CloseConsignment, *, caches: Caches, lookup_key: bytes, now: datetime) -> Ended:
    """Close a consignment, and credit its member where that is due; asked again with its key, the same.

    A member that is one no more is credited nothing.
    Raises: TradeInNotFound, NotConsigned, CouponNotFound, PartnerNotActive, IdempotencyConflict, InvalidTradeIn, Busy.
    """
    row = await pool.fetchrow(_ITEM, command.partner_id, command.item_id)
    if row is None:
        raise TradeInNotFound
    if row["due_at"] is None:
        raise refusal("NOT_CONSIGNED")
    scheme = _scheme(row)
    award = _award(scheme.terms, command, row)
    fresh = row["closed_as"] is None
    gift = await _gift(pool, scheme, award, row, command, caches, lookup_key, now) if award and fresh else None
    said = _said(command, row, award if fresh else None)
    outcome = await persistently(lambda: pool.fetchval(_CLOSE, orjson.dumps(said, default=str).decode(), gift, now))
    if outcome not in {"POSTED", "REPLAYED"}:
        raise refusal(outcome)
    await finish(pool, caches=caches, lookup_key=lookup_key, now=now, trade_in_id=row["trade_in_id"])
    return Ended(
        trade_in_id=row["trade_in_id"], credit=0 if award is None else award.amount, replayed=outcome == "REPLAYED"
    )


async def close_due(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime) -> Done:
    """Close every consignment whose time is over, as its scheme says."""
    done, after = Done(), None
    while rows := await pool.fetch(_DUE, now, after, AT_ONCE):
        for row in rows:
            after = row["item_id"]
            terms = SchemeTerms.from_json(orjson.loads(row["terms"]))
            assert terms.consignment is not None
            command = CloseConsignment(
                partner_id=PartnerId(row["partner_id"]),
                item_id=row["item_id"],
                idempotency_key=f"UNSOLD/{row['item_id'].hex}",
                closed_as=Closed(terms.consignment.unsold),
                occurred_at=now,
            )
            try:
                await close(pool, command, caches=caches, lookup_key=lookup_key, now=now)
            except CouponNotFound:
                done.waiting += 1
            else:
                done.unsold += 1
    return done


def _scheme(row: asyncpg.Record) -> Scheme:
    return Scheme(
        scheme_id=SchemeId(row["scheme_id"]),
        version=row["version"],
        partner_id=PartnerId(row["owner_id"]),
        state=SchemeState(row["scheme_state"]),
        terms=SchemeTerms.from_json(orjson.loads(row["terms"])),
    )


def _award(terms: SchemeTerms, command: CloseConsignment, row: asyncpg.Record) -> Award | None:
    """What the member gets: a share of the price, or of the value where nobody bought it."""
    assert terms.consignment is not None
    if row["member_id"] is None:
        return None
    amount = 0
    if command.sold_for is not None:
        amount = terms.consignment.share_of(command.sold_for)
    elif command.closed_as is Closed.FALLBACK:
        if terms.consignment.fallback is None:
            raise InvalidTradeIn("the scheme credits nothing for what nobody bought", path=("as",))
        amount = int(row["value"] * terms.consignment.fallback)
    return Award(form=terms.form, amount=amount) if amount else None


async def _gift(
    pool: Pool,
    scheme: Scheme,
    award: Award,
    row: asyncpg.Record,
    command: CloseConsignment,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
) -> str | None:
    member = KnownMember(
        wallet_id=row["wallet_id"],
        member_id=row["member_id"],
        kind=MemberKind(row["kind"]),
        pairwise_id=row["member_id"],  # nobody is told of it: the posting names the member itself
    )
    return await voucher_for(pool, scheme, [award], member, command, key=lookup_key, zone=caches.zone, now=now)


def _said(command: CloseConsignment, row: asyncpg.Record, award: Award | None) -> dict[str, Any]:
    return {
        "item_id": command.item_id,
        "partner_id": command.partner_id,
        "wallet_id": row["wallet_id"],
        "member_id": row["member_id"],
        "closed_as": command.closed_as,
        "closed_key": command.idempotency_key,
        "sold_for": command.sold_for,
        "credit_id": None if award is None else award.credit_id,
        "credits": [] if award is None else [award.said()],
    }
