"""Reviews: read by everybody, written by members by themselves or on a shop's page, answered by makers and shops."""

from __future__ import annotations

from typing import Annotated, Any

import strawberry

from domain.paging import Page, PageRequest
from domain.reviews import queries, reading
from domain.reviews.models import RefusalReason
from domain.reviews.reading import ReviewOrder
from partners.scopes import Scope
from resolvers import reviews
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.members import MemberRefInput
from schema.permissions import needs, public
from schema.review_shapes import (
    Judged,
    OpinionInput,
    ProductReview,
    ProductReviewSummary,
    Review,
    ReviewComment,
    ReviewCommentPayload,
    ReviewedProductInput,
    ReviewPayload,
)

MINE = needs(Scope.PROFILE_READ)
WRITE_MINE = needs(Scope.PROFILE_WRITE)
ANSWER = needs(Scope.PROFILE_WRITE, Scope.CAMPAIGNS_WRITE)


@strawberry.input
class MyReviewWriteInput:
    """What you say of a product; your only review of it is written anew where there is one."""

    product: ReviewedProductInput
    """What it is about."""
    opinion: OpinionInput
    """What you say."""


@strawberry.input
class ReviewWriteInput:
    """What a member says of a product on your page."""

    member: MemberRefInput
    """Who says so."""
    product: ReviewedProductInput
    """What it is about."""
    opinion: OpinionInput
    """What it says."""


@strawberry.input
class MyReviewInput:
    """A review of yours that takes a step."""

    review: strawberry.ID
    """The review, as myReviews gave it."""


@strawberry.input
class MyReviewCommentInput:
    """A comment of yours that takes a step."""

    comment: strawberry.ID
    """The comment."""


@strawberry.input
class ReviewCommentWriteInput:
    """A reply or an answer to a review that is shown."""

    review: strawberry.ID
    """The review, as productReviews gave it."""
    words: str
    """At most 2,000 characters."""
    display_name: str | None = None
    """As whom a member wants to be shown."""


@strawberry.input
class ReviewReportInput:
    """What you find fault with: a review or a comment, as productReviews gave it."""

    review: strawberry.ID | None = None
    """The review."""
    comment: strawberry.ID | None = None
    """Or a comment on it."""
    reason: RefusalReason
    """What is wrong with it."""


@strawberry.type
class ReviewWritePayload:
    """What became of a review that a member wrote on your page."""

    written: bool = False
    """Whether it was taken; it may have to wait for a moderator."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class ReviewReportPayload:
    """What became of what you reported."""

    reported: bool = False
    """Whether its moderator is told."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


Of = Annotated[ReviewedProductInput, strawberry.argument(description="The product.")]
Ordered = Annotated[ReviewOrder, strawberry.argument(description="In what order; the newest first, if not said.")]


@strawberry.type
class ReviewQuery:
    """Reviews."""

    @strawberry.field(graphql_type=ProductReviewSummary | None, extensions=[public, or_null])
    @staticmethod
    async def product_review_summary(info: Info, product: Of) -> Judged:
        """How a product is judged; null where nobody's review of it is shown."""
        return Judged(*await reviews.judged(info.context, product.to_named(info.context)))

    @strawberry.field(graphql_type=Connection[ProductReview], extensions=[public, paged(order_by="order")])
    @staticmethod
    async def product_reviews(
        info: Info, page: PageRequest, product: Of, order: Ordered = ReviewOrder.NEWEST
    ) -> Page[reading.ShownReview]:
        """The reviews of a product that are shown."""
        return await reviews.shown(info.context, product.to_named(info.context), page, order)

    @strawberry.field(graphql_type=Connection[Review], extensions=[MINE, paged()])
    @staticmethod
    async def my_reviews(info: Info, page: PageRequest) -> Page[queries.OwnReview]:
        """What you wrote, newest first, with what became of it."""
        return await reviews.mine(info.context, page)

    @strawberry.field(graphql_type=Connection[ReviewComment], extensions=[MINE, paged()])
    @staticmethod
    async def my_review_comments(info: Info, page: PageRequest) -> Page[queries.OwnComment]:
        """What you answered, newest first."""
        return await reviews.my_comments(info.context, page)


@strawberry.type
class ReviewMutation:
    """Members and partners write."""

    @strawberry.mutation(graphql_type=ReviewPayload, extensions=[WRITE_MINE, refusals])
    @staticmethod
    async def my_review_write(info: Info, input: MyReviewWriteInput) -> Any:
        """Say what you think of a product; the same again changes nothing."""
        named, opinion = input.product.to_named(info.context), input.opinion.to_opinion()
        return ReviewPayload(review=await reviews.write_mine(info.context, named, opinion))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewWritePayload, extensions=[needs(Scope.PURCHASES_WRITE), refusals])
    @staticmethod
    async def review_write(info: Info, input: ReviewWriteInput) -> Any:
        """Hand in what a member says on your page; its only review of the product is written anew."""
        ref, named = input.member.to_ref(info.context), input.product.to_named(info.context)
        await reviews.write_for(info.context, ref, named, input.opinion.to_opinion())
        return ReviewWritePayload(written=True)

    @strawberry.mutation(graphql_type=ReviewPayload, extensions=[WRITE_MINE, refusals])
    @staticmethod
    async def my_review_withdraw(info: Info, input: MyReviewInput) -> Any:
        """Take a review back; you may write it anew."""
        done = await reviews.withdraw(info.context, info.context.global_ids.one("Review", input.review))
        return ReviewPayload(review=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewPayload, extensions=[WRITE_MINE, refusals])
    @staticmethod
    async def my_review_object(info: Info, input: MyReviewInput) -> Any:
        """Object to a refusal or a take-down, once; the coalition decides."""
        done = await reviews.object_to_review(info.context, info.context.global_ids.one("Review", input.review))
        return ReviewPayload(review=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewCommentPayload, extensions=[WRITE_MINE, refusals])
    @staticmethod
    async def my_review_comment_object(info: Info, input: MyReviewCommentInput) -> Any:
        """Object to a refusal or a take-down of your comment, once; the coalition decides."""
        comment_id = info.context.global_ids.one("ReviewComment", input.comment)
        done = await reviews.object_to_comment(info.context, comment_id)
        return ReviewCommentPayload(comment=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewCommentPayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def review_comment_write(info: Info, input: ReviewCommentWriteInput) -> Any:
        """Reply to a review as a member, or answer it as its product's maker or a shop that sells it."""
        review_id = info.context.global_ids.one("ProductReview", input.review)
        done = await reviews.comment(info.context, review_id, input.words, input.display_name)
        return ReviewCommentPayload(comment=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewCommentPayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def review_comment_withdraw(info: Info, input: MyReviewCommentInput) -> Any:
        """Take your comment back."""
        comment_id = info.context.global_ids.one("ReviewComment", input.comment)
        done = await reviews.withdraw_comment(info.context, comment_id)
        return ReviewCommentPayload(comment=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewReportPayload, extensions=[ANSWER, refusals])
    @staticmethod
    async def review_report(info: Info, input: ReviewReportInput) -> Any:
        """Tell the moderator that something is wrong with a review or a comment; it stays until it was looked at."""
        ids = info.context.global_ids
        if input.comment is not None:
            target = ids.one("ProductReviewComment", input.comment)
        else:
            target = ids.one("ProductReview", input.review or "")
        await reviews.report(info.context, target, input.reason)
        return ReviewReportPayload(reported=True)
