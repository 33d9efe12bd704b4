"""Quizzes: what is asked follows from a seed, answers of one attempt say nothing about another, a pass counts once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.earning.rules import Flat
from domain.earning.terms import Sponsor
from domain.earning.when import When
from domain.members.recognition import KnownMember
from domain.selling import courses, errors, quizzes
from domain.selling.certifying import record_trainings
from domain.selling.course_terms import Course, CourseTerms, Lesson, Option, QuizQuestion, Telling
from domain.selling.quizzes import Quiz, drawn, graded
from domain.storage import Database, Sight
from domain.values import Rate
from tests.domain.earning.world import KEYS, acting
from tests.domain.selling.counter import DAY, Counter, a_counter

HOUR = timedelta(hours=1)


def question(number: int, right: int = 1) -> QuizQuestion:
    """Four options, the first ones right."""
    options = tuple(Option(words={"en": f"{number}.{place}"}, right=place < right) for place in range(4))
    return QuizQuestion(words={"en": f"Question {number}?"}, options=options)


def terms(**changes: Any) -> CourseTerms:
    """Ten questions, of which five are asked and four pass."""
    usual = {
        "name": "Milk school",
        "lessons": (Lesson(title={"en": "Milk"}, text={"en": "It is white."}),),
        "questions": tuple(question(number, 1 + number % 2) for number in range(10)),
        "ask": 5,
        "valid_days": 365,
    }
    return CourseTerms(**{**usual, **changes})


def right(course: CourseTerms, seed: bytes, wrong: int = 0) -> list[list[int]]:
    """The answers to what an attempt asks, so many of them wrong."""
    answers = [sorted(one.right) for one in drawn(course, seed)]
    return [[(set(range(4)) - set(chosen)).pop()] for chosen in answers[:wrong]] + answers[wrong:]


@pytest.fixture
async def counter(database: Database) -> AsyncIterator[Counter]:
    """A maker that teaches; the books are sound in the end."""
    made = await a_counter(database)
    yield made
    await made.world.prove()


async def taught(counter: Counter, **changes: Any) -> Course:
    """A course goes live."""
    async with acting(counter.database, Sight.partner(counter.maker)) as session:
        drawn_up = await courses.draw_up(session, counter.maker, terms(**changes), now=counter.now)
        return await courses.publish(session, counter.maker, drawn_up.course_id, now=counter.now)


async def started(counter: Counter, course: Course, who: KnownMember, seed: bytes = b"s" * 32) -> Quiz:
    """Somebody starts."""
    async with acting(counter.database, Sight.member(who.member_id)) as session:
        attempt = await quizzes.start(session, course, (who.wallet_id, who.member_id), seed=seed, now=counter.now)
    return Quiz(course=course, attempt=attempt)


async def answered(counter: Counter, quiz: Quiz, who: KnownMember, answers: list[list[int]]) -> Quiz:
    """And answers."""
    async with acting(counter.database, Sight.member(who.member_id)) as session:
        attempt = await quizzes.attempt_of(session, who.member_id, quiz.attempt.attempt_id)
        return await quizzes.answer(session, quiz.course, attempt, answers, now=counter.now)


async def test_a_pass_makes_one_certificate_and_one_action(counter: Counter) -> None:
    own = {"partners": frozenset({counter.maker}), "sponsors": (Sponsor(counter.maker),)}
    when = When(triggers=frozenset({"TRAINING"}), condition="action.score >= 80")
    await counter.world.live(Flat(points=300), owner=counter.maker, name="Learned", when=when, **own)
    course, anna = await taught(counter), await counter.world.member()
    quiz = await started(counter, course, anna)
    assert (await started(counter, course, anna, b"t" * 32)).attempt.attempt_id == quiz.attempt.attempt_id
    given = right(course.terms, quiz.attempt.seed, wrong=1)
    done = await answered(counter, quiz, anna, given)
    assert done.certificate is not None
    assert (done.attempt.correct, done.certificate.score, done.wrong) == (4, 80, [0])
    assert done.certificate.valid_until == counter.now + 365 * DAY
    assert (await answered(counter, quiz, anna, given)).certificate is not None
    with pytest.raises(errors.AttemptOver):
        await answered(counter, quiz, anna, right(course.terms, quiz.attempt.seed))

    async def recorded() -> int:
        pool = counter.database.pool
        return await record_trainings(pool, caches=counter.caches(), lookup_key=KEYS.lookup, now=counter.now)

    assert sum(await asyncio.gather(recorded(), recorded())) == 1
    assert await recorded() == 0
    assert await counter.points(anna) == 300
    with pytest.raises(errors.AlreadyCertified):
        await started(counter, course, anna)
    counter.now += 336 * DAY
    assert (await started(counter, course, anna)).attempt.number == 2


async def test_answers_are_not_passed_on_by_replaying_them(counter: Counter) -> None:
    course = await taught(counter, attempts=3, tells=Telling.NEVER)
    anna, ben = await counter.world.member(), await counter.world.member("BEN00001")
    first = await started(counter, course, anna)
    passing = right(course.terms, first.attempt.seed)
    assert (await answered(counter, first, anna, passing)).attempt.passed
    for number in range(3):
        seed = bytes([number]) * 32
        replayed = await answered(counter, await started(counter, course, ben, seed), ben, passing)
        assert (replayed.attempt.passed, replayed.certificate, replayed.wrong) == (False, None, None)
        with pytest.raises((errors.QuizNotYet, errors.NoAttemptLeft)):
            await started(counter, course, ben)
        counter.now += HOUR
    with pytest.raises(errors.NoAttemptLeft):
        await started(counter, course, ben)
    with pytest.raises(errors.AttemptNotFound):
        await answered(counter, first, ben, passing)


async def test_an_attempt_runs_out_of_time(counter: Counter) -> None:
    course, anna = await taught(counter, minutes=10), await counter.world.member()
    quiz = await started(counter, course, anna)
    counter.now += timedelta(minutes=10)
    with pytest.raises(errors.AttemptOver):
        await answered(counter, quiz, anna, right(course.terms, quiz.attempt.seed))
    with pytest.raises(errors.QuizNotYet):
        await started(counter, course, anna)
    counter.now += HOUR
    assert (await started(counter, course, anna)).attempt.number == 2


@given(seed=st.binary(min_size=32, max_size=32), wrong=st.integers(0, 5))
def test_exactly_the_right_options_are_right(seed: bytes, wrong: int) -> None:
    course = terms()
    asked = drawn(course, seed)
    assert drawn(course, seed) == asked
    assert len({one.question.words["en"] for one in asked}) == course.ask
    assert all(
        sorted(one.words["en"] for one in part.options) == sorted(one.words["en"] for one in part.question.options)
        for part in asked
    )
    correct = graded(asked, right(course, seed, wrong))
    assert (correct, course.passes(correct)) == (5 - wrong, wrong <= 1)


@given(st.integers(1, 30), st.integers(0, 30), st.fractions("1/100", 1, max_denominator=1000))
def test_passing_is_an_exact_share(asked: int, correct: int, share: Any) -> None:
    course = terms(questions=tuple(question(one) for one in range(asked)), ask=asked, passing=Rate(share))
    correct = min(correct, asked)
    assert course.passes(correct) == (correct * share.denominator >= share.numerator * asked)


def test_every_option_comes_in_every_place_and_every_question_first() -> None:
    attempts = [drawn(terms(), number.to_bytes(32)) for number in range(300)]
    assert {min(one.right) for asked in attempts for one in asked} == {0, 1, 2, 3}
    assert len({asked[0].question.words["en"] for asked in attempts}) == 10


@pytest.mark.parametrize("answers", [[], [[0]] * 4, [[4]] + [[0]] * 4, [[0, 0]] + [[0]] * 4, [[-1]] + [[0]] * 4])
def test_answers_that_are_none_are_refused(answers: list[list[int]]) -> None:
    with pytest.raises(errors.InvalidAnswers):
        graded(drawn(terms(), b"s" * 32), answers)


def test_terms_read_back_as_they_were_written() -> None:
    assert CourseTerms.from_json(terms(passing=Rate("2/3")).to_json()) == terms(passing=Rate("2/3"))
    with pytest.raises(errors.InvalidCourse) as refused:
        CourseTerms.from_json(terms().to_json() | {"questions": [{"words": {"en": "?"}, "options": []}]})
    assert refused.value.path[0] == "questions"
