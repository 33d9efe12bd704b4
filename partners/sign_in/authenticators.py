"""The second factor beside a password: an app's code of the moment (TOTP, RFC 6238), or a recovery code.

Each code opens once: a step that was taken is moved past by one UPDATE, a recovery code is deleted by one.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import pyotp
import segno
from sqlalchemy import delete, func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.ids import PersonId, new_id
from domain.storage import ReadSession, WriteSession
from partners.errors import ProofRefused
from partners.keys import Keys, seal, unseal
from partners.sign_in.models import Authenticator, RecoveryCode

STEP_SECONDS = 30
STEPS_EITHER_WAY = 1
"""A clock may be wrong by one step."""
DIGITS = 6
MOST_MISSES = 50
"""NIST SP 800-63B-4 asks for a hundred at most; whoever comes so far knows the password."""
PROPOSAL_LIFETIME = timedelta(minutes=15)
RECOVERY_CODES = 10
RECOVERY_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Without those that are taken for each other."""
RECOVERY_LENGTH = 12
RECOVERY_GROUP = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """An authenticator to be set up: what the app is given, as a key to type and as a picture to scan."""

    secret: str
    address: str
    """otpauth://, as authenticator apps read it."""

    @property
    def picture(self) -> str:
        """The address as a QR code, in SVG."""
        code = segno.make(self.address, error="m", micro=False)
        return code.svg_inline(scale=5, border=4, dark="#000", light="#fff")


async def propose(
    session: WriteSession, person_id: PersonId, *, house: str, label: str, keys: Keys, now: datetime
) -> Proposal:
    """Begin to set an authenticator up, or go on with what was begun in the last quarter of an hour.

    The app shows the house and the label of the account. The one in use stays so until the new one has shown a code.
    """
    await session.execute(
        delete(Authenticator).where(
            col(Authenticator.person_id) == person_id,
            col(Authenticator.confirmed_at).is_(None),
            col(Authenticator.created_at) <= now - PROPOSAL_LIFETIME,
        )
    )
    authenticator_id = new_id()
    secret = pyotp.random_base32()
    begun = await session.execute(
        insert(Authenticator)
        .values(
            authenticator_id=authenticator_id,
            person_id=person_id,
            sealed_secret=seal(keys.authenticators, secret.encode(), name=_name(authenticator_id)),
            last_step=0,
            misses=0,
            created_at=now,
        )
        .on_conflict_do_update(
            index_elements=["person_id"],
            index_where=text("confirmed_at IS NULL"),
            set_={"created_at": Authenticator.created_at},
        )
        .returning(Authenticator)
    )
    totp = _opened(begun.scalar_one(), keys)
    return Proposal(secret=totp.secret, address=totp.provisioning_uri(name=label, issuer_name=house))


async def confirm(session: WriteSession, person_id: PersonId, code: str, *, keys: Keys, now: datetime) -> list[str]:
    """Take the new authenticator in use, its code having been shown; gives the recovery codes, the one time.

    Raises: ProofRefused.
    """
    begun = await _proposed(session, person_id, now=now)
    step = _step(_opened(begun, keys), _plain(code), now) if begun else None
    if begun is None or step is None:
        raise ProofRefused
    await session.execute(
        delete(Authenticator).where(
            col(Authenticator.person_id) == person_id, col(Authenticator.confirmed_at).is_not(None)
        )
    )
    confirmed = await session.execute(
        update(Authenticator)
        .where(col(Authenticator.authenticator_id) == begun.authenticator_id, col(Authenticator.confirmed_at).is_(None))
        .values(confirmed_at=now, last_step=step, misses=0)
        .returning(col(Authenticator.authenticator_id))
    )
    if confirmed.one_or_none() is None:
        raise ProofRefused
    return await give_recovery_codes(session, person_id, keys=keys)


async def prove(
    session: WriteSession, persons: Sequence[UUID], code: str, *, keys: Keys, now: datetime
) -> PersonId | None:
    """Whose code it is, among persons whose password it was; the code opens nothing more.

    None where it is nobody's: that is counted, so it has to be committed.
    """
    plain = _plain(code)
    if len(plain) == RECOVERY_LENGTH:
        return await _recover(session, persons, plain, keys)
    tried = await session.scalars(
        update(Authenticator)
        .where(
            col(Authenticator.person_id).in_(persons),
            col(Authenticator.confirmed_at).is_not(None),
            col(Authenticator.misses) < MOST_MISSES,
        )
        .values(misses=Authenticator.misses + 1)
        .returning(Authenticator)
    )
    for one in sorted(tried, key=lambda one: one.person_id):
        step = _step(_opened(one, keys), plain, now)
        if step is not None and await _take(session, one, step):
            await _forgive(session, [other for other in persons if other != one.person_id])
            return PersonId(one.person_id)
    return None


async def give_recovery_codes(session: WriteSession, person_id: PersonId, *, keys: Keys) -> list[str]:
    """Ten new recovery codes in place of those before; only their hashes are kept."""
    codes = ["".join(secrets.choice(RECOVERY_LETTERS) for _ in range(RECOVERY_LENGTH)) for _ in range(RECOVERY_CODES)]
    await session.execute(delete(RecoveryCode).where(col(RecoveryCode.person_id) == person_id))
    session.add_all([RecoveryCode(person_id=person_id, code_hash=_hashed(keys, person_id, code)) for code in codes])
    return [
        "-".join(code[at : at + RECOVERY_GROUP] for at in range(0, RECOVERY_LENGTH, RECOVERY_GROUP)) for code in codes
    ]


async def recovery_codes_left(session: ReadSession, person_id: PersonId) -> int:
    """How many recovery codes a person has not used yet."""
    query = select(func.count()).select_from(RecoveryCode).where(col(RecoveryCode.person_id) == person_id)
    return int(await session.scalar(query) or 0)


async def _recover(session: WriteSession, persons: Sequence[UUID], code: str, keys: Keys) -> PersonId | None:
    for person_id in sorted(persons):
        gone = await session.execute(
            delete(RecoveryCode)
            .where(
                col(RecoveryCode.person_id) == person_id,
                col(RecoveryCode.code_hash) == _hashed(keys, person_id, code),
            )
            .returning(col(RecoveryCode.person_id))
        )
        if gone.one_or_none() is not None:
            return PersonId(person_id)
    return None


async def _proposed(session: ReadSession, person_id: PersonId, *, now: datetime) -> Authenticator | None:
    begun: Authenticator | None = await session.scalar(
        select(Authenticator).where(
            col(Authenticator.person_id) == person_id,
            col(Authenticator.confirmed_at).is_(None),
            col(Authenticator.created_at) > now - PROPOSAL_LIFETIME,
        )
    )
    return begun


async def _take(session: WriteSession, authenticator: Authenticator, step: int) -> bool:
    """Move past a step: of several that come at once with its code, one does."""
    taken = await session.execute(
        update(Authenticator)
        .where(
            col(Authenticator.authenticator_id) == authenticator.authenticator_id, col(Authenticator.last_step) < step
        )
        .values(last_step=step, misses=0)
        .returning(col(Authenticator.authenticator_id))
    )
    return taken.one_or_none() is not None


async def _forgive(session: WriteSession, persons: Sequence[UUID]) -> None:
    """Take back the miss of those who were only asked along."""
    await session.execute(
        update(Authenticator)
        .where(col(Authenticator.person_id).in_(persons), col(Authenticator.misses) > 0)
        .values(misses=Authenticator.misses - 1)
    )


def _step(totp: pyotp.TOTP, code: str, now: datetime) -> int | None:
    """The step whose code this is, of those around now."""
    current = int(now.timestamp()) // STEP_SECONDS
    shown = code.encode("utf-8", "surrogatepass")
    steps = range(current - STEPS_EITHER_WAY, current + STEPS_EITHER_WAY + 1)
    return next((step for step in steps if hmac.compare_digest(totp.generate_otp(step).encode(), shown)), None)


def _plain(code: str) -> str:
    """A code without the spaces and dashes that make it easier to read."""
    return "".join(code.split()).replace("-", "").upper()


def _opened(authenticator: Authenticator, keys: Keys) -> pyotp.TOTP:
    name = _name(authenticator.authenticator_id)
    secret = unseal(keys.authenticators, authenticator.sealed_secret, name=name).decode()
    return pyotp.TOTP(secret, digits=DIGITS, interval=STEP_SECONDS)


def _name(authenticator_id: UUID) -> str:
    return f"authenticator {authenticator_id}"


def _hashed(keys: Keys, person_id: UUID, code: str) -> bytes:
    """Keyed, so that sixty bits are enough: whoever reads the table alone cannot try codes out."""
    return hmac.new(
        keys.recovery_codes, person_id.bytes + code.encode("utf-8", "surrogatepass"), hashlib.sha256
    ).digest()
