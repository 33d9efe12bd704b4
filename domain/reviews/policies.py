"""How reviews are taken: who judges them, whether a purchase is wanted, when they earn, and in whose name."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select

from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, ID, WHOLE, choice, read_parts, written
from domain.ids import PartnerId, new_id
from domain.reviews.errors import InvalidReviewPolicy, ReviewPolicyClash
from domain.reviews.models import ReviewPolicyRow
from domain.storage import ReadSession, WriteSession, concerning, sight_of

MOST_A_DAY = 1_000


class EarnsAt(StrEnum):
    """When a review's action is recorded."""

    WRITTEN = "WRITTEN"
    """As soon as it is written, unless a signal makes it wait."""
    PUBLISHED = "PUBLISHED"
    """Once it is published."""


class Publishes(StrEnum):
    """Who lets a review be shown."""

    MODERATED = "MODERATED"
    """A moderator, always."""
    AT_ONCE = "AT_ONCE"
    """Nobody has to; one that has a signal waits for a moderator."""


class ReviewModerator(StrEnum):
    """Who judges what is written under a policy."""

    OWNER = "OWNER"
    """Whose policy it is."""
    COALITION = "COALITION"
    """The coalition."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPolicyTerms:
    """What holds for reviews of what a partner makes or that are written on its page; the coalition's, for the rest."""

    open: bool = field(default=True, metadata=FLAG.metadata)
    """Whether reviews are taken."""
    purchase_wanted: bool = field(default=False, metadata=FLAG.metadata)
    """Whether only members who bought the product may write."""
    publishes: Publishes = field(default=Publishes.MODERATED, metadata=choice(Publishes, "way to publish").metadata)
    """Who lets a review be shown."""
    moderator: ReviewModerator = field(
        default=ReviewModerator.OWNER, metadata=choice(ReviewModerator, "moderator").metadata
    )
    """Who judges."""
    earns_at: EarnsAt = field(default=EarnsAt.PUBLISHED, metadata=choice(EarnsAt, "moment to earn").metadata)
    """When the REVIEW action is recorded."""
    tells_stars: bool = field(default=False, metadata=FLAG.metadata)
    """Whether the action carries the stars, so that campaigns could pay by them."""
    most_a_day: int = field(default=10, metadata=WHOLE.metadata)
    """So many texts of one member in 24 hours; each further one waits for a moderator."""
    host: PartnerId | None = field(default=None, metadata=ID.metadata)
    """Of the coalition's policy: who records the actions; None: they earn nothing. A partner records its own."""

    def __post_init__(self) -> None:
        if not 1 <= self.most_a_day <= MOST_A_DAY:
            raise InvalidReviewPolicy(f"most_a_day is 1 to {MOST_A_DAY}", path=("most_a_day",))

    def to_json(self) -> dict[str, Any]:
        """As stored: only what differs from the usual."""
        return written(self)

    @classmethod
    def from_json(cls, stored: Any) -> ReviewPolicyTerms:
        """Terms out of their stored form. Raises: InvalidReviewPolicy, naming the part."""
        try:
            return read_parts(cls, stored)
        except InvalidReviewPolicy:
            raise
        except (InvalidRule, InvalidCampaign) as refused:
            raise InvalidReviewPolicy(refused.message, path=refused.path) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPolicy:
    """One version of a policy."""

    policy_id: UUID
    version: int
    partner_id: PartnerId | None
    """The owner; None: the coalition."""
    terms: ReviewPolicyTerms
    set_at: datetime


async def set_policy(
    session: WriteSession, owner: PartnerId | None, terms: ReviewPolicyTerms, *, by: UUID | None = None, now: datetime
) -> ReviewPolicy:
    """Let reviews be taken so from now on; what is written already is judged as it was promised. Again changes nothing.

    Raises: InvalidReviewPolicy, ReviewPolicyClash.
    """
    if owner is not None and terms.host is not None:
        raise InvalidReviewPolicy("a partner records its own actions; only the coalition names a host", path=("host",))
    if owner is None and terms.moderator is ReviewModerator.COALITION:
        raise InvalidReviewPolicy("the coalition is the owner of its own policy", path=("moderator",))
    known = await _in_force(session, owner)
    if known is not None and policy_of(known).terms == terms:
        return policy_of(known)
    made = ReviewPolicyRow(
        policy_id=known.policy_id if known else new_id(),
        version=known.version + 1 if known else 1,
        partner_id=owner,
        terms=terms.to_json(),
        set_at=now,
        set_by=by,
    )
    try:
        if known is not None:
            ending = update(ReviewPolicyRow).where(
                col(ReviewPolicyRow.policy_id) == known.policy_id, col(ReviewPolicyRow.until).is_(None)
            )
            await session.execute(ending.values(until=now))
        session.add(made)
        await session.flush()  # another's policy of the same moment speaks here
    except IntegrityError:
        raise ReviewPolicyClash from None
    return policy_of(made)


async def policies(session: ReadSession) -> list[ReviewPolicy]:
    """The policies in force that are the viewer's; all of them to the coalition, its own first."""
    rows = await session.scalars(
        select(ReviewPolicyRow)
        .where(col(ReviewPolicyRow.until).is_(None), concerning(sight_of(session), col(ReviewPolicyRow.partner_id)))
        .order_by(col(ReviewPolicyRow.partner_id).nulls_first())
        .execution_options(populate_existing=True)
    )
    return [policy_of(row) for row in rows]


def policy_of(row: ReviewPolicyRow) -> ReviewPolicy:
    """A row as the rules know it."""
    return ReviewPolicy(
        policy_id=row.policy_id,
        version=row.version,
        partner_id=None if row.partner_id is None else PartnerId(row.partner_id),
        terms=ReviewPolicyTerms.from_json(row.terms),
        set_at=row.set_at,
    )


async def _in_force(session: ReadSession, owner: PartnerId | None) -> ReviewPolicyRow | None:
    whose = col(ReviewPolicyRow.partner_id)
    found = await session.scalars(
        select(ReviewPolicyRow)
        .where(col(ReviewPolicyRow.until).is_(None), whose.is_(None) if owner is None else whose == owner)
        .execution_options(populate_existing=True)
    )
    return found.one_or_none()
