"""Which questions are asked, given what was answered; and which never would be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.surveys.answers import Answer
from domain.surveys.errors import InvalidSurvey
from domain.surveys.questions import NUMBERED, Condition, Question


def asked(questions: Sequence[Question], answers: Mapping[str, Answer]) -> list[Question]:
    """The questions that are asked after these answers. What was not asked counts as not answered."""
    shown: dict[str, Question] = {}
    for question in questions:
        condition = question.only_if
        given = None if condition is None or condition.question not in shown else answers.get(condition.question)
        if condition is None or holds(condition, given):
            shown[question.key] = question
    return list(shown.values())


def holds(condition: Condition, given: Answer | None) -> bool:
    """Whether a condition holds of the answer to its question; None: there is none."""
    if condition.answered is not None:
        return condition.answered == (given is not None)
    if given is None:
        return False
    if condition.any_of:
        return not condition.any_of.isdisjoint(given.chosen)
    number = given.number
    above = condition.at_least is None or (number is not None and number >= condition.at_least)
    below = condition.at_most is None or (number is not None and number <= condition.at_most)
    return number is not None and above and below


def check_branches(questions: Sequence[Question]) -> None:
    """Hold conditions to earlier questions that can be answered so; every question can be come by.

    A condition names one earlier question, so loops cannot be, and whether a question can be come by is settled along
    one chain of questions. Raises: InvalidSurvey, naming the question.
    """
    found: dict[str, _Reach] = {}
    earlier: dict[str, Question] = {}
    for question in questions:
        if question.key in earlier:
            raise InvalidSurvey("another question has this key", path=("questions", question.key, "key"))
        try:
            found[question.key] = _reach(question, earlier, found)
        except InvalidSurvey as refused:
            raise refused.at("questions", question.key, "only_if") from None
        if not found[question.key].shown:
            raise InvalidSurvey(
                "this question would never be asked: no answers lead to it",
                path=("questions", question.key, "only_if"),
            )
        earlier[question.key] = question


@dataclass(frozen=True, slots=True)
class _Reach:
    """Whether some answers show a question, and whether some hide it."""

    shown: bool
    hidden: bool


def _reach(question: Question, earlier: Mapping[str, Question], found: Mapping[str, _Reach]) -> _Reach:
    condition = question.only_if
    if condition is None:
        return _Reach(shown=True, hidden=False)
    source = earlier.get(condition.question)
    if source is None:
        raise InvalidSurvey(f"{condition.question!r} is no question before this one", path=("question",))
    _check_fits(condition, source)
    before = found[source.key]
    unanswered = before.hidden or not source.required
    if condition.answered is not None:
        return _Reach(shown=condition.answered or unanswered, hidden=not condition.answered or unanswered)
    some, every = _met(condition, source)
    return _Reach(shown=some, hidden=unanswered or not every)


def _check_fits(condition: Condition, source: Question) -> None:
    if condition.any_of and (unknown := sorted(condition.any_of - set(source.choices))):
        there = ", ".join(source.choices) or "none"
        raise InvalidSurvey(f"{source.key} has no answer {unknown[0]!r}; there is {there}", path=("any_of",))
    if (condition.at_least, condition.at_most) != (None, None) and source.kind not in NUMBERED:
        raise InvalidSurvey(f"{source.key} is not answered by a number", path=("at_least",))


def _met(condition: Condition, source: Question) -> tuple[bool, bool]:
    """Whether a condition holds of some answers to a question, and whether of all."""
    if condition.any_of:
        return True, condition.any_of == set(source.choices) and not source.other
    low, high = source.bounds
    least = low if condition.at_least is None else condition.at_least
    most = high if condition.at_most is None else condition.at_most
    return max(low, least) <= min(high, most), least <= low and most >= high
