"""What a campaign promises, as the contract takes it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

import strawberry

from domain.earning.bounds import AT_ONCE, Budget, Cap, CapOf, CapPer, Pacing, Release
from domain.earning.expiry import Expiry, ExpiryKind
from domain.earning.forms import TIME
from domain.earning.matching import LineMatch
from domain.earning.periods import Period
from domain.earning.rounding import Rounding
from domain.earning.stacking import TOGETHER, Mode, Stacking
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import ALWAYS, PURCHASE, Hours, When
from domain.ids import OutletId, PartnerId
from domain.values import Money, Points
from resolvers.context import Context
from schema.campaign_rules import RuleInput, rate
from schema.errors import within


@strawberry.input
class LineMatchInput:
    """Which lines count: all parts that are given hold; without any, every line counts."""

    skus: list[str] = strawberry.field(default_factory=list)
    """One of these article numbers."""
    gtins: list[str] = strawberry.field(default_factory=list)
    """One of these numbers in the bar code."""
    makers: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Made by one of these partners."""
    suppliers: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Delivered by one of these partners."""
    brands: list[str] = strawberry.field(default_factory=list)
    """One of these brands."""
    categories: list[str] = strawberry.field(default_factory=list)
    """One of these categories."""
    departments: list[str] = strawberry.field(default_factory=list)
    """One of these departments."""
    private_label: bool | None = None
    """Only the shop's own brands, or none of them."""
    outlets: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Bought in one of these outlets."""
    excluding: list[LineMatchInput] = strawberry.field(default_factory=list)
    """But none of these; an exclusion has no exclusions of its own."""

    def to_match(self, ctx: Context) -> LineMatch:
        """As the domain takes it. Raises: InvalidRule, NotFound."""
        excluding = []
        for place, exclusion in enumerate(self.excluding):
            with within("excluding", str(place)):
                excluding.append(exclusion.to_match(ctx))
        return LineMatch(
            skus=frozenset(self.skus),
            gtins=frozenset(self.gtins),
            makers=_partners(ctx, self.makers),
            suppliers=_partners(ctx, self.suppliers),
            brands=frozenset(self.brands),
            categories=frozenset(self.categories),
            departments=frozenset(self.departments),
            private_label=self.private_label,
            outlets=_outlets(ctx, self.outlets),
            excluding=tuple(excluding),
        )


@strawberry.input
class SponsorInput:
    """Who pays, and which share."""

    partner: strawberry.ID
    """The partner."""
    share: str = "1"
    """An exact ratio; the shares of a campaign add up to 1."""


@strawberry.input
class ExpiryInput:
    """How long points live."""

    kind: ExpiryKind = ExpiryKind.NEVER
    """What their life is counted by."""
    months: int = 0
    """How many months."""
    month: int = 0
    """The month of the fixed day."""
    day: int = 0
    """The day of the fixed day's month."""


@strawberry.input
class HoursInput:
    """Hours of a day, from one time until before another."""

    start: str
    """Such as 16:00."""
    end: str
    """Such as 18:00; earlier than the start: past midnight, and then they belong to the day they begin on."""

    def to_hours(self) -> Hours:
        """As the domain takes it. Raises: InvalidRule, InvalidCampaign."""
        with within("start"):
            start = TIME.read(self.start)
        with within("end"):
            end = TIME.read(self.end)
        return Hours(start=start, end=end)


@strawberry.input
class CampaignWhenInput:
    """On what, at which times and for whom a campaign holds; what is not said asks nothing."""

    triggers: list[str] = strawberry.field(default_factory=lambda: [PURCHASE])
    """PURCHASE alone, or types of actions such as VISIT or BIRTHDAY."""
    weekdays: list[int] = strawberry.field(default_factory=list)
    """1 for Monday to 7 for Sunday, by the local day."""
    hours: list[HoursInput] = strawberry.field(default_factory=list)
    """Only in these hours of the day; at most 20 stretches."""
    time_zone: str | None = None
    """By whose clock, such as Europe/Riga; the coalition's if not said."""
    channels: list[str] = strawberry.field(default_factory=list)
    """Only in these channels, such as WEB."""
    segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only members of one of these segments, yours or the coalition's."""
    not_segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """No member of any of these."""
    condition: str | None = None
    """What else must hold, as an expression (docs/expressions.md)."""
    control: str = "0"
    """The share of members that is left out to compare with, such as 1/10; below 1."""
    days_before: int = 0
    """BIRTHDAY, ANNIVERSARY: it opens so many days before the day, at most 60."""
    days_after: int | None = None
    """Things won for the day can be used to the end of so many days after it, at most 180; else as the prize says."""

    def to_when(self, ctx: Context) -> When:
        """As the domain takes it. Raises: InvalidCampaign, InvalidRule, NotFound."""
        hours = []
        for place, one in enumerate(self.hours):
            with within("hours", str(place)):
                hours.append(one.to_hours())
        return When(
            triggers=frozenset(self.triggers),
            weekdays=frozenset(self.weekdays),
            hours=tuple(hours),
            time_zone=self.time_zone,
            channels=frozenset(self.channels),
            segments=frozenset(ctx.global_ids.one("Segment", one) for one in self.segments),
            not_segments=frozenset(ctx.global_ids.one("Segment", one) for one in self.not_segments),
            condition=self.condition,
            control=rate("control", self.control),
            days_before=self.days_before,
            days_after=self.days_after,
        )


@strawberry.input
class StackingInput:
    """How a campaign gives beside others."""

    mode: Mode = Mode.ADD
    """Together with others, or instead of them."""
    group: str | None = None
    """BEST and FIRST: among whom it is chosen; small letters, digits and hyphens."""


@strawberry.input
class CapInput:
    """At most so much for each member or household; what no longer fits is cut to what does."""

    most: int
    """How many points, or times."""
    of: CapOf = CapOf.POINTS
    """What is counted."""
    per: CapPer = CapPer.MEMBER
    """Whose is counted together."""
    period: Period | None = None
    """Counted anew with each; null: as long as the campaign goes on."""
    hours: int = 0
    """TIMES without a period: within so many hours, whenever they begin."""
    shared: str | None = None
    """Your campaigns whose caps bear the same name count together."""


@strawberry.input
class BudgetInput:
    """What a campaign may cost in all: in points or in money, one of them."""

    points: Points | None = None
    """In points."""
    money: Decimal | None = None
    """In the money that its sponsors owe for its points, fees and tax included, and for its benefits."""
    alert: str = "4/5"
    """When so much of it is used, its owner and sponsors are told."""
    pacing: Pacing = Pacing.AT_ONCE
    """How it becomes available."""

    def to_budget(self, currency: str) -> Budget:
        """As the domain takes it. Raises: InvalidCampaign, InvalidRule, InvalidValue."""
        with within("money"):
            money = None if self.money is None else Money(self.money, currency).minor
        points = None if self.points is None else int(self.points)
        return Budget(points=points, money=money, alert=rate("alert", self.alert), pacing=self.pacing)


@strawberry.input
class ReleaseInput:
    """When points that wait no longer can be spent: at the next such time of day, on the next such weekday."""

    at: str | None = None
    """Such as 06:00, by the coalition's clock; at once if not said."""
    weekday: int = 0
    """1 for Monday to 7 for Sunday; 0: any day."""
    days: int = 0
    """Not before so many days of the calendar have begun; 1: from the next day on."""

    def to_release(self) -> Release:
        """As the domain takes it. Raises: InvalidCampaign, InvalidRule."""
        with within("at"):
            at = None if self.at is None else TIME.read(self.at)
        return Release(at=at, weekday=self.weekday, days=self.days)


@strawberry.input
class CampaignTermsInput:
    """Everything a sponsor agrees to."""

    name: str
    """What people call it, at most 120 characters."""
    rule: RuleInput
    """What is given."""
    when: CampaignWhenInput | None = None
    """On what, at which times and for whom; every purchase if not said."""
    lines: LineMatchInput | None = None
    """For which lines; every line if not said."""
    partners: list[strawberry.ID]
    """In whose purchases."""
    outlets: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only in these outlets; all of them if none is named."""
    tiers: list[str] = strawberry.field(default_factory=list)
    """Only members of these tiers; everyone if none is named."""
    sponsors: list[SponsorInput]
    """Who pays."""
    starts_at: datetime
    """From when on."""
    ends_at: datetime | None = None
    """Until when; no end if not said."""
    return_days: int | None = None
    """How many days points wait; not at all if not said."""
    expiry: ExpiryInput | None = None
    """How long points live; for ever if not said."""
    rounding: Rounding = Rounding.DOWN
    """How a fraction of a point ends."""
    release: ReleaseInput | None = None
    """When points that wait no longer can be spent; at once if not said."""
    priority: int = 0
    """Awards are listed from the highest, and caps are used up in that order."""
    stacking: StackingInput | None = None
    """How it gives beside others; together with them if not said."""
    caps: list[CapInput] = strawberry.field(default_factory=list)
    """How much for each member or household; at most 10."""
    budget: BudgetInput | None = None
    """How much in all; no bound if not said."""

    def to_terms(self, ctx: Context, currency: str) -> Terms:
        """As the domain takes it. Raises: InvalidRule, InvalidCampaign, InvalidValue, NotFound."""
        with within("terms"):
            with within("lines"):
                lines = LineMatch() if self.lines is None else self.lines.to_match(ctx)
            with within("rule"):
                rule = self.rule.to_rule(lines, currency, ctx.global_ids)
            with within("when"):
                when = ALWAYS if self.when is None else self.when.to_when(ctx)
            with within("stacking"):
                stacking = TOGETHER if self.stacking is None else Stacking(**vars(self.stacking))
            with within("budget"):
                budget = None if self.budget is None else self.budget.to_budget(currency)
            with within("release"):
                release = AT_ONCE if self.release is None else self.release.to_release()
            return Terms(
                name=self.name,
                rule=rule,
                when=when,
                starts_at=self.starts_at,
                ends_at=self.ends_at,
                partners=_partners(ctx, self.partners),
                outlets=_outlets(ctx, self.outlets),
                tiers=frozenset(self.tiers),
                sponsors=tuple(self._sponsors(ctx)),
                return_days=self.return_days,
                expiry=Expiry(**vars(self.expiry)) if self.expiry is not None else Expiry(),
                rounding=self.rounding,
                release=release,
                priority=self.priority,
                stacking=stacking,
                caps=tuple(self._caps()),
                budget=budget,
            )

    def _sponsors(self, ctx: Context) -> Iterator[Sponsor]:
        for place, one in enumerate(self.sponsors):
            with within("sponsors", str(place)):
                sponsor = PartnerId(ctx.global_ids.one("Partner", one.partner))
                yield Sponsor(sponsor, rate("share", one.share))

    def _caps(self) -> Iterator[Cap]:
        for place, one in enumerate(self.caps):
            with within("caps", str(place)):
                yield Cap(**vars(one))


def _partners(ctx: Context, ids: list[strawberry.ID]) -> frozenset[PartnerId]:
    return frozenset(PartnerId(ctx.global_ids.one("Partner", one)) for one in ids)


def _outlets(ctx: Context, ids: list[strawberry.ID]) -> frozenset[OutletId]:
    return frozenset(OutletId(ctx.global_ids.one("Outlet", one)) for one in ids)


@strawberry.input
class CampaignDraftInput:
    """A new campaign."""

    terms: CampaignTermsInput
    """What it promises and who pays."""


@strawberry.input
class CampaignChangeInput:
    """A change of a campaign."""

    campaign: strawberry.ID
    """The campaign."""
    terms: CampaignTermsInput
    """All its terms, as they shall be."""
