"""What a trade-in scheme takes, what it is worth, what the member gets for it and who pays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from itertools import pairwise
from typing import Any, NewType
from uuid import UUID

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import ID, RATE, TEXT, WHOLE, Codec, choice, listed, parts_of, read_parts, set_of, written
from domain.earning.terms import Sponsor
from domain.ids import CouponId, OutletId, PartnerId
from domain.rewards.forms import SPONSORS
from domain.trade_ins.errors import InvalidTradeInScheme
from domain.values import Rate
from domain.vouchers import forms as voucher_forms
from domain.vouchers.errors import InvalidCoupon
from domain.vouchers.terms import Articles

SchemeId = NewType("SchemeId", UUID)

LONGEST_NAME = 120
LARGEST_AMOUNT = 10**9
LARGEST_COUNT = 10_000
LONGEST_DAYS = 3650
LONGEST_AGE = 1200
MOST_GRADES = 20
MOST_PRICES = 500
MOST_BANDS = 20
MOST_SPONSORS = 20


class SchemeState(StrEnum):
    """Where a version of a scheme stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Items are taken by it."""
    PAUSED = "PAUSED"
    """For now none are taken."""
    ENDED = "ENDED"
    """None are taken any more; what is consigned is still sold by it."""


class Becomes(StrEnum):
    """What becomes of items."""

    RESOLD = "RESOLD"
    """Somebody else uses them."""
    RECYCLED = "RECYCLED"
    """What they are made of is used again."""
    GIVEN = "GIVEN"
    """To those who need them."""


class Form(StrEnum):
    """In what form credit is given."""

    VOUCHER = "VOUCHER"
    """A voucher with an amount of its own, of the scheme's coupon."""
    POINTS = "POINTS"
    """A TRADE_IN action, which campaigns answer."""


class Unsold(StrEnum):
    """What becomes of a consigned item that nobody bought in time."""

    GIVEN_BACK = "GIVEN_BACK"
    """The member fetches it."""
    GIVEN_AWAY = "GIVEN_AWAY"
    """The shop gives it away, or recycles it."""
    FALLBACK = "FALLBACK"
    """The shop keeps it, and the member gets a share of its value."""


def _read_prices(value: Any) -> Mapping[str, int]:
    if not isinstance(value, Mapping):
        raise InvalidRule("prices are amounts in minor units by grade")
    return {str(grade): WHOLE.read(price) for grade, price in value.items()}


def _read_articles(value: Any) -> Articles:
    try:
        return voucher_forms.read_parts(Articles, value)
    except InvalidCoupon as refused:
        raise InvalidRule(refused.message, path=refused.path) from None


PRICES = Codec(write=dict, read=_read_prices)
ARTICLES = Codec(write=voucher_forms.written, read=_read_articles)
IDS = set_of(ID).metadata
NUMBER = WHOLE.metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Age:
    """What younger items are worth."""

    months: int = field(metadata=NUMBER)
    """Items of fewer months than this."""
    share: Rate = field(default=Rate(1), metadata=RATE.metadata)
    """Of the price."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """What items of one category are worth."""

    category: str = field(metadata=TEXT.metadata)
    """As the staff choose it, such as SHOES."""
    prices: Mapping[str, int] = field(metadata=PRICES.metadata)
    """By grade, in minor units; a grade that is not named is not taken."""
    lines: Articles | None = field(default=None, metadata=ARTICLES.metadata)
    """Articles that are of it; None: the staff say."""
    ages: tuple[Age, ...] = field(default=(), metadata=listed(parts_of(Age)).metadata)
    """Bands of age, the youngest first; older items are not taken. None: any age at the full price."""

    def __post_init__(self) -> None:
        _fit("category", f"1 to {LONGEST_NAME} printable characters", holds=_is_text(self.category))
        _fit("prices", "at least one", holds=bool(self.prices))
        amounts = all(0 <= price <= LARGEST_AMOUNT for price in self.prices.values())
        _fit("prices", f"0 to {LARGEST_AMOUNT} minor units", holds=amounts)
        _fit("ages", f"at most {MOST_BANDS}", holds=len(self.ages) <= MOST_BANDS)
        months = all(1 <= band.months <= LONGEST_AGE and 0 < band.share <= 1 for band in self.ages)
        _fit("ages", f"1 to {LONGEST_AGE} months, with shares above 0 and at most 1", holds=months)
        falls = all(a.months < b.months and a.share >= b.share for a, b in pairwise(self.ages))
        _fit("ages", "from the youngest on, and worth no more with age", holds=falls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """What the member gets of a selling price."""

    above: int = field(default=0, metadata=NUMBER)
    """Of items that sold for this much or more, in minor units …"""
    share: Rate = field(metadata=RATE.metadata)
    """… this share of the whole price, rounded down to the minor unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Consignment:
    """Credit when the item is sold."""

    shares: tuple[Share, ...] = field(metadata=listed(parts_of(Share)).metadata)
    """By bands of the selling price, the lowest first; the first begins at 0."""
    days: int = field(metadata=NUMBER)
    """How long the shop tries to sell it."""
    unsold: Unsold = field(default=Unsold.GIVEN_BACK, metadata=choice(Unsold, "end of a consignment").metadata)
    fallback: Rate | None = field(default=None, metadata=RATE.metadata)
    """FALLBACK: which share of the item's value."""

    def __post_init__(self) -> None:
        begins = bool(self.shares) and self.shares[0].above == 0 and len(self.shares) <= MOST_BANDS
        _fit("shares", f"1 to {MOST_BANDS}, the first from 0", holds=begins)
        _fit("shares", "in order of prices", holds=all(a.above < b.above for a, b in pairwise(self.shares)))
        _fit("shares", "above 0 and at most 1", holds=all(0 < band.share <= 1 for band in self.shares))
        _fit("days", f"1 to {LONGEST_DAYS}", holds=1 <= self.days <= LONGEST_DAYS)
        said = (self.unsold is Unsold.FALLBACK) == (self.fallback is not None)
        _fit("fallback", "said with FALLBACK, and only with it", holds=said)
        _fit("fallback", "above 0 and at most 1", holds=self.fallback is None or 0 < self.fallback <= 1)

    def share_of(self, price: int) -> int:
        """What the member gets of an item that sold for so much."""
        band = [band for band in self.shares if band.above <= price][-1]
        return int(price * band.share)


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemeTerms:
    """Everything a scheme promises and its sponsors agree to."""

    name: str = field(metadata=TEXT.metadata)
    partners: frozenset[PartnerId] = field(metadata=IDS)
    """At whose counters items are taken."""
    outlets: frozenset[OutletId] = field(default=frozenset(), metadata=IDS)
    """Only at these outlets of theirs; none named: all."""
    grades: tuple[str, ...] = field(metadata=listed(TEXT).metadata)
    """How well items are kept, the best first."""
    prices: tuple[Price, ...] = field(metadata=listed(parts_of(Price)).metadata)
    least: int = field(default=0, metadata=NUMBER)
    """What an item that comes to less is worth all the same, in minor units."""
    most: int = field(default=LARGEST_AMOUNT, metadata=NUMBER)
    """What an item is worth at most, in minor units."""
    most_items: int = field(default=0, metadata=NUMBER)
    """So many units a member may hand in …; 0: without a bound."""
    most_days: int = field(default=0, metadata=NUMBER)
    """… in so many days; 0: ever."""
    becomes: Becomes = field(default=Becomes.RESOLD, metadata=choice(Becomes, "end of items").metadata)
    form: Form = field(default=Form.VOUCHER, metadata=choice(Form, "form of credit").metadata)
    coupon: CouponId | None = field(default=None, metadata=ID.metadata)
    """VOUCHER: a coupon of the owner's whose vouchers are valued."""
    sponsors: tuple[Sponsor, ...] = field(default=(), metadata=SPONSORS.metadata)
    """Who pays which share of the credit: with vouchers, as their coupon says; with points, as the campaigns do."""
    consignment: Consignment | None = field(default=None, metadata=parts_of(Consignment).metadata)
    """Credit when an item is sold; None: at once."""
    reverse_days: int = field(default=14, metadata=NUMBER)
    """How long a trade-in can be taken back."""

    def __post_init__(self) -> None:
        _fit("name", f"1 to {LONGEST_NAME} printable characters", holds=_is_text(self.name))
        _fit("partners", "at least one partner", holds=bool(self.partners))
        _fit("grades", f"1 to {MOST_GRADES}, each named once", holds=_each_once(self.grades, MOST_GRADES))
        _fit("grades", f"1 to {LONGEST_NAME} printable characters", holds=all(map(_is_text, self.grades)))
        categories = [price.category for price in self.prices]
        _fit("prices", f"1 to {MOST_PRICES}, each category once", holds=_each_once(categories, MOST_PRICES))
        for price in self.prices:
            _fit("prices", "by the scheme's grades", holds=set(self.grades) >= price.prices.keys())
            listed_in_order = [price.prices[grade] for grade in self.grades if grade in price.prices]
            _fit("prices", "no higher for a worse grade", holds=all(a >= b for a, b in pairwise(listed_in_order)))
        for part, (low, high) in BOUNDS.items():
            _fit(part, f"{low} to {high}", holds=low <= getattr(self, part) <= high)
        _fit("least", "at most `most`", holds=self.least <= self.most)
        _fit("coupon", "named with VOUCHER, and only with it", holds=self.by_voucher == (self.coupon is not None))
        self._check_sponsors()

    def _check_sponsors(self) -> None:
        shares = [sponsor.share for sponsor in self.sponsors]
        once = len({sponsor.partner_id for sponsor in self.sponsors}) == len(shares) <= MOST_SPONSORS
        _fit("sponsors", f"at most {MOST_SPONSORS} partners, each named once", holds=once)
        sound = all(share > 0 for share in shares) and sum(shares) <= 1
        _fit("sponsors", "a list of shares above 0 that come to 1 at most", holds=sound)

    @property
    def by_voucher(self) -> bool:
        """Whether credit is given by vouchers."""
        return self.form is Form.VOUCHER

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """Who pays anything."""
        return tuple(sponsor.partner_id for sponsor in self.sponsors)

    def to_json(self) -> dict[str, Any]:
        """The terms as stored: only what differs from the usual."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of the terms; a sponsor's agreement names it, so it is void once the terms change."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()

    @classmethod
    def from_json(cls, stored: Any) -> SchemeTerms:
        """Terms out of their stored form. Raises: InvalidTradeInScheme, naming the part."""
        try:
            return read_parts(cls, stored)
        except InvalidTradeInScheme:
            raise
        except (InvalidRule, InvalidCampaign) as refused:
            raise InvalidTradeInScheme(refused.message, path=refused.path) from None


BOUNDS: Mapping[str, tuple[int, int]] = {
    "least": (0, LARGEST_AMOUNT),
    "most": (1, LARGEST_AMOUNT),
    "most_items": (0, LARGEST_COUNT),
    "most_days": (0, LONGEST_DAYS),
    "reverse_days": (0, LONGEST_DAYS),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scheme:
    """One version of a scheme; once it has been live, it never changes."""

    scheme_id: SchemeId
    version: int
    partner_id: PartnerId
    """The owner."""
    state: SchemeState
    terms: SchemeTerms
    live_from: datetime | None = None
    live_until: datetime | None = None


def _each_once(names: tuple[str, ...] | list[str], most: int) -> bool:
    return 1 <= len(names) <= most and len(set(names)) == len(names)


def _is_text(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST_NAME and text.isprintable()


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidTradeInScheme(f"{part} is {allowed}", path=(part,))
