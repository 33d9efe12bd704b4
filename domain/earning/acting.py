"""Actions from whoever saw them to the books: rated and posted as purchases are, without lines."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.coalition.errors import OutletNotFound
from domain.earning.action_commands import ActionReceipt, RecordAction
from domain.earning.action_types import BUILT_IN, Fields, checked, fields_in_use
from domain.earning.actions import Action
from domain.earning.basket import CLOCK_SKEW, MemberFacts
from domain.earning.compiling import CampaignIndex
from domain.earning.errors import ActionInFuture, ActionNotFound, ActionTooOld, ActionTypeNotFound
from domain.earning.facts import facts_of, facts_of_gains, key_of
from domain.earning.giving import awards_given, budgets_of, coupons_named, lots_of, tallies_of, tokens_of
from domain.earning.knowing import Question, known, question
from domain.earning.outlets import Code
from domain.earning.queries import campaigns_recorded
from domain.earning.rating import rate_action
from domain.earning.recorded import (
    awards_of_lots,
    counters,
    counters_of,
    cuts_of_lots,
    entries_by_key,
    tokens_of_rows,
)
from domain.earning.telling import as_given, cuts_told, tokens_told, with_vouchers
from domain.earning.terms import Campaign
from domain.earning.tills import Caches, Met, known_members
from domain.earning.turns import Prepared, in_turns
from domain.earning.verdicts import Rating
from domain.earning.windows import kept_to_window, not_before_window
from domain.errors import DomainError, IdempotencyConflict
from domain.idempotency import fingerprint
from domain.ids import OutletId, PartnerId
from domain.ledger.errors import Busy, SponsorNotActive
from domain.ledger.models import EntryKind
from domain.ledger.posting import Door, post, refusal
from domain.ledger.postings import ActionPosting, TokenGiven, Verdict
from domain.members.recognition import KnownMember, MemberRef
from domain.vouchers.issuing import live_coupons
from domain.vouchers.terms import Coupon

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Answer: TypeAlias = ActionReceipt | DomainError
Named: TypeAlias = tuple[PartnerId, MemberRef]

_AS_RATED = "SELECT * FROM action_as_rated($1, $2, $3)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """What another context writes with its action, in one transaction: by which door, what, and what it refuses by."""

    door: Door
    said: Mapping[str, Any]
    refusals: Mapping[str, Callable[[], DomainError]]
    """By the outcomes of the door that plain actions do not have."""


PLAINLY = Beside(door=Door.ACTIONS, said={}, refusals={})


@dataclass(frozen=True, slots=True)
class Deed:
    """An action whose member is known, and what it is worth."""

    action: Action
    member: KnownMember
    index: CampaignIndex
    facts: MemberFacts
    counts: bool
    rating: Rating


async def record_action(
    pool: Pool,
    command: RecordAction,
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
    beside: Beside = PLAINLY,
) -> ActionReceipt:
    """Record one action, and what goes with it; what that refuses is raised too.

    Raises: InvalidAction, ActionTypeNotFound, ActionInFuture, ActionTooOld, MemberNotFound, OutletNotFound,
    PartnerNotActive, IdempotencyConflict, Busy.
    """
    (answer,) = await record_actions(pool, [command], caches=caches, lookup_key=lookup_key, now=now, beside=beside)
    if isinstance(answer, DomainError):
        raise answer
    return answer


async def record_actions(
    pool: Pool,
    commands: Sequence[RecordAction],
    *,
    caches: Caches,
    lookup_key: bytes,
    now: datetime,
    beside: Beside = PLAINLY,
) -> list[Answer]:
    """Record actions of any partners and members, each with its own receipt or refusal, in the order given."""
    answers = await _record(pool, commands, caches, lookup_key, now, beside)
    # As with purchases: a fresh look at the campaigns and members may well make it stand.
    stale = [place for place, answer in enumerate(answers) if isinstance(answer, SponsorNotActive | Busy)]
    if stale:
        await caches.campaigns.refresh(pool, now=now, at_once=True)
        again = await _record(pool, [commands[place] for place in stale], caches, lookup_key, now, beside)
        for place, answer in zip(stale, again, strict=True):
            answers[place] = answer
    posted = [
        (command.partner_id, answer.wallet_id)
        for command, answer in zip(commands, answers, strict=True)
        if not isinstance(answer, DomainError)
    ]
    await caches.programmes.look_again(pool, posted, at=now)
    return await _answered_before(pool, commands, answers, caches.campaigns.currency)


async def givers(
    pool: Pool, commands: Sequence[RecordAction], *, caches: Caches, lookup_key: bytes, now: datetime
) -> list[list[Campaign]]:
    """The campaigns that would give something for each of these actions now; nothing is recorded."""
    deeds = await _rated(pool, commands, caches, lookup_key, now)
    return [_giving(one.rating) if isinstance(one, Deed) else [] for one in deeds]


async def receipt_of(
    pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID, currency: str, member: KnownMember | None = None
) -> ActionReceipt:
    """An action of the partner as the books have it; the wallet's counters are those of now. Raises: ActionNotFound."""
    row = await pool.fetchrow(_AS_RATED, partner_id, wallet_id, entry_id)
    if row is None:
        raise ActionNotFound
    facts, lots, tokens = (orjson.loads(row[name]) for name in ("facts", "lots", "tokens"))
    keys = [key_of(source["id"], source["version"]) for source in facts["campaigns"]]
    named = {*keys, *(key_of(one["campaign_id"], one["version"]) for one in tokens)}
    campaigns = await campaigns_recorded(pool, named)
    return ActionReceipt(
        wallet_id=wallet_id,
        entry_id=entry_id,
        kind=row["kind"],
        occurred_at=row["occurred_at"],
        member=member,
        awards=awards_of_lots(lots, campaigns, dict.fromkeys(keys, ()), currency),
        cuts=cuts_of_lots(lots, campaigns),
        tokens=await with_vouchers(pool, partner_id, wallet_id, entry_id, tokens_of_rows(tokens, campaigns)),
        counters=await counters_of(pool, wallet_id),
        currency=currency,
        rating=None,
    )


def _giving(rating: Rating) -> list[Campaign]:
    return [*(award.campaign for award in rating.awards), *(due.campaign for due in rating.tokens)]


async def _record(
    pool: Pool, commands: Sequence[RecordAction], caches: Caches, lookup_key: bytes, now: datetime, beside: Beside
) -> list[Answer]:
    coupons: dict[UUID, Coupon] = {}

    async def rated(places: Sequence[int]) -> list[Deed | DomainError]:
        deeds = await _rated(pool, [commands[place] for place in places], caches, lookup_key, now)
        named = coupons_named(deed.rating for deed in deeds if isinstance(deed, Deed))
        coupons.update(await live_coupons(pool, named))
        return deeds

    def posting(place: int, deed: Deed) -> Prepared[Deed]:
        won = tokens_of(deed.rating, coupons, key=lookup_key, zone=caches.zone, now=now)
        tokens = kept_to_window(won, deed.rating, deed.action, caches.zone)
        return _prepared(commands[place], deed, tokens, caches, now, beside)

    answers: dict[int, Answer] = {}
    async for place, outcome in in_turns(len(commands), rated, posting, partial(post, pool, beside.door, now=now)):
        if isinstance(outcome, DomainError):
            answers[place] = outcome
        elif (refused := beside.refusals.get(outcome[1].outcome)) is not None:
            answers[place] = refused()
        else:
            answers[place] = await _answer(pool, *outcome, caches.campaigns.currency)
    return [answers[place] for place in range(len(commands))]


async def _rated(
    pool: Pool, commands: Sequence[RecordAction], caches: Caches, lookup_key: bytes, now: datetime
) -> list[Deed | DomainError]:
    await caches.campaigns.refresh(pool, now=now)
    types = await fields_in_use(pool, {one.partner_id for one in commands if one.kind not in BUILT_IN})
    refusals = [_refused(one, types, caches, now) for one in commands]
    sound = [one for one, refusal in zip(commands, refusals, strict=True) if refusal is None]
    codes = {(one.partner_id, one.outlet_code) for one in sound if one.outlet_code is not None}
    outlets = await caches.outlets.resolve(pool, codes)
    wanted = [(one.partner_id, one.member) for one in sound if isinstance(one.member, MemberRef)]
    members = await known_members(pool, wanted, lookup_key, now)
    actions = [refusal or _action(one, outlets, members) for one, refusal in zip(commands, refusals, strict=True)]
    asked = [None if isinstance(one, DomainError) else _asked(*one, caches) for one in actions]
    answers = await known(pool, asked, now=now)
    return [
        one if isinstance(one, DomainError) else _deed(*one, caches, question, facts)
        for one, question, facts in zip(actions, asked, answers, strict=True)
    ]


def _refused(
    command: RecordAction, types: Mapping[tuple[PartnerId, str], Fields], caches: Caches, now: datetime
) -> DomainError | None:
    fields = BUILT_IN.get(command.kind, types.get((command.partner_id, command.kind)))
    if fields is None:
        return ActionTypeNotFound()
    if command.occurred_at > now + CLOCK_SKEW:
        return ActionInFuture(command.occurred_at)
    if command.occurred_at < now - caches.oldest:
        return ActionTooOld(caches.oldest)
    try:
        checked(command.attributes, command.kind, fields)
    except DomainError as refusal:
        return refusal
    return None


def _action(
    command: RecordAction, outlets: Mapping[Code, OutletId], members: Mapping[Named, Met]
) -> tuple[Action, KnownMember] | DomainError:
    ref = command.member
    member = members[command.partner_id, ref] if isinstance(ref, MemberRef) else ref
    if isinstance(member, type):
        return member()
    outlet_id = command.outlet_id
    if command.outlet_code is not None:
        outlet_id = outlets.get((command.partner_id, command.outlet_code))
        if outlet_id is None:
            return OutletNotFound()
    action = Action(
        partner_id=command.partner_id,
        outlet_id=outlet_id,
        occurred_at=command.occurred_at,
        kind=command.kind,
        attributes=command.attributes,
        channel=command.channel,
    )
    return action, member


def _index(action: Action, caches: Caches) -> CampaignIndex:
    return caches.campaigns.index(action.partner_id, action.outlet_id, action.occurred_at, action.kind)


def _asked(action: Action, member: KnownMember, caches: Caches) -> Question | None:
    return question(action.partner_id, member, _index(action, caches), action.occurred_at)


def _deed(action: Action, member: KnownMember, caches: Caches, asked: Question | None, facts: MemberFacts) -> Deed:
    index = _index(action, caches)
    counts = asked is not None and bool(asked.keys)
    return Deed(action, member, index, facts, counts, rate_action(action, index, facts))


def _prepared(
    command: RecordAction, deed: Deed, tokens: list[TokenGiven], caches: Caches, now: datetime, beside: Beside
) -> Prepared[Deed]:
    rating, action, currency = deed.rating, deed.action, caches.campaigns.currency
    given = awards_given(rating, None, currency, action.occurred_at, zone=caches.zone, now=now)
    awards = not_before_window(given, action, caches.zone)
    lots = lots_of(awards)
    posting = ActionPosting(
        wallet_id=deed.member.wallet_id,
        member_id=deed.member.member_id,
        partner_id=command.partner_id,
        idempotency_key=command.idempotency_key,
        fingerprint=fingerprint(command),
        occurred_at=command.occurred_at,
        outlet_id=action.outlet_id,
        channel=command.channel,
        staff=command.staff,
        reference=command.reference,
        kind=command.kind,
        attributes=dict(command.attributes),
        beside=dict(beside.said) or None,
        facts=facts_of(rating, deed.index, deed.facts) | facts_of_gains(awards, lots, tokens),
        awards=lots,
        tallies=tallies_of(rating),
        tokens=tokens,
        budgets=budgets_of(rating),
    )
    return Prepared(deed, posting, awards)


async def _answer(pool: Pool, prepared: Prepared[Deed], verdict: Verdict, currency: str) -> Answer:
    deed, posting = prepared.sale, prepared.posting
    if not verdict.stands:
        return refusal(verdict, posting)
    if verdict.replayed:
        where = (posting.partner_id, verdict.wallet_id, verdict.entry_id)
        return await receipt_of(pool, PartnerId(where[0]), *where[1:], currency, deed.member)
    given = {cut.lot_id: cut.given for cut in verdict.cuts}
    return ActionReceipt(
        wallet_id=verdict.wallet_id,
        entry_id=verdict.entry_id,
        kind=deed.action.kind,
        occurred_at=deed.action.occurred_at,
        member=deed.member,
        awards=as_given(prepared.awards, posting.awards, given) if given else prepared.awards,
        cuts=cuts_told(prepared.awards, posting.awards, verdict),
        tokens=await with_vouchers(
            pool, posting.partner_id, verdict.wallet_id, verdict.entry_id, tokens_told(deed.rating, posting.tokens)
        ),
        counters=counters(verdict),
        currency=currency,
        rating=deed.rating,
    )


async def _answered_before(
    pool: Pool, commands: Sequence[RecordAction], answers: list[Answer], currency: str
) -> list[Answer]:
    """Answer as at first what was recorded before and could not be recorded any more."""
    refused = [place for place, answer in enumerate(answers) if isinstance(answer, DomainError)]
    if not refused:
        return answers
    asked = [(commands[place].partner_id, commands[place].idempotency_key) for place in refused]
    entries = await entries_by_key(pool, asked)
    for place, key in zip(refused, asked, strict=True):
        entry = entries.get(key)
        if entry is None:
            continue
        if entry["kind"] == EntryKind.ACTION and entry["fingerprint"] == fingerprint(commands[place]):
            answers[place] = await receipt_of(pool, key[0], entry["wallet_id"], entry["entry_id"], currency)
        else:
            answers[place] = IdempotencyConflict(
                "This idempotency key was used for another request; a new request needs a new key.",
                path=("idempotencyKey",),
            )
    return answers
