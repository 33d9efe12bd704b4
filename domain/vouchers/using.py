"""Vouchers at the till: looked at, used by an entry of the wallet's chain, and taken back by another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeAlias
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import asyncpg

from domain.errors import DomainError, IdempotencyConflict, InvalidValue
from domain.idempotency import checked_key, fingerprint
from domain.ids import OutletId, PartnerId
from domain.ledger.posting import Door, post
from domain.ledger.postings import BenefitGiven, VoucherPosting, VoucherReversalPosting, VoucherUsed
from domain.members.recognition import KnownMember
from domain.products.catalogue import Catalogue
from domain.storage import Sight
from domain.values import Money, split
from domain.vouchers import codes, errors
from domain.vouchers.refusals import refusal
from domain.vouchers.taking import Holder, Line, TakenOff, Till, WhyNot, taken_off
from domain.vouchers.told import Told, told
from domain.vouchers.uses import UseOfVouchers, UseRef, use_of

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Named: TypeAlias = str | tuple[UUID, UUID]
"""A voucher by its code, or by its wallet and id as the till was told."""

MOST_VOUCHERS = 20
MOST_LINES = 500
LARGEST_AMOUNT = 10**10
FUTURE = timedelta(minutes=5)

_FIND = "SELECT * FROM find_vouchers($1, $2::bytea[])"
_NAMED = "SELECT * FROM vouchers_named($1, $2::uuid[], $3::uuid[])"
_AT_TILL = "SELECT * FROM vouchers_at($1, $2, $3, $4)"

REFUSED = {
    WhyNot.USED: errors.VoucherAlreadyUsed,
    WhyNot.EXPIRED: errors.VoucherExpired,
    WhyNot.CANCELLED: errors.VoucherCancelled,
    WhyNot.PAUSED: errors.CouponPaused,
}
SAID = {
    WhyNot.NOT_YET: "The voucher cannot be used yet.",
    WhyNot.WRONG_OUTLET: "The voucher is for other outlets.",
    WhyNot.WRONG_DAY: "The voucher is for other days or hours.",
    WhyNot.WRONG_MEMBER: "The voucher is for the member who has it; let the member be recognised.",
    WhyNot.WRONG_TIER: "The voucher is for members of other tiers.",
    WhyNot.WRONG_SEGMENT: "The voucher is for other members.",
    WhyNot.NO_SUCH_LINES: "Nothing in the basket is what the voucher is for.",
    WhyNot.BASKET_TOO_SMALL: "What the voucher is for comes to too little.",
    WhyNot.STANDS_ALONE: "The vouchers do not go together; use them one by one.",
    WhyNot.NOTHING_LEFT: "Nothing is left of the basket that the voucher could take off.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What is shown at a till: vouchers, the basket if there is one, and who stands there."""

    partner_id: PartnerId
    outlet_id: OutletId | None
    vouchers: tuple[Named, ...]
    lines: tuple[Line, ...] | None

    def __post_init__(self) -> None:
        if len(self.vouchers) > MOST_VOUCHERS:
            raise InvalidValue(f"at most {MOST_VOUCHERS} vouchers are shown at once", path=("vouchers",))
        if len(set(self.vouchers)) < len(self.vouchers):
            raise InvalidValue("each voucher is named once", path=("vouchers",))
        check_lines(self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class UseVouchers:
    """The vouchers of a basket are used."""

    partner_id: PartnerId
    idempotency_key: str
    outlet_id: OutletId | None
    vouchers: tuple[Named, ...]
    lines: tuple[Line, ...] | None
    member_id: UUID | None
    """Who was recognised at the till."""
    occurred_at: datetime
    dated: bool = True
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        if not self.vouchers:
            raise InvalidValue("name at least one voucher", path=("vouchers",))

    @property
    def shown(self) -> Shown:
        """As it is looked at."""
        return Shown(partner_id=self.partner_id, outlet_id=self.outlet_id, vouchers=self.vouchers, lines=self.lines)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReverseVouchers:
    """A use of vouchers is taken back."""

    partner_id: PartnerId
    idempotency_key: str
    use: UseRef
    occurred_at: datetime
    dated: bool = True

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)


@dataclass(frozen=True, slots=True, kw_only=True)
class Where:
    """What a server knows: the coalition's currency and clock, articles, and the key of codes."""

    currency: str
    zone: ZoneInfo
    catalogue: Catalogue
    key: bytes


async def look_up(
    pool: Pool, shown: Shown, member: KnownMember | None, where: Where, *, now: datetime
) -> list[Told | errors.VoucherNotFound]:
    """The vouchers that are shown; without any named, all that the member can use at this partner."""
    if not shown.vouchers:
        if member is None:
            return []
        rows = await pool.fetch(_AT_TILL, shown.partner_id, member.wallet_id, member.member_id, now)
        return [told(row) for row in rows]
    found = await _by_codes(pool, shown, where.key) | await _by_ids(pool, shown)
    return [found.get(named) or errors.VoucherNotFound(mistyped=_mistyped(named)) for named in shown.vouchers]


async def reckon(
    pool: Pool, shown: Shown, vouchers: Sequence[Told], holder: Holder, where: Where, *, now: datetime
) -> list[TakenOff]:
    """What these vouchers take off the basket together, or why not."""
    skus = {(shown.partner_id, line.sku) for line in shown.lines or ()}
    asked = any(voucher.terms.lines is not None for voucher in vouchers)
    shelves = await where.catalogue.resolve(pool, skus, now=now) if asked and skus else {}
    till = Till(outlet_id=shown.outlet_id, at=now, zone=where.zone)
    return taken_off(vouchers, shown.lines, shelves.get(shown.partner_id, {}), holder, till)


async def use(
    pool: Pool, command: UseVouchers, vouchers: Sequence[Told], holder: Holder, where: Where, *, now: datetime
) -> tuple[UseOfVouchers, bool]:
    """Use vouchers together, or none of them; the use, and whether an earlier request with this key had made it.

    Raises: VoucherNotFound, VoucherAlreadyUsed, VoucherExpired, VoucherCancelled, CouponPaused, VouchersUsedUp,
    VoucherNotApplicable, SponsorNotActive, PartnerNotActive, OutletNotFound, IdempotencyConflict, InvalidValue, Busy.
    """
    _refuse_future(command.occurred_at, now)
    if len(_wallets(vouchers, holder)) != 1:
        raise errors.VoucherNotApplicable(WhyNot.WRONG_MEMBER, SAID[WhyNot.WRONG_MEMBER])
    before = await _used_before(pool, command)
    if before is not None:
        return before, True
    reckoned = await reckon(pool, command.shown, vouchers, holder, where, now=now)
    for part in reckoned:
        if part.why_not is not None:
            raise refused(part)
        if command.lines is None and part.voucher.terms.takes.thing is None:
            raise InvalidValue("the basket tells what a voucher takes off", path=("lines",))
    posting = _posting(command, reckoned, holder, where)
    (verdict,) = await post(pool, Door.VOUCHER_USES, [posting], now=now)
    if not verdict.stands:
        raise refusal(verdict, posting)
    sight = Sight.partner(command.partner_id)
    made = await use_of(pool, UseRef(wallet_id=verdict.wallet_id, entry_id=verdict.entry_id), sight=sight)
    return made, verdict.replayed


async def reverse(pool: Pool, command: ReverseVouchers, *, now: datetime) -> tuple[UseOfVouchers, bool]:
    """Take a use back: its vouchers are open again, past their term for the days of grace.

    Raises: VoucherUseNotFound, VoucherUseReversed, IdempotencyConflict, PartnerNotActive, Busy.
    """
    _refuse_future(command.occurred_at, now)
    sight = Sight.partner(command.partner_id)
    found = await use_of(pool, command.use, sight=sight)
    posting = VoucherReversalPosting(
        wallet_id=found.wallet_id,
        member_id=found.member_id,
        partner_id=command.partner_id,
        refers_to=found.entry_id,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
    )
    (verdict,) = await post(pool, Door.VOUCHER_REVERSALS, [posting], now=now)
    if not verdict.stands:
        raise refusal(verdict, posting)
    return await use_of(pool, command.use, sight=sight), verdict.replayed


def refused(part: TakenOff) -> DomainError:
    """Why a voucher cannot be used, as a refusal."""
    assert part.why_not is not None
    plain = REFUSED.get(part.why_not)
    return plain() if plain is not None else errors.VoucherNotApplicable(part.why_not, SAID[part.why_not])


def check_lines(lines: Sequence[Line] | None) -> None:
    """Hold the lines of a basket together. Raises: InvalidValue."""
    if lines is None:
        return
    if not 1 <= len(lines) <= MOST_LINES:
        raise InvalidValue(f"a basket has 1 to {MOST_LINES} lines", path=("lines",))
    if len({line.number for line in lines}) < len(lines):
        raise InvalidValue("each line has a number of its own", path=("lines",))
    for line in lines:
        if not 0 <= line.amount <= LARGEST_AMOUNT:
            raise InvalidValue(f"an amount is 0 to {LARGEST_AMOUNT} minor units", path=("lines", "amount"))
        if not line.quantity.is_finite() or line.quantity < 0:
            raise InvalidValue("a quantity is not negative", path=("lines", "quantity"))


def public_voucher_id(coupon_id: UUID, member_id: UUID) -> UUID:
    """The id of a member's own row of a public coupon: the same for every till."""
    return uuid5(coupon_id, str(member_id))


def _posting(command: UseVouchers, reckoned: Sequence[TakenOff], holder: Holder, where: Where) -> VoucherPosting:
    parts = [_used(part, holder, where.currency) for part in reckoned]
    vouchers = [part.voucher for part in reckoned]
    [wallet_id] = _wallets(vouchers, holder)
    anybodys = any(voucher.wallet_id is None for voucher in vouchers)
    member_id = holder.member_id if anybodys else vouchers[0].member_id
    assert member_id is not None
    return VoucherPosting(
        wallet_id=wallet_id,
        member_id=member_id,
        partner_id=command.partner_id,
        outlet_id=command.outlet_id,
        channel=command.channel,
        staff=command.staff,
        reference=command.reference,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        currency=where.currency,
        uses=[used for used, _ in parts],
        benefits=[benefit for _, benefits in parts for benefit in benefits],
    )


def _wallets(vouchers: Sequence[Told], holder: Holder) -> set[UUID]:
    """Whose vouchers these are: a public word is the recognised member's, a voucher its holder's, whoever shows it."""
    wallets = {holder.wallet_id if voucher.wallet_id is None else voucher.wallet_id for voucher in vouchers}
    return {wallet for wallet in wallets if wallet is not None}


def _used(part: TakenOff, holder: Holder, currency: str) -> tuple[VoucherUsed, list[BenefitGiven]]:
    voucher = part.voucher
    benefits = _owed(part, currency)
    own = voucher.voucher_id
    if own is None:
        assert holder.member_id is not None
        own = public_voucher_id(voucher.coupon_id, holder.member_id)
    used = VoucherUsed(
        voucher_id=own,
        coupon_id=voucher.coupon_id,
        version=voucher.version,
        amount=part.amount,
        lines=[{"number": number, "amount": amount} for number, amount in part.lines],
        benefits=[benefit.benefit_id for benefit in benefits],
        public=voucher.public,
        uses=voucher.terms.uses,
        expires_at=voucher.expires_at,
    )
    return used, benefits


def _owed(part: TakenOff, currency: str) -> list[BenefitGiven]:
    """What each sponsor owes: its share to the minor unit; what no sponsor pays, whoever took the voucher bears."""
    sponsors = part.voucher.terms.sponsors
    if not sponsors or not part.amount:
        return []
    shares = [sponsor.share for sponsor in sponsors]
    units = split(part.amount, [*shares, 1 - sum(shares)])
    return [
        BenefitGiven(
            kind="COUPON", sponsor_id=sponsor.partner_id, amount=Money.of_minor(owed, currency).amount, units=owed
        )
        for sponsor, owed in zip(sponsors, units, strict=False)
        if owed
    ]


async def _by_codes(pool: Pool, shown: Shown, key: bytes) -> dict[Named, Told]:
    asked: list[tuple[Named, bytes]] = []
    for named in shown.vouchers:
        if isinstance(named, str):
            try:
                asked += [(named, digest) for digest in codes.digests(named, key)]
            except errors.VoucherNotFound:
                continue
    if not asked:
        return {}
    rows = await pool.fetch(_FIND, shown.partner_id, [digest for _, digest in asked])
    return {asked[row["asked"] - 1][0]: told(row) for row in reversed(rows)}


async def _by_ids(pool: Pool, shown: Shown) -> dict[Named, Told]:
    pairs = [named for named in shown.vouchers if not isinstance(named, str)]
    if not pairs:
        return {}
    wallets, vouchers = zip(*pairs, strict=True)
    rows = await pool.fetch(_NAMED, shown.partner_id, list(wallets), list(vouchers))
    return {pairs[row["asked"] - 1]: told(row) for row in rows}


async def _used_before(pool: Pool, command: UseVouchers) -> UseOfVouchers | None:
    """What the same request made before: its vouchers are used by now, and are not asked again."""
    rows = await pool.fetch(
        "SELECT * FROM entries_by_key($1::uuid[], $2::text[])", [command.partner_id], [command.idempotency_key]
    )
    if not rows:
        return None
    (entry,) = rows
    if entry["kind"] != "VOUCHER" or entry["fingerprint"] != fingerprint(command):
        raise IdempotencyConflict(
            "This idempotency key was used for another request; a new request needs a new key.",
            path=("idempotencyKey",),
        )
    ref = UseRef(wallet_id=entry["wallet_id"], entry_id=entry["entry_id"])
    return await use_of(pool, ref, sight=Sight.partner(command.partner_id))


def _mistyped(named: Named) -> bool:
    return isinstance(named, str) and codes.is_mistyped(named)


def _refuse_future(occurred_at: datetime, now: datetime) -> None:
    if occurred_at > now + FUTURE:
        raise InvalidValue("the use lies in the future; check the till's clock", path=("occurredAt",))
