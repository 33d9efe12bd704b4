"""Credit for what was handed in: a voucher with an amount of its own, or an action that campaigns answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson

from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.recorded import entries_by_key
from domain.earning.tills import Caches
from domain.ids import PartnerId, new_id
from domain.ledger.posting import encoded
from domain.ledger.postings import VoucherGiftPosting
from domain.members.errors import MemberNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.trade_ins.terms import Form, Scheme
from domain.trade_ins.valuing import Valued
from domain.vouchers.errors import CouponNotFound
from domain.vouchers.issuing import live_coupons, wanted
from domain.vouchers.models import VoucherSource

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

TRADE_IN = "TRADE_IN"
AT_ONCE = 200

_PENDING = "SELECT * FROM trade_in_credits_pending($1, $2, $3)"
_SETTLE = "SELECT settle_trade_in_credit($1, $2, $3, $4)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """One credit, for items by their numbers."""

    form: Form
    amount: int
    """In minor units."""
    numbers: tuple[int, ...] = ()
    credit_id: UUID = field(default_factory=new_id)

    def said(self) -> Mapping[str, Any]:
        """As the database takes it."""
        return {"credit_id": self.credit_id, "form": self.form, "amount": self.amount}


class At(Protocol):
    """Where and when a voucher is given."""

    @property
    def partner_id(self) -> PartnerId:
        """By whom."""

    @property
    def occurred_at(self) -> datetime:
        """When, by its clock."""


def awards_for(scheme: Scheme, found: Sequence[Valued]) -> list[Award]:
    """What is credited now: one voucher for all, or an action for each item; nothing, where items wait to be sold."""
    terms = scheme.terms
    if terms.consignment is not None:
        return []
    if not terms.by_voucher:
        return [Award(form=Form.POINTS, amount=one.value, numbers=(one.item.number,)) for one in found]
    whole = sum(one.value for one in found)
    return [Award(form=Form.VOUCHER, amount=whole, numbers=tuple(one.item.number for one in found))]


async def voucher_for(
    pool: Pool,
    scheme: Scheme,
    awards: Sequence[Award],
    member: KnownMember,
    at: At,
    *,
    key: bytes,
    zone: ZoneInfo,
    now: datetime,
) -> str | None:
    """The posting that gives the voucher of a credit, as the database takes it; None, where none is given.

    Raises: CouponNotFound, where the scheme's coupon is not live.
    """
    given = [award for award in awards if award.form is Form.VOUCHER]
    if not given:
        return None
    (award,) = given
    coupon_id = scheme.terms.coupon
    assert coupon_id is not None
    coupon = (await live_coupons(pool, [coupon_id])).get(coupon_id)
    if coupon is None:
        raise CouponNotFound
    own = key_of(award.credit_id)
    posting = VoucherGiftPosting(
        wallet_id=member.wallet_id,
        member_id=member.member_id,
        partner_id=at.partner_id,
        idempotency_key=own,
        fingerprint=sha256(own.encode()).digest(),
        occurred_at=at.occurred_at,
        vouchers=[
            wanted(
                coupon_id,
                coupon,
                source=VoucherSource.TRADE_IN,
                source_id=scheme.scheme_id,
                amount=award.amount,
                key=key,
                zone=zone,
                now=now,
            )
        ],
    )
    (said,) = orjson.loads(encoded([posting]))
    return orjson.dumps({**said, "credit_id": str(award.credit_id)}).decode()


def key_of(credit_id: UUID) -> str:
    """Under which key a credit is in the books, once and for all."""
    return f"{TRADE_IN}/{credit_id.hex}"


@dataclass(slots=True)
class Done:
    """What a turn came to."""

    credited: int = 0
    lost: int = 0
    """Nobody was there any more to get it."""
    waiting: int = 0
    """Could not be recorded now."""
    unsold: int = 0
    """Consignments whose time was over."""

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return any(getattr(self, name) for name in self.__dataclass_fields__)


async def finish(
    pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime, trade_in_id: UUID | None = None
) -> Done:
    """Record the actions of credits in points that wait for them: those of one trade-in, or all."""
    done, after = Done(), None
    while rows := await pool.fetch(_PENDING, after, AT_ONCE, trade_in_id):
        after = rows[-1]["credit_id"]
        entries = await _there_already(pool, rows)
        fresh = [row for row in rows if row["credit_id"] not in entries and row["pairwise_id"] is not None]
        commands = [_command(row, caches, now) for row in fresh]
        answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
        for row, answer in zip(fresh, answers, strict=True):
            if isinstance(answer, ActionReceipt):
                entries[row["credit_id"]] = (answer.wallet_id, answer.entry_id)
            elif not isinstance(answer, MemberNotFound):
                done.waiting += 1
                entries[row["credit_id"]] = None
        for row in rows:
            entry = entries.get(row["credit_id"], (None, None))
            if entry is not None and await pool.fetchval(_SETTLE, row["credit_id"], *entry, now):
                done.credited += entry[1] is not None
                done.lost += entry[1] is None
    return done


async def _there_already(
    pool: Pool, rows: Sequence[asyncpg.Record]
) -> dict[UUID, tuple[UUID | None, UUID | None] | None]:
    """The actions that were recorded before, by a turn that did not come to its end."""
    asked = {(PartnerId(row["partner_id"]), key_of(row["credit_id"])): row["credit_id"] for row in rows}
    found = await entries_by_key(pool, list(asked))
    return {asked[key]: (entry["wallet_id"], entry["entry_id"]) for key, entry in found.items()}


def _command(row: asyncpg.Record, caches: Caches, now: datetime) -> RecordAction:
    member = KnownMember(
        wallet_id=row["wallet_id"],
        member_id=row["member_id"],
        kind=MemberKind(row["kind"]),
        pairwise_id=row["pairwise_id"],
    )
    told = {name: row[name] for name in ("sku", "category", "grade", "units") if row[name] is not None}
    dated = row["occurred_at"] > now - caches.oldest
    return RecordAction(
        partner_id=PartnerId(row["partner_id"]),
        member=member,
        kind=TRADE_IN,
        idempotency_key=key_of(row["credit_id"]),
        occurred_at=max(row["occurred_at"], row["made_at"]) if dated else now,
        dated=False,
        attributes={**told, "value": row["amount"], "scheme": row["scheme"]},
    )
