"""What reviews are made of: products, stars in sums, words as everybody, their authors and moderators see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

import strawberry

from domain.coalition import models as coalition_models
from domain.errors import DomainError
from domain.ids import PartnerId
from domain.reviews import queries, reading, subjects
from domain.reviews.models import Decision, RefusalReason, ReviewState, Signal
from domain.reviews.policies import EarnsAt, Publishes, ReviewModerator
from domain.reviews.reading import ReviewOrder, StarSums
from domain.reviews.subjects import ProductNamed, Subject
from domain.reviews.texts import Opinion
from resolvers import coalition, reviews
from resolvers.context import Context, Info
from schema.errors import UserError
from schema.ids import Node, identified
from schema.partners import Partner
from schema.shape import shows

for kind, name in (
    (ReviewState, "ReviewState"),
    (RefusalReason, "ReviewRefusalReason"),
    (Signal, "ReviewSignal"),
    (Decision, "ReviewDecision"),
    (EarnsAt, "ReviewEarnsAt"),
    (Publishes, "ReviewPublishing"),
    (ReviewModerator, "ReviewModerator"),
    (ReviewOrder, "ReviewOrder"),
):
    strawberry.enum(kind, name=name)

HUNDREDTH = Decimal("0.01")


@strawberry.type
@shows(subjects.Subject)
class ReviewedProduct:
    """What is reviewed: one product, by its bar code wherever it is sold, or a shop's own article."""

    name: str
    """What it is, in its maker's own words where the maker has it in its catalogue."""
    brand: str | None
    """Its brand."""
    gtin: str | None
    """The number in the bar code."""


@strawberry.type
@shows(reading.ShownComment)
class ProductReviewComment(Node):
    """A reply of a member, or an answer of the maker or of a shop that sells the product, as everybody reads it."""

    id: strawberry.ID = identified("comment_id")
    words: str
    """What it says."""
    display_name: str | None
    """As whom its author wants to be shown; null: as a member, or a partner."""
    written_at: datetime
    """When it was written."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(comment: strawberry.Parent[reading.ShownComment], info: Info) -> coalition_models.Partner | None:
        """The maker or shop that answers; null for a member."""
        return await coalition.partner_or_none(info.context, comment.partner_id)


@strawberry.type
@shows(reading.ShownReview)
class ProductReview(Node):
    """A review as everybody reads it; who wrote it is told to nobody."""

    id: strawberry.ID = identified("review_id")
    stars: int
    """1 to 5."""
    title: str | None
    """Its title."""
    words: str | None
    """What it says; null where there were no words, or the author's were erased."""
    photos: list[str]
    """Addresses of the author's pictures."""
    display_name: str | None
    """As whom the author wants to be shown; null: as a member."""
    language: str
    """In what language it is, such as lv."""
    verified: bool
    """Whether the author bought the product and did not give all of it back; where is told to nobody."""
    shown_at: datetime
    """Since when it can be read."""
    changed: bool
    """Whether it was written anew since it was first written."""
    comments: list[ProductReviewComment]
    """What was answered, the oldest first."""


@strawberry.type
class ReviewStars:
    """How many gave so many stars."""

    stars: int
    """1 to 5."""
    count: int
    """How many."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A product with its sums."""

    subject: Subject
    sums: StarSums


@strawberry.type
@shows(Judged)
class ProductReviewSummary:
    """How a product is judged by all reviews that are shown, in exact numbers."""

    @strawberry.field(graphql_type=ReviewedProduct)
    @staticmethod
    def product(judged: strawberry.Parent[Judged]) -> Subject:
        """The product."""
        return judged.subject

    @strawberry.field
    @staticmethod
    def count(judged: strawberry.Parent[Judged]) -> int:
        """How many reviews are shown."""
        return judged.sums.count

    @strawberry.field
    @staticmethod
    def stars_total(judged: strawberry.Parent[Judged]) -> int:
        """All their stars together; divided by the count, the exact average."""
        return judged.sums.stars

    @strawberry.field
    @staticmethod
    def average(judged: strawberry.Parent[Judged]) -> Decimal | None:
        """The average to two decimals, halves up; null where there are no reviews."""
        return two_decimals(judged.sums)

    @strawberry.field
    @staticmethod
    def verified_count(judged: strawberry.Parent[Judged]) -> int:
        """How many of them are by members who bought the product and kept it."""
        return judged.sums.verified

    @strawberry.field
    @staticmethod
    def distribution(judged: strawberry.Parent[Judged]) -> list[ReviewStars]:
        """How many gave one star, two, and so on to five."""
        return [ReviewStars(stars=stars, count=count) for stars, count in enumerate(judged.sums.counts, start=1)]


def two_decimals(sums: StarSums) -> Decimal | None:
    """An average as people read it; exact arithmetic, rounded once."""
    exact = sums.average
    if exact is None:
        return None
    return (Decimal(exact.numerator) / Decimal(exact.denominator)).quantize(HUNDREDTH, rounding=ROUND_HALF_UP)


@strawberry.type
@shows(queries.OwnReview)
class Review(Node):
    """A review in its newest words, to its author and its moderator."""

    id: strawberry.ID = identified("review_id")
    version: int
    """Counts what was written, from 1."""
    state: ReviewState
    """Where these words stand."""
    stars: int
    """1 to 5."""
    title: str | None
    """Its title."""
    words: str | None
    """What it says."""
    photos: list[str]
    """Addresses of the author's pictures."""
    display_name: str | None
    """As whom the author wants to be shown."""
    language: str
    """In what language it is."""
    verified: bool
    """Whether the author bought the product and kept it."""
    held_for: list[Signal]
    """What made it wait for a moderator, beside the rule."""
    written_at: datetime
    """When it was first written."""
    changed_at: datetime
    """When these words were written."""
    waits_since: datetime | None
    """Since when it waits for a moderator."""
    reason: RefusalReason | None
    """Why it was refused or taken down."""
    reason_words: str | None
    """What the moderator said of it."""
    objected_at: datetime | None
    """When its author objected to a refusal; the coalition decides then."""
    reports: int
    """How many readers found fault with it since a moderator last looked."""

    @strawberry.field(graphql_type=ReviewedProduct | None)
    @staticmethod
    async def product(review: strawberry.Parent[queries.OwnReview], info: Info) -> Subject | None:
        """What it is about; null where no catalogue has it any more."""
        return await reviews.product_called(info.context, review.subject)

    @strawberry.field
    @staticmethod
    def shown(review: strawberry.Parent[queries.OwnReview]) -> bool:
        """Whether any words of it are shown, these or earlier ones."""
        return review.shown is not None

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def moderator(review: strawberry.Parent[queries.OwnReview], info: Info) -> coalition_models.Partner | None:
        """Who judges it; null: the coalition."""
        return await coalition.partner_or_none(info.context, review.moderator_id)


@strawberry.type
@shows(queries.OwnComment)
class ReviewComment(Node):
    """A comment, to its author and its moderator."""

    id: strawberry.ID = identified("comment_id")
    state: ReviewState
    """Where it stands."""
    words: str | None
    """What it says."""
    display_name: str | None
    """As whom its author wants to be shown."""
    held_for: list[Signal]
    """What made it wait for a moderator, beside the rule."""
    written_at: datetime
    """When it was written."""
    waits_since: datetime | None
    """Since when it waits for a moderator."""
    reason: RefusalReason | None
    """Why it was refused or taken down."""
    reason_words: str | None
    """What the moderator said of it."""
    objected_at: datetime | None
    """When its author objected to a refusal."""
    reports: int
    """How many readers found fault with it since a moderator last looked."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(comment: strawberry.Parent[queries.OwnComment], info: Info) -> coalition_models.Partner | None:
        """The maker or shop that answers; null for a member."""
        return await coalition.partner_or_none(info.context, comment.partner_id)


@strawberry.input
class ReviewedProductInput:
    """A product: by its bar code, or by a shop's own article number."""

    gtin: str | None = None
    """The number in the bar code, with or without leading zeros."""
    shop: strawberry.ID | None = None
    """Whose article number follows."""
    sku: str | None = None
    """The shop's article number."""

    def to_named(self, ctx: Context) -> ProductNamed:
        """As the domain takes it. Raises: InvalidValue."""
        shop = None if self.shop is None else PartnerId(ctx.global_ids.one("Partner", self.shop))
        return ProductNamed(gtin=self.gtin, partner_id=shop, sku=self.sku)


@strawberry.input
class OpinionInput:
    """What a member says of a product."""

    stars: int
    """1 to 5."""
    title: str | None = None
    """At most 120 characters."""
    words: str | None = None
    """At most 5,000 characters."""
    photos: list[str] = strawberry.field(default_factory=list)
    """At most 6 addresses of pictures, https alone."""
    display_name: str | None = None
    """As whom the author wants to be shown, at most 40 characters; as a member, if not said."""
    language: str = "en"
    """In what language it is, such as lv."""

    def to_opinion(self) -> Opinion:
        """As the domain takes it. Raises: InvalidReview."""
        try:
            return Opinion(
                stars=self.stars,
                title=self.title,
                words=self.words,
                photos=tuple(self.photos),
                display_name=self.display_name,
                language=self.language,
            )
        except DomainError as refused:
            raise refused.at("opinion") from None


@strawberry.type
class ReviewPayload:
    """What became of a step with a review."""

    review: Review | None = None
    """The review; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class ReviewCommentPayload:
    """What became of a step with a comment."""

    comment: ReviewComment | None = None
    """The comment; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""
