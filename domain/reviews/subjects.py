"""What is reviewed: one product, by its bar code wherever it is sold, or a shop's own article."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias
from uuid import UUID

import asyncpg
from sqlalchemy import text

from domain.errors import InvalidValue
from domain.ids import PartnerId
from domain.products.feeding import is_gtin
from domain.reviews.errors import ReviewedProductNotFound
from domain.storage import ReadSession

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_FIND = "SELECT * FROM reviewed_product($1, $2, $3)"
_NAMED = text("SELECT * FROM reviewed_products(CAST(:subjects AS text[]))")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductNamed:
    """A product by its bar code, or by a shop's article number."""

    gtin: str | None = None
    partner_id: PartnerId | None = None
    sku: str | None = None

    def __post_init__(self) -> None:
        if (self.gtin is None) == (self.sku is None) or (self.sku is None) != (self.partner_id is None):
            raise InvalidValue("name the product by its gtin, or by a shop and its sku", path=("product",))
        if self.gtin is not None and not is_gtin(self.gtin):
            raise InvalidValue(f"{self.gtin!r} is not a GTIN of 8, 12, 13 or 14 digits", path=("product", "gtin"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """A product, as reviews know it."""

    subject: str
    name: str
    brand: str | None
    gtin: str | None
    maker_id: UUID | None
    subjects: tuple[str, ...] = ()
    """All that it was ever called here: what had no bar code at first may have one now."""


async def find(pool: Pool, named: ProductNamed) -> Subject:
    """The product that is meant. Raises: ReviewedProductNotFound."""
    row = await pool.fetchrow(_FIND, named.partner_id, named.sku, named.gtin)
    if row is None:
        raise ReviewedProductNotFound
    return Subject(**{**dict(row), "subjects": tuple(row["subjects"])})


async def subjects_by_names(session: ReadSession, names: Sequence[str]) -> list[Subject | None]:
    """Products by what they are called here, in the order asked for; None for those that no catalogue has any more."""
    rows = (await session.execute(_NAMED, {"subjects": list(set(names))})).mappings()
    found = {row["subject"]: Subject(**row) for row in rows}
    return [found.get(name) for name in names]
