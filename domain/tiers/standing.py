"""Where a member stands, how far it is to the next tier, and why: in figures, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.storage import ReadSession
from domain.tiers.asking import Held
from domain.tiers.models import TierStep, Why
from domain.tiers.queries import Programme, Version, progress, standing_row, steps_of
from domain.tiers.terms import Measure, Tier
from domain.values import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a member has come in the stretch of time that counts now."""

    measure: Measure
    since: datetime
    until: datetime
    """Exclusive."""
    amount: int
    """Minor units of what was spent, else points or days."""
    next: Tier | None
    """The next tier that is reached by what counts; None at the top."""

    @property
    def missing(self) -> int | None:
        """How much more reaches the next tier; None at the top."""
        return None if self.next is None or self.next.threshold is None else max(0, self.next.threshold - self.amount)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A change of a standing."""

    was: str | None
    tier: str | None
    since: datetime
    until: datetime | None
    why: Why
    because: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a member stands in a programme."""

    programme: Programme
    version: Version
    tier: str | None
    since: datetime | None
    """None: for as long as the member is one."""
    until: datetime | None
    """The first moment at which it is not kept any more, unless it is reached anew; None: it has no end."""
    why: Why | None = None
    """None to those who may know the tier alone."""
    because: str | None = None
    progress: Progress | None = None
    history: tuple[Step, ...] = ()
    """The newest first."""


async def standing_of(
    session: ReadSession,
    programme: Programme,
    person: tuple[UUID, UUID],
    held: Held | None,
    *,
    currency: str,
    zone: ZoneInfo,
    now: datetime,
) -> Standing | None:
    """Where a member (wallet and id) stands, and what led to it; None before the programme's first day.

    The member and the programme's owner may know all of it, anybody else the tier that counts at its till.
    """
    version = programme.in_force(now)
    if version is None:
        return None
    words = Words(version.terms.measure, currency, zone)
    row = await standing_row(session, programme.programme_id, *person)
    come = await progress(session, programme.programme_id, *person, at=now)
    steps = await steps_of(session, programme.programme_id, *person)
    tier = held.tier if held is not None else version.terms.base
    why = None if come is None and row is None else Why(row.why) if row is not None else Why.BASE
    return Standing(
        programme=programme,
        version=version,
        tier=tier,
        since=None if held is None else held.since,
        until=None if held is None else held.until,
        why=why,
        because=None if why is None else words.because(why, {} if row is None else row.evidence, tier, None),
        progress=None
        if come is None
        else Progress(
            measure=version.terms.measure,
            since=come.since,
            until=come.until,
            amount=come.amount,
            next=version.terms.above(tier),
        ),
        history=tuple(_step(one, words) for one in steps),
    )


@dataclass(frozen=True, slots=True)
class Words:
    """A programme's figures in words."""

    measure: Measure
    currency: str
    zone: ZoneInfo

    def because(self, why: Why, evidence: Mapping[str, Any], tier: str | None, was: str | None) -> str:
        """Why a member stands so, or why that changed; a reason given by hand is the owner's, not told here."""
        match why:
            case Why.EARNED:
                amount, asked = self.amount(evidence["amount"]), self.amount(evidence["threshold"])
                words = f"{amount} {self.days(evidence)}; {evidence['tier']} takes {asked}"
            case Why.LANDED:
                words = f"the term of a higher tier was over; {tier} is kept for another term"
            case Why.INVITED:
                words = f"by invitation to {tier}"
            case Why.MATCHED:
                words = f"a status of elsewhere is honoured as {tier}"
            case Why.TERM_OVER:
                words = f"the term of {was} was over, and it was not reached anew"
            case Why.TAKEN_BACK if "threshold" in evidence:
                left, asked = self.amount(evidence["amount"]), self.amount(evidence["threshold"])
                words = f"goods came back: {left} {self.days(evidence)} are left, and {evidence['tier']} takes {asked}"
            case Why.TAKEN_BACK:
                words = f"{was} was given by hand, and taken back"
            case Why.BASE:
                words = "nothing that counts has reached a higher tier" if tier else "no tier has been reached"
        return words

    def amount(self, units: int) -> str:
        """An amount: "1034.50 EUR", "12 visits"."""
        if self.measure is Measure.SPEND:
            return f"{Money.of_minor(units, self.currency).amount} {self.currency}"
        one = {Measure.VISITS: "visit", Measure.STATUS: "status point"}.get(self.measure, "point")
        return f"{units} {one}{'s' * (units != 1)}"

    def days(self, evidence: Mapping[str, Any]) -> str:
        """A stretch of time: "from 2026-01-01 to 2026-12-31"."""
        since, until = (datetime.fromisoformat(evidence[name]) for name in ("from", "to"))
        last = (until.astimezone(UTC) - _MOMENT).astimezone(self.zone).date()
        return f"from {since.astimezone(self.zone).date()} to {last}"


_MOMENT = datetime.resolution


def _step(row: TierStep, words: Words) -> Step:
    why = Why(row.why)
    return Step(
        was=row.was,
        tier=row.tier,
        since=row.since,
        until=row.until,
        why=why,
        because=words.because(why, row.evidence, row.tier, row.was),
    )
