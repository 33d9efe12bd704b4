"""The way into the books: one round trip for one posting or for hundreds, each with its own verdict."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

import asyncpg
import orjson

from domain.coalition.errors import OutletNotFound, PartnerNotActive
from domain.errors import DomainError, IdempotencyConflict, InvalidValue
from domain.ledger import errors
from domain.ledger.allowance_models import CutReason
from domain.ledger.postings import Cut, Posting, RedemptionPosting, Verdict
from domain.members.errors import MemberNotFound
from domain.values import Points

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
T = TypeVar("T")

LARGEST_BATCH = 500
ATTEMPTS = 4

NO_CODE_LEFT = "HA004"
"""The whole posting is taken back: a voucher that it gives has no code (migrations/sql/0031_posting.sql)."""

PASSING = (
    asyncpg.SerializationError,
    asyncpg.DeadlockDetectedError,
    asyncpg.ConnectionDoesNotExistError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.InternalClientError,  # a connection of the pool that was cut while it rested
    asyncpg.InterfaceError,
    ConnectionError,
)
"""What a second attempt may cure; it is safe, since every posting has its key."""


class Door(StrEnum):
    """The functions of the ledger that write."""

    PURCHASES = "post_purchases"
    ACTIONS = "post_actions"
    CODE_USES = "post_code_uses"
    CLAIMS = "post_claims"
    REDEMPTIONS = "post_redemptions"
    CAPTURES = "post_captures"
    REVERSALS = "post_reversals"
    RETURNS = "post_returns"
    ACTION_RETURNS = "post_action_returns"
    ADJUSTMENTS = "post_adjustments"
    VOUCHER_USES = "post_voucher_uses"
    VOUCHER_REVERSALS = "post_voucher_reversals"
    VOUCHER_GIFTS = "post_voucher_gifts"


async def post(pool: Pool, door: Door, postings: Sequence[Posting], *, now: datetime) -> list[Verdict]:
    """Write postings, each with its own outcome; a refused one leaves nothing behind and its key free.

    At most one posting of a wallet goes into a batch; a second one waits for the next.
    """
    verdicts: dict[int, Verdict] = {}
    for batch in _batches(postings):
        written = await _write(pool, door, [postings[place] for place in batch], now)
        verdicts.update(zip(batch, written, strict=True))
    return [verdicts[place] for place in range(len(postings))]


def _batches(postings: Sequence[Posting]) -> list[list[int]]:
    """Places of the postings, in batches that name no wallet twice; order is kept within a wallet."""
    waiting: dict[UUID, list[int]] = {}
    for place, posting in enumerate(postings):
        waiting.setdefault(posting.wallet_id, []).append(place)
    batches = []
    while waiting:
        places = [queue.pop(0) for queue in waiting.values()]
        waiting = {wallet: queue for wallet, queue in waiting.items() if queue}
        rest = iter(places)
        while batch := list(islice(rest, LARGEST_BATCH)):
            batches.append(batch)
    return batches


async def _write(pool: Pool, door: Door, postings: Sequence[Posting], now: datetime) -> list[Verdict]:
    try:
        return await _call(pool, door, postings, now)
    except asyncpg.UniqueViolationError:
        # Two wallets used one key at the same instant: the first to come keeps it.
        if len(postings) > 1:
            return [(await _write(pool, door, [posting], now))[0] for posting in postings]
        return [await _lost_the_key(pool, door, postings[0], now)]
    except asyncpg.PostgresError as problem:
        if problem.sqlstate != NO_CODE_LEFT:
            raise
        if len(postings) > 1:
            return [(await _write(pool, door, [posting], now))[0] for posting in postings]
        return [Verdict("VOUCHERS_USED_UP", postings[0].wallet_id, postings[0].entry_id, None, None, None, None, None)]


async def _lost_the_key(pool: Pool, door: Door, posting: Posting, now: datetime) -> Verdict:
    """The key is taken by now, so the same call answers with a replay or a conflict."""
    return (await _call(pool, door, [posting], now))[0]


async def _call(pool: Pool, door: Door, postings: Sequence[Posting], now: datetime) -> list[Verdict]:
    items = encoded(postings)
    statement = f"SELECT * FROM {door}($1::jsonb, $2)"  # noqa: S608 -- an enumeration
    rows = await persistently(lambda: pool.fetch(statement, items, now))
    return [Verdict(*(*tuple(row)[1:-1], _cuts(row["cuts"]))) for row in rows]


def _cuts(said: str | None) -> tuple[Cut, ...]:
    if said is None:
        return ()
    return tuple(Cut(UUID(one["lot_id"]), one["given"], CutReason(one["why"])) for one in orjson.loads(said))


async def persistently(call: Callable[[], Awaitable[T]]) -> T:
    """What a call of the ledger answers; repeated when it clashed or its connection was lost. Raises: Busy."""
    for attempt in range(ATTEMPTS):
        try:
            return await call()
        except PASSING:
            if attempt == ATTEMPTS - 1:
                raise errors.Busy from None
    raise AssertionError


def encoded(postings: Sequence[Posting]) -> str:
    """The postings as the array the ledger's functions take."""
    items = [_fields(posting, item) for item, posting in enumerate(postings)]
    return orjson.dumps(items, default=_encode, option=orjson.OPT_PASSTHROUGH_DATACLASS).decode()


def _fields(value: Any, item: int | None = None) -> dict[str, Any]:
    fields = {name: getattr(value, name) for name in value.__dataclass_fields__}
    if item is not None:
        fields["item"] = item
    return fields


def _encode(value: Any) -> Any:
    if isinstance(value, bytes):
        return "\\x" + value.hex()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, int):
        return int(value)
    return _fields(value)


def refusal(verdict: Verdict, posting: Posting) -> DomainError:
    """The refusal that a verdict names."""
    spendable = Points(verdict.spendable or 0)
    if verdict.outcome in AS_FAR_AS:
        return AS_FAR_AS[verdict.outcome](spendable)
    match verdict.outcome:
        case "INSUFFICIENT_POINTS":
            assert isinstance(posting, RedemptionPosting)
            return errors.InsufficientPoints(spendable, Points(posting.points))
        case "IDEMPOTENCY_CONFLICT":
            return IdempotencyConflict(
                "This idempotency key was used for another request; a new request needs a new key.",
                path=("idempotencyKey",),
            )
        case "INVALID_VALUE":
            return InvalidValue("points are one or more", path=("points",))
        case outcome:
            return PLAIN[outcome]()


AS_FAR_AS: dict[str, Callable[[Points], DomainError]] = {
    kind.code: kind
    for kind in (
        errors.CaptureExceedsHold,
        errors.ReversalExceedsRedemption,
        errors.PrepaidUsedUp,
        errors.CreditLimitReached,
    )
}
"""Refusals that say how far it would have gone."""

PLAIN: dict[str, Callable[[], DomainError]] = {
    kind.code: kind
    for kind in (
        MemberNotFound,
        PartnerNotActive,
        errors.SponsorNotActive,
        OutletNotFound,
        errors.HoldNotFound,
        errors.HoldNotOpen,
        errors.RedemptionNotFound,
        errors.PurchaseNotFound,
        errors.AdjustmentNotApproved,
        errors.AdjustmentTooLate,
        errors.HoldOpen,
        errors.IssuanceStopped,
    )
} | {"STALE": errors.Busy, "WALLET_MOVED": errors.Busy}
