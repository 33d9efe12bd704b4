"""Turns: from when to when somebody has to answer a case, and how long that took, in its own working seconds."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from domain.service.case_models import CaseTurn
from domain.service.hours import ServiceHours

MINUTE = 60


def begun(case_id: UUID, number: int, handler_id: UUID | None, hours: ServiceHours, *, now: datetime) -> CaseTurn:
    """A turn that begins, with when its answer and its end are due."""
    return CaseTurn(
        case_id=case_id,
        number=number,
        handler_id=handler_id,
        hours=hours.to_json(),
        began_at=now,
        answer_due_at=hours.after(now, hours.answer_minutes * MINUTE),
        resolve_due_at=hours.after(now, hours.resolve_minutes * MINUTE),
        waited=0,
    )


def answered(turn: CaseTurn, *, now: datetime) -> None:
    """Its handler has said something: the first time it counts as the answer, and now nothing is asked of it."""
    if turn.answered_at is None:
        turn.answered_at = now
        turn.answered_in = _hours(turn).worked(turn.began_at, now)
    if turn.waiting_since is None:
        turn.waiting_since = now


def asked(turn: CaseTurn, *, now: datetime) -> None:
    """Somebody else has said something: its handler has to do something again; its end is due as much later."""
    hours = _hours(turn)
    if turn.waiting_since is None:
        return
    _stop_waiting(turn, now)
    spent = hours.worked(turn.began_at, now) - turn.waited
    turn.resolve_due_at = hours.after(now, max(0, hours.resolve_minutes * MINUTE - spent))


def ended(turn: CaseTurn, *, resolved: bool, now: datetime) -> None:
    """The turn is over: the case is, or somebody else has to answer now."""
    hours = _hours(turn)
    _stop_waiting(turn, now)
    if resolved:
        turn.resolved_at = now
        turn.resolved_in = hours.worked(turn.began_at, now) - turn.waited
    turn.ended_at = now


def reopen_until(turn: CaseTurn, closed_at: datetime) -> datetime:
    """Until when a word of who asked opens the case again."""
    return closed_at + timedelta(days=_hours(turn).reopen_days)


def _stop_waiting(turn: CaseTurn, now: datetime) -> None:
    if turn.waiting_since is not None:
        turn.waited += _hours(turn).worked(turn.waiting_since, now)
        turn.waiting_since = None


def _hours(turn: CaseTurn) -> ServiceHours:
    return ServiceHours.from_json(turn.hours)
