"""What surveys say in sum, to their owners and to the makers of what they are about."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated

import strawberry

from domain.surveys import figures, reporting
from domain.surveys.reporting import By
from domain.surveys.terms import Survey as DomainSurvey
from partners.scopes import Scope
from resolvers import surveys
from resolvers.context import Info
from schema.errors import or_null
from schema.permissions import needs
from schema.shape import shows
from schema.survey_terms import Language, SurveyQuestion, spoken
from schema.surveys import Survey

ANALYSE = needs(Scope.ANALYTICS_READ)
HUNDREDTH = Decimal("0.01")
TEN_THOUSANDTH = Decimal("0.0001")


def _rounded(ratio: Fraction, places: Decimal) -> Decimal:
    return (Decimal(ratio.numerator) / Decimal(ratio.denominator)).quantize(places)


@strawberry.type
@shows(reporting.OptionCount)
class SurveyOptionCount:
    """How often something was answered."""

    option: str
    """The option's key, the number, yes or no; `other` for what was said in members' own words."""
    count: int
    """How often."""


@strawberry.type
@shows(figures.Satisfaction)
class SurveySatisfaction:
    """CSAT: how many of those who answered 1 to 5 are satisfied."""

    answered: int
    """How many answered."""
    satisfied: int
    """How many answered 4 or 5."""

    @strawberry.field
    @staticmethod
    def share(found: strawberry.Parent[figures.Satisfaction]) -> Decimal:
        """The satisfied of all: 0 to 1, to four decimals."""
        return _rounded(found.share, TEN_THOUSANDTH)

    @strawberry.field
    @staticmethod
    def mean(found: strawberry.Parent[figures.Satisfaction]) -> Decimal:
        """The mean answer, to two decimals."""
        return _rounded(found.mean, HUNDREDTH)


@strawberry.type
@shows(figures.Promoters)
class SurveyPromoters:
    """NPS: promoters (9 and 10) less detractors (0 to 6), in percent of all that answered."""

    answered: int
    """How many answered."""
    promoters: int
    """How many answered 9 or 10."""
    detractors: int
    """How many answered 0 to 6."""

    @strawberry.field
    @staticmethod
    def score(found: strawberry.Parent[figures.Promoters]) -> Decimal:
        """From -100 to 100, to two decimals."""
        return _rounded(found.score, HUNDREDTH)

    @strawberry.field
    @staticmethod
    def low(found: strawberry.Parent[figures.Promoters]) -> Decimal:
        """The lower bound of its 95 % confidence interval."""
        return found.interval[0]

    @strawberry.field
    @staticmethod
    def high(found: strawberry.Parent[figures.Promoters]) -> Decimal:
        """The upper bound."""
        return found.interval[1]


@strawberry.type
@shows(reporting.QuestionReport)
class SurveyQuestionReport:
    """One question, over complete responses."""

    question: SurveyQuestion
    """The question, as its latest version asks it."""
    asked: int
    """Responses in which it was asked."""
    answered: int
    """Responses in which it was answered."""
    options: list[SurveyOptionCount]
    """How often each answer was given; empty for TEXT."""
    satisfaction: SurveySatisfaction | None
    """For CSAT."""
    promoters: SurveyPromoters | None
    """For NPS."""
    dropped: int
    """Members who began and stopped here: it is the first that they left open."""


@strawberry.type
@shows(reporting.GroupReport)
class SurveyGroupReport:
    """Responses of one group, of ten members or more."""

    key: str | None
    """The product's number, or the month such as 2027-03; for partners and outlets the id; null: not known."""
    members: int
    """Members who answered or began to."""
    complete: int
    """Responses that were completed."""
    begun: int
    """Responses that were begun and not completed."""
    offered: int
    """How often it was asked."""
    answered_offers: int
    """How many of those offers were answered."""
    questions: list[SurveyQuestionReport]
    """Question by question."""


@strawberry.type
@shows(reporting.Said)
class SurveyText:
    """What somebody said in its own words."""

    question: str
    """To which question."""
    text: str
    """The words."""

    @strawberry.field
    @staticmethod
    def member(said: strawberry.Parent[reporting.Said], info: Info) -> strawberry.ID | None:
        """Who said it, of members that allow you offers by what they tell; null of all others."""
        if said.pairwise_id is None or info.context.viewer.partner_id is None:
            return None
        return strawberry.ID(info.context.global_ids.encode("Member", said.pairwise_id))


@strawberry.type
@shows(reporting.SurveyReport)
class SurveyReport:
    """What one of your surveys says, over all its versions."""

    whole: SurveyGroupReport | None
    """All of it; null while fewer than ten members have answered."""
    untold: int
    """Groups that are not told, since they are of fewer than ten members, or would give such a group away."""
    texts: list[SurveyText]
    """Members' own words, at most 500, in no order; of fewer than ten members only of those that allow it."""

    @strawberry.field(graphql_type=Survey)
    @staticmethod
    def survey(report: strawberry.Parent[reporting.SurveyReport]) -> DomainSurvey:
        """The survey."""
        return report.survey

    @strawberry.field(graphql_type=list[SurveyGroupReport])
    @staticmethod
    def groups(report: strawberry.Parent[reporting.SurveyReport], info: Info) -> list[reporting.GroupReport]:
        """The same by product, partner, outlet or month; empty where nothing was asked apart."""
        return [surveys.with_shown_key(info.context, one, report.by) for one in report.groups]


@strawberry.type
@shows(reporting.Quality)
class ProductQuality:
    """What members say of a product of yours in a survey that tells makers: sums over ten members or more."""

    product: str
    """The number of its bar code, or a shop's own where it has none."""
    members: int
    """Who answered."""
    questions: list[SurveyQuestionReport]
    """Question by question, without members' own words."""

    @strawberry.field
    @staticmethod
    def title(quality: strawberry.Parent[reporting.Quality], language: Language = None) -> str:
        """What the survey is called."""
        return spoken(quality.title, language)


Id = Annotated[strawberry.ID, strawberry.argument(description="The survey's id.")]
Apart = Annotated[By | None, strawberry.argument(description="What to tell apart; nothing, if not said.")]


@strawberry.type
class SurveyReportQuery:
    """What surveys say."""

    @strawberry.field(graphql_type=SurveyReport | None, extensions=[ANALYSE, or_null])
    @staticmethod
    async def survey_report(info: Info, survey: Id, by: Apart = None) -> reporting.SurveyReport:
        """What one of your surveys says; null when there is none with this id."""
        return await surveys.report(info.context, info.context.global_ids.one("Survey", survey), by)

    @strawberry.field(graphql_type=list[ProductQuality], extensions=[ANALYSE])
    @staticmethod
    async def product_quality(info: Info) -> list[reporting.Quality]:
        """What members say of your products in surveys that tell makers, product by product."""
        return await surveys.quality(info.context)
