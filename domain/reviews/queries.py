"""Reviews as their authors and moderators see them: what waits, what was decided, how often and for how many stars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, literal, or_, select, tuple_
from sqlmodel import col

from domain.paging import Page, PageRequest
from domain.reviews.errors import ReviewNotFound
from domain.reviews.models import (
    Decision,
    RefusalReason,
    Review,
    ReviewComment,
    ReviewDecision,
    ReviewState,
    ReviewText,
)
from domain.storage import ReadSession, concerning, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnReview:
    """A review in its newest words, as its author and its moderator see it."""

    review_id: UUID
    subject: str
    version: int
    state: ReviewState
    shown: int | None
    stars: int
    title: str | None
    words: str | None
    photos: tuple[str, ...]
    display_name: str | None
    language: str
    verified: bool
    held_for: tuple[str, ...]
    written_at: datetime
    changed_at: datetime
    waits_since: datetime | None
    reason: RefusalReason | None
    reason_words: str | None
    objected_at: datetime | None
    reports: int
    moderator_id: UUID | None
    earns: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnComment:
    """A comment, as its author and its moderator see it."""

    comment_id: UUID
    review_id: UUID
    state: ReviewState
    words: str | None
    display_name: str | None
    partner_id: UUID | None
    held_for: tuple[str, ...]
    written_at: datetime
    waits_since: datetime | None
    reason: RefusalReason | None
    reason_words: str | None
    objected_at: datetime | None
    reports: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedCount:
    """How often reviews of so many stars were refused or taken down, for one reason, by one moderator."""

    moderator_id: UUID | None
    """None: the coalition."""
    stars: int
    reason: RefusalReason
    count: int


async def of_member(session: ReadSession, member_id: UUID, request: PageRequest) -> Page[OwnReview]:
    """What a member wrote, the newest first."""
    mine = and_(col(Review.member_id) == member_id, col(Review.followed_by).is_(None))
    return await _page(session, mine, request)


async def comments_of_member(session: ReadSession, member_id: UUID, request: PageRequest) -> Page[OwnComment]:
    """What a member answered, the newest first."""
    return await _comments(session, col(ReviewComment.member_id) == member_id, request)


async def own_review(session: ReadSession, member_id: UUID, review_id: UUID) -> OwnReview:
    """A member's own review. Raises: ReviewNotFound."""
    return await _one(session, and_(col(Review.review_id) == review_id, col(Review.member_id) == member_id))


async def own_comment(
    session: ReadSession, comment_id: UUID, *, member_id: UUID | None, partner_id: UUID | None
) -> OwnComment:
    """A member's or partner's own comment. Raises: ReviewNotFound."""
    own = or_(
        and_(literal(member_id is not None), col(ReviewComment.member_id) == member_id),
        and_(literal(partner_id is not None), col(ReviewComment.partner_id) == partner_id),
    )
    found = await session.scalar(select(ReviewComment).where(col(ReviewComment.comment_id) == comment_id, own))
    if found is None:
        raise ReviewNotFound
    return comment_of(found)


async def comment_by_id(session: ReadSession, comment_id: UUID) -> OwnComment:
    """A comment that the viewer moderates. Raises: ReviewNotFound."""
    mine = concerning(sight_of(session), col(ReviewComment.moderator_id))
    found = await session.scalar(select(ReviewComment).where(col(ReviewComment.comment_id) == comment_id, mine))
    if found is None:
        raise ReviewNotFound
    return comment_of(found)


async def review_by_id(session: ReadSession, review_id: UUID) -> OwnReview:
    """A review that the viewer moderates. Raises: ReviewNotFound."""
    return await _one(session, and_(col(Review.review_id) == review_id, _moderated(session)))


async def worklist(
    session: ReadSession, request: PageRequest, *, states: Sequence[ReviewState] = ()
) -> Page[OwnReview]:
    """Reviews that the viewer moderates: those that wait or that readers found fault with, the oldest first."""
    wanted: ColumnElement[bool] = or_(col(Review.state) == ReviewState.PENDING, col(Review.reports) > 0)
    if states:
        wanted = col(Review.state).in_(states)
    since = func.coalesce(col(Review.waits_since), col(Review.changed_at))
    key = (since, col(Review.review_id))
    statement = _whole().where(wanted, _moderated(session), col(Review.followed_by).is_(None)).order_by(*key)
    if request.after is not None:
        statement = statement.where(tuple_(*key) > request.after)
    rows = (await session.execute(statement.limit(request.first + 1))).all()
    return Page.of(
        [_own(*row) for row in rows], request, lambda one: (one.waits_since or one.changed_at, one.review_id)
    )


async def comment_worklist(session: ReadSession, request: PageRequest) -> Page[OwnComment]:
    """Comments that the viewer moderates and that wait, or that readers found fault with, the oldest first."""
    due = or_(col(ReviewComment.state) == ReviewState.PENDING, col(ReviewComment.reports) > 0)
    mine = concerning(sight_of(session), col(ReviewComment.moderator_id))
    statement = select(ReviewComment).where(due, mine).order_by(col(ReviewComment.comment_id))
    if request.after is not None:
        statement = statement.where(col(ReviewComment.comment_id) > request.after[0])
    rows = (await session.scalars(statement.limit(request.first + 1))).all()
    return Page.of([comment_of(row) for row in rows], request, lambda one: (one.comment_id,))


async def refused_by_stars(session: ReadSession) -> list[RefusedCount]:
    """How often reviews were refused or taken down, by moderator, stars and reason: of the viewer's own."""
    about = (col(ReviewDecision.moderator_id), col(ReviewDecision.stars), col(ReviewDecision.reason))
    rows = await session.execute(
        select(*about, func.count())
        .where(
            col(ReviewDecision.decision) != Decision.PUBLISH,
            col(ReviewDecision.stars).is_not(None),
            concerning(sight_of(session), col(ReviewDecision.moderator_id)),
        )
        .group_by(*about)
        .order_by(about[0].nulls_first(), *about[1:])
    )
    return [
        RefusedCount(moderator_id=moderator, stars=int(stars or 0), reason=RefusalReason(str(reason)), count=count)
        for moderator, stars, reason, count in rows.all()
    ]


async def versions_of(session: ReadSession, review_id: UUID) -> list[ReviewText]:
    """All that was written, the oldest first; to the author and the moderator."""
    found = select(ReviewText).where(col(ReviewText.review_id) == review_id).order_by(col(ReviewText.version))
    return list(await session.scalars(found))


def comment_of(row: ReviewComment) -> OwnComment:
    """A row as the rules know it."""
    plain = {name: getattr(row, name) for name in OwnComment.__dataclass_fields__}
    return OwnComment(
        **plain
        | {
            "state": ReviewState(row.state),
            "held_for": tuple(row.held_for),
            "reason": row.reason and RefusalReason(row.reason),
        }
    )


def _whole() -> Any:
    newest = and_(col(ReviewText.review_id) == col(Review.review_id), col(ReviewText.version) == col(Review.version))
    return select(Review, ReviewText).join(ReviewText, newest).execution_options(populate_existing=True)


async def _one(session: ReadSession, wanted: ColumnElement[bool]) -> OwnReview:
    row = (await session.execute(_whole().where(wanted))).one_or_none()
    if row is None:
        raise ReviewNotFound
    return _own(*row)


async def _page(session: ReadSession, wanted: ColumnElement[bool], request: PageRequest) -> Page[OwnReview]:
    statement = _whole().where(wanted).order_by(col(Review.review_id).desc())
    if request.after is not None:
        statement = statement.where(col(Review.review_id) < request.after[0])
    rows = (await session.execute(statement.limit(request.first + 1))).all()
    return Page.of([_own(*row) for row in rows], request, lambda one: (one.review_id,))


async def _comments(session: ReadSession, wanted: ColumnElement[bool], request: PageRequest) -> Page[OwnComment]:
    statement = select(ReviewComment).where(wanted).order_by(col(ReviewComment.comment_id).desc())
    if request.after is not None:
        statement = statement.where(col(ReviewComment.comment_id) < request.after[0])
    rows = (await session.scalars(statement.limit(request.first + 1))).all()
    return Page.of([comment_of(row) for row in rows], request, lambda one: (one.comment_id,))


def _moderated(session: ReadSession) -> ColumnElement[bool]:
    return concerning(sight_of(session), col(Review.moderator_id))


def _own(review: Review, newest: ReviewText) -> OwnReview:
    said = {name: getattr(newest, name) for name in ("title", "words", "display_name", "language")}
    named = set(OwnReview.__dataclass_fields__) - {*said, "photos"}
    return OwnReview(
        **{name: getattr(review, name) for name in named}
        | said
        | {
            "photos": tuple(newest.photos),
            "held_for": tuple(review.held_for),
            "state": ReviewState(review.state),
            "reason": review.reason and RefusalReason(review.reason),
        }
    )
