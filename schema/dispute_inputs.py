"""What is said in a dispute: by who raises it, by the other side, by the coalition."""

from __future__ import annotations

import base64
import binascii
from decimal import Decimal

import strawberry

from domain.errors import InvalidValue
from domain.settlement.disputing.models import DisputeReason
from schema.scalars import IdempotencyKey


@strawberry.input
class DisputeRaiseInput:
    """What you do not agree with: a whole line, an amount of it, or transfers under it."""

    idempotency_key: IdempotencyKey
    """Your name for this request: repeated, it has one effect."""
    line: strawberry.ID
    """The line of your statement, as it stands now."""
    reason: DisputeReason
    """Why."""
    words: str | None = None
    """Why in words, at most 2,000 characters; needed for OTHER."""
    amount: Decimal | None = None
    """How much of the line; all of it, if neither this nor transfers are named."""
    transfers: list[strawberry.ID] | None = None
    """Movements of points under the line, by their ids, at most 500; their exact sum, rounded, is disputed."""


@strawberry.input
class DisputeStepInput:
    """A step of a dispute."""

    dispute: strawberry.ID
    """The dispute."""


@strawberry.input
class DisputeAnswerInput:
    """What the other side says."""

    dispute: strawberry.ID
    """The dispute."""
    words: str
    """At most 2,000 characters."""
    conceded: Decimal = Decimal(0)
    """How much of the dispute you agree to; all of it takes the dispute to its decision at once."""


@strawberry.input
class DisputeDecideInput:
    """What the coalition decides."""

    dispute: strawberry.ID
    """The dispute."""
    upheld: Decimal
    """How much is upheld; nought rejects it."""
    reasons: str
    """Why, at most 2,000 characters; both sides read it."""


@strawberry.input
class DisputeAddEvidenceInput:
    """A file, or a note in words: one of both."""

    dispute: strawberry.ID
    """The dispute."""
    name: str
    """The file's name without folders, or the note's title."""
    words: str | None = None
    """The note, at most 2,000 characters."""
    media_type: str | None = None
    """What the file is, such as application/pdf."""
    content: str | None = None
    """The file in base64, at most 2,500,000 bytes before it is encoded."""

    def bytes(self) -> bytes | None:
        """The file. Raises: InvalidValue."""
        if self.content is None:
            return None
        try:
            return base64.b64decode(self.content, validate=True)
        except (binascii.Error, ValueError):
            raise InvalidValue("the content of a file is sent in base64", path=("content",)) from None
