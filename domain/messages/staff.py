"""What partners' people are told, from what their partner is told: written once, for those who may see it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.ids import new_id
from domain.messages.models import MailState, MessageMail, MessagePerson, PartnerMessage
from domain.messages.topics import StaffTopic
from domain.messages.writing import CUES_AT_ONCE, STALE_AFTER
from domain.paging import Page, PageRequest
from domain.storage import ReadSession, WriteSession, concerning, sight_of

TOPIC_OF_EVENT: Mapping[str, StaffTopic] = {
    "CYCLE_CHANGED": StaffTopic.SETTLEMENT_READY,
    "ANSWER_DUE": StaffTopic.ANSWER_DUE,
    "DISPUTE_CHANGED": StaffTopic.DISPUTE_MOVED,
    "PAYMENT_OVERDUE": StaffTopic.PAYMENT_OVERDUE,
    "ALLOWANCE_LOW": StaffTopic.MEANS_LOW,
    "CAMPAIGN_BUDGET_LOW": StaffTopic.BUDGET_LOW,
}

_TAKE = text(
    "DELETE FROM message_cue WHERE cue_id IN (SELECT cue_id FROM message_cue WHERE kind = 'EVENT' ORDER BY cue_id"
    " LIMIT :most FOR UPDATE SKIP LOCKED) RETURNING partner_id, subject_id, detail, occurred_at"
)
_CYCLES = "SELECT cycle_id AS id, name AS cycle, answer_until FROM cycle WHERE cycle_id = ANY (:ids)"
_PARAMS = {
    StaffTopic.SETTLEMENT_READY: text(_CYCLES),
    StaffTopic.ANSWER_DUE: text(_CYCLES),
    StaffTopic.DISPUTE_MOVED: text(
        "SELECT d.dispute_id AS id, d.amount, c.name AS cycle, d.due_at, (SELECT currency FROM coalition) AS currency"
        " FROM dispute d JOIN cycle c USING (cycle_id) WHERE d.dispute_id = ANY (:ids)"
    ),
    StaffTopic.PAYMENT_OVERDUE: text(
        "SELECT payment_id AS id, amount - paid - written_off AS amount, currency, reference, due_on FROM payment"
        " WHERE payment_id = ANY (:ids)"
    ),
    StaffTopic.BUDGET_LOW: text(
        "SELECT DISTINCT ON (campaign_id) campaign_id AS id, name AS campaign FROM campaign"
        " WHERE campaign_id = ANY (:ids) ORDER BY campaign_id, version DESC"
    ),
}


@dataclass(frozen=True, slots=True)
class News:
    """One thing that a partner's people are to be told."""

    partner_id: UUID
    topic: StaffTopic
    subject_id: UUID
    detail: str
    occurred_at: datetime

    @property
    def subject(self) -> str:
        """What names the message: a thing may come to the same state once only, or at another time."""
        return f"{self.subject_id}/{self.detail}/{self.occurred_at.isoformat()}"


async def write(session: WriteSession, *, since: datetime | None = None, now: datetime) -> tuple[int, int]:
    """Tell partners' people of what happened, one step: how many cues were taken, and messages written."""
    oldest = since or now - STALE_AFTER
    cues = (await session.execute(_TAKE, {"most": CUES_AT_ONCE})).all()
    news = [_news(cue) for cue in cues if cue.occurred_at >= oldest]
    params = await _params(session, news)
    rows = [
        {
            "message_id": new_id(),
            "partner_id": one.partner_id,
            "topic": one.topic.value,
            "subject": one.subject,
            "params": params[one],
            "occurred_at": one.occurred_at,
            "written_at": now,
            "mailed": False,
        }
        for one in news
        if one in params
    ]
    if not rows:
        return len(cues), 0
    new = insert(PartnerMessage).on_conflict_do_nothing().returning(col(PartnerMessage.message_id))
    return len(cues), len((await session.scalars(new, rows)).all())


async def unmailed(session: ReadSession, *, most: int = CUES_AT_ONCE) -> Sequence[PartnerMessage]:
    """Messages to partners' people whose mails are not planned yet; with the coalition's sight."""
    found = select(PartnerMessage).where(~col(PartnerMessage.mailed)).order_by(col(PartnerMessage.written_at))
    return (await session.scalars(found.limit(most))).all()


async def plan(
    session: WriteSession, readers: Mapping[UUID, Collection[UUID]], whose: Mapping[UUID, UUID], *, now: datetime
) -> int:
    """Plan a mail for each reader of each of these messages, once; `whose` gives the messages' partners."""
    rows = [
        {
            "mail_id": new_id(),
            "partner_id": whose[message_id],
            "person_id": person_id,
            "message_id": message_id,
            "digest": False,
            "state": MailState.WAITING.value,
            "due_at": now,
            "attempts": 0,
            "made_at": now,
        }
        for message_id, people in readers.items()
        for person_id in people
    ]
    if rows:
        await session.execute(insert(MessageMail).on_conflict_do_nothing(), rows)
    await session.execute(
        update(PartnerMessage).where(col(PartnerMessage.message_id).in_(list(whose))).values(mailed=True)
    )
    return len(rows)


async def page(session: ReadSession, topics: Collection[StaffTopic], request: PageRequest) -> Page[PartnerMessage]:
    """What the viewer's partner was told of these topics, the newest first."""
    written, key = col(PartnerMessage.written_at), col(PartnerMessage.message_id)
    found = select(PartnerMessage).where(
        col(PartnerMessage.topic).in_([topic.value for topic in topics]),
        concerning(sight_of(session), col(PartnerMessage.partner_id)),
    )
    if request.after is not None:
        at, last = request.after
        found = found.where((written < at) | (written == at) & (key < last))
    rows = await session.scalars(found.order_by(written.desc(), key.desc()).limit(request.first + 1))
    return Page.of(list(rows), request, lambda row: (row.written_at, row.message_id))


async def unmailed_topics(session: ReadSession, people: Collection[UUID]) -> Mapping[UUID, frozenset[str]]:
    """Of which topics these people want no mail."""
    rows = await session.scalars(select(MessagePerson).where(col(MessagePerson.person_id).in_(people)))
    return {row.person_id: frozenset(row.unmailed) for row in rows}


async def mail_no_more(
    session: WriteSession, person_id: UUID, partner_id: UUID, topic: StaffTopic, *, now: datetime
) -> None:
    """Mail a person nothing more of a topic; with its partner's sight."""
    new = insert(MessagePerson).values(
        person_id=person_id, partner_id=partner_id, unmailed=[topic.value], changed_at=now
    )
    had = col(MessagePerson.unmailed)
    more = {"unmailed": had.op("||")(new.excluded.unmailed), "changed_at": now}
    await session.execute(
        new.on_conflict_do_update(index_elements=["person_id"], set_=more, where=~had.contains([topic.value]))
    )


def _news(cue: Any) -> News:
    kind, _, detail = cue.detail.partition(" ")
    return News(cue.partner_id, TOPIC_OF_EVENT[kind], cue.subject_id, detail, cue.occurred_at)


async def _params(session: ReadSession, news: Sequence[News]) -> dict[News, dict[str, Any]]:
    """What the words are filled with, as things stand when the message is written; nothing for what is gone."""
    found: dict[News, dict[str, Any]] = {one: {"means": one.detail} for one in news if one.topic not in _PARAMS}
    for topic, query in _PARAMS.items():
        about = [one for one in news if one.topic is topic]
        if about:
            rows = await session.execute(query, {"ids": [one.subject_id for one in about]})
            by_id = {row["id"]: _told(row) for row in rows.mappings()}
            found |= {one: {**by_id[one.subject_id], **_state(one)} for one in about if one.subject_id in by_id}
    return found


def _state(one: News) -> dict[str, str]:
    return {"state": one.detail} if one.topic is StaffTopic.DISPUTE_MOVED else {}


def _told(row: RowMapping) -> dict[str, Any]:
    told: dict[str, Any] = {}
    for name, value in row.items():
        if name in {"id", "currency"} or value is None:
            continue
        if name == "amount":
            told[name] = {"amount": str(value), "currency": row["currency"]}
        else:
            told[name] = value if isinstance(value, str) else value.isoformat()
    return told
