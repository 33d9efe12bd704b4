"""Taking in a partner's catalogue, thousands of articles in one statement."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import text

from domain.ids import PartnerId, new_id
from domain.products.errors import DuplicateSku, FeedTooLarge, InvalidProduct, UnknownProductPartner
from domain.storage import WriteSession

LARGEST_FEED = 100_000
LONGEST_RETURN = 400
LONGEST = {"sku": 64, "name": 200, "category": 100, "department": 100, "brand": 100, "package": 60}
GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductItem:
    """One article of a feed."""

    sku: str
    name: str
    gtin: str | None = None
    category: str | None = None
    department: str | None = None
    brand: str | None = None
    maker_id: PartnerId | None = None
    supplier_id: PartnerId | None = None
    private_label: bool = False
    package: str | None = None
    return_days: int | None = None
    active_from: datetime | None = None
    active_to: datetime | None = None

    def __post_init__(self) -> None:
        for field, longest in LONGEST.items():
            _check_text(field, getattr(self, field), longest)
        if self.gtin is not None and not is_gtin(self.gtin):
            raise InvalidProduct("gtin", f"{self.gtin!r} is not a GTIN of 8, 12, 13 or 14 digits")
        if self.return_days is not None and not 0 <= self.return_days <= LONGEST_RETURN:
            raise InvalidProduct("return_days", f"an article can be given back for 0 to {LONGEST_RETURN} days")
        if self.active_from and self.active_to and self.active_from >= self.active_to:
            raise InvalidProduct("active_to", "an article ends after it begins")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedReceipt:
    """What a feed did to the catalogue."""

    added: int
    changed: int
    unchanged: int
    version: int
    """The catalogue's version after the feed."""


COLUMNS = tuple(field.name for field in fields(ProductItem))
TYPES = {
    **dict.fromkeys(COLUMNS, "text"),
    **dict.fromkeys(("maker_id", "supplier_id"), "uuid"),
    **dict.fromkeys(("active_from", "active_to"), "timestamptz"),
    "private_label": "boolean",
    "return_days": "integer",
}

# Rows that stay as they are do not count as changed and move no version. A row whose xmax is 0 was not there before.
UPSERT = text(
    f"""
    WITH fed AS (
        INSERT INTO product AS kept (product_id, partner_id, {", ".join(COLUMNS)})
        SELECT product_id, CAST(:partner_id AS uuid), {", ".join(COLUMNS)}
        FROM unnest(
            CAST(:product_id AS uuid[]),
            {", ".join(f"CAST(:{column} AS {TYPES[column]}[])" for column in COLUMNS)}
        ) AS item (product_id, {", ".join(COLUMNS)})
        ON CONFLICT (partner_id, sku) DO UPDATE
        SET {", ".join(f"{column} = excluded.{column}" for column in COLUMNS)}
        WHERE ({", ".join(f"kept.{column}" for column in COLUMNS)})
            IS DISTINCT FROM ({", ".join(f"excluded.{column}" for column in COLUMNS)})
        RETURNING xmax = 0 AS added
    )
    SELECT count(*) FILTER (WHERE added), count(*) FILTER (WHERE NOT added) FROM fed
    """  # noqa: S608 -- built from the names of our own columns
)

MOVE_VERSION = text(
    """
    INSERT INTO product_feed AS kept (partner_id, version, fed_at)
    VALUES (:partner_id, :step, :now)
    ON CONFLICT (partner_id) DO UPDATE
    SET version = kept.version + :step,
        fed_at = CASE WHEN :step > 0 THEN excluded.fed_at ELSE kept.fed_at END
    RETURNING version
    """
)


async def feed(
    session: WriteSession, partner_id: PartnerId, items: Sequence[ProductItem], *, now: datetime
) -> FeedReceipt:
    """Add or change the articles of one partner's catalogue; articles not named stay as they are.

    Raises: FeedTooLarge, DuplicateSku, UnknownProductPartner.
    """
    if len(items) > LARGEST_FEED:
        raise FeedTooLarge(len(items), LARGEST_FEED)
    _check_distinct(items)
    await _check_partners(session, items)
    added, changed = (await session.execute(UPSERT, _arrays(partner_id, items))).one()
    step = 1 if added or changed else 0
    version = await session.scalar(MOVE_VERSION, {"partner_id": partner_id, "step": step, "now": now})
    assert version is not None
    return FeedReceipt(added=added, changed=changed, unchanged=len(items) - added - changed, version=version)


def is_gtin(number: str) -> bool:
    """Whether a number is a GTIN whose check digit is right (GS1: weights 3 and 1 from the right)."""
    if len(number) not in GTIN_LENGTHS or not (number.isascii() and number.isdigit()):
        return False
    total = sum(int(digit) * (1, 3)[place % 2] for place, digit in enumerate(reversed(number)))
    return total % 10 == 0


def _check_text(field: str, value: str | None, longest: int) -> None:
    if value is None and field not in ("sku", "name"):
        return
    if not isinstance(value, str) or not value.strip() or len(value) > longest:
        raise InvalidProduct(field, f"{field} has 1 to {longest} characters")
    if not value.isprintable():
        raise InvalidProduct(field, f"{field} holds characters that cannot be printed")


def _check_distinct(items: Sequence[ProductItem]) -> None:
    seen: set[str] = set()
    for item in items:
        if item.sku in seen:
            raise DuplicateSku(item.sku)
        seen.add(item.sku)


async def _check_partners(session: WriteSession, items: Sequence[ProductItem]) -> None:
    named = {partner for item in items for partner in (item.maker_id, item.supplier_id) if partner}
    if not named:
        return
    known = await session.scalars(
        text("SELECT partner_id FROM partner WHERE partner_id = ANY (CAST(:named AS uuid[]))"),
        {"named": list(named)},
    )
    unknown = named - set(known)
    if unknown:
        raise UnknownProductPartner(unknown)


def _arrays(partner_id: PartnerId, items: Sequence[ProductItem]) -> dict[str, Any]:
    columns: dict[str, Any] = {column: [getattr(item, column) for item in items] for column in COLUMNS}
    return {"partner_id": partner_id, "product_id": [new_id() for _ in items], **columns}
