"""A shop's survey: its guest answered in its own words, and its member is asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import text

from domain.ids import new_id
from domain.members.recognition import KnownMember
from domain.storage import COALITION, Sight
from domain.surveys import answering, asking, managing
from domain.surveys.answering import AnswerSurvey
from domain.surveys.answers import Answer
from domain.surveys.asking import Asked
from domain.surveys.terms import SurveyTerms
from tests.isolation.shop import MEMBER_KEYS, OPENED, Shop, acting

_KEEP = text("SELECT keep_askings(CAST(:drafts AS jsonb), '{}')")


async def survey(shop: Shop, member: KnownMember, guest: KnownMember) -> None:
    """A survey of the shop's, live, and the draft of its next version."""
    terms = _terms(shop, title=f"{shop.name} survey")
    async with acting(shop.database, Sight.partner(shop.partner_id)) as session:
        drawn = await managing.draft(session, shop.partner_id, terms, now=OPENED)
        live = await managing.publish(session, shop.partner_id, drawn.survey_id, now=OPENED)
        following = _terms(shop, title=shop.secret("Questions"))
        await managing.change(session, shop.partner_id, live.survey_id, following, now=OPENED)
    command = AnswerSurvey(
        survey_id=live.survey_id,
        member_id=guest.member_id,
        answers={"taste": Answer(number=5), "words": Answer(text=shop.secret("Said"))},
        idempotency_key=shop.secret("answering"),
    )
    await answering.answer(shop.database.pool, command, personal_key=MEMBER_KEYS.personal, now=OPENED)
    draft: dict[str, Any] = {
        "asking_id": str(new_id()),
        "survey_id": str(live.survey_id),
        "version": live.version,
        "partner_id": str(shop.partner_id),
        "member_id": str(member.member_id),
        "moment": "PURCHASE",
        "subject_id": str(new_id()),
        "about_partner": str(shop.partner_id),
        "due_at": OPENED.isoformat(),
        "offer_days": 90,
    }
    async with acting(shop.database, COALITION) as session:
        await session.execute(_KEEP, {"drafts": orjson.dumps([draft]).decode()})
        await asking.offer(session, Asked(), now=OPENED + timedelta(minutes=1))
    shop.made["survey"] = live.survey_id
    shop.made["survey offer"] = UUID(draft["asking_id"])


def _terms(shop: Shop, *, title: str) -> SurveyTerms:
    questions: list[dict[str, Any]] = [
        {"key": "taste", "kind": "CSAT", "text": {"en": "How was it?"}},
        {"key": "words", "kind": "TEXT", "text": {"en": "Anything else?"}, "required": False},
    ]
    moments = [{"kind": "CASE", "partners": [str(shop.partner_id)]}]
    return SurveyTerms.from_json(
        {"name": f"{shop.name}_survey", "title": {"en": title}, "questions": questions, "moments": moments}
    )
