"""With what somebody can sign in, and that never the last of it goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import delete, func, update
from sqlmodel import col, select

from domain.ids import PersonId
from domain.storage import ReadSession, WriteSession
from partners.errors import LastWayIn
from partners.sign_in import authenticators, passkeys
from partners.sign_in.models import Authenticator, Passkey, PasskeyUser, Password, RecoveryCode
from partners.sign_in.sessions import Subject


@dataclass(frozen=True, slots=True, kw_only=True)
class WaysIn:
    """What somebody has set up."""

    passkeys: list[Passkey]
    password_since: datetime | None = None
    authenticator_since: datetime | None = None
    recovery_codes: int = 0
    """How many are left."""

    @property
    def by_password(self) -> bool:
        """Whether a password opens anything: only with an authenticator beside it."""
        return self.password_since is not None and self.authenticator_since is not None

    @property
    def any(self) -> bool:
        """Whether there is a way in at all that does not need a link from somebody else."""
        return bool(self.passkeys) or self.by_password


async def of(session: ReadSession, subject: Subject) -> WaysIn:
    """With what somebody can sign in."""
    kept = await passkeys.kept_by(session, subject)
    if subject.person_id is None:
        return WaysIn(passkeys=kept)
    password_since = await session.scalar(
        select(Password.changed_at).where(col(Password.person_id) == subject.person_id)
    )
    authenticator_since = await session.scalar(
        select(func.max(Authenticator.confirmed_at)).where(col(Authenticator.person_id) == subject.person_id)
    )
    return WaysIn(
        passkeys=kept,
        password_since=password_since,
        authenticator_since=authenticator_since,
        recovery_codes=await authenticators.recovery_codes_left(session, subject.person_id),
    )


async def remove_passkey(session: WriteSession, subject: Subject, passkey_id: UUID) -> Passkey:
    """Let a passkey open nothing any more. A member may part with the last: a code by mail still lets them in.

    Raises: NotFound, LastWayIn.
    """
    await _one_at_a_time(session, subject)
    gone = await passkeys.remove(session, subject, passkey_id)
    if subject.person_id is not None and not (await of(session, subject)).any:
        raise LastWayIn
    return gone


async def remove_password(session: WriteSession, person_id: PersonId) -> None:
    """Let a password, its authenticator and the recovery codes open nothing any more.

    Raises: LastWayIn.
    """
    subject = Subject(person_id=person_id)
    await _one_at_a_time(session, subject)
    if not await passkeys.kept_by(session, subject):
        raise LastWayIn
    await _forget_password(session, person_id)


async def forget(session: WriteSession, subject: Subject) -> None:
    """Throw away all that somebody signs in with, as when they are invited anew, let go or forgotten."""
    own = select(PasskeyUser.handle).where(passkeys.owned_by(subject))
    await session.execute(delete(Passkey).where(col(Passkey.handle).in_(own)))
    await session.execute(delete(PasskeyUser).where(passkeys.owned_by(subject)))
    if subject.person_id is not None:
        await _forget_password(session, subject.person_id)


async def _forget_password(session: WriteSession, person_id: PersonId) -> None:
    for row in (RecoveryCode, Authenticator, Password):
        await session.execute(delete(row).where(col(row.person_id) == person_id))


async def _one_at_a_time(session: WriteSession, subject: Subject) -> None:
    """Writing the row again locks it: two that each remove one of the last two would both see the other's."""
    await session.execute(update(PasskeyUser).where(passkeys.owned_by(subject)).values(handle=PasskeyUser.handle))
