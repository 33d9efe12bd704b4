"""What the product master refuses."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from domain.errors import DomainError


class InvalidProduct(DomainError):
    """A field of an article is missing, too long or malformed."""

    code = "INVALID_PRODUCT"

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message, path=(field,))


class DuplicateSku(DomainError):
    """One feed names the same article twice."""

    code = "DUPLICATE_SKU"

    def __init__(self, sku: str) -> None:
        self.sku = sku
        super().__init__(f"the feed names article {sku!r} more than once", path=("products",))


class FeedTooLarge(DomainError):
    """One feed carries more articles than one call takes."""

    code = "FEED_TOO_LARGE"

    def __init__(self, count: int, limit: int) -> None:
        self.count = count
        self.limit = limit
        super().__init__(f"a feed takes at most {limit} articles, not {count}; send it in parts", path=("products",))


class UnknownProductPartner(DomainError):
    """A maker or supplier is not a partner of the coalition."""

    code = "UNKNOWN_PRODUCT_PARTNER"

    def __init__(self, partner_ids: Collection[UUID]) -> None:
        self.partner_ids = frozenset(partner_ids)
        super().__init__(f"{len(self.partner_ids)} makers or suppliers are no partners here", path=("products",))
