"""Codes by mail: eight digits, good for ten minutes and five tries, in the browser that asked and no other."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.ids import MemberId
from domain.storage import ReadSession, WriteSession
from partners.keys import seal, unseal
from partners.sign_in.models import MailedCode
from partners.sign_in.sessions import hashed

DIGITS = 8
TRIES = 5
LIFETIME = timedelta(minutes=10)
SEAL = "mailed code"
JOINING_SEAL = "mailed code's invitation"
LANDING_SEAL = "mailed code's landing"
"""Where somebody wants to go may hold the handle of a request for a grant, which opens it."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Somebody wants to sign in by mail."""

    address: str
    """In the form in which members are recognised by it: a code goes to no other."""
    lookup: bytes
    """The keyed hash of the address."""
    browser: str
    landing: str
    fresh: bool
    joins: str | None = None
    """The page by which they join, if they are nobody yet; None: they only want to sign in."""


@dataclass(frozen=True, kw_only=True)
class Tried:
    """What became of a code that was typed."""

    member_id: MemberId | None = None
    """Whom it signs in."""
    joins: str | None = None
    """The page by which somebody joins, whose address this is and who is nobody yet."""
    left: int = 0
    """How many tries are left."""


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """A browser waits for a code to be typed."""

    address: str
    landing: str
    fresh: bool
    joins: str | None = None


async def ask(session: WriteSession, wish: Wish, *, key: bytes, now: datetime) -> tuple[str, bool]:
    """Make a code for this browser in place of the one before; and whether it is to be mailed to anybody.

    The same is done and written for an address that nobody is known by.
    """
    member_id = await session.scalar(select(func.member_to_sign_in(wish.lookup)))
    code = "".join(secrets.choice("0123456789") for _ in range(DIGITS))
    browser_hash = hashed(wish.browser)
    values = {
        "member_id": member_id,
        "code_hash": _code_hash(code, wish.browser, key),
        "sealed_address": seal(key, wish.address.encode(), name=SEAL),
        "sealed_landing": seal(key, wish.landing.encode(), name=LANDING_SEAL),
        "sealed_joining": None if wish.joins is None else seal(key, wish.joins.encode(), name=JOINING_SEAL),
        "fresh": wish.fresh,
        "tries": 0,
        "created_at": now,
        "expires_at": now + LIFETIME,
    }
    await session.execute(
        insert(MailedCode)
        .values(browser_hash=browser_hash, **values)
        .on_conflict_do_update(index_elements=["browser_hash"], set_=values)
    )
    return code, member_id is not None or wish.joins is not None


async def waiting(session: ReadSession, browser: str, *, key: bytes, now: datetime) -> Waiting | None:
    """For what this browser waits; None where it asked for no code, or too long ago."""
    row = await session.scalar(
        select(MailedCode).where(col(MailedCode.browser_hash) == hashed(browser), col(MailedCode.expires_at) > now)
    )
    if row is None:
        return None
    address = unseal(key, row.sealed_address, name=SEAL).decode()
    landing = unseal(key, row.sealed_landing, name=LANDING_SEAL).decode()
    return Waiting(address=address, landing=landing, fresh=row.fresh, joins=_joins(row.sealed_joining, key))


async def try_code(session: WriteSession, code: str, browser: str, *, key: bytes, now: datetime) -> Tried:
    """Whom a code signs in or lets join, once; or how many tries are left. Of several at once, one succeeds."""
    tried = await session.execute(
        update(MailedCode)
        .where(
            col(MailedCode.browser_hash) == hashed(browser),
            col(MailedCode.expires_at) > now,
            col(MailedCode.tries) < TRIES,
        )
        .values(tries=MailedCode.tries + 1)
        .returning(
            col(MailedCode.member_id), col(MailedCode.code_hash), col(MailedCode.tries), col(MailedCode.sealed_joining)
        )
    )
    row = tried.one_or_none()
    if row is None:
        return Tried()
    right = hmac.compare_digest(row.code_hash, _code_hash(code, browser, key))
    joins = _joins(row.sealed_joining, key)
    if not right or (row.member_id is None and joins is None):
        return Tried(left=TRIES - row.tries)
    await session.execute(delete(MailedCode).where(col(MailedCode.browser_hash) == hashed(browser)))
    return Tried(member_id=row.member_id and MemberId(row.member_id), joins=None if row.member_id else joins)


def _joins(sealed: bytes | None, key: bytes) -> str | None:
    return None if sealed is None else unseal(key, sealed, name=JOINING_SEAL).decode()


def _code_hash(code: str, browser: str, key: bytes) -> bytes:
    """Under a key from outside the database: eight digits alone would be found by trying them all."""
    return hmac.new(key, f"{SEAL}\x1f{code}\x1f{browser}".encode(), hashlib.sha256).digest()
