"""What a reward promises, as the contract takes it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

import strawberry

from domain.earning.bounds import CapPer
from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.periods import Period
from domain.earning.terms import Sponsor
from domain.errors import DomainError
from domain.ids import CouponId, OutletId, PartnerId
from domain.rewards.errors import InvalidReward
from domain.rewards.terms import (
    LONGEST_HOLD,
    Articles,
    Automatic,
    Draw,
    DrawPrize,
    Early,
    Fulfilment,
    Limit,
    PayWithPoints,
    Pick,
    RewardKind,
    RewardTerms,
    Step,
    Words,
    Worth,
)
from domain.values import Money, Points
from resolvers.context import Context
from schema.campaign_rules import rate
from schema.campaign_terms import HoursInput, SponsorInput
from schema.errors import within

T = TypeVar("T")
Said = TypeVar("Said")


def each(name: str, said: Iterable[Said], to: Callable[[Said], T]) -> Iterator[T]:
    """What the parts of a list are to the domain; a refusal names the place."""
    for place, one in enumerate(said):
        with within(name, str(place)):
            yield to(one)


def minor(name: str, amount: Decimal | None, currency: str) -> int | None:
    """Minor units of an amount. Raises: InvalidValue."""
    with within(name):
        return None if amount is None else Money(amount, currency).minor


@strawberry.input
class RewardArticlesInput:
    """Articles of which one is free; all parts that are given hold, and one is."""

    skus: list[str] = strawberry.field(default_factory=list)
    """One of these article numbers."""
    gtins: list[str] = strawberry.field(default_factory=list)
    """One of these numbers in the bar code."""
    categories: list[str] = strawberry.field(default_factory=list)
    """One of these categories."""
    brands: list[str] = strawberry.field(default_factory=list)
    """One of these brands."""
    pick: Pick = Pick.CHEAPEST
    """Which of those that fit."""

    def to_articles(self) -> Articles:
        """As the domain takes them. Raises: InvalidReward."""
        named = {part: frozenset(getattr(self, part)) for part in ("skus", "gtins", "categories", "brands")}
        return Articles(pick=self.pick, **named)


@strawberry.input
class RewardWorthInput:
    """What a member gets: exactly one of amount, share, articles, thing, coupon, tickets and gift."""

    amount: Decimal | None = None
    """Taken off at the till."""
    share: str | None = None
    """Of the basket, taken off at the till up to `most`, such as 1/5."""
    articles: RewardArticlesInput | None = None
    """One of these is free, up to `most` where that is said."""
    most: Decimal | None = None
    """The most that a share, or a free article, takes off; a share always has it."""
    thing: str | None = None
    """A gift, an experience, access, in words: at most 120 characters."""
    coupon: strawberry.ID | None = None
    """A voucher of this coupon."""
    tickets: int | None = None
    """Entries of the reward's draw, at most 1000."""
    gift: Decimal | None = None
    """Given to the reward's charity."""
    match: str = "0"
    """What `matchedBy` adds to the gift: 1 is one for one."""
    matched_by: strawberry.ID | None = None
    """The partner that adds it."""

    def to_worth(self, ctx: Context, currency: str) -> Worth:
        """As the domain takes it. Raises: InvalidReward, InvalidRule, InvalidValue."""
        with within("articles"):
            articles = None if self.articles is None else self.articles.to_articles()
        return Worth(
            amount=minor("amount", self.amount, currency),
            share=None if self.share is None else rate("share", self.share),
            articles=articles,
            most=minor("most", self.most, currency),
            thing=self.thing,
            coupon=None if self.coupon is None else CouponId(ctx.global_ids.one("Coupon", self.coupon)),
            tickets=self.tickets,
            gift=minor("gift", self.gift, currency),
            match=rate("match", self.match),
            matched_by=None if self.matched_by is None else _partner(ctx, self.matched_by),
        )


@strawberry.input
class RewardStepInput:
    """One way to have a reward."""

    points: Points
    """Points; may be 0."""
    worth: RewardWorthInput
    """What a member gets."""
    money: Decimal = Decimal(0)
    """Paid beside the points at the shop."""
    name: str = ""
    """What people call it."""

    def to_step(self, ctx: Context, currency: str) -> Step:
        """As the domain takes it. Raises: InvalidReward, InvalidRule, InvalidValue."""
        with within("worth"):
            worth = self.worth.to_worth(ctx, currency)
        money = minor("money", self.money, currency) or 0
        return Step(points=int(self.points), money=money, worth=worth, name=self.name)


@strawberry.input
class RewardPayInput:
    """A discount priced by what is paid with points, instead of steps."""

    points_per_unit: str
    """Points for one unit of currency, such as 100."""
    least: Points = Points(1)
    """At least so many."""
    in_steps_of: Points = Points(1)
    """Only multiples of so many."""
    most_of_basket: str = "1"
    """At most this share of a basket, such as 1/2."""
    most: Points | None = None
    """At most so many at once."""

    def to_pay(self) -> PayWithPoints:
        """As the domain takes it. Raises: InvalidReward, InvalidRule."""
        return PayWithPoints(
            points_per_unit=rate("points_per_unit", self.points_per_unit),
            least=int(self.least),
            in_steps_of=int(self.in_steps_of),
            most_of_basket=rate("most_of_basket", self.most_of_basket),
            most=None if self.most is None else int(self.most),
        )


@strawberry.input
class RewardTextInput:
    """Name and text in one language."""

    language: str
    """Such as en, lv or pt-BR."""
    name: str
    """At most 120 characters."""
    about: str = ""
    """At most 2000 characters."""


@strawberry.input
class RewardEarlyInput:
    """Until a moment only members of these tiers or segments can have the reward."""

    until: datetime
    """Until when."""
    tiers: list[str] = strawberry.field(default_factory=list)
    """Members of one of these tiers."""
    segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Members of one of these segments."""


@strawberry.input
class RewardLimitInput:
    """At most so many pieces for each member, or household."""

    most: int
    """Pieces."""
    period: Period | None = None
    """Counted anew with each; as long as there is the reward if not said."""
    per: CapPer = CapPer.MEMBER
    """Whose are counted together."""


@strawberry.input
class RewardDrawPrizeInput:
    """What a draw gives, and to how many."""

    thing: str
    """What, in at most 120 characters."""
    winners: int = 1
    """To how many."""


@strawberry.input
class RewardDrawInput:
    """When a sweepstake is drawn, and for what."""

    at: datetime
    """No ticket is given from then on."""
    prizes: list[RewardDrawPrizeInput]
    """The first prize first."""
    once_each: bool = True
    """Whether a member wins one prize at most."""

    def to_draw(self) -> Draw:
        """As the domain takes it. Raises: InvalidReward."""
        prizes = each("prizes", self.prizes, lambda prize: DrawPrize(**vars(prize)))
        return Draw(at=self.at, prizes=tuple(prizes), once_each=self.once_each)


@strawberry.input
class RewardAutomaticInput:
    """The reward comes by itself once a member's points reach a step, unless the member saves them."""

    after_hours: int = 0
    """How long the points must have been there."""
    weekday: int = 0
    """Only on this day: 1 for Monday to 7 for Sunday; 0: any day."""
    dates: list[str] = strawberry.field(default_factory=list)
    """Only on these days of the year, such as 03-15."""
    most: int | None = None
    """Pieces on one such day; what is over stays in points."""
    most_a_year: int | None = None
    """Pieces in a calendar year."""

    def to_automatic(self) -> Automatic:
        """As the domain takes it. Raises: InvalidReward."""
        return Automatic(**vars(self) | {"dates": frozenset(self.dates)})


@strawberry.input
class RewardTermsInput:
    """Everything a reward promises and its sponsors agree to."""

    name: str
    """What people call it, at most 120 characters."""
    kind: RewardKind
    """What sort of reward."""
    texts: list[RewardTextInput] = strawberry.field(default_factory=list)
    """Name and text by language; `name` where there is none."""
    steps: list[RewardStepInput] = strawberry.field(default_factory=list)
    """The ways to have it, at most 50; or `pay`."""
    pay: RewardPayInput | None = None
    """A discount priced by what is paid with points, instead of steps."""
    partners: list[strawberry.ID]
    """Where it can be had."""
    outlets: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only in these outlets; all of them if none is named."""
    starts_at: datetime
    """From when on."""
    ends_at: datetime | None = None
    """Until when; no end if not said."""
    early: list[RewardEarlyInput] = strawberry.field(default_factory=list)
    """Who comes first, in the order of their moments."""
    tiers: list[str] = strawberry.field(default_factory=list)
    """Only members of these tiers; everyone if none is named."""
    segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only members of one of these segments, yours or the coalition's."""
    not_segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """No member of any of these."""
    weekdays: list[int] = strawberry.field(default_factory=list)
    """1 for Monday to 7 for Sunday; every day if none is named."""
    hours: list[HoursInput] = strawberry.field(default_factory=list)
    """Only in these hours of the day."""
    time_zone: str | None = None
    """By whose clock, such as Europe/Riga; the coalition's if not said."""
    stock: int | None = None
    """How many pieces there are to begin with; as many as are wanted if not said."""
    shows_stock: bool = True
    """Whether members see how many are left."""
    limits: list[RewardLimitInput] = strawberry.field(default_factory=list)
    """How many for each member or household; at most 10."""
    hold_minutes: int = LONGEST_HOLD
    """How long an authorization lasts at most; 0: it is had at once or not at all."""
    fulfilment: Fulfilment = Fulfilment.AT_THE_TILL
    """How a member comes to it."""
    sponsors: list[SponsorInput] = strawberry.field(default_factory=list)
    """Who pays the shop what it takes off or gives beyond the points; the rest of 1 is the shop's own."""
    charity: str | None = None
    """Who gets the gifts of a reward of kind CHARITY."""
    draw: RewardDrawInput | None = None
    """Of a reward of kind SWEEPSTAKE."""
    automatic: RewardAutomaticInput | None = None
    """Whether it comes by itself."""
    image: str | None = None
    """An https address."""

    def to_terms(self, ctx: Context, currency: str) -> RewardTerms:
        """As the domain takes it. Raises: InvalidReward, InvalidValue."""
        try:
            with within("terms"):
                return RewardTerms(**self._plain(), **self._parts(ctx, currency), **self._named(ctx))
        except (InvalidRule, InvalidCampaign) as refused:
            raise _as_reward(refused) from None

    def _plain(self) -> dict[str, Any]:
        """The parts that are to the domain what they are here."""
        names = ("name", "kind", "starts_at", "ends_at", "time_zone", "stock", "shows_stock", "hold_minutes")
        return {name: getattr(self, name) for name in (*names, "fulfilment", "charity", "image")}

    def _parts(self, ctx: Context, currency: str) -> dict[str, Any]:
        """The parts that have parts of their own."""
        with within("pay"):
            pay = None if self.pay is None else self.pay.to_pay()
        with within("draw"):
            draw = None if self.draw is None else self.draw.to_draw()
        with within("automatic"):
            automatic = None if self.automatic is None else self.automatic.to_automatic()
        texts = each("texts", self.texts, lambda text: Words(**vars(text)))
        return {
            "pay": pay,
            "draw": draw,
            "automatic": automatic,
            "texts": tuple(sorted(texts, key=lambda words: words.language)),
            "steps": tuple(each("steps", self.steps, lambda step: step.to_step(ctx, currency))),
            "hours": tuple(each("hours", self.hours, HoursInput.to_hours)),
            "limits": tuple(each("limits", self.limits, lambda limit: Limit(**vars(limit)))),
            "early": tuple(each("early", self.early, lambda early: _early(ctx, early))),
            "sponsors": tuple(sorted(each("sponsors", self.sponsors, lambda one: _sponsor(ctx, one)), key=_whose)),
        }

    def _named(self, ctx: Context) -> dict[str, Any]:
        """The parts that are sets."""
        return {
            "partners": frozenset(_partner(ctx, one) for one in self.partners),
            "outlets": frozenset(OutletId(ctx.global_ids.one("Outlet", one)) for one in self.outlets),
            "tiers": frozenset(self.tiers),
            "segments": _segments(ctx, self.segments),
            "not_segments": _segments(ctx, self.not_segments),
            "weekdays": frozenset(self.weekdays),
        }


def _as_reward(refused: DomainError) -> InvalidReward:
    return InvalidReward(refused.message, path=refused.path)


def _whose(sponsor: Sponsor) -> PartnerId:
    return sponsor.partner_id


def _sponsor(ctx: Context, said: SponsorInput) -> Sponsor:
    return Sponsor(_partner(ctx, said.partner), rate("share", said.share))


def _early(ctx: Context, said: RewardEarlyInput) -> Early:
    return Early(tiers=frozenset(said.tiers), segments=_segments(ctx, said.segments), until=said.until)


def _partner(ctx: Context, text: strawberry.ID) -> PartnerId:
    return PartnerId(ctx.global_ids.one("Partner", text))


def _segments(ctx: Context, ids: list[strawberry.ID]) -> frozenset[Any]:
    return frozenset(ctx.global_ids.one("Segment", one) for one in ids)
