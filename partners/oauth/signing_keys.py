"""The keys that sign access tokens: one signs, the one before and the one after it are published with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc.jwk import ECKey
from sqlalchemy import delete, text, update
from sqlmodel import col, select

from domain.storage import ReadSession, WriteSession
from partners.errors import KeyTooYoung
from partners.keys import seal, unseal
from partners.oauth.models import SigningKey, SigningKeyState

ALGORITHM = "ES256"

PUBLISHED_FOR = timedelta(minutes=5)
"""How long others may keep our key set before they ask again."""

KEPT_FOR = timedelta(hours=1)
"""How long an old key stays published; the last token it signed ends long before."""


@dataclass(frozen=True, slots=True)
class PublishedKeys:
    """The keys as they stand: the one that signs, and the public half of all that may be read."""

    current: ECKey
    readable: dict[str, ECKey]
    jwks: dict[str, Any]

    @property
    def current_kid(self) -> str:
        """The name of the key that signs."""
        return str(self.current.kid)


async def ensure(session: WriteSession, *, sealing: bytes, now: datetime) -> None:
    """Make the first keys of a new database; servers that start together make them once."""
    await _lock(session)
    states = set(await session.scalars(select(SigningKey.state)))
    for state in (SigningKeyState.CURRENT, SigningKeyState.NEXT):
        if state not in states:
            session.add(_made(state, sealing=sealing, now=now))


async def rotate(session: WriteSession, *, sealing: bytes, now: datetime, leaked: bool = False) -> str:
    """Let the next key sign and publish another behind it; the name of the key that signs now.

    A leaked key is withdrawn at once, and with it every token it signed.

    Raises: KeyTooYoung, unless leaked.
    """
    await _lock(session)
    following = (await session.scalars(select(SigningKey).where(col(SigningKey.state) == SigningKeyState.NEXT))).one()
    if not leaked and now - following.created_at < PUBLISHED_FOR:
        raise KeyTooYoung(f"The next key was published {now - following.created_at} ago; wait {PUBLISHED_FOR}.")
    signing = col(SigningKey.state) == SigningKeyState.CURRENT
    if leaked:
        await session.execute(delete(SigningKey).where(signing))
    # What signs no more needs no private half.
    retired = {"state": SigningKeyState.OLD, "retired_at": now, "sealed_jwk": b""}
    await session.execute(update(SigningKey).where(signing).values(retired))
    await session.execute(
        update(SigningKey).where(col(SigningKey.kid) == following.kid).values(state=SigningKeyState.CURRENT)
    )
    await session.execute(delete(SigningKey).where(col(SigningKey.retired_at) < now - KEPT_FOR))
    session.add(_made(SigningKeyState.NEXT, sealing=sealing, now=now))
    return following.kid


async def states(session: ReadSession) -> frozenset[tuple[str, str]]:
    """Which keys there are and how each stands: cheap to compare."""
    found = await session.execute(select(SigningKey.kid, SigningKey.state))
    return frozenset((kid, state) for kid, state in found)


async def published(session: ReadSession, *, sealing: bytes) -> PublishedKeys:
    """All keys, the private half of the current one among them.

    Raises: SealBroken, if another secret key sealed it.
    """
    rows = (await session.scalars(select(SigningKey).order_by(col(SigningKey.created_at)))).all()
    current = next(row for row in rows if row.state == SigningKeyState.CURRENT)
    private = json.loads(unseal(sealing, current.sealed_jwk, name=current.kid))
    return PublishedKeys(
        current=ECKey.import_key(private),
        readable={row.kid: ECKey.import_key(row.public_jwk) for row in rows},
        jwks={"keys": [row.public_jwk for row in rows]},
    )


def _made(state: SigningKeyState, *, sealing: bytes, now: datetime) -> SigningKey:
    key = ECKey.generate_key("P-256", {"use": "sig", "alg": ALGORITHM}, auto_kid=True)
    kid = str(key.kid)
    return SigningKey(
        kid=kid,
        state=state,
        public_jwk=dict(key.as_dict(private=False)),
        sealed_jwk=seal(sealing, json.dumps(key.as_dict(private=True)).encode(), name=kid),
        created_at=now,
    )


async def _lock(session: WriteSession) -> None:
    """Let one server at a time change the keys; readers go on."""
    await session.execute(text("LOCK TABLE signing_key IN SHARE ROW EXCLUSIVE MODE"))
