"""What items are worth by a scheme's price list: the same answer for a quote and for a record."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.products.facts import ProductFacts
from domain.trade_ins.errors import InvalidTradeIn, ItemNotTaken
from domain.trade_ins.terms import LARGEST_COUNT, LONGEST_AGE, Price, SchemeTerms

MOST_ITEMS = 100
LONGEST_SERIAL = 80
LONGEST_LINK = 500
MOST_PHOTOS = 10


class NotTaken(StrEnum):
    """Why an item is not taken."""

    NO_SUCH_THING = "NO_SUCH_THING"
    """The price list has no such category, or nothing for this article."""
    GRADE = "GRADE"
    """Not in this grade."""
    TOO_OLD = "TOO_OLD"
    """Older than what is taken."""
    AGE_UNKNOWN = "AGE_UNKNOWN"
    """What it is worth depends on its age."""
    TOO_LITTLE = "TOO_LITTLE"
    """It would be worth nothing."""


WORDS: Mapping[NotTaken, str] = {
    NotTaken.NO_SUCH_THING: "the scheme takes no such thing; name one of its categories",
    NotTaken.GRADE: "the scheme does not take it in this grade",
    NotTaken.TOO_OLD: "it is older than what the scheme takes",
    NotTaken.AGE_UNKNOWN: "say how many months old it is",
    NotTaken.TOO_LITTLE: "it is worth nothing by the price list",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A thing that is handed in, as the staff describe it."""

    number: int
    """In the request, from 1."""
    grade: str
    category: str | None = None
    """Of the price list; None: as the article says."""
    sku: str | None = None
    serial: str | None = None
    months: int | None = None
    """How old it is."""
    units: int = 1
    photos: tuple[str, ...] = ()
    """Links to pictures, kept where the shop keeps them."""

    def __post_init__(self) -> None:
        _fit("units", f"1 to {LARGEST_COUNT}, and 1 with a serial", holds=1 <= self.units <= self._most)
        _fit("months", f"0 to {LONGEST_AGE}", holds=self.months is None or 0 <= self.months <= LONGEST_AGE)
        _fit("category", "said, unless an article is named", holds=bool(self.category or self.sku))
        for part, longest in (("grade", LONGEST_SERIAL), ("category", 120), ("sku", LONGEST_SERIAL)):
            _fit(part, f"1 to {longest} printable characters", holds=_is_text(getattr(self, part), longest))
        _fit("serial", f"1 to {LONGEST_SERIAL} characters", holds=_is_text(self.serial, LONGEST_SERIAL))
        links = all(_is_text(one, LONGEST_LINK) and one.startswith("https://") for one in self.photos)
        _fit("photos", f"at most {MOST_PHOTOS} https links", holds=len(self.photos) <= MOST_PHOTOS and links)

    @property
    def _most(self) -> int:
        return LARGEST_COUNT if self.serial is None else 1

    @property
    def plain_serial(self) -> str | None:
        """Its serial as it is compared: without spaces and hyphens, in capitals."""
        return None if self.serial is None else "".join(filter(str.isalnum, self.serial)).upper() or self.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class Valued:
    """What an item is worth, and by what; or why it is not taken."""

    item: Item
    category: str | None = None
    product: ProductFacts | None = None
    price: int = 0
    """Of one, by the list, in minor units."""
    value: int = 0
    """Of all its units, after age, least and most."""
    why_not: NotTaken | None = None


def valued(items: Sequence[Item], terms: SchemeTerms, products: Mapping[str, ProductFacts]) -> list[Valued]:
    """What each item is worth; an unknown article is known by its number alone."""
    return [_valued(item, terms, _product(item, products)) for item in items]


def must_be_taken(found: Sequence[Valued]) -> None:
    """Go on only where every item is taken. Raises: ItemNotTaken."""
    for one in found:
        if one.why_not is not None:
            raise ItemNotTaken(one.item.number, one.why_not, WORDS[one.why_not])


def check_items(items: Sequence[Item], terms: SchemeTerms) -> None:
    """Hold items together. Raises: InvalidTradeIn."""
    _fit("items", f"1 to {MOST_ITEMS}", holds=1 <= len(items) <= MOST_ITEMS)
    serials = [item.plain_serial for item in items if item.serial is not None]
    _fit("items", "things with serials of their own", holds=len(set(serials)) == len(serials))
    alone = terms.consignment is None or all(item.units == 1 for item in items)
    _fit("items", "one by one, where they wait to be sold", holds=alone)


def _product(item: Item, products: Mapping[str, ProductFacts]) -> ProductFacts | None:
    return None if item.sku is None else products.get(item.sku, ProductFacts(sku=item.sku))


def _valued(item: Item, terms: SchemeTerms, product: ProductFacts | None) -> Valued:
    row = _row(item, terms, product)
    if row is None:
        return Valued(item=item, product=product, why_not=NotTaken.NO_SUCH_THING)
    price = row.prices.get(item.grade)
    if price is None:
        return Valued(item=item, category=row.category, product=product, why_not=NotTaken.GRADE)
    worth = _aged(row, price, item.months)
    if isinstance(worth, NotTaken):
        return Valued(item=item, category=row.category, product=product, price=price, why_not=worth)
    value = min(max(worth, terms.least), terms.most) * item.units
    nothing = NotTaken.TOO_LITTLE if value == 0 and terms.by_voucher else None
    return Valued(item=item, category=row.category, product=product, price=price, value=value, why_not=nothing)


def _row(item: Item, terms: SchemeTerms, product: ProductFacts | None) -> Price | None:
    if item.category is not None:
        named = next((row for row in terms.prices if row.category == item.category), None)
        fits = named is None or named.lines is None or product is None or named.lines.hold(product)
        return named if fits else None
    return next((row for row in terms.prices if row.lines and product and row.lines.hold(product)), None)


def _aged(row: Price, price: int, months: int | None) -> int | NotTaken:
    if not row.ages:
        return price
    if months is None:
        return NotTaken.AGE_UNKNOWN
    band = next((band for band in row.ages if months < band.months), None)
    return NotTaken.TOO_OLD if band is None else int(price * band.share)


def _is_text(text: str | None, longest: int) -> bool:
    return text is None or (bool(text.strip()) and len(text) <= longest and text.isprintable())


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidTradeIn(f"{part} is {allowed}", path=(part,))
