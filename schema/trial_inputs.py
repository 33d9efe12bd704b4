"""What makers and members say of trials, and what becomes of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.errors import DomainError
from domain.ids import PartnerId
from domain.surveys.terms import SurveyId
from domain.trials.errors import InvalidTrial
from domain.trials.terms import Choosing, Handing, TrialTerms
from resolvers.context import Context
from schema.errors import UserError
from schema.money import MoneyInput
from schema.scalars import IdempotencyKey
from schema.survey_answers import SurveyAnswerInput
from schema.trial_shapes import MyTrial, Trial


@strawberry.input
class TrialWordsInput:
    """What members read, in one language."""

    language: str
    """Such as lv."""
    text: str
    """At most 2,000 characters."""


@strawberry.input
class TrialTermsInput:
    """What a trial shall be."""

    name: str
    """1 to 120 characters; the TRIAL action says so too."""
    products: list[str]
    """1 to 20 of your own article numbers."""
    places: int
    """1 to 100,000 samples."""
    survey: strawberry.ID
    """A survey of yours: what is asked of whoever has the sample."""
    apply_from: datetime
    """From when members may apply."""
    apply_until: datetime
    """Until when."""
    feedback_until: datetime
    """Until when samples are handed and members say what they think."""
    handing: Handing
    """How the sample comes to the member."""
    choosing: Choosing = Choosing.RANDOM
    """Who gets a place."""
    accept_days: int = 7
    """1 to 90 days in which whoever was chosen answers."""
    partners: list[strawberry.ID] = strawberry.field(default_factory=list)
    """For OUTLET: who hands samples over its counters, beside you."""
    coupon: strawberry.ID | None = None
    """For VOUCHER: a coupon of yours."""
    segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """For members of any of these; for all, if none is named."""
    tiers: list[str] = strawberry.field(default_factory=list)
    """For members of any of these tiers, the coalition's or yours."""
    offers: bool = True
    """For members alone who allow you offers, as long as they do."""
    cost: MoneyInput | None = None
    """What a sample costs you, for your report."""
    words: list[TrialWordsInput] = strawberry.field(default_factory=list)
    """What members read of it, once in each language."""

    def to_terms(self, ctx: Context, currency: str) -> TrialTerms:
        """As the domain takes it. Raises: InvalidTrial."""
        ids = ctx.global_ids
        cost = None if self.cost is None else self.cost.to_money()
        if cost is not None and cost.currency != currency:
            raise InvalidTrial(f"amounts are in {currency}", path=("terms", "cost"))
        plain = ("name", "places", "apply_from", "apply_until", "feedback_until", "handing", "choosing", "accept_days")
        said: dict[str, Any] = {name: getattr(self, name) for name in (*plain, "offers")}
        try:
            return TrialTerms(
                products=frozenset(self.products),
                survey=SurveyId(ids.one("Survey", self.survey)),
                partners=frozenset(PartnerId(ids.one("Partner", one)) for one in self.partners),
                coupon=None if self.coupon is None else ids.one("Coupon", self.coupon),
                segments=frozenset(ids.one("Segment", one) for one in self.segments),
                tiers=frozenset(self.tiers),
                cost=0 if cost is None else cost.minor,
                words={one.language: one.text for one in self.words},
                **said,
            )
        except DomainError as refused:
            raise refused.at("terms") from None


@strawberry.type
class TrialPayload:
    """What became of a step with a trial."""

    trial: Trial | None = None
    """The trial; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class MyTrialAnswerInput:
    """What you think of the sample, or a page of it."""

    trial: strawberry.ID
    """The trial."""
    answers: list[SurveyAnswerInput]
    """To the questions of its survey, each at most once."""
    idempotency_key: IdempotencyKey
    """Yours for this request; the same on every retry."""
    complete: bool = True
    """That is all; false: a page of it, and more is to come."""


@strawberry.type
class MyTrialPayload:
    """What became of your step in a trial."""

    trial: MyTrial | None = None
    """The trial as it stands for you; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""
