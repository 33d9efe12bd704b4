"""A coalition begins: its name, its currency, what a point is worth; and its clock, where it is a sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import asyncpg
from sqlmodel import select

from domain.coalition.errors import ClockOnlyForward, NotASandbox
from domain.coalition.models import Coalition
from domain.errors import Conflict, InvalidValue, NotFound
from domain.ids import new_id
from domain.storage import ReadSession, WriteSession
from domain.values import minor_digits


@dataclass(frozen=True, kw_only=True)
class FoundCoalition:
    """What a coalition is founded with."""

    name: str
    purpose: str
    currency: str
    standard_price: Decimal
    time_zone: str
    operator_name: str
    grace_days: int = 30
    sandbox: bool = False
    clock_at: datetime | None = None

    def __post_init__(self) -> None:
        minor_digits(self.currency)
        zone(self.time_zone)
        if not self.standard_price.is_finite() or self.standard_price < 0:
            raise InvalidValue("a point is worth nothing or more", path=("standardPrice",))
        if self.grace_days < 1:
            raise InvalidValue("the days of grace are at least one", path=("graceDays",))


def zone(name: str) -> ZoneInfo:
    """The time zone of that name. Raises: InvalidValue."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidValue(f"{name!r} is not a time zone, such as Europe/Riga", path=("timeZone",)) from None


async def found(session: WriteSession, command: FoundCoalition) -> Coalition:
    """Found the coalition; a database holds one. Raises: Conflict."""
    if (await session.scalars(select(Coalition))).first():
        raise Conflict("This database has a coalition already.")
    coalition = Coalition(coalition_id=new_id(), **vars(command))
    session.add(coalition)
    return coalition


async def coalition_of(session: ReadSession) -> Coalition:
    """The coalition of this database. Raises: NotFound, before it is founded."""
    coalition = (await session.scalars(select(Coalition))).first()
    if coalition is None:
        raise NotFound("No coalition has been founded in this database yet.")
    return coalition


async def advance_clock(session: WriteSession, *, to: datetime) -> Coalition:
    """Move the sandbox's clock. Raises: NotASandbox, ClockOnlyForward."""
    statement = select(Coalition).with_for_update()
    coalition = (await session.scalars(statement)).one()
    if not coalition.sandbox:
        raise NotASandbox
    if coalition.clock_at is not None and to < coalition.clock_at:
        raise ClockOnlyForward
    coalition.clock_at = to
    return coalition


@dataclass(frozen=True)
class Clock:
    """A sandbox's clock, where there is one."""

    sandbox: bool
    at: datetime | None


async def clock_of(pool: asyncpg.Pool[asyncpg.Record]) -> Clock | None:
    """The coalition's clock, in one round trip, since every operation asks; None before the coalition is founded."""
    row = await pool.fetchrow("SELECT sandbox, clock_at FROM coalition")
    return None if row is None else Clock(row["sandbox"], row["clock_at"])
