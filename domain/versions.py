"""What goes by versions: written, agreed to, published, paused, ended. A version that has been live never changes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select, update

from domain.errors import DomainError
from domain.ids import PartnerId
from domain.storage import ReadSession, Row, WriteSession

DRAFT, LIVE, PAUSED, ENDED = "DRAFT", "LIVE", "PAUSED", "ENDED"
"""The states; each sort of thing has its own words for what they mean."""
MEANWHILE = "changed by somebody else in the meantime"


class Terms(Protocol):
    """What a version promises."""

    @property
    def funders(self) -> Collection[PartnerId]:
        """Who pays, and so has to agree."""

    def fingerprint(self) -> bytes:
        """A digest of all of it: other terms have another."""


class Version(Protocol):
    """One version of a thing, as the domain reads it."""

    @property
    def version(self) -> int:
        """From 1 on."""

    @property
    def partner_id(self) -> PartnerId | None:
        """The owner; None: the coalition, of what it may own."""

    @property
    def state(self) -> StrEnum:
        """DRAFT, LIVE, PAUSED or ENDED."""

    @property
    def terms(self) -> Terms:
        """What it promises."""

    @property
    def live_from(self) -> datetime | None:
        """Since when it is live, or was; None: it never was."""


V = TypeVar("V", bound=Version)


async def _nobody(_session: ReadSession, _thing: Any, _fingerprint: bytes) -> Collection[PartnerId]:
    return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Life(Generic[V]):
    """The steps of one sort of thing, over its rows and with its refusals.

    Its rows have the columns `key`, version, partner_id, state, fingerprint, created_at, live_from and live_until; its
    agreements have `key`, partner_id, fingerprint, version, owner_id and agreed_at.
    """

    row: type[Row]
    agreement: type[Row] | None = None
    """None: nobody pays beside its owner, so nobody has to agree."""
    key: str
    """The column that names the thing in both."""
    read: Callable[[Any], V]
    versions_of: Callable[[ReadSession, Any], Awaitable[list[V]]]
    """All versions that the viewer may see, in order."""
    agreed: Callable[[ReadSession, Any, bytes], Awaitable[Collection[PartnerId]]] = _nobody
    """Who has agreed to the terms with a fingerprint."""
    missing: type[DomainError]
    conflict: Callable[[str, str], DomainError]
    """What refuses a step, given what the thing is and what was to be done with it."""
    taken: Callable[[str | None], DomainError | None] = lambda _constraint: None
    """What refuses to break a unique law of the rows, by its name; None: somebody else was quicker."""

    async def owned(self, session: WriteSession, owner: PartnerId | None, thing: UUID) -> V:
        """The latest version of an owner's thing. Raises: missing."""
        versions = await self.versions_of(session, thing)
        if not versions or versions[-1].partner_id != owner:
            raise self.missing
        return versions[-1]

    async def changeable(self, session: WriteSession, owner: PartnerId | None, thing: UUID) -> V:
        """The latest version, of what has not ended. Raises: missing, conflict."""
        return await self._not_in(session, owner, thing, "changed", {ENDED})

    async def drafted(self, session: WriteSession, owner: PartnerId | None, thing: UUID) -> V:
        """The draft that is to be published. Raises: missing, conflict."""
        return await self._not_in(session, owner, thing, "published", {LIVE, PAUSED, ENDED})

    async def paused(self, session: WriteSession, owner: PartnerId | None, thing: UUID) -> V:
        """The version that is to go on. Raises: missing, conflict."""
        version = await self._in_use(session, owner, thing, "resumed")
        if version.state != PAUSED:
            raise self.conflict(version.state, "resumed")
        return version

    async def write(
        self, session: WriteSession, owner: PartnerId | None, thing: UUID, columns: dict[str, Any], *, now: datetime
    ) -> V:
        """A thing that is new, as a draft. Raises: conflict, taken."""
        return await self._insert(session, owner, thing, 1, DRAFT, columns, now)

    async def rewrite(
        self, session: WriteSession, thing: UUID, latest: V, columns: dict[str, Any], *, now: datetime
    ) -> V:
        """Other terms for a draft; where it has been live, as a draft of its next version. Raises: conflict, taken."""
        if latest.state == DRAFT:
            return await self._move(session, thing, latest, "changed", {DRAFT}, columns)
        return await self._insert(session, latest.partner_id, thing, latest.version + 1, DRAFT, columns, now)

    async def agree(
        self, session: WriteSession, sponsor: PartnerId, thing: UUID, fingerprint: bytes, *, now: datetime
    ) -> V:
        """A sponsor agrees to the latest version's terms, which have this fingerprint, and to no others.

        Again it changes nothing. Raises: missing, conflict.
        """
        versions = await self.versions_of(session, thing)
        if not versions or sponsor not in versions[-1].terms.funders:
            raise self.missing
        latest = versions[-1]
        if latest.terms.fingerprint() != fingerprint:
            raise self.conflict("changed since it was read", "agreed to")
        if self.agreement is not None and sponsor not in await self.agreed(session, thing, fingerprint):
            values = {"version": latest.version, "owner_id": latest.partner_id, "agreed_at": now}
            given = {self.key: thing, "partner_id": sponsor, "fingerprint": fingerprint}
            session.add(self.agreement(**given, **values))
            await session.flush()  # a wall that refuses it speaks here, not at the end of the transaction
        return latest

    async def publish(self, session: WriteSession, thing: UUID, draft: V, *, now: datetime, **columns: Any) -> V:
        """A draft that was checked goes live; what was live until now is followed by it. Raises: conflict, taken."""
        for version in await self.versions_of(session, thing):
            if version.state in (LIVE, PAUSED):
                await self._move(session, thing, version, "followed", {LIVE, PAUSED}, _ending(version, now))
        # Naming the fingerprint refuses a draft that was changed after it was checked.
        return await self._move(
            session, thing, draft, "published", {DRAFT}, {"state": LIVE, "live_from": now, **columns}
        )

    async def pause(self, session: WriteSession, owner: PartnerId | None, thing: UUID, *, now: datetime) -> V:
        """What is live rests. Raises: missing, conflict."""
        version = await self._in_use(session, owner, thing, "paused")
        return await self._move(session, thing, version, "paused", {LIVE}, {"state": PAUSED, "live_until": now})

    async def resume(
        self, session: WriteSession, thing: UUID, paused: V, columns: dict[str, Any], *, now: datetime
    ) -> V:
        """What rests goes on as the next version, so that the pause stays on record. Raises: conflict, taken."""
        latest = await self.owned(session, paused.partner_id, thing)
        await self._move(session, thing, paused, "resumed", {PAUSED}, {"state": ENDED})
        going = {"live_from": now, **columns}
        return await self._insert(session, paused.partner_id, thing, latest.version + 1, LIVE, going, now)

    async def end(self, session: WriteSession, owner: PartnerId | None, thing: UUID, *, now: datetime) -> V:
        """All versions end, a draft that was never published with them. Raises: missing, conflict."""
        ended = None
        for version in await self.versions_of(session, thing):
            if version.partner_id == owner and version.state != ENDED:
                ended = await self._move(session, thing, version, "ended", {version.state}, _ending(version, now))
        if ended is None:
            raise self.conflict((await self.owned(session, owner, thing)).state, "ended")
        return ended

    async def _not_in(
        self, session: WriteSession, owner: PartnerId | None, thing: UUID, step: str, states: Collection[str]
    ) -> V:
        latest = await self.owned(session, owner, thing)
        if latest.state in states:
            raise self.conflict(latest.state, step)
        return latest

    async def _in_use(self, session: WriteSession, owner: PartnerId | None, thing: UUID, step: str) -> V:
        latest = await self.owned(session, owner, thing)
        for version in await self.versions_of(session, thing):
            if version.state in (LIVE, PAUSED):
                return version
        raise self.conflict(latest.state, step)

    async def _move(
        self,
        session: WriteSession,
        thing: UUID,
        version: V,
        step: str,
        states: Collection[str],
        columns: dict[str, Any],
    ) -> V:
        """Write columns of a version, provided that nobody else has moved or changed it since it was read."""
        row: Any = self.row
        moving = (
            update(row)
            .where(
                col(getattr(row, self.key)) == thing,
                col(row.version) == version.version,
                col(row.state).in_(states),
                col(row.fingerprint) == version.terms.fingerprint(),
            )
            .values(**columns)
            .returning(row)
            .execution_options(populate_existing=True)
        )
        try:
            moved = (await session.execute(moving)).scalar_one_or_none()
        except IntegrityError as clash:
            raise self._refusal(clash) from None
        if moved is None:
            raise self.conflict(MEANWHILE, step)
        return self.read(moved)

    async def _insert(
        self,
        session: WriteSession,
        owner: PartnerId | None,
        thing: UUID,
        version: int,
        state: str,
        columns: dict[str, Any],
        now: datetime,
    ) -> V:
        row: Any = self.row
        named = {self.key: thing, "version": version}
        session.add(row(**named, partner_id=owner, state=state, created_at=now, **columns))
        try:
            await session.flush()
        except IntegrityError as clash:
            raise self._refusal(clash) from None
        here = (col(getattr(row, self.key)) == thing, col(row.version) == version)
        return self.read((await session.scalars(select(row).where(*here))).one())

    def _refusal(self, clash: IntegrityError) -> Exception:
        cause = clash.orig.__cause__ if clash.orig else None
        if not isinstance(cause, UniqueViolationError):
            return clash
        return self.taken(cause.constraint_name) or self.conflict(MEANWHILE, "changed")


def _ending(version: Version, now: datetime) -> dict[str, Any]:
    return {"state": ENDED} | ({"live_until": now} if version.state == LIVE else {})
