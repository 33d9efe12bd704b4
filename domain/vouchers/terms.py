"""What a coupon promises: what it takes off, where, when and for whom it is taken, and who pays for it."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.ids import CouponId, OutletId, PartnerId
from domain.products.facts import ProductFacts
from domain.values import Rate
from domain.vouchers.forms import (
    FLAG,
    ID,
    INSTANT,
    RATE,
    TEXT,
    TIME,
    WHOLE,
    fit,
    listed,
    one_of,
    parts_of,
    read_parts,
    set_of,
    written,
)

LONGEST_NAME = 120
LARGEST_AMOUNT = 10**9
LONGEST_DAYS = 3650
MOST_USES = 1000
MOST_IN_ALL = 10**9
MOST_SPONSORS = 20
MOST_HOURS = 20
WORD_FORM = re.compile(r"[A-Z0-9][A-Z0-9-]{2,30}[A-Z0-9]", re.ASCII)
MONDAY, SUNDAY = 1, 7


class CouponState(StrEnum):
    """Where a version of a coupon stands."""

    DRAFT = "DRAFT"
    """Being written; it may still change."""
    LIVE = "LIVE"
    """Vouchers of it are given and taken."""
    PAUSED = "PAUSED"
    """For now none are given, and none are taken."""
    ENDED = "ENDED"
    """None are given any more; those that are out stay good for their term."""


class Pick(StrEnum):
    """Which of the articles that fit is free."""

    CHEAPEST = "CHEAPEST"
    """The one with the lowest price for a piece."""
    DEAREST = "DEAREST"
    """The one with the highest price for a piece."""


class Codes(StrEnum):
    """Where the codes of its vouchers come from."""

    GENERATED = "GENERATED"
    """Made with each voucher; they cannot be guessed."""
    POOL = "POOL"
    """Brought in beforehand."""
    PUBLIC = "PUBLIC"
    """One word for everybody."""


class Together(StrEnum):
    """With which other vouchers it may be used in one basket."""

    ALONE = "ALONE"
    """With none."""
    OTHERS = "OTHERS"
    """With vouchers of other coupons that allow it."""
    ANY = "ANY"
    """Also with more of the same coupon."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Articles:
    """Lines of a basket; all present parts hold, and nothing that is excluded does."""

    skus: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    gtins: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    categories: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    brands: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    makers: frozenset[UUID] = field(default=frozenset(), metadata=set_of(ID).metadata)
    not_skus: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    not_categories: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)

    def hold(self, article: ProductFacts) -> bool:
        """Whether an article is one of them; of an unknown one only its number is known."""
        asked = (
            (self.skus, article.sku),
            (self.gtins, article.gtin),
            (self.categories, article.category),
            (self.brands, article.brand),
            (self.makers, article.maker_id),
        )
        left_out = article.sku in self.not_skus or article.category in self.not_categories
        return not left_out and all(not named or value in named for named, value in asked)


@dataclass(frozen=True, slots=True, kw_only=True)
class TakesOff:
    """Exactly one of an amount, a share, one free article, a thing, and an amount of each voucher's own."""

    amount: int | None = field(default=None, metadata=WHOLE.metadata)
    """In minor units."""
    share: Rate | None = field(default=None, metadata=RATE.metadata)
    """Of the lines it is for, rounded down to the minor unit."""
    free: Pick | None = field(default=None, metadata=one_of(Pick).metadata)
    """One piece of the lines it is for."""
    thing: str | None = field(default=None, metadata=TEXT.metadata)
    """In words; no money is taken off."""
    valued: bool = field(default=False, metadata=FLAG.metadata)
    """Each voucher has an amount of its own, which whoever issues it says."""
    most: int | None = field(default=None, metadata=WHOLE.metadata)
    """Of a share, a free article or a voucher's own amount, in minor units."""

    def __post_init__(self) -> None:
        given = [part for part in ("amount", "share", "free", "thing") if getattr(self, part) is not None]
        one = len(given) + self.valued == 1
        fit("takes", "exactly one of amount, share, free, thing and valued", holds=one, whole=True)
        for part in ("amount", "most"):
            value = getattr(self, part)
            fit(part, f"1 to {LARGEST_AMOUNT}", holds=value is None or 1 <= value <= LARGEST_AMOUNT)
        fit("share", "above 0 and at most 1", holds=self.share is None or 0 < self.share <= 1)
        fit("thing", f"1 to {LONGEST_NAME} printable characters", holds=self.thing is None or _is_text(self.thing))
        capped = self.share is not None or self.free is not None or self.valued
        fit("most", "said of a share, a free article or valued vouchers only", holds=capped or self.most is None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """Who pays which share of what is taken off, to the partner that took the voucher."""

    partner_id: PartnerId = field(metadata=ID.metadata)
    share: Rate = field(default=Rate(1), metadata=RATE.metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """Hours of a day, from one time until before another; past midnight where that is earlier."""

    start: time = field(metadata=TIME.metadata)
    end: time = field(metadata=TIME.metadata)

    def hold(self, at: time) -> bool:
        """Whether a time of day lies in them."""
        return self.start <= at < self.end if self.start < self.end else at >= self.start or at < self.end


@dataclass(frozen=True, slots=True, kw_only=True)
class CouponTerms:
    """Everything a coupon promises and its sponsors agree to."""

    name: str = field(metadata=TEXT.metadata)
    takes: TakesOff = field(metadata=parts_of(TakesOff).metadata)
    lines: Articles | None = field(default=None, metadata=parts_of(Articles).metadata)
    """For which lines; None: all."""
    least: int = field(default=0, metadata=WHOLE.metadata)
    """What the lines it is for have to come to, in minor units, before any voucher."""
    partners: frozenset[PartnerId] = field(metadata=set_of(ID).metadata)
    """Who takes it."""
    outlets: frozenset[OutletId] = field(default=frozenset(), metadata=set_of(ID).metadata)
    """Only at these outlets of theirs; none named: all."""
    starts_at: datetime | None = field(default=None, metadata=INSTANT.metadata)
    ends_at: datetime | None = field(default=None, metadata=INSTANT.metadata)
    """From when until when vouchers can be used, whenever they were given."""
    days: int | None = field(default=None, metadata=WHOLE.metadata)
    """How many days a voucher can be used, to the end of the last; None: until ends_at, or for ever."""
    weekdays: frozenset[int] = field(default=frozenset(), metadata=set_of(WHOLE).metadata)
    """1 for Monday to 7 for Sunday (ISO 8601); none named: every day."""
    hours: tuple[Hours, ...] = field(default=(), metadata=listed(parts_of(Hours)).metadata)
    tiers: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """Only members of one of these tiers; none named: everyone."""
    segments: frozenset[UUID] = field(default=frozenset(), metadata=set_of(ID).metadata)
    not_segments: frozenset[UUID] = field(default=frozenset(), metadata=set_of(ID).metadata)
    sponsors: tuple[Paid, ...] = field(default=(), metadata=listed(parts_of(Paid)).metadata)
    """Who pays; none named: whoever takes it bears it."""
    codes: Codes = field(default=Codes.GENERATED, metadata=one_of(Codes).metadata)
    word: str | None = field(default=None, metadata=TEXT.metadata)
    """The one word of a coupon whose codes are PUBLIC."""
    uses: int = field(default=1, metadata=WHOLE.metadata)
    """How often one voucher can be used; PUBLIC: how often each member may."""
    uses_in_all: int | None = field(default=None, metadata=WHOLE.metadata)
    """How often all together may use it; None: without a bound."""
    together: Together = field(default=Together.ALONE, metadata=one_of(Together).metadata)
    transferable: bool = field(default=True, metadata=FLAG.metadata)
    """Whether whoever shows the code may use it; else only the member who has it, recognised at the till."""

    def __post_init__(self) -> None:
        fit("name", f"1 to {LONGEST_NAME} printable characters", holds=_is_text(self.name))
        fit("partners", "at least one partner", holds=bool(self.partners))
        fit("least", f"0 to {LARGEST_AMOUNT}", holds=0 <= self.least <= LARGEST_AMOUNT)
        both = self.starts_at is None or self.ends_at is None or self.ends_at > self.starts_at
        fit("ends_at", "after starts_at", holds=both)
        fit("days", f"1 to {LONGEST_DAYS}", holds=self.days is None or 1 <= self.days <= LONGEST_DAYS)
        fit("weekdays", "days from 1 (Monday) to 7", holds=all(MONDAY <= day <= SUNDAY for day in self.weekdays))
        fit("hours", f"at most {MOST_HOURS} stretches", holds=len(self.hours) <= MOST_HOURS)
        fit("not_segments", "others than segments", holds=not self.segments & self.not_segments)
        fit("uses", f"1 to {MOST_USES}", holds=1 <= self.uses <= MOST_USES)
        in_all = self.uses_in_all is None or 1 <= self.uses_in_all <= MOST_IN_ALL
        fit("uses_in_all", f"1 to {MOST_IN_ALL}", holds=in_all)
        public = self.codes is Codes.PUBLIC
        fit("word", "said of PUBLIC codes, and only of them", holds=public == (self.word is not None))
        formed = self.word is None or WORD_FORM.fullmatch(self.word)
        fit("word", "4 to 32 capital letters, digits and hyphens, such as SPRING10", holds=bool(formed))
        made = self.codes is Codes.GENERATED and self.uses == 1
        fit("uses", "1, with GENERATED codes, where vouchers are valued", holds=made or not self.takes.valued)
        self._check_sponsors()

    def _check_sponsors(self) -> None:
        shares = [sponsor.share for sponsor in self.sponsors]
        once = len({sponsor.partner_id for sponsor in self.sponsors}) == len(shares) <= MOST_SPONSORS
        fit("sponsors", f"at most {MOST_SPONSORS} partners, each named once", holds=once)
        fit("sponsors", "a list of shares above 0", holds=all(share > 0 for share in shares))
        fit("sponsors", "a list of shares that come to 1 at most", holds=sum(shares) <= 1)

    @property
    def public(self) -> bool:
        """Whether it has one word for everybody."""
        return self.codes is Codes.PUBLIC

    @property
    def funders(self) -> tuple[PartnerId, ...]:
        """Who pays anything."""
        return tuple(sponsor.partner_id for sponsor in self.sponsors)

    def expires_at(self, issued_at: datetime, zone: ZoneInfo) -> datetime | None:
        """When a voucher that is given now can be used no more; None: never."""
        if self.days is None:
            return self.ends_at
        last = issued_at.astimezone(zone).date() + timedelta(days=self.days + 1)
        end = datetime.combine(last, time(), zone)
        return end if self.ends_at is None else min(end, self.ends_at)

    def to_json(self) -> dict[str, Any]:
        """The terms as stored: only what differs from the usual."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of the terms; a sponsor's agreement names it, so it is void once the terms change."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Coupon:
    """One version of a coupon; once it has been live, it never changes."""

    coupon_id: CouponId
    version: int
    partner_id: PartnerId
    """The owner."""
    state: CouponState
    terms: CouponTerms
    live_from: datetime | None = None
    live_until: datetime | None = None


def terms_from_json(stored: Any) -> CouponTerms:
    """The terms of a coupon out of their stored form. Raises: InvalidCoupon, naming the part."""
    return read_parts(CouponTerms, stored)


def _is_text(text: str) -> bool:
    return bool(text.strip()) and len(text) <= LONGEST_NAME and text.isprintable()
