"""What a rule may ask about an article."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.ids import PartnerId


@dataclass(frozen=True, slots=True, kw_only=True)
class ProductFacts:
    """An article as rules see it; an unknown one has nothing but its number."""

    sku: str
    gtin: str | None = None
    category: str | None = None
    department: str | None = None
    brand: str | None = None
    maker_id: PartnerId | None = None
    supplier_id: PartnerId | None = None
    private_label: bool | None = None
    return_days: int | None = None
    """How many days it can be given back, where the shop says so for this article."""
    active_from: datetime | None = None
    active_to: datetime | None = None

    def at(self, instant: datetime) -> ProductFacts:
        """The article as it counted at a moment: unknown before it was listed and after it was withdrawn."""
        if self.active_from is not None and instant < self.active_from:
            return ProductFacts(sku=self.sku)
        if self.active_to is not None and instant >= self.active_to:
            return ProductFacts(sku=self.sku)
        return self
