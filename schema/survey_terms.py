"""What a survey asks, as the contract takes and shows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.earning import matching
from domain.ids import OutletId, PartnerId
from domain.surveys import questions as domain_questions
from domain.surveys import terms as domain_terms
from domain.surveys.questions import Measure, QuestionKind, said_in
from domain.surveys.terms import MomentKind, SurveyTerms
from domain.values import Money
from resolvers import coalition
from resolvers.context import Context, Info
from schema.campaign_shapes import CampaignLines, outlets_of, partners_of
from schema.campaign_terms import LineMatchInput
from schema.errors import within
from schema.money import Money as MoneyType
from schema.money import MoneyInput
from schema.partners import Outlet, Partner
from schema.shape import shows

Language = Annotated[
    str | None, strawberry.argument(description="Such as lv; the survey's own language where it is not said in it.")
]


@strawberry.type
class SurveyWords:
    """The same in one language."""

    language: str
    """Such as lv."""
    text: str
    """The words."""


def words_of(words: Mapping[str, str] | None) -> list[SurveyWords]:
    """Words as they are shown, by language."""
    return [SurveyWords(language=language, text=text) for language, text in sorted((words or {}).items())]


def spoken(words: Mapping[str, str], language: str | None) -> str:
    """Words in a language; English or the first there is, where they have no others."""
    base = "en" if "en" in words else min(words)
    return said_in(words, language, base)


@strawberry.type
@shows(domain_questions.Option)
class SurveyOption:
    """One of the answers that a choice offers."""

    key: str
    """What answers, reports and conditions call it."""

    @strawberry.field
    @staticmethod
    def text(option: strawberry.Parent[domain_questions.Option], language: Language = None) -> str:
        """What members read."""
        return spoken(option.text, language)

    @strawberry.field
    @staticmethod
    def texts(option: strawberry.Parent[domain_questions.Option]) -> list[SurveyWords]:
        """The same in all its languages."""
        return words_of(option.text)


@strawberry.type
@shows(domain_questions.Condition)
class SurveyCondition:
    """An earlier question was answered so."""

    question: str
    """The question's key."""
    at_least: int | None
    """By such a number, or more."""
    at_most: int | None
    """By such a number, or less."""
    answered: bool | None
    """At all, or not."""

    @strawberry.field
    @staticmethod
    def any_of(condition: strawberry.Parent[domain_questions.Condition]) -> list[str]:
        """By one of these options; to a question of yes or no: yes, no."""
        return sorted(condition.any_of)


@strawberry.type
@shows(domain_questions.Question)
class SurveyQuestion:
    """One question."""

    key: str
    """What answers, reports and conditions call it."""
    kind: QuestionKind
    """How it is answered."""
    options: list[SurveyOption]
    """What a choice offers."""
    several: bool
    """Whether more than one option may be chosen."""
    other: bool
    """Whether something else may be said, in the member's own words."""
    longest: int
    """So many characters of text at most."""
    required: bool
    """Whether a response is complete without it, where it was asked."""
    measures: Measure | None
    """What it is asked for."""
    only_if: SurveyCondition | None
    """It is asked only then; null: always."""

    @strawberry.field
    @staticmethod
    def text(question: strawberry.Parent[domain_questions.Question], language: Language = None) -> str:
        """What members read."""
        return spoken(question.text, language)

    @strawberry.field
    @staticmethod
    def texts(question: strawberry.Parent[domain_questions.Question]) -> list[SurveyWords]:
        """The same in all its languages."""
        return words_of(question.text)

    @strawberry.field
    @staticmethod
    def least(question: strawberry.Parent[domain_questions.Question]) -> int:
        """The smallest number it takes; for questions that are answered by a number."""
        return question.bounds[0]

    @strawberry.field
    @staticmethod
    def greatest(question: strawberry.Parent[domain_questions.Question]) -> int:
        """The greatest number it takes."""
        return question.bounds[1]


@strawberry.type
@shows(domain_terms.Moment)
class SurveyMoment:
    """After what members are asked."""

    kind: MomentKind
    """What has to happen."""
    delay_hours: int
    """They are asked so many hours later."""

    @strawberry.field(graphql_type=list[Partner])
    @staticmethod
    async def partners(moment: strawberry.Parent[domain_terms.Moment], info: Info) -> list[coalition_models.Partner]:
        """Where; empty: anywhere."""
        return await partners_of(info, frozenset(PartnerId(one) for one in moment.partners))

    @strawberry.field(graphql_type=list[Outlet])
    @staticmethod
    async def outlets(moment: strawberry.Parent[domain_terms.Moment], info: Info) -> list[coalition_models.Outlet]:
        """In which outlets; empty: in any."""
        return await outlets_of(info, frozenset(OutletId(one) for one in moment.outlets))

    @strawberry.field(graphql_type=CampaignLines | None)
    @staticmethod
    def lines(moment: strawberry.Parent[domain_terms.Moment]) -> matching.LineMatch | None:
        """Which goods were bought; null: any."""
        return moment.lines

    @strawberry.field(graphql_type=MoneyType)
    @staticmethod
    async def from_amount(moment: strawberry.Parent[domain_terms.Moment], info: Info) -> Money:
        """For at least so much."""
        return Money.of_minor(moment.from_amount, (await coalition.coalition(info.context)).currency)

    @strawberry.field
    @staticmethod
    def rewards(moment: strawberry.Parent[domain_terms.Moment], info: Info) -> list[strawberry.ID]:
        """Which rewards; empty: any."""
        ids = info.context.global_ids
        return [strawberry.ID(ids.encode("Reward", one)) for one in sorted(moment.rewards)]


@strawberry.input
class SurveyWordsInput:
    """The same in one language."""

    language: str
    """One of en, lv, bg, fi, hu."""
    text: str
    """At most 500 characters."""


@strawberry.input
class SurveyOptionInput:
    """One of the answers that a choice offers."""

    key: str
    """1 to 40 small letters, digits and underscores, a letter first."""
    text: list[SurveyWordsInput]
    """What members read."""


@strawberry.input
class SurveyConditionInput:
    """An earlier question was answered so: in exactly one of three ways."""

    question: str
    """The earlier question's key."""
    any_of: list[str] = strawberry.field(default_factory=list)
    """By one of these options; to a question of yes or no: `yes`, `no`."""
    at_least: int | None = None
    """By such a number, or more."""
    at_most: int | None = None
    """By such a number, or less."""
    answered: bool | None = None
    """At all; false: not."""


@strawberry.input
class SurveyQuestionInput:
    """One question."""

    key: str
    """1 to 40 small letters, digits and underscores, a letter first; the next version calls it the same."""
    kind: QuestionKind
    """How it is answered."""
    text: list[SurveyWordsInput]
    """What members read."""
    options: list[SurveyOptionInput] = strawberry.field(default_factory=list)
    """What a CHOICE offers: 1 to 50."""
    several: bool = False
    """Whether more than one option may be chosen."""
    other: bool = False
    """Whether something else may be said."""
    least: int | None = None
    """The one end of a SCALE; the smallest NUMBER that it takes."""
    greatest: int | None = None
    """The other end; at most 100 apart on a SCALE."""
    longest: int = domain_questions.USUAL_TEXT
    """So many characters of TEXT at most: 1 to 4000."""
    required: bool = True
    """Whether it has to be answered, where it is asked."""
    measures: Measure | None = None
    """What it is asked for, so that reports, campaigns and segments find it."""
    only_if: SurveyConditionInput | None = None
    """Ask it only then."""


@strawberry.input
class SurveyMomentInput:
    """After what members are asked."""

    kind: MomentKind
    """What has to happen."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Where; none named: anywhere. After what happened at others, you ask only members that allow you offers."""
    outlets: list[strawberry.ID] = strawberry.field(default_factory=list)
    """In which outlets; none named: in any."""
    lines: LineMatchInput | None = None
    """Which goods were bought; for PURCHASE alone."""
    from_amount: MoneyInput | None = None
    """For at least so much; for PURCHASE alone."""
    rewards: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Which rewards; for REWARD alone."""
    delay_hours: int = 0
    """Ask so many hours later: 0 to 2160."""

    def to_json(self, ctx: Context) -> dict[str, Any]:
        """As terms are stored. Raises: InvalidValue."""
        ids = ctx.global_ids
        said: dict[str, Any] = {"kind": self.kind.value, "delay_hours": self.delay_hours}
        said["partners"] = [str(ids.one("Partner", one)) for one in self.partners]
        said["outlets"] = [str(ids.one("Outlet", one)) for one in self.outlets]
        said["rewards"] = [str(ids.one("Reward", one)) for one in self.rewards]
        if self.lines is not None:
            said["lines"] = self.lines.to_match(ctx).to_json()
        if self.from_amount is not None:
            said["from_amount"] = self.from_amount.to_money().minor
        return said


@strawberry.input
class SurveyTermsInput:
    """All of a survey."""

    name: str
    """What campaigns, segments and reports call it, such as milk_2027; it stays once it was live."""
    title: list[SurveyWordsInput]
    """What members read."""
    questions: list[SurveyQuestionInput]
    """1 to 50, in their order."""
    intro: list[SurveyWordsInput] = strawberry.field(default_factory=list)
    """What members read first."""
    thanks: list[SurveyWordsInput] = strawberry.field(default_factory=list)
    """What members read in the end."""
    base: str = "en"
    """The language in which everything is said."""
    languages: list[str] = strawberry.field(default_factory=list)
    """Further languages in which everything has to be said before it is published."""
    moments: list[SurveyMomentInput] = strawberry.field(default_factory=list)
    """When members are asked, at most 10; none: nobody is."""
    uninvited: bool = True
    """Whether members may answer without having been asked."""
    once: bool = True
    """Each member answers once; false: once each time it is asked."""
    share: int = domain_terms.ALL
    """So many of a hundred members are asked."""
    offer_days: int = 14
    """How long an offer stands: 1 to 90."""
    starts_at: datetime | None = None
    """From when it takes answers."""
    ends_at: datetime | None = None
    """Until when."""
    tells_makers: bool = False
    """Whether makers are told of answers about their products, in sums."""
    host: strawberry.ID | None = None
    """The partner that records the SURVEY actions of the coalition's survey; a partner records its own."""

    def to_terms(self, ctx: Context) -> SurveyTerms:
        """As the domain takes it. Raises: InvalidSurvey, InvalidValue."""
        plain = ("name", "base", "uninvited", "once", "share", "offer_days", "tells_makers", "languages")
        said: dict[str, Any] = {name: getattr(self, name) for name in plain}
        said |= {name: _words(getattr(self, name)) for name in ("title", "intro", "thanks") if getattr(self, name)}
        for name in ("starts_at", "ends_at"):
            if (instant := getattr(self, name)) is not None:
                said[name] = instant.isoformat()
        if self.host is not None:
            said["host"] = str(ctx.global_ids.one("Partner", self.host))
        said["questions"] = [_question(one) for one in self.questions]
        said["moments"] = []
        for place, moment in enumerate(self.moments):
            with within("moments", str(place)):
                said["moments"].append(moment.to_json(ctx))
        return SurveyTerms.from_json(said)


def _words(words: list[SurveyWordsInput]) -> dict[str, str]:
    return {one.language: one.text for one in words}


def _question(said: SurveyQuestionInput) -> dict[str, Any]:
    plain = ("key", "several", "other", "least", "greatest", "longest", "required")
    stored: dict[str, Any] = {name: getattr(said, name) for name in plain if getattr(said, name) is not None}
    stored |= {"kind": said.kind.value, "text": _words(said.text)}
    if said.options:
        stored["options"] = [{"key": one.key, "text": _words(one.text)} for one in said.options]
    if said.measures is not None:
        stored["measures"] = said.measures.value
    if said.only_if is not None:
        stored["only_if"] = {name: value for name, value in vars(said.only_if).items() if value not in (None, [])}
    return stored
