"""A quiz from its start to the certificate: what it asks follows from a seed, and the right options stay here.

Each attempt draws its questions and the order of their options anew, so answers that worked in one attempt say nothing
about another. An attempt is answered once.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
from asyncpg import UniqueViolationError
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.ids import new_id
from domain.selling.course_terms import Course, CourseTerms, Option, QuizQuestion, Telling
from domain.selling.errors import (
    AlreadyCertified,
    AttemptNotFound,
    AttemptOver,
    InvalidAnswers,
    NoAttemptLeft,
    QuizNotYet,
)
from domain.selling.models import CourseCertificate, QuizAttempt
from domain.storage import ReadSession, WriteSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Answers: TypeAlias = Sequence[Collection[int]]
"""For each question in the order asked the places of the options that were chosen, from 0."""

LETTERS = "23456789BCDFGHJKMNPQRSTVWXYZ"
NUMBER_LETTERS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as one attempt asks it."""

    question: QuizQuestion
    options: tuple[Option, ...]
    """In the order of this attempt."""

    @property
    def right(self) -> frozenset[int]:
        """The places of the right options; never told before it is answered."""
        return frozenset(place for place, option in enumerate(self.options) if option.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiz:
    """An attempt under way, or as it went."""

    course: Course
    attempt: QuizAttempt
    certificate: CourseCertificate | None = None

    @property
    def asked(self) -> list[Asked]:
        """What it asks."""
        return drawn(self.course.terms, self.attempt.seed)

    @property
    def over_at(self) -> datetime:
        """Until when it can be answered."""
        return self.attempt.started_at + timedelta(minutes=self.course.terms.minutes)

    @property
    def wrong(self) -> list[int] | None:
        """The places of the questions that were answered wrong; None where that is not told, or not answered yet."""
        given, tells = self.attempt.answers, self.course.terms.tells
        told = tells is Telling.ALWAYS or (tells is Telling.PASSED and bool(self.attempt.passed))
        if given is None or not told:
            return None
        return [place for place, one in enumerate(self.asked) if one.right != frozenset(given[place])]


def drawn(terms: CourseTerms, seed: bytes) -> list[Asked]:
    """The questions of an attempt and the order of their options, by its seed.

    Each part's rank is an HMAC-SHA-256 of its place under the seed: without the seed every order is as likely.
    """
    places = sorted(range(len(terms.questions)), key=lambda place: _rank(seed, place))[: terms.ask]
    return [_ordered(terms.questions[place], seed, place) for place in places]


def graded(asked: Sequence[Asked], answers: Answers) -> int:
    """How many questions were answered by exactly their right options. Raises: InvalidAnswers."""
    if len(answers) != len(asked):
        raise InvalidAnswers(f"answer each of the {len(asked)} questions, in their order", path=("answers",))
    for place, (one, chosen) in enumerate(zip(asked, answers, strict=True)):
        if len(set(chosen)) != len(chosen) or not all(0 <= choice < len(one.options) for choice in chosen):
            raise InvalidAnswers(
                "an answer names each option it chooses once, by its place", path=("answers", str(place))
            )
    return sum(one.right == frozenset(chosen) for one, chosen in zip(asked, answers, strict=True))


async def start(
    session: WriteSession, course: Course, member: tuple[UUID, UUID], *, seed: bytes, now: datetime
) -> QuizAttempt:
    """Start an attempt at a course; one that is under way is told again, with the same questions and its version.

    Raises: AlreadyCertified, QuizNotYet, NoAttemptLeft.
    """
    wallet_id, member_id = member
    before = await _attempts(session, course, member_id)
    last = before[-1] if before else None
    terms = course.terms
    if last is not None and last.answered_at is None and now < _over(last, terms):
        return last
    await _not_certified(session, course, member_id, now)
    if terms.attempts and sum(one.version == course.version for one in before) >= terms.attempts:
        raise NoAttemptLeft
    if last is not None and not last.passed:
        until = (last.answered_at or _over(last, terms)) + timedelta(hours=terms.wait_hours)
        if now < until:
            raise QuizNotYet(until)
    attempt = QuizAttempt(
        attempt_id=new_id(),
        course_id=course.course_id,
        version=course.version,
        partner_id=course.partner_id,
        wallet_id=wallet_id,
        member_id=member_id,
        number=(last.number if last else 0) + 1,
        seed=seed,
        started_at=now,
        asked=terms.ask,
    )
    session.add(attempt)
    try:
        await session.flush()  # two starts at one moment: one of them is the attempt
    except IntegrityError as clash:
        if isinstance(clash.orig.__cause__ if clash.orig else None, UniqueViolationError):
            raise QuizNotYet(now) from None
        raise
    return attempt


async def answer(
    session: WriteSession, course: Course, attempt: QuizAttempt, answers: Answers, *, now: datetime
) -> Quiz:
    """Answer an attempt, once: the same answers again tell the same, others are refused. Passing makes a certificate.

    Raises: InvalidAnswers, AttemptOver.
    """
    given = [sorted(chosen) for chosen in answers]
    correct = graded(drawn(course.terms, attempt.seed), given)
    if attempt.answered_at is not None:
        return await _answered_before(session, course, attempt, given)
    if now >= _over(attempt, course.terms):
        raise AttemptOver("its time is over")
    passed = course.terms.passes(correct)
    columns: dict[str, Any] = {"answered_at": now, "answers": given, "correct": correct, "passed": passed}
    row = QuizAttempt
    once = (col(row.attempt_id) == attempt.attempt_id, col(row.answered_at).is_(None))
    moving = update(row).where(*once).values(**columns).returning(row).execution_options(populate_existing=True)
    moved = (await session.execute(moving)).scalar_one_or_none()
    if moved is None:
        raise AttemptOver
    certificate = _certificate(course, moved, now) if passed else None
    if certificate is not None:
        session.add(certificate)
        await session.flush()
    return Quiz(course=course, attempt=moved, certificate=certificate)


async def attempt_of(session: ReadSession, member_id: UUID, attempt_id: UUID) -> QuizAttempt:
    """A member's own attempt. Raises: AttemptNotFound."""
    own = (col(QuizAttempt.attempt_id) == attempt_id, col(QuizAttempt.member_id) == member_id)
    found = (await session.scalars(select(QuizAttempt).where(*own).execution_options(populate_existing=True))).first()
    if found is None:
        raise AttemptNotFound
    return found


async def certificates_of(session: ReadSession, member_id: UUID) -> list[CourseCertificate]:
    """A member's course certificates, the newest first."""
    row = CourseCertificate
    own = select(row).where(col(row.member_id) == member_id).order_by(col(row.certificate_id).desc())
    return list(await session.scalars(own.limit(200)))


def number_of(certificate_id: UUID, key: bytes) -> str:
    """The number that stands on a certificate: twelve letters and digits that say nothing of their order."""
    drawn = int.from_bytes(hmac.digest(key, b"course certificate" + certificate_id.bytes, "sha256"))
    letters = []
    for _ in range(NUMBER_LETTERS):
        drawn, place = divmod(drawn, len(LETTERS))
        letters.append(LETTERS[place])
    return "".join(letters)


def _ordered(question: QuizQuestion, seed: bytes, place: int) -> Asked:
    order = sorted(range(len(question.options)), key=lambda option: _rank(seed, place, option))
    return Asked(question=question, options=tuple(question.options[one] for one in order))


def _rank(seed: bytes, *places: int) -> bytes:
    return hmac.digest(seed, b"quiz" + b"".join(place.to_bytes(2) for place in places), "sha256")


def _over(attempt: QuizAttempt, terms: CourseTerms) -> datetime:
    return attempt.started_at + timedelta(minutes=terms.minutes)


def _certificate(course: Course, attempt: QuizAttempt, now: datetime) -> CourseCertificate:
    certificate_id = new_id()
    return CourseCertificate(
        certificate_id=certificate_id,
        number=number_of(certificate_id, attempt.seed),
        attempt_id=attempt.attempt_id,
        course_id=course.course_id,
        version=course.version,
        partner_id=course.partner_id,
        wallet_id=attempt.wallet_id,
        member_id=attempt.member_id,
        score=course.terms.score(attempt.correct or 0),
        issued_at=now,
        valid_until=course.terms.valid_until(now),
    )


async def _attempts(session: ReadSession, course: Course, member_id: UUID) -> list[QuizAttempt]:
    own = (col(QuizAttempt.course_id) == course.course_id, col(QuizAttempt.member_id) == member_id)
    found = select(QuizAttempt).where(*own).order_by(col(QuizAttempt.number))
    return list(await session.scalars(found.execution_options(populate_existing=True)))


async def _not_certified(session: ReadSession, course: Course, member_id: UUID, now: datetime) -> None:
    for one in await certificates_of(session, member_id):
        if one.course_id != course.course_id or (one.valid_until is not None and one.valid_until <= now):
            continue
        renewable = course.terms.renewable_from(one.valid_until)
        if renewable is None or now < renewable:
            raise AlreadyCertified(renewable)


async def _answered_before(session: ReadSession, course: Course, attempt: QuizAttempt, given: list[list[int]]) -> Quiz:
    if attempt.answers != given:
        raise AttemptOver
    row = CourseCertificate
    found = await session.scalars(select(row).where(col(row.attempt_id) == attempt.attempt_id))
    return Quiz(course=course, attempt=attempt, certificate=found.first())
