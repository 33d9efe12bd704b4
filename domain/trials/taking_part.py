"""Members apply, take their place, get the sample and say what they think; each step once, whoever sends it again."""

from __future__ import annotations

from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.ids import OutletId, PartnerId, new_id
from domain.storage import ReadSession
from domain.surveys.answering import Answered, AnswerSurvey, answer
from domain.surveys.answers import Answers
from domain.surveys.keeping import Via
from domain.trials.errors import TrialNotFound, TrialNotOpen, TrialStepOver
from domain.trials.models import PlaceState
from domain.trials.queries import OwnTrial, of_member
from domain.trials.terms import TrialId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_APPLY = "SELECT apply_for_trial($1, $2, $3, $4)"
_ANSWER = "SELECT answer_to_trial($1, $2, $3, $4)"
_HAND = "SELECT hand_sample($1, $2, $3, $4, $5)"

SAYING = frozenset({PlaceState.HANDED, PlaceState.FEEDBACK, PlaceState.DONE})


async def apply(pool: Pool, trial_id: TrialId, member_id: UUID, *, now: datetime) -> None:
    """A member wants to take part; again changes nothing. There are just so many places, whoever comes at once.

    Raises: TrialNotFound, also where it is meant for others; TrialNotOpen, TrialStepOver.
    """
    match await pool.fetchval(_APPLY, trial_id, member_id, new_id(), now):
        case "NOT_FOUND" | "NOT_MEANT":
            raise TrialNotFound
        case "NOT_OPEN":
            raise TrialNotOpen
        case "OVER":
            raise TrialStepOver("the place was given up, or has lapsed")


async def take(pool: Pool, trial_id: TrialId, member_id: UUID, *, now: datetime) -> None:
    """Whoever was chosen takes the place; again changes nothing. Raises: TrialNotFound, TrialStepOver."""
    await _answered(pool, trial_id, member_id, now, takes=True)


async def decline(pool: Pool, trial_id: TrialId, member_id: UUID, *, now: datetime) -> None:
    """Give up before the sample is handed: the next in line gets the place. Raises: TrialNotFound, TrialStepOver."""
    await _answered(pool, trial_id, member_id, now, takes=False)


async def hand(
    pool: Pool,
    trial_id: TrialId,
    member_id: UUID,
    *,
    by: PartnerId,
    outlet_id: OutletId | None = None,
    now: datetime,
) -> None:
    """The sample is handed over a counter, or sent by the owner; again by the same changes nothing.

    Raises: TrialNotFound, also for a partner that hands none; TrialStepOver.
    """
    match await pool.fetchval(_HAND, trial_id, member_id, by, outlet_id, now):
        case "NOT_FOUND":
            raise TrialNotFound
        case "OVER":
            raise TrialStepOver("the member has no place that waits for its sample")


async def own(session: ReadSession, member_id: UUID, trial_id: TrialId, *, now: datetime) -> OwnTrial:
    """A trial as a member sees it. Raises: TrialNotFound, also where it is for others."""
    found = [one for one in await of_member(session, member_id, now=now) if one.trial.trial_id == trial_id]
    if not found:
        raise TrialNotFound
    return found[0]


async def say(
    pool: Pool,
    mine: OwnTrial,
    member_id: UUID,
    answers: Answers,
    *,
    complete: bool = True,
    key: str,
    personal_key: bytes,
    now: datetime,
) -> Answered:
    """Whoever has the sample answers the trial's survey; kept once, and noted with it in one transaction.

    Raises: TrialStepOver, and what answering raises (InvalidAnswer, AlreadyAnswered, IdempotencyConflict, Busy).
    """
    place = mine.place
    if place is None or place.state not in SAYING:
        raise TrialStepOver("only who has the sample says what it thinks, and in time")
    if place.state is PlaceState.HANDED and now >= mine.trial.terms.feedback_until:
        raise TrialStepOver("it is too late for that")
    command = AnswerSurvey(
        survey_id=mine.trial.terms.survey,
        member_id=member_id,
        answers=answers,
        complete=complete,
        idempotency_key=key,
        via=Via.TRIAL,
        occasion=occasion_of(mine.trial.trial_id),
    )
    return await answer(pool, command, personal_key=personal_key, now=now)


def occasion_of(trial_id: TrialId) -> str:
    """What a trial's answers are kept under, beside the survey's own."""
    return f"trial:{trial_id}"


async def _answered(pool: Pool, trial_id: TrialId, member_id: UUID, now: datetime, *, takes: bool) -> None:
    match await pool.fetchval(_ANSWER, trial_id, member_id, takes, now):
        case "NOT_FOUND":
            raise TrialNotFound
        case "OVER":
            raise TrialStepOver("the place is not there to be taken" if takes else "the sample was handed already")
