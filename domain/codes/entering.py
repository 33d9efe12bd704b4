"""A member enters a code: once, whoever else tries at the same moment, and in the books with what it earns.

What is not accepted is answered alike, whatever speaks against it. The use is written in the transaction that records
the CODE action of the maker, so neither is ever there without the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.coalition.errors import PartnerNotActive
from domain.codes import writing
from domain.codes.batches import Batch, BatchProduct, batch_told
from domain.codes.errors import CodeNotAccepted, EnoughCodes, SurveyWanted
from domain.earning.acting import Beside, receipt_of, record_action
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.tills import Caches
from domain.errors import IdempotencyConflict
from domain.ids import OutletId, PartnerId
from domain.ledger.errors import Busy
from domain.ledger.posting import Door
from domain.members.enrolment import MemberKeys
from domain.members.errors import MemberNotFound
from domain.members.recognition import KnownMember
from domain.surveys.answering import AnswerSurvey, answered, prepared
from domain.surveys.answers import Answers
from domain.surveys.keeping import About, Via
from domain.surveys.queries import surveys_recorded
from domain.surveys.terms import SurveyId

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

CODE = "CODE"

_LOOK_UP = "SELECT * FROM look_up_code($1, $2, $3, $4::jsonb, $5)"


class Place(StrEnum):
    """Where a code was entered, as campaigns may ask; no shop is named to the maker."""

    MEMBER = "MEMBER"
    """By the member itself."""
    OWN = "OWN"
    """At the maker's own till or page."""
    SHOP = "SHOP"
    """At another partner's."""


class Stands(StrEnum):
    """Where a code stands for the member that names it."""

    OPEN = "OPEN"
    MINE = "MINE"
    """The member has entered it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """A code that somebody names, for a member or for nobody yet."""

    code: str
    """As it was typed."""
    member: KnownMember | None
    through: PartnerId | None
    """The partner whose client or person names it; None: the member itself."""
    outlet_id: OutletId | None = None
    network: str = ""
    """The caller's address, kept as a keyed digest; empty: unknown."""
    channel: str | None = None
    staff: str | None = None

    @property
    def member_id(self) -> UUID | None:
        """The member's id, if one is named."""
        return None if self.member is None else self.member.member_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """A real code that is open to the member, or was entered by it."""

    batch: Batch
    serial: int
    stands: Stands
    wallet_id: UUID | None = None
    entry_id: UUID | None = None
    entered_at: datetime | None = None

    @property
    def product(self) -> BatchProduct:
        """What the pack holds."""
        return self.batch.product(self.serial)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """A code that was accepted."""

    looked: Looked
    receipt: ActionReceipt = field(repr=False)
    replayed: bool
    """The member had entered it before."""


async def look_up(pool: Pool, naming: Naming, *, key: bytes, now: datetime) -> Looked:
    """What a code is for. A code that is not accepted counts as a try. Raises: CodeMistyped, CodeNotAccepted."""
    code = writing.normal(naming.code)
    number, serial = writing.read_stateless(code, key) or (None, None)
    said = orjson.dumps(_who(naming, key), default=str).decode()
    row = await pool.fetchrow(_LOOK_UP, writing.digest(code, key), number, serial, said, now)
    assert row is not None
    if row["answer"] == "NO":
        raise CodeNotAccepted
    return Looked(
        batch=batch_told(orjson.loads(row["batch"])),
        serial=row["serial"],
        stands=Stands(row["answer"]),
        wallet_id=row["wallet_id"],
        entry_id=row["entry_id"],
        entered_at=row["entered_at"],
    )


async def enter(
    pool: Pool,
    naming: Naming,
    looked: Looked,
    answers: Answers | None = None,
    *,
    caches: Caches,
    keys: MemberKeys,
    now: datetime,
) -> Entered:
    """Enter a code that was looked up for a member; again it is answered as at first.

    Answers that its maker asks for are kept in the same transaction, unless the member gave them before.
    Raises: CodeNotAccepted, EnoughCodes, SurveyWanted, InvalidAnswer, and what recording an action raises.
    """
    assert naming.member is not None, "a code is entered for somebody"
    key = keys.lookup
    if looked.stands is Stands.MINE:
        return await _before(pool, looked, naming.member, caches)
    action = _action(naming, naming.member, looked, key, now)
    response = await response_to(pool, naming, looked, answers, action.idempotency_key, keys=keys, now=now)
    try:
        receipt = await record_action(
            pool,
            action,
            caches=caches,
            lookup_key=key,
            now=now,
            beside=_beside(naming, looked, response, key, now),
        )
    except (CodeNotAccepted, IdempotencyConflict):
        # Somebody was quicker. It may have been the same member, at another till or by a second tap.
        again = await look_up(pool, naming, key=key, now=now)
        if again.stands is not Stands.MINE:
            raise CodeNotAccepted from None
        return await _before(pool, again, naming.member, caches)
    except PartnerNotActive:
        raise CodeNotAccepted from None  # nobody learns from a code how its maker is doing
    return Entered(looked=looked, receipt=receipt, replayed=receipt.replayed)


async def response_to(
    pool: Pool,
    naming: Naming,
    looked: Looked,
    answers: Answers | None,
    idempotency_key: str,
    *,
    keys: MemberKeys,
    now: datetime,
) -> Mapping[str, Any] | None:
    """The draft of the response that a code waits for; None, where none is asked for, or it was given before.

    A survey that is not open asks nobody any more. Raises: SurveyWanted, InvalidAnswer.
    """
    assert naming.member is not None
    if (survey_id := await survey_wanted(pool, looked, naming.member, now=now)) is None:
        return None
    if answers is None:
        raise SurveyWanted(survey_id)
    command = AnswerSurvey(
        survey_id=survey_id,
        member_id=naming.member.member_id,
        answers=answers,
        idempotency_key=idempotency_key,
        through=naming.through,
        via=Via.CODE,
        about=About(product=looked.product.gtin or looked.product.sku, maker=looked.batch.partner_id),
    )
    ready = await prepared(pool, command, personal_key=keys.personal, now=now)
    return ready.draft if ready.before is None else None


async def survey_wanted(pool: Pool, looked: Looked, member: KnownMember | None, *, now: datetime) -> SurveyId | None:
    """The survey that is to be answered before the code counts for the member, if there is any."""
    if looked.batch.survey_id is None or looked.stands is Stands.MINE:
        return None
    survey_id = SurveyId(looked.batch.survey_id)
    live = (await surveys_recorded(pool, [(survey_id, None)])).get((survey_id, None))
    if live is None or not live.terms.open_at(now):
        return None
    if member is not None and await answered(pool, survey_id, member.member_id) is not None:
        return None
    return survey_id


async def _before(pool: Pool, looked: Looked, member: KnownMember, caches: Caches) -> Entered:
    assert looked.wallet_id is not None
    assert looked.entry_id is not None
    where = (looked.batch.partner_id, looked.wallet_id, looked.entry_id)
    receipt = await receipt_of(pool, *where, caches.campaigns.currency, member)
    return Entered(looked=looked, receipt=receipt, replayed=True)


def _action(naming: Naming, member: KnownMember, looked: Looked, key: bytes, now: datetime) -> RecordAction:
    batch, product = looked.batch, looked.product
    own = naming.through == batch.partner_id
    place = Place.MEMBER if naming.through is None else Place.OWN if own else Place.SHOP
    told = {"sku": product.sku, "brand": product.brand, "category": product.category}
    return RecordAction(
        partner_id=batch.partner_id,
        member=member,
        kind=CODE,
        idempotency_key=writing.key_of_use(writing.normal(naming.code), key),
        occurred_at=now,
        dated=False,
        attributes={
            "batch": batch.name,
            "units": batch.units,
            "place": place.value,
            **{name: value for name, value in told.items() if value is not None},
        },
        outlet_id=naming.outlet_id if own else None,
        channel=naming.channel,
        staff=naming.staff if own else None,
    )


def _beside(naming: Naming, looked: Looked, response: Mapping[str, Any] | None, key: bytes, now: datetime) -> Beside:
    refusals: Mapping[str, Any] = {
        "RESPONSE_STALE": Busy,
        "RESPONSE_CONFLICT": Busy,
        "RESPONSE_GONE": MemberNotFound,
        "CODE_NOT_ACCEPTED": CodeNotAccepted,
        "ENOUGH_CODES": EnoughCodes,
        "ENOUGH_CODES_TODAY": lambda: EnoughCodes(now + timedelta(days=1)),
    }
    who = _who(naming, key)
    said = {
        "batch_id": looked.batch.batch_id,
        "serial": looked.serial,
        "through": who["through"],
        "place": who["outlet_id"],
        "network": who["network"],
        "response": response,
    }
    return Beside(door=Door.CODE_USES, said=said, refusals=refusals)


def _who(naming: Naming, key: bytes) -> dict[str, Any]:
    return {
        "member_id": naming.member_id,
        "through": naming.through,
        "outlet_id": naming.outlet_id,
        "network": writing.network_digest(naming.network, key) if naming.network else None,
    }
