"""Answers held to the questions of the very version that was asked."""

from __future__ import annotations

from collections.abc import Mapping

from domain.surveys.answers import Answer, Answers, Response
from domain.surveys.branching import asked
from domain.surveys.errors import InvalidAnswer
from domain.surveys.questions import LONGEST_OTHER, NUMBERED, Question, QuestionKind
from domain.surveys.terms import SurveyTerms


def check(terms: SurveyTerms, answers: Answers, *, complete: bool = True) -> Response:
    """Hold answers to a survey's questions: each is one that is asked, and fits; where complete, none is missing.

    Raises: InvalidAnswer, naming the first question at fault.
    """
    known = {question.key: question for question in terms.questions}
    for key in answers:
        if key not in known:
            raise InvalidAnswer(key, f"there is no such question; there is {', '.join(known)}")
    fitting = {key: fitted(known[key], answers[key]) for key in known if answers.get(key)}
    shown = asked(terms.questions, fitting)
    reached = {question.key for question in shown}
    for key in fitting:
        if key not in reached:
            raise InvalidAnswer(key, "this question is not asked after what was answered before")
    if complete:
        for question in shown:
            if question.required and question.key not in fitting:
                raise InvalidAnswer(question.key, "an answer is needed")
    return Response(answers=fitting, complete=complete)


def continued(terms: SurveyTerms, before: Answers, page: Answers) -> dict[str, Answer]:
    """Answers given until now with those of a further page; what is not asked any more after them is dropped."""
    merged = {key: answer for key, answer in {**before, **page}.items() if answer or key in page}
    reached = {question.key for question in asked(terms.questions, {key: one for key, one in merged.items() if one})}
    return {key: answer for key, answer in merged.items() if key in page or key in reached}


def fitted(question: Question, answer: Answer) -> Answer:
    """An answer in the form of its question's kind. Raises: InvalidAnswer."""
    forms: Mapping[str, object] = {
        "options": answer.options or None,
        "other": answer.other,
        "number": answer.number,
        "yes": answer.yes,
        "text": answer.text,
    }
    allowed = _FORMS[question.kind]
    for form, value in forms.items():
        if value is not None and form not in allowed:
            raise InvalidAnswer(question.key, f"it is answered by {' and '.join(sorted(allowed))}, not by {form}")
    match question.kind:
        case QuestionKind.CHOICE:
            return _chosen(question, answer)
        case QuestionKind.TEXT:
            _check_said(question, answer.text, question.longest)
        case kind if kind in NUMBERED:
            low, high = question.bounds
            if answer.number is None or not low <= answer.number <= high:
                raise InvalidAnswer(question.key, f"a whole number from {low} to {high}")
    return answer


_FORMS: Mapping[QuestionKind, frozenset[str]] = {
    QuestionKind.CHOICE: frozenset({"options", "other"}),
    QuestionKind.YES_NO: frozenset({"yes"}),
    QuestionKind.TEXT: frozenset({"text"}),
    **dict.fromkeys(NUMBERED, frozenset({"number"})),
}


def _chosen(question: Question, answer: Answer) -> Answer:
    for option in answer.options:
        if option not in question.choices:
            raise InvalidAnswer(question.key, f"there is no option {option!r}; there is {', '.join(question.choices)}")
    if len(set(answer.options)) < len(answer.options):
        raise InvalidAnswer(question.key, "each option once")
    if answer.other is not None:
        if not question.other:
            raise InvalidAnswer(question.key, "one of its options; nothing else can be said")
        _check_said(question, answer.other, LONGEST_OTHER)
    if not question.several and len(answer.options) + (answer.other is not None) > 1:
        raise InvalidAnswer(question.key, "one answer, not several")
    ordered = tuple(sorted(answer.options, key=question.choices.index))
    return Answer(options=ordered, other=answer.other)


def _check_said(question: Question, said: str | None, longest: int) -> None:
    words = said or ""
    readable = all(sign.isprintable() or sign in "\n\t" for sign in words)
    if not words.strip() or len(words) > longest or not readable:
        raise InvalidAnswer(question.key, f"1 to {longest} printable characters")
