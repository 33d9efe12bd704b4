"""What follows from the cover: unsecured issuance stops below the minimum, and goes on once it is reached again.

Sponsors on prepaid packs, those that pay when points are spent, and those whose share then covers the dearest
redeemer's price are never stopped by it: their points are secured.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text

from domain.ids import PersonId
from domain.ledger.allowance_models import IssuanceStop, StopReason
from domain.ledger.allowances import lift, stop, stops
from domain.liability.evaluating import Position, keep, position
from domain.liability.models import ReserveFinding, Standing
from domain.settlement.policy import policy_of
from domain.storage import ReadSession, WriteSession
from domain.values import check_text

LONGEST_NOTE = 200

ONE_AT_A_TIME = 0x48414E5355
"""Whoever judges the cover does so alone, so that no older judgement is written over a newer one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Secured:
    """What was found, and what became of issuance."""

    found: Position
    finding: ReserveFinding | None
    """What was kept: where a person asked, or issuance stopped or went on."""
    stopped: bool
    """Unsecured issuance stands still."""


async def secure(
    session: WriteSession, *, now: datetime, by: PersonId | None = None, note: str | None = None
) -> Secured:
    """Judge the cover as it is now, and stop unsecured issuance or let it go on.

    Raises: InvalidValue, LiabilityNotKnown.
    """
    if note is not None:
        check_text("note", note, LONGEST_NOTE)
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})
    found = await position(session, as_of=now)
    short = found.cover.standing is Standing.SHORT and (await policy_of(session)).refuse_unsecured
    stood = await standing_stop(session) is not None
    if short:
        words = f"cover {found.cover.ratio} is below {found.cover.minimum}; {found.cover.lacking} are lacking"
        await stop(session, None, StopReason.UNSECURED, now=now, by=by, note=f"{note}: {words}" if note else words)
    elif stood:
        await lift(session, None, StopReason.UNSECURED, now=now, by=by)
    worth_keeping = by is not None or short != stood
    return Secured(found=found, finding=await keep(session, found, now=now) if worth_keeping else None, stopped=short)


async def standing_stop(session: ReadSession) -> IssuanceStop | None:
    """The stop of unsecured issuance, while there is one."""
    found = await stops(session)
    return next((one for one in found if one.partner_id is None and one.reason == StopReason.UNSECURED), None)
