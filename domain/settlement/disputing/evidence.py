"""Evidence: files and notes that the sides of a dispute and the coalition lay before each other."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlmodel import col, select

from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId, new_id
from domain.settlement.disputing.errors import NotYourStep, TooMuchEvidence
from domain.settlement.disputing.models import Dispute, DisputeEvidence, DisputeStepKind
from domain.settlement.disputing.raising import check_words
from domain.settlement.disputing.stages import held_still, leave_line, refuse_out_of_order
from domain.storage import ReadSession, WriteSession
from domain.values import check_text

LARGEST_FILE = 2_500_000
"""Bytes: in base64 it fits into the body of a request."""
MOST_FOR_A_SIDE = 20
LONGEST_NAME = 200

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]{1,60}/[a-z0-9!#$&^_.+-]{1,80}")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddEvidence:
    """A file with its name and media type, or a note in words."""

    dispute_id: UUID
    partner_id: PartnerId | None
    """Whose it is; None: the coalition's."""
    person_id: PersonId
    name: str
    words: str | None = None
    media_type: str | None = None
    content: bytes | None = None

    def __post_init__(self) -> None:
        check_text("name", self.name, LONGEST_NAME)
        if "/" in self.name or "\\" in self.name:
            raise InvalidValue("name the file without its folders", path=("name",))
        if (self.words is None) == (self.content is None):
            raise InvalidValue("evidence is a file or a note in words, one of both", path=("words",))
        if self.words is not None:
            check_words("words", self.words)
        if self.content is not None:
            _check_file(self.content, self.media_type)

    @property
    def body(self) -> bytes:
        """What is kept, and hashed."""
        return self.content if self.content is not None else (self.words or "").encode()


def _check_file(content: bytes, media_type: str | None) -> None:
    if not 1 <= len(content) <= LARGEST_FILE:
        raise InvalidValue(f"a file has 1 to {LARGEST_FILE} bytes, not {len(content)}", path=("content",))
    if media_type is None or not _MEDIA_TYPE.fullmatch(media_type):
        raise InvalidValue("a file has a media type, such as application/pdf", path=("mediaType",))


async def add(session: WriteSession, command: AddEvidence, *, now: datetime) -> DisputeEvidence:
    """Add a file or a note while a dispute is open; the same content of the same side is kept once.

    Raises: DisputeNotFound, NotYourStep, DisputeOutOfOrder, TooMuchEvidence.
    """
    dispute = await held_still(session, command.dispute_id)
    if command.partner_id not in {None, dispute.partner_id, dispute.other_id}:
        raise NotYourStep(DisputeStepKind.EVIDENCE, "the sides of the line, and of the coalition")
    digest = sha256(command.body).digest()
    kept = await _kept_before(session, dispute, command.partner_id, digest)
    if kept is not None:
        return kept
    refuse_out_of_order(dispute, DisputeStepKind.EVIDENCE)
    await _refuse_too_much(session, dispute, command.partner_id)
    row = DisputeEvidence(
        evidence_id=new_id(),
        dispute_id=dispute.dispute_id,
        partner_id=dispute.partner_id,
        other_id=dispute.other_id,
        by_partner_id=command.partner_id,
        name=command.name,
        media_type=command.media_type if command.content is not None else None,
        words=command.words,
        content=command.content,
        size=len(command.body),
        sha256=digest,
        added_by=command.person_id,
        added_at=now,
    )
    session.add(row)
    _leave_line(session, dispute, command, now)
    return row


def _leave_line(session: WriteSession, dispute: Dispute, command: AddEvidence, now: datetime) -> None:
    who = command.person_id
    step, note = DisputeStepKind.EVIDENCE, command.name
    leave_line(session, dispute, step, was=dispute.state, now=now, by=who, partner_id=command.partner_id, note=note)


def _of_side(dispute: Dispute, partner_id: UUID | None) -> tuple[Any, ...]:
    row = DisputeEvidence
    return (row.dispute_id == dispute.dispute_id, col(row.by_partner_id).is_not_distinct_from(partner_id))


async def _kept_before(
    session: ReadSession, dispute: Dispute, partner_id: UUID | None, digest: bytes
) -> DisputeEvidence | None:
    query = select(DisputeEvidence).where(*_of_side(dispute, partner_id), DisputeEvidence.sha256 == digest)
    return (await session.scalars(query)).first()


async def _refuse_too_much(session: ReadSession, dispute: Dispute, partner_id: UUID | None) -> None:
    counted = select(func.count()).select_from(DisputeEvidence).where(*_of_side(dispute, partner_id))
    if (await session.scalar(counted) or 0) >= MOST_FOR_A_SIDE:
        raise TooMuchEvidence(MOST_FOR_A_SIDE)
