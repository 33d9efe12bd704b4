"""What everybody may read of a product: reviews, what was answered, and the sums of all stars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.paging import Page, PageRequest
from domain.reviews.subjects import Subject
from domain.reviews.texts import BEST

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_SHOWN = "SELECT * FROM reviews_shown($1, $2, $3, $4, $5, $6, $7)"
_SUMS = "SELECT * FROM review_sums($1)"


class ReviewOrder(StrEnum):
    """In what order reviews are read."""

    NEWEST = "NEWEST"
    """The newest first."""
    OLDEST = "OLDEST"
    """The oldest first."""
    BEST = "BEST"
    """Most stars first, the newest of them first."""
    WORST = "WORST"
    """Fewest stars first, the newest of them first."""


_ORDERS: Mapping[ReviewOrder, tuple[int, bool]] = {
    ReviewOrder.NEWEST: (0, True),
    ReviewOrder.OLDEST: (0, False),
    ReviewOrder.BEST: (-1, True),
    ReviewOrder.WORST: (1, True),
}
"""By what the stars are multiplied to sort by them, and whether the newest come first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownComment:
    """What somebody answered, as everybody reads it."""

    comment_id: UUID
    words: str
    display_name: str | None
    partner_id: UUID | None
    """The maker or shop that answers; None: a member."""
    written_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownReview:
    """A review, as everybody reads it: who wrote it is told to nobody."""

    review_id: UUID
    stars: int
    title: str | None
    words: str | None
    photos: tuple[str, ...]
    display_name: str | None
    """As whom the author wants to be shown; None: as a member."""
    language: str
    verified: bool
    """Its author bought the product and did not give all of it back."""
    shown_at: datetime
    changed: bool
    """Whether it was written anew since it was first shown."""
    comments: tuple[ShownComment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StarSums:
    """How a product is judged, in exact numbers."""

    counts: tuple[int, ...]
    """How many gave one star, two, … five."""
    verified: int
    """How many of all bought it."""

    @property
    def count(self) -> int:
        """How many reviews are shown."""
        return sum(self.counts)

    @property
    def stars(self) -> int:
        """All their stars together."""
        return sum(number * count for number, count in enumerate(self.counts, start=1))

    @property
    def average(self) -> Fraction | None:
        """Stars by reviews, exact; None where there are none."""
        return Fraction(self.stars, self.count) if self.count else None


async def sums(pool: Pool, subject: Subject) -> StarSums:
    """How a product is judged."""
    rows = {row["stars"]: row for row in await pool.fetch(_SUMS, list(subject.subjects))}
    counts = tuple(rows[number]["count"] if number in rows else 0 for number in range(1, BEST + 1))
    return StarSums(counts=counts, verified=sum(row["verified"] for row in rows.values()))


async def shown(pool: Pool, subject: Subject, request: PageRequest, *, order: ReviewOrder) -> Page[ShownReview]:
    """A page of a product's reviews."""
    sign, newest_first = _ORDERS[order]
    after: Sequence[Any] = request.after or (None, None, None)
    rows = await pool.fetch(_SHOWN, list(subject.subjects), sign, newest_first, *after, request.first + 1)
    return Page.of([_shown(row) for row in rows], request, lambda one: (one.stars, one.shown_at, one.review_id))


def _shown(row: asyncpg.Record) -> ShownReview:
    plain = {name: row[name] for name in ShownReview.__dataclass_fields__}
    said = [
        ShownComment(
            comment_id=UUID(one["comment_id"]),
            words=one["words"],
            display_name=one["display_name"],
            partner_id=None if one["partner_id"] is None else UUID(one["partner_id"]),
            written_at=datetime.fromisoformat(one["written_at"]),
        )
        for one in orjson.loads(row["comments"])
    ]
    return ShownReview(**{**plain, "photos": tuple(row["photos"]), "comments": tuple(said)})
