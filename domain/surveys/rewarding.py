"""What answering is worth: one SURVEY action for each completed response, in its host's name; campaigns say the rest.

A response stays PENDING until its action is in the books, under a key that the response alone decides. So whoever dies
in between leaves work behind, and never a reward twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.acting import receipt_of, record_actions
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.actions import Attribute
from domain.earning.recorded import entries_by_key
from domain.earning.tills import Caches
from domain.ids import PartnerId
from domain.members.errors import MemberNotFound
from domain.members.models import MemberKind
from domain.members.recognition import KnownMember
from domain.surveys.answers import Answers, answers_of
from domain.surveys.questions import Measure, QuestionKind
from domain.surveys.terms import SurveyTerms

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

SURVEY = "SURVEY"
AT_ONCE = 200

_PENDING = "SELECT * FROM responses_pending($1, $2, $3, $4)"
_HOST = "SELECT response_host($1)"
_REWARDED = "SELECT response_rewarded($1, $2)"


@dataclass(slots=True)
class Rewarded:
    """What a turn came to."""

    recorded: int = 0
    """Responses whose action is in the books now."""
    waiting: int = 0
    """Their host may not record anything now; they are looked at again."""

    @property
    def anything(self) -> bool:
        """Whether there is something to tell."""
        return bool(self.recorded)


async def reward(pool: Pool, *, caches: Caches, lookup_key: bytes, now: datetime) -> Rewarded:
    """Record the action of every completed response that has none yet."""
    done, after = Rewarded(), None
    while rows := await pool.fetch(_PENDING, None, now, after, AT_ONCE):
        after = rows[-1]["response_id"]
        for answer in (await _reward(pool, rows, caches, lookup_key, now)).values():
            done.recorded += answer is not None
            done.waiting += answer is None
    return done


async def reward_one(
    pool: Pool, response_id: UUID, *, caches: Caches, lookup_key: bytes, now: datetime
) -> ActionReceipt | None:
    """Record one response's action at once; told again where it is in the books. None: it waits for the worker."""
    rows = await pool.fetch(_PENDING, response_id, now, None, 1)
    answered = (await _reward(pool, rows, caches, lookup_key, now)).get(response_id)
    if isinstance(answered, ActionReceipt):
        return answered
    host = await pool.fetchval(_HOST, response_id)
    entries = await entries_by_key(pool, [(PartnerId(host), key_of(response_id))]) if host is not None else {}
    for (partner_id, _), entry in entries.items():
        currency = caches.campaigns.currency
        return await receipt_of(pool, partner_id, entry["wallet_id"], entry["entry_id"], currency)
    return None


def key_of(response_id: UUID) -> str:
    """Under which key a response's action is recorded, once and for all."""
    return f"{SURVEY}/{response_id.hex}"


def attributes_of(
    terms: SurveyTerms, answers: Answers, *, product: str | None, allowed: bool
) -> Mapping[str, Attribute]:
    """What campaigns may ask for. What was answered is among it only where the member allows its host offers by it."""
    told: dict[str, Attribute] = {"survey": terms.name, "complete": True}
    if product is not None:
        told["sku"] = product
    return told | (_answered(terms, answers) if allowed else {})


def _answered(terms: SurveyTerms, answers: Answers) -> dict[str, Attribute]:
    told: dict[str, Attribute] = {}
    for question in terms.questions:
        answer = answers.get(question.key)
        if answer is None:
            continue
        if question.measures is Measure.MOTIVE and answer.chosen:
            told.setdefault("motive", answer.chosen[0])
        if answer.number is not None:
            if question.kind is QuestionKind.NPS:
                told.setdefault("recommends", answer.number)
            elif question.measures is Measure.SATISFACTION or question.kind is QuestionKind.CSAT:
                told.setdefault("satisfaction", answer.number)
    return told


async def _reward(
    pool: Pool, rows: Sequence[asyncpg.Record], caches: Caches, lookup_key: bytes, now: datetime
) -> dict[UUID, ActionReceipt | UUID | None]:
    """By response: its receipt, the entry that was there already, or None where it has to wait."""
    keys = {(PartnerId(row["host"]), key_of(row["response_id"])): row["response_id"] for row in rows}
    there = await entries_by_key(pool, list(keys))
    found: dict[UUID, ActionReceipt | UUID | None] = {keys[key]: entry["entry_id"] for key, entry in there.items()}
    wanted = [row for row in rows if row["response_id"] not in found and row["side"] is not None]
    commands = [_command(row, now) for row in wanted]
    answers = await record_actions(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
    gone = {row["response_id"] for row in rows if row["side"] is None}
    for row, answer in zip(wanted, answers, strict=True):
        found[row["response_id"]] = answer if isinstance(answer, ActionReceipt) else None
        if isinstance(answer, MemberNotFound):
            gone.add(row["response_id"])
    for one, answered in found.items():
        entry = answered.entry_id if isinstance(answered, ActionReceipt) else answered
        if entry is not None:
            await pool.fetchval(_REWARDED, one, entry)
    for one in gone:  # nobody is there to be rewarded
        await pool.fetchval(_REWARDED, one, None)
        found.pop(one, None)
    return found


def _command(row: asyncpg.Record, now: datetime) -> RecordAction:
    side: dict[str, Any] = orjson.loads(row["side"])
    member = KnownMember(
        wallet_id=UUID(side["wallet_id"]),
        member_id=UUID(side["member_id"]),
        kind=MemberKind(side["kind"]),
        pairwise_id=UUID(side["pairwise_id"]),
    )
    terms = SurveyTerms.from_json(orjson.loads(row["terms"]))
    answers = answers_of(orjson.loads(row["answers"]), {})
    return RecordAction(
        partner_id=PartnerId(row["host"]),
        member=member,
        kind=SURVEY,
        idempotency_key=key_of(row["response_id"]),
        occurred_at=now,
        dated=False,
        attributes=attributes_of(terms, answers, product=row["about_product"], allowed=row["allows"]),
    )
