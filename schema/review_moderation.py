"""Moderation of reviews: how they are taken, what waits, what is decided, and how often for how many stars."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.ids import PartnerId
from domain.paging import Page, PageRequest
from domain.reviews import policies, queries
from domain.reviews.models import Decision, RefusalReason, ReviewState
from domain.reviews.moderating import Judgement
from domain.reviews.policies import EarnsAt, Publishes, ReviewModerator
from partners.scopes import Scope
from resolvers import coalition, reviews
from resolvers.context import Context, Info
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.review_shapes import Review, ReviewComment, ReviewCommentPayload, ReviewPayload
from schema.shape import shows

READ = needs(Scope.CAMPAIGNS_READ, Scope.SERVICE_WRITE)
DECIDE = needs(Scope.CAMPAIGNS_PUBLISH, Scope.SERVICE_WRITE, Scope.PARTNERS_MANAGE)
SET = needs(Scope.CAMPAIGNS_PUBLISH, Scope.PARTNERS_MANAGE)
SEE = needs(Scope.CAMPAIGNS_READ, Scope.SERVICE_WRITE, Scope.PROFILE_READ)

findable(Review, reviews.find, SEE)


@strawberry.type
@shows(policies.ReviewPolicy)
class ReviewPolicy(Node):
    """How reviews of what you make, or that are written on your page, are taken; the coalition's, for the rest."""

    id: strawberry.ID = identified("policy_id")
    version: int
    """Counts from 1."""
    set_at: datetime
    """When it was set."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def owner(policy: strawberry.Parent[policies.ReviewPolicy], info: Info) -> coalition_models.Partner | None:
        """Whose it is; null: the coalition's."""
        return await coalition.partner_or_none(info.context, policy.partner_id)

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def host(policy: strawberry.Parent[policies.ReviewPolicy], info: Info) -> coalition_models.Partner | None:
        """Who records the REVIEW actions; null: they earn nothing."""
        return await coalition.partner_or_none(info.context, policy.terms.host or policy.partner_id)

    @strawberry.field
    @staticmethod
    def open(policy: strawberry.Parent[policies.ReviewPolicy]) -> bool:
        """Whether reviews are taken."""
        return policy.terms.open

    @strawberry.field
    @staticmethod
    def purchase_wanted(policy: strawberry.Parent[policies.ReviewPolicy]) -> bool:
        """Whether only members who bought the product may write."""
        return policy.terms.purchase_wanted

    @strawberry.field
    @staticmethod
    def publishes(policy: strawberry.Parent[policies.ReviewPolicy]) -> Publishes:
        """Who lets a review be shown."""
        return policy.terms.publishes

    @strawberry.field
    @staticmethod
    def moderator(policy: strawberry.Parent[policies.ReviewPolicy]) -> ReviewModerator:
        """Who judges."""
        return policy.terms.moderator

    @strawberry.field
    @staticmethod
    def earns_at(policy: strawberry.Parent[policies.ReviewPolicy]) -> EarnsAt:
        """When the REVIEW action is recorded."""
        return policy.terms.earns_at

    @strawberry.field
    @staticmethod
    def tells_stars(policy: strawberry.Parent[policies.ReviewPolicy]) -> bool:
        """Whether the action carries the stars, so that campaigns could pay by them."""
        return policy.terms.tells_stars

    @strawberry.field
    @staticmethod
    def most_a_day(policy: strawberry.Parent[policies.ReviewPolicy]) -> int:
        """So many texts of one member in 24 hours; each further one waits for a moderator."""
        return policy.terms.most_a_day


@strawberry.type
@shows(queries.RefusedCount)
class ReviewRefusalCount:
    """How often reviews of so many stars were refused or taken down, for one reason, by one moderator."""

    stars: int
    """1 to 5."""
    reason: RefusalReason
    """Why."""
    count: int
    """How often."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def moderator(
        refused: strawberry.Parent[queries.RefusedCount], info: Info
    ) -> coalition_models.Partner | None:
        """By whom; null: by the coalition."""
        return await coalition.partner_or_none(info.context, refused.moderator_id)


@strawberry.input
class ReviewPolicySetInput:
    """How reviews shall be taken from now on; what is not said, is as usual."""

    open: bool = True
    """Whether reviews are taken."""
    purchase_wanted: bool = False
    """Whether only members who bought the product may write."""
    publishes: Publishes = Publishes.MODERATED
    """Who lets a review be shown."""
    moderator: ReviewModerator = ReviewModerator.OWNER
    """Who judges."""
    earns_at: EarnsAt = EarnsAt.PUBLISHED
    """When the REVIEW action is recorded."""
    tells_stars: bool = False
    """Whether the action carries the stars; reviews that are paid by their stars are worth little."""
    most_a_day: int = 10
    """1 to 1,000."""
    host: strawberry.ID | None = None
    """Of the coalition's policy: the partner that records the actions."""

    def to_terms(self, ctx: Context) -> policies.ReviewPolicyTerms:
        """As the domain takes it. Raises: InvalidReviewPolicy."""
        host = None if self.host is None else PartnerId(ctx.global_ids.one("Partner", self.host))
        plain = ("open", "purchase_wanted", "publishes", "moderator", "earns_at", "tells_stars", "most_a_day")
        return policies.ReviewPolicyTerms(host=host, **{name: getattr(self, name) for name in plain})


@strawberry.input
class ReviewDecideInput:
    """What you decide about a review."""

    review: strawberry.ID
    """The review."""
    version: int
    """As you read it; what the author changed since is not decided about unread."""
    decision: Decision
    """What becomes of it."""
    reason: RefusalReason | None = None
    """Why it is refused or taken down; few stars are no reason."""
    words: str | None = None
    """For the author; needed for OTHER. At most 500 characters."""


@strawberry.input
class ReviewCommentDecideInput:
    """What you decide about a comment."""

    comment: strawberry.ID
    """The comment."""
    decision: Decision
    """What becomes of it."""
    reason: RefusalReason | None = None
    """Why it is refused or taken down."""
    words: str | None = None
    """For the author; needed for OTHER. At most 500 characters."""


@strawberry.type
class ReviewPolicyPayload:
    """What became of how reviews are to be taken."""

    policy: ReviewPolicy | None = None
    """It, as it is in force; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


States = Annotated[
    list[ReviewState] | None,
    strawberry.argument(description="Only those that stand so; what waits or was reported, if not said."),
]
Id = Annotated[strawberry.ID, strawberry.argument(description="The review's id.")]


@strawberry.type
class ReviewModerationQuery:
    """What moderators see."""

    @strawberry.field(graphql_type=Connection[Review], extensions=[READ, paged()])
    @staticmethod
    async def reviews(info: Info, page: PageRequest, states: States = None) -> Page[queries.OwnReview]:
        """Reviews that are yours to judge, those that wait longest first."""
        return await reviews.worklist(info.context, page, states or ())

    @strawberry.field(graphql_type=Review | None, extensions=[READ, or_null])
    @staticmethod
    async def review(info: Info, id: Id) -> queries.OwnReview:
        """One of them; null when there is none with this id."""
        return await reviews.find(info.context, info.context.global_ids.one("Review", id))

    @strawberry.field(graphql_type=Connection[ReviewComment], extensions=[READ, paged()])
    @staticmethod
    async def review_comments(info: Info, page: PageRequest) -> Page[queries.OwnComment]:
        """Comments that are yours to judge and wait, or that readers found fault with, oldest first."""
        return await reviews.comment_worklist(info.context, page)

    @strawberry.field(graphql_type=list[ReviewPolicy], extensions=[READ])
    @staticmethod
    async def review_policies(info: Info) -> list[policies.ReviewPolicy]:
        """How your reviews are taken; to the coalition all policies, its own first."""
        return await reviews.taken_how(info.context)

    @strawberry.field(graphql_type=list[ReviewRefusalCount], extensions=[READ])
    @staticmethod
    async def review_refusals(info: Info) -> list[queries.RefusedCount]:
        """How often reviews were refused or taken down, by stars and reason: by you; to the coalition, by everybody."""
        return await reviews.refused(info.context)


@strawberry.type
class ReviewModerationMutation:
    """Moderators decide."""

    @strawberry.mutation(graphql_type=ReviewPayload, extensions=[DECIDE, refusals])
    @staticmethod
    async def review_decide(info: Info, input: ReviewDecideInput) -> Any:
        """Publish, refuse or take down a review; each decision stands in the audit trail."""
        review_id = info.context.global_ids.one("Review", input.review)
        judgement = Judgement(
            target_id=review_id,
            decision=input.decision,
            version=input.version,
            reason=input.reason,
            words=input.words,
        )
        await reviews.decide(info.context, judgement)
        return ReviewPayload(review=await reviews.find(info.context, review_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewCommentPayload, extensions=[DECIDE, refusals])
    @staticmethod
    async def review_comment_decide(info: Info, input: ReviewCommentDecideInput) -> Any:
        """Publish, refuse or take down a comment; each decision stands in the audit trail."""
        comment_id = info.context.global_ids.one("ReviewComment", input.comment)
        said = {"decision": input.decision, "reason": input.reason, "words": input.words}
        await reviews.decide(info.context, Judgement(target_id=comment_id, **said))  # type: ignore[arg-type]
        done = await reviews.comment_by_id(info.context, comment_id)
        return ReviewCommentPayload(comment=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReviewPolicyPayload, extensions=[SET, refusals])
    @staticmethod
    async def review_policy_set(info: Info, input: ReviewPolicySetInput) -> Any:
        """Let reviews be taken so from now on; what is written already is judged as it was promised."""
        done = await reviews.set_policy(info.context, input.to_terms(info.context))
        return ReviewPolicyPayload(policy=done)  # type: ignore[arg-type]
