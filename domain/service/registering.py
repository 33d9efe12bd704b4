"""Members register products, pass them on and let them go; what that earns is recorded once, and goes with a return."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson
from sqlalchemy import text

from domain.earning.acting import record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.tills import Caches
from domain.errors import IdempotencyConflict, InvalidValue
from domain.ids import PartnerId, new_id
from domain.ledger.posting import Door, post
from domain.ledger.postings import Claim, ReturnPosting
from domain.members.errors import MemberNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.service.errors import (
    AlreadyRegistered,
    InformationNotFound,
    OfferNotFound,
    RegistrationNotFound,
    SerialRegistered,
    SerialUnknown,
)
from domain.service.serials import digest_of, ends_of
from domain.storage import WriteSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Draw: TypeAlias = Callable[[], str]

REGISTRATION = "REGISTRATION"
AT_ONCE = 100
NOWHERE = UUID(int=0)
OFFERED_FOR = timedelta(days=30)
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""Without 0, 1, I and O, which people take for each other."""
CODE_LENGTH = 12
LATER = frozenset({"WALLET_MOVED", "PARTNER_NOT_ACTIVE"})
REFUSALS: dict[str, type[Exception]] = {
    "SERIAL_UNKNOWN": SerialUnknown,
    "SERIAL_REGISTERED": SerialRegistered,
    "ALREADY_REGISTERED": AlreadyRegistered,
    "INFORMATION_NOT_FOUND": InformationNotFound,
    "MEMBER_NOT_FOUND": MemberNotFound,
    "OFFER_NOT_FOUND": OfferNotFound,
}

_REGISTER = text("SELECT * FROM register_product(CAST(:said AS jsonb), :now)")
_OFFER = text("SELECT offer_registration(:registration, :member, :code, :until)")
_TAKE = text("SELECT take_registration(:code, :member, :made, :now)")
_GIVE_UP = text("SELECT give_up_registration(:registration, :member, :now)")
_UNSETTLED = "SELECT * FROM registrations_unsettled($1, $2, $3, $4)"
_SETTLE = "SELECT settle_registration($1, $2, $3)"
_RETURNED = "SELECT * FROM registrations_returned($1)"
_TAKE_BACK = "SELECT take_back_registration($1, $2)"


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterProduct:
    """A member has a product."""

    maker: PartnerId
    article: str
    member_id: UUID
    serial: str | None = None
    bought_at: datetime | None = None
    """As the member says; what our books say goes first. None: now."""
    through: PartnerId | None = None
    """The shop that writes it down; None: the member itself."""


@dataclass(frozen=True, slots=True)
class Registered:
    """What came of it."""

    registration_id: UUID
    replayed: bool


async def register(session: WriteSession, command: RegisterProduct, *, lookup_key: bytes, now: datetime) -> Registered:
    """Register a product; again it is the same registration.

    Raises: InvalidInformation, InvalidValue, InformationNotFound, SerialUnknown, SerialRegistered, AlreadyRegistered,
    MemberNotFound.
    """
    if command.bought_at is not None and command.bought_at > now:
        raise InvalidValue("what was bought, was bought before now", path=("boughtAt",))
    serial = command.serial
    said = {
        "registration_id": new_id(),
        "member_id": command.member_id,
        "maker": command.maker,
        "article": command.article,
        "through": command.through,
        "bought_at": command.bought_at,
        "serial": None if serial is None else digest_of(command.maker, serial, lookup_key).hex(),
        "serial_ends": None if serial is None else ends_of(serial),
    }
    asked = {"said": orjson.dumps(said, default=str).decode(), "now": now}
    outcome, registration_id, replayed = (await session.execute(_REGISTER, asked)).one()
    if outcome in REFUSALS:
        raise REFUSALS[outcome]
    return Registered(registration_id, replayed)


async def offer(
    session: WriteSession, registration_id: UUID, member_id: UUID, *, key: bytes, now: datetime, by: Draw | None = None
) -> tuple[str, datetime]:
    """A code by which another member takes the product over, once, within thirty days; a new one ends the one before.

    Raises: RegistrationNotFound.
    """
    code = (by or draw)()
    until = now + OFFERED_FOR
    asked = {"registration": registration_id, "member": member_id, "code": _digest(code, key), "until": until}
    if not (await session.execute(_OFFER, asked)).scalar_one():
        raise RegistrationNotFound
    return code, until


async def take(session: WriteSession, code: str, member_id: UUID, *, key: bytes, now: datetime) -> UUID:
    """Take over what a code offers, with what is left of its warranty. Raises: OfferNotFound, MemberNotFound."""
    made = new_id()
    asked = {"code": _digest(code, key), "member": member_id, "made": made, "now": now}
    outcome = (await session.execute(_TAKE, asked)).scalar_one()
    if outcome in REFUSALS:
        raise REFUSALS[outcome]
    return made


async def give_up(session: WriteSession, registration_id: UUID, member_id: UUID, *, now: datetime) -> None:
    """Let a product go. Raises: RegistrationNotFound."""
    asked = {"registration": registration_id, "member": member_id, "now": now}
    if not (await session.execute(_GIVE_UP, asked)).scalar_one():
        raise RegistrationNotFound


async def settle(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime, only: UUID | None = None) -> int:
    """Record the action of each registration that has none yet, in its maker's name; says how many are settled.

    The key is the serial's, so that a product earns once, whoever registers it again.
    """
    settled, behind = 0, NOWHERE
    while rows := await pool.fetch(_UNSETTLED, only, behind, now, AT_ONCE):
        behind = rows[-1]["registration_id"]
        settled += await _settle(pool, rows, caches, lookup_key, now)
    return settled


async def take_back(pool: Pool, *, now: datetime) -> int:
    """Take back what registrations earned whose goods were given back; says of how many."""
    done = 0
    while rows := await pool.fetch(_RETURNED, AT_ONCE):
        before = done
        for row in rows:
            (verdict,) = await post(pool, Door.ACTION_RETURNS, [_claimed(row, now)], now=now)
            if verdict.outcome not in LATER:
                done += bool(await pool.fetchval(_TAKE_BACK, row["registration_id"], now))
        if done == before:
            break
    return done


def draw() -> str:
    """A code that nobody can foresee."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


async def _settle(pool: Pool, rows: Sequence[asyncpg.Record], caches: Caches, lookup_key: bytes, now: datetime) -> int:
    gone = [row for row in rows if row["member"] is None]
    there = [row for row in rows if row["member"] is not None]
    commands = [_command(row, now) for row in there]
    answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
    settled = 0
    for row in gone:
        settled += await pool.fetchval(_SETTLE, row["registration_id"], None, now)
    for row, answer in zip(there, answers, strict=True):
        if isinstance(answer, ActionReceipt):
            settled += await pool.fetchval(_SETTLE, row["registration_id"], answer.entry_id, now)
        elif isinstance(answer, IdempotencyConflict | MemberNotFound):  # the serial has earned before
            settled += await pool.fetchval(_SETTLE, row["registration_id"], None, now)
    return settled


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    who = orjson.loads(row["member"])
    member = KnownMember(
        wallet_id=UUID(who["wallet_id"]),
        member_id=UUID(who["member_id"]),
        kind=MemberKind(who["kind"]),
        pairwise_id=UUID(who["pairwise_id"]),
    )
    attributes: dict[str, Any] = {
        "sku": row["article"],
        "serial": row["serial"],
        "verified": row["verified"],
        "proven": row["proven"],
    }
    return RecordAction(
        partner_id=PartnerId(row["partner_id"]),
        member=member,
        kind=REGISTRATION,
        idempotency_key=key_of(row["action_key"]),
        occurred_at=now,
        dated=False,
        attributes=attributes,
    )


def key_of(said: str) -> str:
    """The key under which an action is recorded: of a fixed length, whatever it is made of."""
    return f"registration:{sha256(said.encode()).hexdigest()[:48]}"


def _claimed(row: asyncpg.Record, now: datetime) -> ReturnPosting:
    key = f"{key_of(row['action_key'])}/B"
    tokens = orjson.loads(row["tokens"])
    return ReturnPosting(
        wallet_id=row["now_in"],
        member_id=row["member_id"],
        partner_id=row["partner_id"],
        idempotency_key=key,
        fingerprint=sha256(key.encode()).digest(),
        occurred_at=now,
        refers_to=row["entry_id"],
        purchase_wallet_id=row["wallet_id"],
        returns_before=0,
        claims=[Claim(lot_id=UUID(lot["lot_id"]), points=lot["points"]) for lot in orjson.loads(row["lots"])],
        numbers=[],
        quantities=[],
        amounts=[],
        facts={"tokens": tokens} if tokens else None,
    )


def _digest(code: str, key: bytes) -> bytes:
    bare = "".join(code.split()).replace("-", "").upper()
    return hmac.digest(key, b"offer" + bare.encode(), "sha256")
