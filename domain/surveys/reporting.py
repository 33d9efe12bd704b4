"""What answers say in sum: by question, and by product, partner, outlet or month; of fewer than ten members nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy import RowMapping, text

from domain.coalition.founding import coalition_of
from domain.ids import PartnerId
from domain.storage import ReadSession
from domain.surveys.answers import Answer, answers_of
from domain.surveys.branching import asked
from domain.surveys.errors import SurveyNotFound
from domain.surveys.figures import Promoters, Satisfaction, promoters_of, satisfaction_of
from domain.surveys.queries import versions_of
from domain.surveys.questions import Question, QuestionKind
from domain.surveys.sealing import unsealed
from domain.surveys.terms import Survey, SurveyId, SurveyTerms

Row: TypeAlias = RowMapping

FEWEST = 10
"""Of fewer members nothing is told."""
MOST_TEXTS = 500
OTHER = "other"

_RESPONSES = text("SELECT * FROM survey_responses_told(:survey, :zone)")
_ASKINGS = text("SELECT * FROM survey_askings_told(:survey, :zone)")
_QUALITY = text("SELECT * FROM quality_told(:maker)")


class By(StrEnum):
    """What a report tells apart."""

    PRODUCT = "PRODUCT"
    """The article that members were asked about."""
    PARTNER = "PARTNER"
    """At which partner it happened that they were asked about."""
    OUTLET = "OUTLET"
    """At which outlet it happened that they were asked about."""
    MONTH = "MONTH"
    """When they answered, by the coalition's clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One response, as its survey's owner may learn of it."""

    who: int
    """A number of the member's that means nothing beyond this report."""
    version: int
    complete: bool
    answers: Mapping[str, Answer]
    groups: Mapping[By, str | None]
    pairwise_id: UUID | None = None
    """The owner's id of a member that allows it offers by what it tells."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """One offer of a survey, and what became of it."""

    who: int
    state: str
    groups: Mapping[By, str | None]


@dataclass(frozen=True, slots=True, kw_only=True)
class OptionCount:
    """How often something was answered."""

    option: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionReport:
    """One question, over complete responses."""

    question: Question
    asked: int
    """Responses in which it was asked."""
    answered: int
    options: tuple[OptionCount, ...] = ()
    """By option, number, or yes and no, in the question's order."""
    satisfaction: Satisfaction | None = None
    promoters: Promoters | None = None
    dropped: int = 0
    """Members who began and went no further than to this question: it was the first that they left open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupReport:
    """Responses of one group, or all of them."""

    key: str | None
    """The product, partner, outlet or month; None: all, or those of which it is not known."""
    members: int
    complete: int
    """Responses that were completed."""
    begun: int
    """Those that were begun and not completed."""
    offered: int
    answered_offers: int
    questions: tuple[QuestionReport, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What somebody said in its own words."""

    question: str
    text: str
    pairwise_id: UUID | None
    """Of a member that allows the owner offers by what it tells; of others nobody learns who said it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SurveyReport:
    """What a survey says."""

    survey: Survey
    whole: GroupReport | None
    """None: of too few members to tell."""
    by: By | None
    groups: tuple[GroupReport, ...] = ()
    untold: int = 0
    """Groups of too few members to tell."""
    texts: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What members say of a maker's product in somebody's survey."""

    product: str
    survey: SurveyId
    title: Mapping[str, str]
    base: str
    members: int
    questions: tuple[QuestionReport, ...]


@dataclass(slots=True)
class Answers:
    """What was told of a survey, from the database."""

    told: list[Told] = field(default_factory=list)
    texts: list[Said] = field(default_factory=list)
    offered: list[Offered] = field(default_factory=list)


async def report(
    session: ReadSession,
    survey_id: SurveyId,
    *,
    by: By | None = None,
    personal_key: bytes | None = None,
) -> SurveyReport:
    """What an owner's survey says, over all its versions; its free texts only with the key that opens them.

    Raises: SurveyNotFound.
    """
    survey, terms = await _versions(session, survey_id)
    found = await answers_told(session, survey_id, personal_key=personal_key)
    whole = group_report(None, survey.terms, terms, found.told, found.offered)
    if whole.members < FEWEST:
        named = [said for said in found.texts if said.pairwise_id is not None]
        return SurveyReport(survey=survey, whole=None, by=by, texts=tuple(named[:MOST_TEXTS]))
    groups = [] if by is None else grouped(by, survey.terms, terms, found)
    told = tellable(groups)
    return SurveyReport(
        survey=survey,
        whole=whole,
        by=by,
        groups=tuple(told),
        untold=len(groups) - len(told),
        texts=tuple(found.texts[:MOST_TEXTS]),
    )


async def answers_told(
    session: ReadSession,
    survey_id: SurveyId,
    *,
    personal_key: bytes | None = None,
) -> Answers:
    """All responses and offers of a survey, as its owner may learn of them; nobody else is told any."""
    zone = (await coalition_of(session)).time_zone
    asked_for = {"survey": survey_id, "zone": zone}
    found = Answers()
    for row in (await session.execute(_RESPONSES, asked_for)).mappings():
        words: dict[str, str] = {}
        if personal_key is not None:
            words = unsealed(row["sealed"], row["sealed_by"], row["sealed_key"], personal_key)
        found.told.append(_told(row, words))
        found.texts += [Said(question=key, text=said, pairwise_id=row["pairwise_id"]) for key, said in words.items()]
    for row in (await session.execute(_ASKINGS, asked_for)).mappings():
        found.offered.append(Offered(who=row["who"], state=row["state"], groups=_groups(row)))
    return found


async def quality(session: ReadSession, maker: PartnerId) -> list[Quality]:
    """What members say of a maker's products in surveys that tell makers: closed answers, of ten members or more."""
    rows = (await session.execute(_QUALITY, {"maker": maker})).mappings().all()
    found = []
    for product, survey in sorted({(row["about_product"], row["survey_id"]) for row in rows if row["about_product"]}):
        these = [row for row in rows if (row["about_product"], row["survey_id"]) == (product, survey)]
        members = len({row["who"] for row in these})
        if members < FEWEST:
            continue
        terms = {row["version"]: SurveyTerms.from_json(row["terms"]) for row in these}
        latest = terms[max(terms)]
        told = [Told(**_answered(row), complete=True, groups={}) for row in these]
        questions = tuple(_question(one, terms, told) for one in latest.questions if one.kind is not QuestionKind.TEXT)
        found.append(
            Quality(
                product=product,
                survey=SurveyId(survey),
                title=latest.title,
                base=latest.base,
                members=members,
                questions=questions,
            )
        )
    return found


def tellable(groups: Sequence[GroupReport]) -> list[GroupReport]:
    """The groups of ten members or more; without the smallest, where the rest could be told by taking away from all."""
    told = [one for one in groups if one.members >= FEWEST]
    hidden = [one.members for one in groups if one.members < FEWEST]
    if told and hidden and sum(hidden) < FEWEST:
        told.remove(min(told, key=lambda one: one.members))
    return told


def grouped(by: By, latest: SurveyTerms, terms: Mapping[int, SurveyTerms], found: Answers) -> list[GroupReport]:
    """One report for each product, partner, outlet or month, in order; of what is not known of which it is, last."""
    keys = {one.groups[by] for one in found.told} | {one.groups[by] for one in found.offered}
    return [
        group_report(
            key,
            latest,
            terms,
            [one for one in found.told if one.groups[by] == key],
            [one for one in found.offered if one.groups[by] == key],
        )
        for key in sorted(keys, key=lambda key: (key is None, key or ""))
    ]


def group_report(
    key: str | None,
    latest: SurveyTerms,
    terms: Mapping[int, SurveyTerms],
    told: Sequence[Told],
    offered: Sequence[Offered],
) -> GroupReport:
    """The sums of some responses, by the questions of the latest version."""
    complete = [one for one in told if one.complete]
    begun = [one for one in told if not one.complete]
    left = Counter(_left_at(one, terms[one.version]) for one in begun)
    return GroupReport(
        key=key,
        members=len({one.who for one in told} or {one.who for one in offered}),
        complete=len(complete),
        begun=len(begun),
        offered=len(offered),
        answered_offers=sum(one.state == "ANSWERED" for one in offered),
        questions=tuple(_question(one, terms, complete, dropped=left[one.key]) for one in latest.questions),
    )


def _question(
    question: Question, terms: Mapping[int, SurveyTerms], complete: Iterable[Told], *, dropped: int = 0
) -> QuestionReport:
    asked_in = [one for one in complete if question.key in {each.key for each in asked(_of(one, terms), one.answers)}]
    given = [one.answers[question.key] for one in asked_in if question.key in one.answers]
    numbers = [answer.number for answer in given if answer.number is not None]
    return QuestionReport(
        question=question,
        asked=len(asked_in),
        answered=len(given),
        options=_counts(question, given),
        satisfaction=satisfaction_of(numbers) if question.kind is QuestionKind.CSAT else None,
        promoters=promoters_of(numbers) if question.kind is QuestionKind.NPS else None,
        dropped=dropped,
    )


def _counts(question: Question, given: Sequence[Answer]) -> tuple[OptionCount, ...]:
    if question.kind is QuestionKind.TEXT:
        return ()
    if question.choices:
        found = Counter(option for answer in given for option in answer.chosen)
        options = dict.fromkeys(question.choices, 0) | dict(found)
        if question.other:
            options[OTHER] = sum(answer.other is not None for answer in given)
        return tuple(OptionCount(option=option, count=count) for option, count in options.items())
    numbers = Counter(answer.number for answer in given if answer.number is not None)
    low, high = question.bounds
    shown = sorted(numbers) if question.kind is QuestionKind.NUMBER else range(low, high + 1)
    return tuple(OptionCount(option=str(number), count=numbers[number]) for number in shown)


def _left_at(one: Told, terms: SurveyTerms) -> str | None:
    """The first question that a member who did not finish left open."""
    return next((each.key for each in asked(terms.questions, one.answers) if each.key not in one.answers), None)


def _of(one: Told, terms: Mapping[int, SurveyTerms]) -> Sequence[Question]:
    return terms[one.version].questions


async def _versions(session: ReadSession, survey_id: SurveyId) -> tuple[Survey, dict[int, SurveyTerms]]:
    versions = await versions_of(session, survey_id)
    if not versions:
        raise SurveyNotFound
    live = [one for one in versions if one.live_from is not None] or versions
    return live[-1], {one.version: one.terms for one in versions}


def _told(row: Row, words: Mapping[str, str]) -> Told:
    return Told(**_answered(row, words), complete=row["complete"], groups=_groups(row), pairwise_id=row["pairwise_id"])


def _answered(row: Row, words: Mapping[str, str] | None = None) -> dict[str, Any]:
    return {"who": row["who"], "version": row["version"], "answers": answers_of(row["answers"], words or {})}


_COLUMNS: Mapping[By, Callable[[Row], Any]] = {
    By.PRODUCT: lambda row: row["about_product"],
    By.PARTNER: lambda row: row["about_partner"],
    By.OUTLET: lambda row: row["about_outlet"],
    By.MONTH: lambda row: row["month"],
}


def _groups(row: Row) -> dict[By, str | None]:
    found = {by: read(row) for by, read in _COLUMNS.items()}
    return {by: None if value is None else str(value) for by, value in found.items()}
