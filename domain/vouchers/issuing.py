"""How vouchers come to members: promised by what gives them, issued inside its posting, or given by hand."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson

from domain.idempotency import checked_key, fingerprint
from domain.ids import CouponId, PartnerId, new_id
from domain.ledger.posting import Door, post
from domain.ledger.postings import VoucherGiftPosting, VoucherWanted
from domain.members.recognition import MemberRef, recognise, unknown
from domain.vouchers import codes
from domain.vouchers.errors import CouponNotFound, InvalidCoupon
from domain.vouchers.models import VoucherSource
from domain.vouchers.refusals import refusal
from domain.vouchers.terms import LARGEST_AMOUNT, Codes, Coupon, CouponState, terms_from_json
from domain.vouchers.told import Told, told

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MOST_AT_ONCE = 100

_LIVE = "SELECT * FROM coupons_live($1::uuid[])"
_OF_ENTRY = "SELECT * FROM vouchers_of_entry($1, $2, $3)"
_GIVEN = "SELECT * FROM vouchers_given($1, $2, $3)"


async def live_coupons(pool: Pool, coupon_ids: Collection[UUID]) -> dict[UUID, Coupon]:
    """The live versions of coupons, of those that have one."""
    if not coupon_ids:
        return {}
    return {
        row["coupon_id"]: Coupon(
            coupon_id=CouponId(row["coupon_id"]),
            version=row["version"],
            partner_id=PartnerId(row["partner_id"]),
            state=CouponState.LIVE,
            terms=terms_from_json(orjson.loads(row["terms"])),
            live_from=row["live_from"],
        )
        for row in await pool.fetch(_LIVE, list(coupon_ids))
    }


def wanted(
    coupon_id: UUID,
    coupon: Coupon | None,
    *,
    source: VoucherSource,
    source_id: UUID | None,
    key: bytes,
    zone: ZoneInfo,
    now: datetime,
    amount: int | None = None,
) -> VoucherWanted:
    """A voucher that a posting shall issue; of a coupon that is not live it will be a cut.

    The amount is its own, in minor units, where vouchers of the coupon are valued.
    """
    voucher_id = new_id()
    if coupon is None:
        return VoucherWanted(
            voucher_id=voucher_id, coupon_id=coupon_id, lookup=None, source=source, source_id=source_id
        )
    made = coupon.terms.codes is Codes.GENERATED
    return VoucherWanted(
        voucher_id=voucher_id,
        coupon_id=coupon_id,
        lookup=codes.lookup_of(coupon.partner_id, voucher_id, key) if made else None,
        source=source,
        source_id=source_id,
        uses=coupon.terms.uses,
        expires_at=coupon.terms.expires_at(now, zone),
        amount=amount,
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a voucher that an entry promised."""

    voucher_id: UUID
    wallet_id: UUID | None
    """Where it is; None: it was cut."""
    state: str | None
    why: str | None
    """Why it was cut: CODES_USED_UP or COUPON_NOT_LIVE."""


async def outcomes(pool: Pool, partner_id: UUID, wallet_id: UUID, entry_id: UUID) -> dict[UUID, Outcome]:
    """What became of the vouchers that an entry of a partner promised."""
    rows = await pool.fetch(_OF_ENTRY, partner_id, wallet_id, entry_id)
    return {row["voucher_id"]: Outcome(row["voucher_id"], row["wallet_id"], row["state"], row["why"]) for row in rows}


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What a return did to vouchers that had been won with its purchase."""

    cancelled: int = 0
    """How many can be used no more."""
    used: int = 0
    """How many were used before, and stay used."""


async def taken_back(pool: Pool, partner_id: UUID, wallet_id: UUID, entry_id: UUID) -> TakenBack:
    """What a return of a partner did to vouchers."""
    row = await pool.fetchrow("SELECT * FROM vouchers_taken_back($1, $2, $3)", partner_id, wallet_id, entry_id)
    assert row is not None
    return TakenBack(row["cancelled"], row["used"])


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveVouchers:
    """A coupon's owner gives a member vouchers."""

    partner_id: UUID
    idempotency_key: str
    member: MemberRef
    coupon_id: UUID
    count: int
    occurred_at: datetime
    dated: bool = False
    staff: str | None = None
    amount: int | None = None
    """What each takes off, in minor units, where vouchers of the coupon are valued."""

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        if self.amount is not None and not 1 <= self.amount <= LARGEST_AMOUNT:
            raise InvalidCoupon(f"an amount is 1 to {LARGEST_AMOUNT} minor units", path=("amount",))
        if not 1 <= self.count <= MOST_AT_ONCE:
            raise InvalidCoupon(f"1 to {MOST_AT_ONCE} vouchers are given at once", path=("count",))


async def give(pool: Pool, command: GiveVouchers, *, key: bytes, zone: ZoneInfo, now: datetime) -> list[Told]:
    """Give vouchers; all of them or none. Asked again with the same key, the same ones are told.

    Raises: CouponNotFound, InvalidCoupon, MemberNotFound, PartnerNotActive, VouchersUsedUp, IdempotencyConflict, Busy.
    """
    (member,) = await recognise(pool, [command.member], command.partner_id, key=key, now=now)
    if member is None:
        raise await unknown(pool, command.partner_id)
    coupon = (await live_coupons(pool, [command.coupon_id])).get(command.coupon_id)
    if coupon is None or coupon.partner_id != command.partner_id or coupon.terms.public:
        raise CouponNotFound
    _check_amount(coupon, command.amount)
    like: dict[str, Any] = {"source": VoucherSource.GIVEN, "source_id": None, "amount": command.amount}
    posting = VoucherGiftPosting(
        wallet_id=member.wallet_id,
        member_id=member.member_id,
        partner_id=command.partner_id,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        staff=command.staff,
        vouchers=[wanted(command.coupon_id, coupon, **like, key=key, zone=zone, now=now) for _ in range(command.count)],
    )
    (verdict,) = await post(pool, Door.VOUCHER_GIFTS, [posting], now=now)
    if not verdict.stands:
        raise refusal(verdict, posting)
    rows = await pool.fetch(_GIVEN, command.partner_id, verdict.wallet_id, verdict.entry_id)
    return [told(row) for row in rows]


def _check_amount(coupon: Coupon, amount: int | None) -> None:
    if coupon.terms.takes.valued != (amount is not None):
        needed = "say what each voucher takes off" if coupon.terms.takes.valued else "vouchers of it have no amount"
        raise InvalidCoupon(f"{needed}: the coupon tells whether they are valued", path=("amount",))
