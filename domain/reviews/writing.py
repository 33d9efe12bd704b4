"""Members write, change and take back; partners answer; readers find fault."""

from __future__ import annotations

from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.ids import PartnerId, new_id
from domain.members.errors import MemberNotFound
from domain.reviews.errors import (
    InvalidReview,
    PurchaseWanted,
    ReviewNotFound,
    ReviewsNotTaken,
    ReviewStateConflict,
)
from domain.reviews.models import RefusalReason
from domain.reviews.subjects import ProductNamed, find
from domain.reviews.texts import LONGEST_COMMENT, LONGEST_NAME, Opinion, check_words, fingerprint_of, signals_in

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_WRITE = "SELECT * FROM write_review($1::jsonb, $2)"
_COMMENT = "SELECT * FROM write_comment($1::jsonb, $2)"
_WITHDRAW = "SELECT withdraw_review($1, $2)"
_WITHDRAW_COMMENT = "SELECT withdraw_comment($1, $2, $3)"
_OBJECT = "SELECT object_to_refusal($1, $2, $3)"
_REPORT = "SELECT report_review($1, $2, $3, $4)"


async def write(
    pool: Pool, member_id: UUID, product: ProductNamed, opinion: Opinion, *, page: PartnerId | None, now: datetime
) -> UUID:
    """A member's review of a product, or the next version of it; the same again changes nothing. Gives its id.

    `page` is the shop on whose page it is written; None: the member's own account. There is one review of a member and
    product, whoever writes at once.
    Raises: ReviewedProductNotFound, ReviewsNotTaken, PurchaseWanted, ReviewStateConflict, MemberNotFound.
    """
    subject = await find(pool, product)
    said = {
        "review_id": new_id(),
        "member_id": member_id,
        "subject": subject.subject,
        "subjects": subject.subjects,
        "maker_id": subject.maker_id,
        "page": page,
        "text": {
            "stars": opinion.stars,
            "title": opinion.title,
            "words": opinion.words,
            "photos": opinion.photos,
            "display_name": opinion.display_name,
            "language": opinion.language,
        },
        "word_count": opinion.word_count,
        "signals": signals_in(opinion.spoken),
        "fingerprint": _hex(fingerprint_of(opinion.words)),
    }
    row = await pool.fetchrow(_WRITE, _json(said), now)
    assert row is not None
    match row["outcome"]:
        case "MEMBER_NOT_FOUND":
            raise MemberNotFound
        case "NOT_TAKEN":
            raise ReviewsNotTaken
        case "PURCHASE_WANTED":
            raise PurchaseWanted
        case "OVER":
            raise ReviewStateConflict("what was taken down as a fake is not written anew; object to it")
    return UUID(str(row["review_id"]))


async def withdraw(pool: Pool, member_id: UUID, review_id: UUID) -> None:
    """The author takes a review back; it may be written anew. Raises: ReviewNotFound."""
    if not await pool.fetchval(_WITHDRAW, member_id, review_id):
        raise ReviewNotFound


async def withdraw_comment(pool: Pool, comment_id: UUID, *, member_id: UUID | None, partner_id: UUID | None) -> None:
    """The author takes a comment back. Raises: ReviewNotFound."""
    if not await pool.fetchval(_WITHDRAW_COMMENT, member_id, partner_id, comment_id):
        raise ReviewNotFound


async def comment(
    pool: Pool,
    review_id: UUID,
    words: str,
    *,
    member_id: UUID | None = None,
    partner_id: PartnerId | None = None,
    display_name: str | None = None,
    now: datetime,
) -> UUID:
    """A member's reply, or a partner's answer, to a review that is shown; the same again changes nothing.

    A partner answers reviews of what it makes or sells; to others they are none.
    Raises: InvalidReview, ReviewNotFound, MemberNotFound.
    """
    if not words:
        raise InvalidReview("words", f"1 to {LONGEST_COMMENT} printable characters")
    check_words("words", words, LONGEST_COMMENT)
    check_words("display_name", display_name, LONGEST_NAME, lines=False)
    said = {
        "comment_id": new_id(),
        "review_id": review_id,
        "member_id": member_id,
        "partner_id": partner_id,
        "words": words,
        "display_name": display_name,
        "signals": signals_in(f"{words}\n{display_name or ''}"),
        "fingerprint": _hex(fingerprint_of(words)),
    }
    row = await pool.fetchrow(_COMMENT, _json(said), now)
    assert row is not None
    match row["outcome"]:
        case "NOT_FOUND":
            raise ReviewNotFound
        case "MEMBER_NOT_FOUND":
            raise MemberNotFound
    return UUID(str(row["comment_id"]))


async def object_to(pool: Pool, member_id: UUID, target_id: UUID, *, now: datetime) -> None:
    """The author objects to a refusal or take-down, once; the coalition decides. Raises: ReviewStateConflict."""
    if not await pool.fetchval(_OBJECT, member_id, target_id, now):
        raise ReviewStateConflict("only what was refused or taken down is objected to, and only once")


async def report(pool: Pool, reporter_id: UUID, target_id: UUID, why: RefusalReason, *, now: datetime) -> None:
    """A reader finds fault with what is shown; again changes nothing. Raises: ReviewNotFound."""
    if not await pool.fetchval(_REPORT, target_id, reporter_id, why, now):
        raise ReviewNotFound


def _hex(digest: bytes | None) -> str | None:
    return None if digest is None else digest.hex()


def _json(said: dict[str, Any]) -> str:
    return orjson.dumps(said, default=str).decode()
