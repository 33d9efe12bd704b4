"""The reserve as it stands at an instant: what is out, what of it will be redeemed, what that needs, what there is.

Everything here is figured from the ledger, the contracts and the books of settlement as they were at that instant, so
it can be figured again at any time and comes out the same. Each day's figures are kept nevertheless, with a digest of
what they were figured from, so that the history can be charted and audited.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.ids import new_id
from domain.liability.cohorts import Cohort, cohorts_of
from domain.liability.development import to_decimal
from domain.liability.errors import LiabilityNotKnown
from domain.liability.estimating import EXPECTED, Estimate, Scenario, estimate
from domain.liability.models import ReserveFinding
from domain.liability.months import start_of
from domain.liability.reading import ReserveBook, reserve_book
from domain.liability.reserve import Cover, Need, need_of
from domain.settlement.policy import policy_of
from domain.settlement.policy_models import SettlementPolicy
from domain.storage import ReadSession, WriteSession

SETTLES = timedelta(minutes=5)
"""So long after midnight the day's figures are taken: whatever was posted before it has been committed by then."""

MOST_DAYS = 40
"""Days that are made up for in one go, where no worker ran or a sandbox's clock was moved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """The reserve at an instant, under one scenario."""

    book: ReserveBook
    cohorts: tuple[Cohort, ...]
    estimate: Estimate
    need: Need
    cover: Cover

    @property
    def as_of(self) -> datetime:
        """The instant."""
        return self.book.points.as_of

    @property
    def currency(self) -> str:
        """What all amounts are in."""
        return self.book.points.currency

    @property
    def digest(self) -> bytes:
        """SHA-256 over everything the figures rest on, in a fixed order."""
        return digest_of(self.book)


async def position(session: ReadSession, *, as_of: datetime, scenario: Scenario = EXPECTED) -> Position:
    """The reserve at an instant, read with the coalition's sight. Raises: LiabilityNotKnown."""
    book, policy = await reserve_book(session, as_of=as_of), await policy_of(session)
    return under(book, policy, scenario)


async def scenarios(session: ReadSession, asked: Iterable[Scenario], *, as_of: datetime) -> list[Position]:
    """The same points under several scenarios, side by side. Raises: LiabilityNotKnown."""
    book, policy = await reserve_book(session, as_of=as_of), await policy_of(session)
    return [under(book, policy, scenario) for scenario in asked]


def under(book: ReserveBook, policy: SettlementPolicy, scenario: Scenario) -> Position:
    """What a book comes to under a scenario. Pure."""
    points = book.points
    cohorts = cohorts_of(points.flows, points.months)
    found = estimate(cohorts, scenario)
    need = need_of(points.flows, found, book.prices, points.months.count)
    cover = Cover(book.cash.total, need.expected, policy.cover_warning, policy.cover_minimum)
    return Position(book=book, cohorts=cohorts, estimate=found, need=need, cover=cover)


def digest_of(book: ReserveBook) -> bytes:
    """The hash of what a position is figured from: points, prices and cash. Thresholds are stored beside it."""
    seal = sha256(b"hansa-liability-1\n" + book.points.as_of.isoformat().encode())
    flows = sorted("\x1f".join(str(part) for part in astuple(flow)) for flow in book.points.flows)
    in_force = sorted(f"{partner_id}\x1f{contract_id}" for partner_id, contract_id in book.prices.in_force.items())
    cash = [str(book.cash.from_settlement.normalize()), str(book.cash.from_account.normalize())]
    for line in (*flows, "prices", *in_force, "cash", *cash):
        seal.update(b"\n" + line.encode())
    return seal.digest()


async def keep(session: WriteSession, found: Position, *, now: datetime, day: date | None = None) -> ReserveFinding:
    """Append what was found; a day has one finding, and the first stays."""
    row = finding_of(found, now=now, day=day)
    values = row.model_dump()
    made = await session.execute(insert(ReserveFinding).values(**values).on_conflict_do_nothing())
    if made.rowcount or day is None:  # type: ignore[attr-defined]
        return row
    return (await session.scalars(select(ReserveFinding).where(ReserveFinding.day == day))).one()


async def days_due(session: ReadSession, *, now: datetime) -> list[date]:
    """The days, oldest first, whose figures are still to be taken; the latest so many, where more were missed."""
    time_zone = (await coalition_of(session)).time_zone
    today = (now - SETTLES).astimezone(ZoneInfo(time_zone)).date()
    taken = (
        await session.scalars(
            select(col(ReserveFinding.day))
            .where(col(ReserveFinding.day).is_not(None))
            .order_by(col(ReserveFinding.day).desc())
        )
    ).first()
    earliest = today - timedelta(days=MOST_DAYS - 1)
    first = today if taken is None else max(taken + timedelta(days=1), earliest)
    return [first + timedelta(days=ahead) for ahead in range((today - first).days + 1)]


async def take_day(session: WriteSession, day: date, *, now: datetime) -> ReserveFinding | None:
    """Keep the figures as of the first instant of a day; None before the coalition's first cycle."""
    as_of = start_of(day, (await coalition_of(session)).time_zone)
    try:
        found = await position(session, as_of=as_of)
    except LiabilityNotKnown:
        return None
    return await keep(session, found, now=now, day=day)


async def history(session: ReadSession, *, since: datetime, until: datetime) -> list[ReserveFinding]:
    """The findings of a time, oldest first, read with the coalition's sight."""
    rows = select(ReserveFinding).where(col(ReserveFinding.as_of) >= since, col(ReserveFinding.as_of) <= until)
    return list(await session.scalars(rows.order_by(col(ReserveFinding.as_of), col(ReserveFinding.finding_id))))


def finding_of(found: Position, *, now: datetime, day: date | None = None) -> ReserveFinding:
    """A position as it is kept."""
    low, expected, high = found.estimate.urr
    return ReserveFinding(
        finding_id=new_id(),
        as_of=found.as_of,
        found_at=now,
        day=day,
        outstanding=found.estimate.outstanding,
        further=to_decimal(found.estimate.further),
        urr_low=low,
        urr=expected,
        urr_high=high,
        redemption_price=found.need.redemption_price,
        need_low=found.need.low,
        need=found.need.expected,
        need_high=found.need.high,
        from_settlement=found.book.cash.from_settlement,
        from_account=found.book.cash.from_account,
        cover=found.cover.ratio,
        cover_warning=found.cover.warning,
        cover_minimum=found.cover.minimum,
        standing=found.cover.standing,
        basis=found.estimate.basis,
        digest=found.digest,
    )
