"""What is handed in at a counter: quoted, and recorded with its credit in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.coalition.errors import OutletNotFound
from domain.earning.commands import check_texts
from domain.earning.tills import Caches
from domain.idempotency import checked_key, fingerprint
from domain.ids import OutletId, PartnerId, new_id
from domain.ledger.posting import persistently
from domain.members.recognition import KnownMember, MemberRef, recognise, unknown
from domain.trade_ins.crediting import Award, awards_for, finish, voucher_for
from domain.trade_ins.errors import OwnTradeIn
from domain.trade_ins.queries import scheme_at
from domain.trade_ins.refusals import refusal
from domain.trade_ins.terms import Scheme, SchemeId
from domain.trade_ins.valuing import Item, Valued, check_items, must_be_taken, valued

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_RECORD = "SELECT * FROM record_trade_in($1::jsonb, $2::jsonb, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordTradeIn:
    """A member hands items in."""

    partner_id: PartnerId
    member: MemberRef
    idempotency_key: str
    items: tuple[Item, ...]
    occurred_at: datetime
    scheme_id: SchemeId | None = None
    """None: the one there is at the partner."""
    outlet_id: OutletId | None = None
    dated: bool = True
    staff: str | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        check_texts(staff=self.staff, reference=self.reference)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded."""

    trade_in_id: UUID
    member: KnownMember
    replayed: bool


async def quote(
    pool: Pool,
    partner_id: PartnerId,
    scheme_id: SchemeId | None,
    items: Sequence[Item],
    *,
    outlet_id: OutletId | None = None,
    caches: Caches,
    now: datetime,
) -> tuple[Scheme, list[Valued]]:
    """What items are worth now, and why some are not taken; nothing is recorded.

    Raises: TradeInSchemeNotFound, OutletNotFound, InvalidTradeIn.
    """
    scheme = await scheme_at(pool, partner_id, scheme_id)
    if scheme.terms.outlets and outlet_id not in scheme.terms.outlets:
        raise OutletNotFound
    check_items(items, scheme.terms)
    skus = {(partner_id, item.sku) for item in items if item.sku is not None}
    shelves = await caches.catalogue.resolve(pool, skus, now=now) if skus else {}
    products = {sku: one.at(now) for sku, one in shelves.get(partner_id, {}).items()}
    return scheme, valued(items, scheme.terms, products)


async def record(
    pool: Pool,
    command: RecordTradeIn,
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
) -> Recorded:
    """Record what a member hands in, and credit it where credit is given now; asked again with its key, the same.

    Raises: TradeInSchemeNotFound, OutletNotFound, InvalidTradeIn, ItemNotTaken, MemberNotFound, PartnerNotActive,
    OwnTradeIn, SerialTaken, TradeInLimit, CouponNotFound, IdempotencyConflict, Busy.
    """
    kept = await keep(pool, command, caches=caches, lookup_key=lookup_key, now=now)
    await finish(pool, caches=caches, lookup_key=lookup_key, now=now, trade_in_id=kept.trade_in_id)
    return kept


async def keep(
    pool: Pool,
    command: RecordTradeIn,
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
) -> Recorded:
    """The same, but that credits in points are left to whoever finishes them: this call, or the worker."""
    (member,) = await recognise(pool, [command.member], command.partner_id, key=lookup_key, now=now)
    if member is None:
        raise await unknown(pool, command.partner_id)
    if before := await _before(pool, command):
        return Recorded(trade_in_id=before, member=member, replayed=True)
    if await _by_oneself(pool, command, member, caches, now):
        raise OwnTradeIn
    where = {"outlet_id": command.outlet_id, "caches": caches, "now": now}
    scheme, found = await quote(pool, command.partner_id, command.scheme_id, command.items, **where)  # type: ignore[arg-type]
    must_be_taken(found)
    awards = awards_for(scheme, found)
    said = orjson.dumps(_said(command, scheme, found, awards, member, now), default=str).decode()
    gift = await voucher_for(pool, scheme, awards, member, command, key=lookup_key, zone=caches.zone, now=now)
    row = await persistently(lambda: pool.fetchrow(_RECORD, said, gift, now))
    assert row is not None
    if row["outcome"] not in {"POSTED", "REPLAYED"}:
        raise refusal(row["outcome"])
    return Recorded(trade_in_id=row["trade_in_id"], member=member, replayed=row["outcome"] == "REPLAYED")


async def _by_oneself(pool: Pool, command: RecordTradeIn, member: KnownMember, caches: Caches, now: datetime) -> bool:
    """Whether who hands in is who takes in: a seller at its own counter, as with what sellers buy."""
    if command.outlet_id is None:
        return False
    at = (command.partner_id, member.wallet_id, command.outlet_id, command.staff)
    return bool(await caches.own_sales.among(pool, [at], now=now))


async def _before(pool: Pool, command: RecordTradeIn) -> UUID | None:
    """What the same request made before: its items are there by now, and its scheme may have gone on."""
    row = await pool.fetchrow("SELECT * FROM trade_in_by_key($1, $2)", command.partner_id, command.idempotency_key)
    if row is None:
        return None
    if row["fingerprint"] != fingerprint(command):
        raise refusal("IDEMPOTENCY_CONFLICT")
    found: UUID = row["trade_in_id"]
    return found


def _said(
    command: RecordTradeIn,
    scheme: Scheme,
    found: Sequence[Valued],
    awards: Sequence[Award],
    member: KnownMember,
    now: datetime,
) -> Mapping[str, Any]:
    terms = scheme.terms
    credit_of = {number: award.credit_id for award in awards for number in award.numbers}
    due = None if terms.consignment is None else now + timedelta(days=terms.consignment.days)
    since = now - timedelta(days=terms.most_days) if terms.most_days else None
    return {
        "trade_in_id": new_id(),
        "scheme_id": scheme.scheme_id,
        "version": scheme.version,
        "partner_id": command.partner_id,
        "outlet_id": command.outlet_id,
        "wallet_id": member.wallet_id,
        "member_id": member.member_id,
        "staff": command.staff,
        "reference": command.reference,
        "idempotency_key": command.idempotency_key,
        "fingerprint": "\\x" + fingerprint(command).hex(),
        "occurred_at": command.occurred_at,
        "since": since,
        "most_items": terms.most_items,
        "credits": [award.said() for award in awards],
        "items": [_item(one, credit_of.get(one.item.number), due) for one in found],
    }


def _item(one: Valued, credit_id: UUID | None, due: datetime | None) -> Mapping[str, Any]:
    item = one.item
    return {
        "item_id": new_id(),
        "number": item.number,
        "category": one.category,
        "sku": item.sku,
        "maker_id": None if one.product is None else one.product.maker_id,
        "serial": item.plain_serial,
        "grade": item.grade,
        "months": item.months,
        "units": item.units,
        "photos": item.photos,
        "value": one.value,
        "due_at": due,
        "credit_id": credit_id,
    }
