"""Responses on their way into the books: as drafts that a door, or another context's posting, keeps."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.ids import PartnerId, new_id
from domain.members.errors import MemberNotFound
from domain.surveys.answers import Answer, Response, answers_of
from domain.surveys.errors import SurveyNotOpen
from domain.surveys.sealing import sealed, unsealed
from domain.surveys.terms import Survey, SurveyId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

_STANDING = "SELECT * FROM survey_standing($1, $2, $3)"


class Via(StrEnum):
    """Which part of the house asked."""

    SURVEY = "SURVEY"
    """The survey itself: what it is worth, its own SURVEY action says."""
    CODE = "CODE"
    TRIAL = "TRIAL"
    ACTIVITY = "ACTIVITY"


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What answers are about, as far as that is known; reports tell it apart."""

    partner: PartnerId | None = None
    """Where it happened."""
    outlet: UUID | None = None
    product: str | None = None
    """The number of its bar code, or the partner's own where it has none."""
    maker: PartnerId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A response as it stands in the books."""

    response_id: UUID
    occasion: str
    version: int
    state: str
    answers: dict[str, Answer]
    revision: int
    idempotency_key: str | None
    fingerprint: bytes | None
    entry_id: UUID | None
    completed_at: datetime | None

    @property
    def complete(self) -> bool:
        """Whether it is answered for good."""
        return self.completed_at is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A survey that a member was asked."""

    asking_id: UUID
    survey_id: SurveyId
    version: int
    state: str
    offered_at: datetime | None
    expires_at: datetime | None
    about: About

    def open_at(self, at: datetime) -> bool:
        """Whether it still stands."""
        return self.state == "OFFERED" and self.expires_at is not None and at < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a member stands with a survey."""

    member_id: UUID
    sealed_key: bytes | None
    """The member's own key, sealed; None: the member is forgotten."""
    known_at: frozenset[UUID]
    """The partners that know the member."""
    responses: tuple[Kept, ...]
    offer: Offer | None

    def may_read(self, survey: Survey) -> bool:
        """Whether the member may see a survey: the coalition's, one it was asked or began, or one of who knows it."""
        begun = self.offer is not None or bool(self.responses)
        return begun or survey.partner_id is None or survey.partner_id in self.known_at

    def on(self, occasion: str) -> Kept | None:
        """What it answered on an occasion."""
        return next((one for one in self.responses if one.occasion == occasion), None)


async def standing(
    pool: Pool, survey_id: SurveyId, member_id: UUID, *, asking_id: UUID | None, personal_key: bytes
) -> Standing:
    """What a member answered to a survey, and the offer that is named or that it has. Raises: MemberNotFound."""
    row = await pool.fetchrow(_STANDING, survey_id, member_id, asking_id)
    if row is None:
        raise MemberNotFound
    return Standing(
        member_id=row["member_id"],
        sealed_key=row["sealed_key"],
        known_at=frozenset(row["known_at"]),
        responses=tuple(_kept(one, personal_key) for one in orjson.loads(row["responses"] or "[]")),
        offer=None if row["offer"] is None else offer_of(orjson.loads(row["offer"])),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """How a response came about."""

    occasion: str = ""
    """Empty where a survey is answered once; else what it is answered for."""
    via: Via = Via.SURVEY
    through: PartnerId | None = None
    """The partner in whose page it is answered; None: the member's own."""
    about: About = About()
    asking_id: UUID | None = None
    key: str | None = None
    fingerprint: bytes | None = None


def response_draft(
    survey: Survey, response: Response, who: Standing, how: Circumstances, *, personal_key: bytes
) -> dict[str, Any]:
    """A response as `keep_response` takes it, with its words sealed.

    Raises: SurveyNotOpen, where words were said and the member's key is forgotten.
    """
    before = who.on(how.occasion)
    words = _sealed(response, who, personal_key)
    return {
        "response_id": str(new_id()),
        "survey_id": str(survey.survey_id),
        "version": survey.version,
        "partner_id": _written(survey.partner_id),
        "host": str(survey.host),
        "member_id": str(who.member_id),
        "occasion": how.occasion,
        "complete": response.complete,
        "via": how.via.value,
        "through": _written(how.through),
        "about_partner": _written(how.about.partner),
        "about_outlet": _written(how.about.outlet),
        "about_product": how.about.product,
        "about_maker": _written(how.about.maker),
        "answers": response.closed,
        "sealed_by": None if words is None else str(who.member_id),
        "sealed": _hex(words),
        "revision": 0 if before is None else before.revision,
        "idempotency_key": how.key,
        "fingerprint": _hex(how.fingerprint),
        "asking_id": _written(how.asking_id),
    }


def _sealed(response: Response, who: Standing, personal_key: bytes) -> bytes | None:
    texts = response.texts
    if not texts:
        return None
    if who.sealed_key is None:
        raise SurveyNotOpen("the member is forgotten, and its words could not be kept safe")
    return sealed(texts, who.member_id, who.sealed_key, personal_key)


def offer_of(stored: dict[str, Any]) -> Offer:
    """An offer as the database hands it over."""
    return Offer(
        asking_id=UUID(stored["asking_id"]),
        survey_id=SurveyId(UUID(stored["survey_id"])),
        version=stored["version"],
        state=stored["state"],
        offered_at=_instant(stored["offered_at"]),
        expires_at=_instant(stored["expires_at"]),
        about=About(
            partner=_partner(stored["about_partner"]),
            outlet=None if stored["about_outlet"] is None else UUID(stored["about_outlet"]),
            product=stored["about_product"],
            maker=_partner(stored["about_maker"]),
        ),
    )


def _kept(row: dict[str, Any], personal_key: bytes) -> Kept:
    by = None if row["sealed_by"] is None else UUID(row["sealed_by"])
    texts = unsealed(_bytes(row["sealed"]), by, _bytes(row["sealed_key"]), personal_key)
    return Kept(
        response_id=UUID(row["response_id"]),
        occasion=row["occasion"],
        version=row["version"],
        state=row["state"],
        answers=answers_of(row["answers"], texts),
        revision=row["revision"],
        idempotency_key=row["idempotency_key"],
        fingerprint=_bytes(row["fingerprint"]),
        entry_id=None if row["entry_id"] is None else UUID(row["entry_id"]),
        completed_at=_instant(row["completed_at"]),
    )


def _bytes(written: str | None) -> bytes | None:
    return None if written is None else bytes.fromhex(written)


def _instant(written: str | None) -> datetime | None:
    return None if written is None else datetime.fromisoformat(written)


def _partner(written: str | None) -> PartnerId | None:
    return None if written is None else PartnerId(UUID(written))


def _written(one: UUID | None) -> str | None:
    return None if one is None else str(one)


def _hex(value: bytes | None) -> str | None:
    return None if value is None else "\\x" + value.hex()
