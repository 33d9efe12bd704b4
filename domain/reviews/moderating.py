"""Moderators decide, each about what is theirs to judge; every decision is kept and told by the audit trail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from sqlalchemy import text

from domain.ids import new_id
from domain.reviews.errors import InvalidReview, ReviewChanged, ReviewNotFound, ReviewStateConflict
from domain.reviews.models import Decision, RefusalReason
from domain.reviews.texts import check_words
from domain.storage import WriteSession

LONGEST_REASON = 500

_DECIDE = text("SELECT decide_review(CAST(:said AS jsonb), :now)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What is decided about a review or a comment."""

    target_id: UUID
    decision: Decision
    version: int = 1
    """Of the review, as it was read; a comment has one only."""
    reason: RefusalReason | None = None
    """Why it is refused or taken down: there is always a reason, and few stars are none."""
    words: str | None = None
    """For the author."""

    def __post_init__(self) -> None:
        if (self.decision is Decision.PUBLISH) != (self.reason is None):
            raise InvalidReview("reason", "said of what is refused or taken down, and only then")
        if self.reason is RefusalReason.OTHER and self.words is None:
            raise InvalidReview("words", "said where the reason is OTHER")
        check_words("words", self.words, LONGEST_REASON)


async def decide(session: WriteSession, judgement: Judgement, *, by: UUID | None, now: datetime) -> None:
    """Publish, refuse or take down, with the sight of its moderator; again changes nothing.

    Raises: ReviewNotFound, ReviewChanged, ReviewStateConflict.
    """
    said = {
        "decision_id": new_id(),
        "target_id": judgement.target_id,
        "decision": judgement.decision,
        "version": judgement.version,
        "reason": judgement.reason,
        "words": judgement.words,
        "decided_by": by,
    }
    outcome = await session.scalar(_DECIDE, {"said": orjson.dumps(said, default=str).decode(), "now": now})
    match outcome:
        case "NOT_FOUND":
            raise ReviewNotFound
        case "CHANGED":
            raise ReviewChanged
        case "OVER":
            raise ReviewStateConflict(f"it does not stand where {judgement.decision} begins; read it again")
