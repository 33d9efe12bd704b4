"""Any set of answers is refused with a reason or read back as it was; what is not asked is never needed nor taken."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.surveys.answers import Answer, Response, answers_of
from domain.surveys.branching import asked
from domain.surveys.checking import check, continued, fitted
from domain.surveys.errors import InvalidAnswer, InvalidSurvey
from domain.surveys.questions import NUMBERED, Condition, Option, Question, QuestionKind
from domain.surveys.terms import SurveyTerms
from tests.domain.surveys.hall import GOOD, MILK, milk

FEW = settings(max_examples=25)
EN = {"en": "?"}
OPTIONS = ("red", "green", "blue")
WORDS = st.text(st.characters(codec="utf-8", categories=("L", "N", "Zs")), min_size=1, max_size=12).filter(str.strip)


@st.composite
def a_question(pick: st.DrawFn, number: int, earlier: list[Question]) -> Question:
    """Any question after some others."""
    kind = pick(st.sampled_from(QuestionKind))
    bounds = {"least": -3, "greatest": 4} if kind is QuestionKind.SCALE else {}
    chosen: dict[str, Any] = {"options": tuple(Option(key=one, text=EN) for one in OPTIONS)}
    chosen["several"] = pick(st.booleans())
    more: dict[str, Any] = bounds | (chosen | {"other": pick(st.booleans())} if kind is QuestionKind.CHOICE else {})
    only_if = pick(st.none() | a_condition(pick(st.sampled_from(earlier)))) if earlier else None
    return Question(key=f"q{number}", kind=kind, text=EN, required=pick(st.booleans()), only_if=only_if, **more)


@st.composite
def a_condition(pick: st.DrawFn, source: Question) -> Condition:
    """Any condition on a question that its answers can meet."""
    if pick(st.booleans()) and source.choices:
        some = pick(st.frozensets(st.sampled_from(source.choices), min_size=1))
        return Condition(question=source.key, any_of=some)
    if source.kind in NUMBERED and pick(st.booleans()):
        low, high = (-5, 5) if source.kind is QuestionKind.NUMBER else source.bounds
        return Condition(question=source.key, at_least=pick(st.integers(low, high)))
    return Condition(question=source.key, answered=pick(st.booleans()))


@st.composite
def a_survey(pick: st.DrawFn) -> SurveyTerms:
    """Any survey that can be asked."""
    questions: list[Question] = []
    for number in range(pick(st.integers(1, 6))):
        questions.append(pick(a_question(number, questions)))
        try:
            SurveyTerms(name="any", title=EN, questions=tuple(questions))
        except InvalidSurvey:  # a question that no answers lead to
            questions.pop()
    if not questions:
        questions.append(Question(key="q", kind=QuestionKind.YES_NO, text=EN))
    return SurveyTerms(name="any", title=EN, questions=tuple(questions))


def an_answer(question: Question) -> st.SearchStrategy[Answer]:
    """An answer in the right form, mostly a good one."""
    if question.kind is QuestionKind.CHOICE:
        options = st.lists(st.sampled_from(OPTIONS), max_size=2).map(tuple)
        return st.builds(Answer, options=options, other=st.none() | WORDS)
    if question.kind is QuestionKind.YES_NO:
        return st.builds(Answer, yes=st.booleans())
    if question.kind is QuestionKind.TEXT:
        return st.builds(Answer, text=WORDS)
    return st.builds(Answer, number=st.integers(-5, 11))


@st.composite
def answered(pick: st.DrawFn) -> tuple[SurveyTerms, dict[str, Answer]]:
    """A survey with answers to some of its questions, asked or not."""
    terms = pick(a_survey())
    some = pick(st.sets(st.sampled_from([one.key for one in terms.questions])))
    return terms, {one.key: pick(an_answer(one)) for one in terms.questions if one.key in some}


def outcome(terms: SurveyTerms, answers: dict[str, Answer], *, complete: bool) -> Response | InvalidAnswer:
    """A response, or why there is none."""
    try:
        return check(terms, answers, complete=complete)
    except InvalidAnswer as refused:
        return refused


@FEW
@given(case=answered(), complete=st.sampled_from([True, False]))
def test_answers_are_refused_with_a_reason_or_read_back_equal(
    case: tuple[SurveyTerms, dict[str, Answer]], *, complete: bool
) -> None:
    terms, answers = case
    response = outcome(terms, answers, complete=complete)
    if isinstance(response, InvalidAnswer):
        assert response.question in {one.key for one in terms.questions}
        assert response.path == ("answers", response.question)
        return
    said = {key: fitted(terms.question(key), one) for key, one in answers.items() if one}  # type: ignore[arg-type]
    assert response.answers == said
    assert answers_of(response.closed, response.texts) == said


@FEW
@given(answered())
def test_what_is_not_asked_is_never_needed_and_never_taken(case: tuple[SurveyTerms, dict[str, Answer]]) -> None:
    terms, answers = case
    fitting = {}
    for key, answer in answers.items():
        try:
            if answer:
                fitting[key] = fitted(terms.question(key), answer)  # type: ignore[arg-type]
        except InvalidAnswer:
            continue
    shown = asked(terms.questions, fitting)
    hidden = set(fitting) - {one.key for one in shown}
    missing = [one.key for one in shown if one.required and one.key not in fitting]
    found = outcome(terms, fitting, complete=True)
    if isinstance(found, InvalidAnswer):
        assert found.question in (hidden or missing)
    else:
        assert not hidden
        assert not missing


@FEW
@given(answered(), st.data())
def test_pages_in_any_cut_come_to_what_is_said_at_once(
    case: tuple[SurveyTerms, dict[str, Answer]], data: st.DataObject
) -> None:
    terms, answers = case
    at_once = outcome(terms, answers, complete=False)
    if isinstance(at_once, InvalidAnswer):
        return
    keys = [one.key for one in terms.questions if one.key in at_once.answers]
    cut = data.draw(st.integers(0, len(keys)))
    first = check(terms, {key: answers[key] for key in keys[:cut]}, complete=False)
    rest = {key: answers[key] for key in keys[cut:]}
    assert check(terms, continued(terms, first.answers, rest), complete=False) == at_once


@FEW
@given(a_survey())
def test_terms_are_read_back_as_they_were_written(terms: SurveyTerms) -> None:
    assert SurveyTerms.from_json(terms.to_json()) == terms


@pytest.mark.parametrize(
    ("question", "answer", "why"),
    [
        ("taste", Answer(number=6), "from 1 to 5"),
        ("taste", Answer(yes=True), "not by yes"),
        ("colour", Answer(number=1), "no such question"),
        ("why", Answer(options=("sour",)), "not asked after"),
        ("motive", Answer(options=("love",)), "no option 'love'"),
        ("motive", Answer(options=("price", "taste")), "one answer, not several"),
        ("motive", Answer(other="It is white"), "nothing else can be said"),
        ("words", Answer(text="a\0b"), "printable"),
        ("words", Answer(text="x" * 1001), "1 to 1000"),
    ],
)
def test_each_refusal_names_the_question_and_says_why(question: str, answer: Answer, why: str) -> None:
    with pytest.raises(InvalidAnswer, match=why) as refused:
        check(milk(), {**GOOD, question: answer})
    assert refused.value.path == ("answers", question)


def test_what_is_needed_is_needed_only_where_it_is_asked() -> None:
    with pytest.raises(InvalidAnswer, match="why: an answer is needed"):
        check(milk(), {"taste": Answer(number=2)})
    assert check(milk(), {"taste": Answer(number=3)}).complete


def _with(**changes: Any) -> list[dict[str, Any]]:
    questions = [dict(one) for one in MILK["questions"]]  # type: ignore[call-overload]
    questions[1] |= changes
    return questions


@pytest.mark.parametrize(
    ("changes", "path", "why"),
    [
        ({"only_if": {"question": "motive", "answered": True}}, "only_if", "no question before"),
        ({"only_if": {"question": "why", "answered": True}}, "only_if", "no question before"),
        ({"only_if": {"question": "taste", "at_least": 6}}, "only_if", "never be asked"),
        ({"only_if": {"question": "taste", "answered": False}}, "only_if", "never be asked"),
        ({"only_if": {"question": "taste", "any_of": ["sour"]}}, "only_if", "no answer 'sour'"),
        ({"only_if": {"question": "taste"}}, "only_if", "one of the three"),
        ({"options": []}, "options", "for CHOICE alone"),
        ({"least": 1}, "least", "for SCALE and NUMBER"),
        ({"text": {"en": "?", "de": "?"}}, "text", "'de' is not one of"),
        ({"text": {"lv": "?"}}, "text", "not said in en"),
        ({"colour": 1}, "colour", "no part 'colour'"),
        ({"key": "taste"}, "key", "another question has this key"),
    ],
)
def test_questions_that_do_not_fit_are_refused_by_name_and_part(changes: dict[str, Any], path: str, why: str) -> None:
    with pytest.raises(InvalidSurvey, match=why) as refused:
        milk(questions=_with(**changes))
    assert refused.value.path[:3] == ("questions", changes.get("key", "why"), path)
