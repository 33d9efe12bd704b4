"""Purchases from the till to the books: one path for one and for hundreds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.earning.commands import (
    AwardGiven,
    BenefitReceipt,
    PreviewPurchase,
    PurchasePreview,
    PurchaseReceipt,
    RecordPurchase,
)
from domain.earning.facts import facts_of, facts_of_basket, facts_of_gains
from domain.earning.giving import (
    awards_given,
    benefits_of,
    budgets_of,
    coupons_named,
    lots_of,
    tallies_of,
    tokens_of,
)
from domain.earning.recorded import (
    counters,
    counters_of,
    entries_by_key,
    recorded,
    recorded_awards,
    recorded_benefits,
    recorded_cuts,
    recorded_tokens,
)
from domain.earning.telling import as_given, cuts_told, tokens_told, with_vouchers
from domain.earning.tier_gains import tier_gains
from domain.earning.tills import Caches, Sale, rated_sales
from domain.earning.turns import Prepared, in_turns
from domain.earning.verdicts import Rating
from domain.errors import DomainError, IdempotencyConflict
from domain.ids import PartnerId
from domain.ledger.errors import Busy, SponsorNotActive
from domain.ledger.models import EntryKind
from domain.ledger.posting import Door, post, refusal
from domain.ledger.postings import BenefitGiven, PurchasePosting, TokenGiven, Verdict
from domain.members.recognition import KnownMember
from domain.values import Money
from domain.vouchers.issuing import live_coupons
from domain.vouchers.terms import Coupon

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Answer: TypeAlias = PurchaseReceipt | DomainError


async def record_purchase(
    pool: Pool, command: RecordPurchase, *, caches: Caches, lookup_key: bytes, now: datetime
) -> PurchaseReceipt:
    """Record one purchase.

    Raises: CurrencyMismatch, PurchaseInFuture, PurchaseTooOld, MemberNotFound, OutletNotFound, PartnerNotActive,
    IdempotencyConflict, Busy.
    """
    (answer,) = await record_purchases(pool, [command], caches=caches, lookup_key=lookup_key, now=now)
    if isinstance(answer, DomainError):
        raise answer
    return answer


async def record_purchases(
    pool: Pool, commands: Sequence[RecordPurchase], *, caches: Caches, lookup_key: bytes, now: datetime
) -> list[Answer]:
    """Record purchases of any partners and members, each with its own receipt or refusal, in the order given."""
    answers = await _record(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
    # A sponsor was suspended or a member merged since this server looked: a fresh look may well make it stand.
    stale = [place for place, answer in enumerate(answers) if isinstance(answer, SponsorNotActive | Busy)]
    if stale:
        await caches.campaigns.refresh(pool, now=now, at_once=True)
        again = await _record(pool, [commands[place] for place in stale], caches=caches, lookup_key=lookup_key, now=now)
        for place, answer in zip(stale, again, strict=True):
            answers[place] = answer
    posted = [
        (command.partner_id, answer.wallet_id)
        for command, answer in zip(commands, answers, strict=True)
        if not isinstance(answer, DomainError)
    ]
    await caches.programmes.look_again(pool, posted, at=now)
    return await _answered_before(pool, commands, answers)


async def preview(
    pool: Pool, command: PreviewPurchase, *, caches: Caches, lookup_key: bytes, now: datetime
) -> PurchasePreview:
    """What a basket would earn, and what it would take to earn more; writes nothing.

    Raises: CurrencyMismatch, PurchaseInFuture, PurchaseTooOld, MemberNotFound, OutletNotFound.
    """
    (sale,) = await rated_sales(pool, [command], caches=caches, lookup_key=lookup_key, now=now, turning=False)
    if isinstance(sale, DomainError):
        raise sale
    await caches.programmes.refresh(pool, now=now)
    return PurchasePreview(
        member=sale.member,
        currency=command.currency,
        rating=sale.rating,
        awards=_awards(sale, caches, now),
        tier_gains=tier_gains(sale, caches.programmes.instead),
    )


async def receipt_of(pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID) -> PurchaseReceipt:
    """A purchase of the partner as the books have it. Raises: PurchaseNotFound."""
    return await _replayed(pool, partner_id, wallet_id, entry_id, None)


async def _record(
    pool: Pool, commands: Sequence[RecordPurchase], *, caches: Caches, lookup_key: bytes, now: datetime
) -> list[Answer]:
    coupons: dict[UUID, Coupon] = {}

    async def rated(places: Sequence[int]) -> list[Sale | DomainError]:
        asked = [commands[place] for place in places]
        sales = await rated_sales(pool, asked, caches=caches, lookup_key=lookup_key, now=now)
        named = coupons_named(sale.rating for sale in sales if isinstance(sale, Sale))
        coupons.update(await live_coupons(pool, named))
        return sales

    def posting(place: int, sale: Sale) -> Prepared[Sale]:
        tokens = tokens_of(sale.rating, coupons, key=lookup_key, zone=caches.zone, now=now)
        return _prepared(commands[place], sale, _awards(sale, caches, now), tokens)

    answers: dict[int, Answer] = {}
    async for place, outcome in in_turns(len(commands), rated, posting, partial(post, pool, Door.PURCHASES, now=now)):
        answers[place] = outcome if isinstance(outcome, DomainError) else await _answer(pool, commands[place], *outcome)
    return [answers[place] for place in range(len(commands))]


async def _answer(pool: Pool, command: RecordPurchase, prepared: Prepared[Sale], verdict: Verdict) -> Answer:
    if not verdict.stands:
        return refusal(verdict, prepared.posting)
    if verdict.replayed:
        member = prepared.sale.member
        return await _replayed(pool, command.partner_id, verdict.wallet_id, verdict.entry_id, member)
    receipt = _receipt(prepared, verdict)
    return replace(
        receipt,
        tokens=await with_vouchers(pool, command.partner_id, verdict.wallet_id, verdict.entry_id, receipt.tokens),
    )


def _awards(sale: Sale, caches: Caches, now: datetime) -> tuple[AwardGiven, ...]:
    basket = sale.basket
    return awards_given(sale.rating, basket, basket.currency, basket.occurred_at, zone=caches.zone, now=now)


def _prepared(
    command: RecordPurchase, sale: Sale, awards: tuple[AwardGiven, ...], tokens: list[TokenGiven]
) -> Prepared[Sale]:
    assert sale.member is not None
    lines, rating = command.lines, sale.rating
    lots, benefits = lots_of(awards), benefits_of(rating)
    facts = facts_of(rating, sale.index, sale.facts) | facts_of_basket(sale.basket, rating, sale.index, benefits)
    posting = PurchasePosting(
        wallet_id=sale.member.wallet_id,
        member_id=sale.member.member_id,
        partner_id=command.partner_id,
        idempotency_key=command.idempotency_key,
        fingerprint=command.fingerprint(),
        occurred_at=command.occurred_at,
        outlet_id=sale.basket.outlet_id,
        channel=command.channel,
        staff=command.staff,
        reference=command.receipt_number,
        currency=command.currency,
        total=sum([line.amount for line in lines]),
        numbers=[line.number for line in lines],
        skus=[line.sku for line in lines],
        quantities=[line.quantity for line in lines],
        amounts=[line.amount for line in lines],
        facts=facts | facts_of_gains(awards, lots, tokens),
        awards=lots,
        benefits=benefits,
        tallies=tallies_of(rating),
        tokens=tokens,
        budgets=budgets_of(rating),
    )
    return Prepared(sale, posting, awards)


def _receipt(prepared: Prepared[Sale], verdict: Verdict) -> PurchaseReceipt:
    sale, posting = prepared.sale, prepared.posting
    assert isinstance(posting, PurchasePosting)
    given = {cut.lot_id: cut.given for cut in verdict.cuts}
    return PurchaseReceipt(
        wallet_id=verdict.wallet_id,
        entry_id=verdict.entry_id,
        member=sale.member,
        awards=as_given(prepared.awards, posting.awards, given) if given else prepared.awards,
        cuts=cuts_told(prepared.awards, posting.awards, verdict) if given else (),
        benefits=_benefits(sale.rating, posting.benefits, given),
        tokens=tokens_told(sale.rating, posting.tokens),
        idle_lines=sale.rating.idle_lines,
        counters=counters(verdict),
        rating=sale.rating,
    )


def _benefits(
    rating: Rating, benefits: Sequence[BenefitGiven], given: Mapping[UUID, int]
) -> tuple[BenefitReceipt, ...]:
    receipts = []
    for due, benefit in zip(rating.benefits, benefits, strict=True):
        money = Money.of_minor(given.get(benefit.benefit_id, benefit.units), due.money.currency)
        receipts.append(
            BenefitReceipt(campaign=due.campaign, sponsor_id=due.sponsor_id, money=money, line=due.line, due=due.money)
        )
    return tuple(receipts)


async def _replayed(
    pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID, member: KnownMember | None
) -> PurchaseReceipt:
    """The first answer, out of the books; the wallet's counters are those of now."""
    books = await recorded(pool, partner_id, wallet_id, entry_id)
    return PurchaseReceipt(
        wallet_id=wallet_id,
        entry_id=entry_id,
        member=member,
        awards=recorded_awards(books),
        cuts=recorded_cuts(books),
        benefits=recorded_benefits(books),
        tokens=await with_vouchers(pool, partner_id, wallet_id, entry_id, recorded_tokens(books)),
        idle_lines=sum(not line.quantity for line in books.purchase.lines),
        counters=await counters_of(pool, wallet_id),
        rating=None,
    )


async def _answered_before(pool: Pool, commands: Sequence[RecordPurchase], answers: list[Answer]) -> list[Answer]:
    """Answer as at first what was recorded long ago and could not be recorded any more: too old, or the member gone."""
    refused = [place for place, answer in enumerate(answers) if isinstance(answer, DomainError)]
    if not refused:
        return answers
    asked = [(commands[place].partner_id, commands[place].idempotency_key) for place in refused]
    entries = await entries_by_key(pool, asked)
    for place, key in zip(refused, asked, strict=True):
        entry = entries.get(key)
        if entry is None:
            continue
        if entry["kind"] == EntryKind.PURCHASE and entry["fingerprint"] == commands[place].fingerprint():
            answers[place] = await _replayed(pool, key[0], entry["wallet_id"], entry["entry_id"], None)
        else:
            answers[place] = IdempotencyConflict(
                "This idempotency key was used for another request; a new request needs a new key.",
                path=("idempotencyKey",),
            )
    return answers
