"""What a coupon promises, as the contract takes it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import strawberry

from domain.ids import OutletId, PartnerId
from domain.vouchers.errors import InvalidCoupon
from domain.vouchers.forms import TIME
from domain.vouchers.terms import Articles, Codes, CouponTerms, Hours, Paid, Pick, TakesOff, Together
from resolvers.context import Context
from schema.campaign_rules import rate
from schema.campaign_terms import HoursInput, SponsorInput
from schema.errors import within
from schema.reward_terms import each, minor


@strawberry.input
class CouponTakesInput:
    """What it takes off: exactly one of amount, share, free, thing and valued."""

    amount: Decimal | None = None
    """In the coalition's currency."""
    share: str | None = None
    """Of the lines it is for: an exact ratio such as 0.2 or 1/5."""
    free: Pick | None = None
    """One piece of the lines it is for: the cheapest or the dearest."""
    thing: str | None = None
    """Something that is handed over, in words."""
    valued: bool = False
    """Each voucher takes off an amount of its own, which whoever gives it says."""
    most: Decimal | None = None
    """The most that a share, a free piece or a voucher's own amount takes off."""

    def to_takes(self, currency: str) -> TakesOff:
        """As the domain takes it. Raises: InvalidCoupon, InvalidValue."""
        share = None if self.share is None else rate("share", self.share)
        return TakesOff(
            amount=minor("amount", self.amount, currency),
            share=share,
            free=self.free,
            thing=self.thing,
            valued=self.valued,
            most=minor("most", self.most, currency),
        )


@strawberry.input
class CouponLinesInput:
    """For which lines: all parts that are given hold, and nothing that is excluded does."""

    skus: list[str] = strawberry.field(default_factory=list)
    """One of these article numbers."""
    gtins: list[str] = strawberry.field(default_factory=list)
    """One of these numbers in the bar code."""
    categories: list[str] = strawberry.field(default_factory=list)
    """One of these categories."""
    brands: list[str] = strawberry.field(default_factory=list)
    """One of these brands."""
    makers: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Made by one of these partners."""
    not_skus: list[str] = strawberry.field(default_factory=list)
    """None of these article numbers."""
    not_categories: list[str] = strawberry.field(default_factory=list)
    """None of these categories, such as gift cards."""

    def to_articles(self, ctx: Context) -> Articles:
        """As the domain takes it. Raises: NotFound."""
        return Articles(
            skus=frozenset(self.skus),
            gtins=frozenset(self.gtins),
            categories=frozenset(self.categories),
            brands=frozenset(self.brands),
            makers=frozenset(ctx.global_ids.one("Partner", one) for one in self.makers),
            not_skus=frozenset(self.not_skus),
            not_categories=frozenset(self.not_categories),
        )


@strawberry.input
class CouponTermsInput:
    """Everything a coupon promises."""

    name: str
    """What people call it, at most 120 characters."""
    takes: CouponTakesInput
    """What it takes off."""
    lines: CouponLinesInput | None = None
    """For which lines; all if not said."""
    least: Decimal = Decimal(0)
    """What those lines have to come to, in the coalition's currency."""
    partners: list[strawberry.ID]
    """Who takes it."""
    outlets: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only at these outlets of theirs; all if none is named."""
    starts_at: datetime | None = None
    """From when it can be used."""
    ends_at: datetime | None = None
    """Until when, whenever it was given."""
    days: int | None = None
    """How many days a voucher can be used, to the end of the last."""
    weekdays: list[int] = strawberry.field(default_factory=list)
    """1 for Monday to 7; every day if none is named."""
    hours: list[HoursInput] = strawberry.field(default_factory=list)
    """Only in these hours, by the coalition's clock."""
    tiers: list[str] = strawberry.field(default_factory=list)
    """Only members of one of these tiers."""
    segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """Only members of one of these segments."""
    not_segments: list[strawberry.ID] = strawberry.field(default_factory=list)
    """No member of any of these."""
    sponsors: list[SponsorInput] = strawberry.field(default_factory=list)
    """Who pays which share; what nobody pays, whoever takes it bears."""
    codes: Codes = Codes.GENERATED
    """Where its codes come from; it stays once the coupon has been live."""
    word: str | None = None
    """The one word of PUBLIC codes, such as SPRING10."""
    uses: int = 1
    """How often one voucher can be used; PUBLIC: how often each member may."""
    uses_in_all: int | None = None
    """How often all together may use it."""
    together: Together = Together.ALONE
    """With which others it may be used in one basket."""
    transferable: bool = True
    """Whether whoever shows the code may use it."""

    def to_terms(self, ctx: Context, currency: str) -> CouponTerms:
        """As the domain takes it. Raises: InvalidCoupon, InvalidValue, NotFound."""
        with within("takes"):
            takes = self.takes.to_takes(currency)
        with within("lines"):
            lines = None if self.lines is None else self.lines.to_articles(ctx)
        return CouponTerms(
            name=self.name,
            takes=takes,
            lines=lines,
            least=minor("least", self.least, currency) or 0,
            partners=frozenset(PartnerId(ctx.global_ids.one("Partner", one)) for one in self.partners),
            outlets=frozenset(OutletId(ctx.global_ids.one("Outlet", one)) for one in self.outlets),
            starts_at=self.starts_at,
            ends_at=self.ends_at,
            days=self.days,
            weekdays=frozenset(self.weekdays),
            hours=tuple(each("hours", self.hours, _hours)),
            tiers=frozenset(self.tiers),
            segments=frozenset(ctx.global_ids.one("Segment", one) for one in self.segments),
            not_segments=frozenset(ctx.global_ids.one("Segment", one) for one in self.not_segments),
            sponsors=tuple(each("sponsors", self.sponsors, lambda one: _paid(ctx, one))),
            codes=self.codes,
            word=self.word,
            uses=self.uses,
            uses_in_all=self.uses_in_all,
            together=self.together,
            transferable=self.transferable,
        )


def _hours(hours: HoursInput) -> Hours:
    read = {name: getattr(hours, name) for name in ("start", "end")}
    for name, text in read.items():
        try:
            read[name] = TIME.read(text)
        except InvalidCoupon as refusal:
            raise refusal.at(name) from None
    return Hours(**read)


def _paid(ctx: Context, sponsor: SponsorInput) -> Paid:
    share = rate("share", sponsor.share)
    return Paid(partner_id=PartnerId(ctx.global_ids.one("Partner", sponsor.partner)), share=share)
