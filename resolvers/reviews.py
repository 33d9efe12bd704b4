"""Reviews: what everybody reads, what members and partners write, and what moderators decide."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from domain.ids import PartnerId
from domain.members.recognition import MemberRef
from domain.paging import Page, PageRequest
from domain.reviews import moderating, policies, queries, reading, subjects, writing
from domain.reviews.errors import ReviewedProductNotFound
from domain.reviews.models import RefusalReason, ReviewState
from domain.reviews.moderating import Judgement
from domain.reviews.policies import ReviewPolicy, ReviewPolicyTerms
from domain.reviews.queries import OwnComment, OwnReview, RefusedCount
from domain.reviews.reading import ReviewOrder, ShownReview, StarSums
from domain.reviews.subjects import ProductNamed, Subject
from domain.reviews.texts import Opinion
from partners.viewer import Audience
from resolvers import members
from resolvers.context import Context
from resolvers.policies import acting_member, acting_partner
from resolvers.segments import owner_of


async def product(ctx: Context, named: ProductNamed) -> Subject:
    """A product by its numbers. Raises: ReviewedProductNotFound."""
    return await ctx.fetch(subjects.find, named)


async def product_called(ctx: Context, subject: str) -> Subject | None:
    """A product by what reviews call it; None where no catalogue has it any more."""
    return await ctx.load(subjects.subjects_by_names, subject)


async def judged(ctx: Context, named: ProductNamed) -> tuple[Subject, StarSums]:
    """How a product is judged; one without reviews is told of like one that nobody has.

    Raises: ReviewedProductNotFound.
    """
    subject = await product(ctx, named)
    told = await ctx.fetch(reading.sums, subject)
    if not told.count:
        raise ReviewedProductNotFound
    return subject, told


async def shown(ctx: Context, named: ProductNamed, request: PageRequest, order: ReviewOrder) -> Page[ShownReview]:
    """What everybody reads of a product; nothing, of one that nobody has."""
    try:
        subject = await product(ctx, named)
    except ReviewedProductNotFound:
        return Page(items=[], keys=[], has_next=False)
    return await ctx.fetch(reading.shown, subject, request, order=order)


async def mine(ctx: Context, request: PageRequest) -> Page[OwnReview]:
    """What the member wrote."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(queries.of_member, member_id, request)


async def my_comments(ctx: Context, request: PageRequest) -> Page[OwnComment]:
    """What the member answered."""
    _, member_id = acting_member(ctx.viewer)
    return await ctx.read(queries.comments_of_member, member_id, request)


async def write_mine(ctx: Context, named: ProductNamed, opinion: Opinion) -> OwnReview:
    """The member writes, in its own account."""
    _, member_id = acting_member(ctx.viewer)
    review_id = await ctx.post(writing.write, member_id, named, opinion, page=None, now=ctx.now)
    return await ctx.read(queries.own_review, member_id, review_id)


async def write_for(ctx: Context, ref: MemberRef, named: ProductNamed, opinion: Opinion) -> None:
    """A member writes on a partner's page; what becomes of it is the member's and the moderator's to see."""
    page = PartnerId(acting_partner(ctx.viewer))
    member = await members.find(ctx, ref)
    await ctx.post(writing.write, member.member_id, named, opinion, page=page, now=ctx.now)


async def withdraw(ctx: Context, review_id: UUID) -> OwnReview:
    """The member takes a review back. Raises: ReviewNotFound."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.post(writing.withdraw, member_id, review_id)
    return await ctx.read(queries.own_review, member_id, review_id)


async def object_to_review(ctx: Context, review_id: UUID) -> OwnReview:
    """The member objects to a refusal. Raises: ReviewNotFound, ReviewStateConflict."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.read(queries.own_review, member_id, review_id)
    await ctx.post(writing.object_to, member_id, review_id, now=ctx.now)
    return await ctx.read(queries.own_review, member_id, review_id)


async def object_to_comment(ctx: Context, comment_id: UUID) -> OwnComment:
    """The member objects to a refusal. Raises: ReviewNotFound, ReviewStateConflict."""
    _, member_id = acting_member(ctx.viewer)
    await ctx.read(queries.own_comment, comment_id, member_id=member_id, partner_id=None)
    await ctx.post(writing.object_to, member_id, comment_id, now=ctx.now)
    return await ctx.read(queries.own_comment, comment_id, member_id=member_id, partner_id=None)


async def comment(ctx: Context, review_id: UUID, words: str, display_name: str | None) -> OwnComment:
    """A member replies, or a partner answers. Raises: ReviewNotFound, InvalidReview."""
    member_id, partner_id = _writer(ctx)
    comment_id = await ctx.post(
        writing.comment,
        review_id,
        words,
        member_id=member_id,
        partner_id=partner_id,
        display_name=display_name,
        now=ctx.now,
    )
    return await ctx.read(queries.own_comment, comment_id, member_id=member_id, partner_id=partner_id)


async def withdraw_comment(ctx: Context, comment_id: UUID) -> OwnComment:
    """Its author takes a comment back. Raises: ReviewNotFound."""
    member_id, partner_id = _writer(ctx)
    await ctx.post(writing.withdraw_comment, comment_id, member_id=member_id, partner_id=partner_id)
    return await ctx.read(queries.own_comment, comment_id, member_id=member_id, partner_id=partner_id)


async def report(ctx: Context, target_id: UUID, why: RefusalReason) -> None:
    """A reader finds fault with what is shown. Raises: ReviewNotFound."""
    member_id, partner_id = _writer(ctx)
    reporter = member_id or partner_id
    assert reporter is not None, "one of the two writes"
    await ctx.post(writing.report, reporter, target_id, why, now=ctx.now)


async def worklist(ctx: Context, request: PageRequest, states: Sequence[ReviewState]) -> Page[OwnReview]:
    """Reviews that the viewer moderates."""
    owner_of(ctx)
    return await ctx.read(queries.worklist, request, states=states)


async def comment_worklist(ctx: Context, request: PageRequest) -> Page[OwnComment]:
    """Comments that the viewer moderates and that are to be looked at."""
    owner_of(ctx)
    return await ctx.read(queries.comment_worklist, request)


async def find(ctx: Context, review_id: UUID) -> OwnReview:
    """A review that the viewer moderates, or wrote. Raises: WrongAudience, ReviewNotFound."""
    if ctx.viewer.audience is Audience.MEMBER:
        return await ctx.read(queries.own_review, acting_member(ctx.viewer)[1], review_id)
    owner_of(ctx)
    return await ctx.read(queries.review_by_id, review_id)


async def decide(ctx: Context, judgement: Judgement) -> None:
    """The moderator decides. Raises: WrongAudience, ReviewNotFound, ReviewChanged, ReviewStateConflict."""
    owner_of(ctx)
    await ctx.write(moderating.decide, judgement, by=ctx.viewer.person_id, now=ctx.now)


async def comment_by_id(ctx: Context, comment_id: UUID) -> OwnComment:
    """A comment that the viewer moderates. Raises: ReviewNotFound."""
    return await ctx.read(queries.comment_by_id, comment_id)


async def refused(ctx: Context) -> list[RefusedCount]:
    """How often reviews were refused, by stars."""
    owner_of(ctx)
    return await ctx.read(queries.refused_by_stars)


async def taken_how(ctx: Context) -> list[ReviewPolicy]:
    """The viewer's policy; all of them to the coalition."""
    owner_of(ctx)
    return await ctx.read(policies.policies)


async def set_policy(ctx: Context, terms: ReviewPolicyTerms) -> ReviewPolicy:
    """Let reviews be taken so from now on. Raises: WrongAudience, InvalidReviewPolicy, ReviewPolicyClash."""
    owner = owner_of(ctx)
    return await ctx.write(policies.set_policy, owner, terms, by=ctx.viewer.person_id, now=ctx.now)


def _writer(ctx: Context) -> tuple[UUID | None, PartnerId | None]:
    """Who writes: the member that is signed in, or the partner. Raises: WrongAudience."""
    if ctx.viewer.audience is Audience.MEMBER:
        return acting_member(ctx.viewer)[1], None
    return None, PartnerId(acting_partner(ctx.viewer))
