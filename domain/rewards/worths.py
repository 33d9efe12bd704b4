"""What a reward is worth, the ways to have it, and what its draw gives."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.earning.forms import FLAG, ID, RATE, TEXT, WHOLE, choice, listed, parts_of, set_of, written
from domain.ids import CouponId, PartnerId
from domain.rewards.forms import INSTANT, LONGEST_NAME, fit, is_text
from domain.values import Rate

LARGEST_POINTS = 10**9
LARGEST_AMOUNT = 10**9
LARGEST_TICKETS = 1000
LARGEST_MATCH = 100
MOST_PRIZES = 100
MOST_WINNERS = 100_000

TEXTS = set_of(TEXT).metadata
IS_ID, IS_TEXT, IS_WHOLE, IS_RATE = ID.metadata, TEXT.metadata, WHOLE.metadata, RATE.metadata


class RewardKind(StrEnum):
    """The kinds of rewards."""

    DISCOUNT = "DISCOUNT"
    """Money off at the till."""
    PRODUCT = "PRODUCT"
    """Articles of a shop."""
    GIFT = "GIFT"
    """A thing that is not sold."""
    EXPERIENCE = "EXPERIENCE"
    """Something to take part in."""
    ENTERTAINMENT = "ENTERTAINMENT"
    """Something to watch, hear, read or play."""
    CHARITY = "CHARITY"
    """Money given to a charity, which a partner may match."""
    EARLY_ACCESS = "EARLY_ACCESS"
    """Access before others."""
    SWEEPSTAKE = "SWEEPSTAKE"
    """Entries of a draw."""


class Pick(StrEnum):
    """Which of the articles that fit is free."""

    CHEAPEST = "CHEAPEST"
    """The one with the lowest price."""
    DEAREST = "DEAREST"
    """The one with the highest price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """One article of those named is free; all present parts hold."""

    skus: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    gtins: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    categories: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    brands: frozenset[str] = field(default=frozenset(), metadata=TEXTS)
    pick: Pick = field(default=Pick.CHEAPEST, metadata=choice(Pick, "pick").metadata)

    def __post_init__(self) -> None:
        named = bool(self.skus or self.gtins or self.categories or self.brands)
        fit("articles", "named by skus, gtins, categories or brands", holds=named, whole=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Worth:
    """What a member gets: exactly one of money off, articles, a thing, a coupon, tickets and a gift to a charity."""

    amount: int | None = field(default=None, metadata=IS_WHOLE)
    """Taken off at the till, in minor units."""
    share: Rate | None = field(default=None, metadata=IS_RATE)
    """Of the basket, taken off at the till, up to `most`."""
    articles: Articles | None = field(default=None, metadata=parts_of(Articles).metadata)
    """One of these is free, up to `most`."""
    most: int | None = field(default=None, metadata=IS_WHOLE)
    """Of a share or of articles, in minor units; a share always has it."""
    thing: str | None = field(default=None, metadata=IS_TEXT)
    """A gift, an experience, access, in words."""
    coupon: CouponId | None = field(default=None, metadata=IS_ID)
    """A voucher of this coupon."""
    tickets: int | None = field(default=None, metadata=IS_WHOLE)
    """Entries of the reward's draw."""
    gift: int | None = field(default=None, metadata=IS_WHOLE)
    """Given to the reward's charity, in minor units."""
    match: Rate = field(default=Rate(0), metadata=IS_RATE)
    """What `matched_by` adds to a gift: 1 is one for one."""
    matched_by: PartnerId | None = field(default=None, metadata=IS_ID)

    def __post_init__(self) -> None:
        present = [part for part in WORTHS if getattr(self, part) is not None]
        fit("worth", f"exactly one of {', '.join(WORTHS)}", holds=len(present) == 1, whole=True)
        for part, most in WORTHS.items():
            said = getattr(self, part)
            fit(part, f"1 to {most}", holds=most is None or said is None or 1 <= said <= most)
        fit("share", "above 0 and at most 1", holds=self.share is None or 0 < self.share <= 1)
        fit("thing", f"1 to {LONGEST_NAME} printable characters", holds=self.thing is None or is_text(self.thing))
        capped = self.share is not None or self.articles is not None
        fit("most", f"1 to {LARGEST_AMOUNT}", holds=self.most is None or 1 <= self.most <= LARGEST_AMOUNT)
        fit("most", "said of a share or of articles only", holds=capped or self.most is None)
        fit("most", "said of every share, so that its cost is known", holds=self.share is None or self.most is not None)
        fit("match", f"0 to {LARGEST_MATCH}", holds=0 <= self.match <= LARGEST_MATCH)
        fit("match", "said of a gift only", holds=self.gift is not None or not self.match)
        matched = bool(self.match) == (self.matched_by is not None)
        fit("matched_by", "named where there is a match, and only there", holds=matched)

    @property
    def what(self) -> str:
        """Which one it is: the name of its part."""
        return next(part for part in WORTHS if getattr(self, part) is not None)

    def to_json(self) -> dict[str, Any]:
        """As stored: only what differs from the usual."""
        return written(self)


WORTHS: Mapping[str, int | None] = {
    "amount": LARGEST_AMOUNT,
    "share": None,
    "articles": None,
    "thing": None,
    "coupon": None,
    "tickets": LARGEST_TICKETS,
    "gift": LARGEST_AMOUNT,
}
"""What a reward can be worth, each with the most of it that is a number."""

_THINGS = frozenset({"thing", "coupon"})
WORTHS_OF: Mapping[RewardKind, frozenset[str]] = {
    RewardKind.DISCOUNT: frozenset({"amount", "share", "articles", "coupon"}),
    RewardKind.PRODUCT: _THINGS | {"articles"},
    RewardKind.GIFT: _THINGS | {"articles"},
    RewardKind.EXPERIENCE: _THINGS,
    RewardKind.ENTERTAINMENT: _THINGS,
    RewardKind.CHARITY: frozenset({"gift"}),
    RewardKind.EARLY_ACCESS: _THINGS,
    RewardKind.SWEEPSTAKE: frozenset({"tickets"}),
}
"""What a kind of reward can be worth."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One way to have a reward; several make bands or a ladder. It is named by its place, from 1."""

    points: int = field(metadata=IS_WHOLE)
    """May be 0."""
    money: int = field(default=0, metadata=IS_WHOLE)
    """Paid beside the points at the shop, in minor units."""
    worth: Worth = field(metadata=parts_of(Worth).metadata)
    name: str = field(default="", metadata=IS_TEXT)
    """What people call it: "A free side"."""

    def __post_init__(self) -> None:
        fit("points", f"0 to {LARGEST_POINTS}", holds=0 <= self.points <= LARGEST_POINTS)
        fit("money", f"0 to {LARGEST_AMOUNT}", holds=0 <= self.money <= LARGEST_AMOUNT)
        named = not self.name or is_text(self.name)
        fit("name", f"at most {LONGEST_NAME} printable characters", holds=named)


@dataclass(frozen=True, slots=True, kw_only=True)
class PayWithPoints:
    """A discount priced by what is paid with points, instead of steps."""

    points_per_unit: Rate = field(metadata=IS_RATE)
    """Points for one unit of currency."""
    least: int = field(default=1, metadata=IS_WHOLE)
    """Points."""
    in_steps_of: int = field(default=1, metadata=IS_WHOLE)
    """Points: only multiples of so many are taken."""
    most_of_basket: Rate = field(default=Rate(1), metadata=IS_RATE)
    """At most this share of a basket is paid with points."""
    most: int | None = field(default=None, metadata=IS_WHOLE)
    """Points, at once."""

    def __post_init__(self) -> None:
        fit(
            "points_per_unit", f"above 0 and at most {LARGEST_POINTS}", holds=0 < self.points_per_unit <= LARGEST_POINTS
        )
        fit("least", f"1 to {LARGEST_POINTS}", holds=1 <= self.least <= LARGEST_POINTS)
        fit("in_steps_of", f"1 to {LARGEST_POINTS}", holds=1 <= self.in_steps_of <= LARGEST_POINTS)
        fit("most_of_basket", "above 0 and at most 1", holds=0 < self.most_of_basket <= 1)
        # The lowest multiple that is not below the least is what can be paid at all.
        lowest = -(-self.least // self.in_steps_of) * self.in_steps_of
        fit("most", f"{lowest} to {LARGEST_POINTS}", holds=self.most is None or lowest <= self.most <= LARGEST_POINTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawPrize:
    """What a draw gives, and to how many."""

    thing: str = field(metadata=IS_TEXT)
    winners: int = field(default=1, metadata=IS_WHOLE)

    def __post_init__(self) -> None:
        fit("thing", f"1 to {LONGEST_NAME} printable characters", holds=is_text(self.thing))
        fit("winners", f"1 to {MOST_WINNERS}", holds=1 <= self.winners <= MOST_WINNERS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """When a sweepstake is drawn, and for what: the first prize first."""

    at: datetime = field(metadata=INSTANT.metadata)
    """No ticket is given from then on."""
    prizes: tuple[DrawPrize, ...] = field(metadata=listed(parts_of(DrawPrize)).metadata)
    once_each: bool = field(default=True, metadata=FLAG.metadata)
    """Whether a member wins one prize at most, whatever tickets they have."""

    def __post_init__(self) -> None:
        fit("at", "a time with an offset", holds=self.at.tzinfo is not None)
        fit("prizes", f"1 to {MOST_PRIZES} prizes", holds=1 <= len(self.prizes) <= MOST_PRIZES)
        fit("prizes", f"for at most {MOST_WINNERS} winners in all", holds=self.winners <= MOST_WINNERS)

    @property
    def winners(self) -> int:
        """How many prizes there are."""
        return sum(prize.winners for prize in self.prizes)
