"""Purchases from the till to the books: one path for one and for hundreds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg

from domain.earning.commands import (
    AwardCut,
    AwardGiven,
    BenefitReceipt,
    PreviewPurchase,
    PurchasePreview,
    PurchaseReceipt,
    RecordPurchase,
)
from domain.earning.expiry import ExpiryKind
from domain.earning.recorded import (
    awards_of,
    benefits_of,
    counters,
    counters_of,
    cuts_of,
    entries_by_key,
    facts_of,
    recorded,
)
from domain.earning.tills import Caches, Sale, rated_sales
from domain.earning.timing import available_at, lasts_until
from domain.earning.verdicts import Award, Rating
from domain.errors import DomainError, IdempotencyConflict
from domain.ids import CampaignId, PartnerId
from domain.ledger.errors import Busy, SponsorNotActive
from domain.ledger.models import EntryKind
from domain.ledger.posting import Door, post, refusal
from domain.ledger.postings import Award as Lot
from domain.ledger.postings import BenefitGiven, PurchasePosting, Verdict
from domain.members.recognition import KnownMember
from domain.values import Points

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"
Answer: TypeAlias = PurchaseReceipt | DomainError

COUPON = "COUPON"
"""The kind of benefit that refunds a maker's coupon."""


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
    return await _answered_before(pool, commands, answers)


async def preview(
    pool: Pool, command: PreviewPurchase, *, caches: Caches, lookup_key: bytes, now: datetime
) -> PurchasePreview:
    """What a basket would earn, and what it would take to earn more; writes nothing.

    Raises: CurrencyMismatch, PurchaseInFuture, PurchaseTooOld, MemberNotFound, OutletNotFound.
    """
    (sale,) = await rated_sales(pool, [command], caches=caches, lookup_key=lookup_key, now=now)
    if isinstance(sale, DomainError):
        raise sale
    return PurchasePreview(
        member=sale.member,
        currency=command.currency,
        rating=sale.rating,
        awards=_given(sale.rating, command, caches.zone, now),
    )


async def receipt_of(pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID) -> PurchaseReceipt:
    """A purchase of the partner as the books have it. Raises: PurchaseNotFound."""
    return await _replayed(pool, partner_id, wallet_id, entry_id, None)


async def _record(
    pool: Pool, commands: Sequence[RecordPurchase], *, caches: Caches, lookup_key: bytes, now: datetime
) -> list[Answer]:
    sales = await rated_sales(pool, commands, caches=caches, lookup_key=lookup_key, now=now)
    places = [place for place, sale in enumerate(sales) if isinstance(sale, Sale)]
    ready = [(commands[place], sale) for place in places if isinstance(sale := sales[place], Sale)]
    given = [_given(sale.rating, command, caches.zone, now) for command, sale in ready]
    postings = [_posting(command, sale, awards) for (command, sale), awards in zip(ready, given, strict=True)]
    verdicts = await post(pool, Door.PURCHASES, postings, now=now)
    answers: dict[int, Answer] = {place: sale for place, sale in enumerate(sales) if isinstance(sale, DomainError)}
    for place, (command, sale), awards, posting, verdict in zip(places, ready, given, postings, verdicts, strict=True):
        if not verdict.stands:
            answers[place] = refusal(verdict, posting)
        elif verdict.replayed:
            answers[place] = await _replayed(pool, command.partner_id, verdict.wallet_id, verdict.entry_id, sale.member)
        else:
            answers[place] = _receipt(sale, awards, posting, verdict)
    return [answers[place] for place in range(len(commands))]


def _posting(command: RecordPurchase, sale: Sale, awards: Sequence[AwardGiven]) -> PurchasePosting:
    assert sale.member is not None
    lines, rating = command.lines, sale.rating
    benefits = [
        BenefitGiven(
            kind=COUPON,
            sponsor_id=due.sponsor_id,
            amount=due.money.amount,
            campaign_id=due.campaign.campaign_id,
            campaign_version=due.campaign.version,
        )
        for due in rating.benefits
    ]
    return PurchasePosting(
        wallet_id=sale.member.wallet_id,
        member_id=sale.member.member_id,
        partner_id=command.partner_id,
        idempotency_key=command.idempotency_key,
        fingerprint=command.fingerprint(),
        occurred_at=command.occurred_at,
        outlet_id=sale.outlet_id,
        channel=command.channel,
        staff=command.staff,
        reference=command.receipt_number,
        currency=command.currency,
        total=sum([line.amount for line in lines]),
        numbers=[line.number for line in lines],
        skus=[line.sku for line in lines],
        quantities=[line.quantity for line in lines],
        amounts=[line.amount for line in lines],
        facts=facts_of(rating, benefits, lines, sale.facts),
        awards=[lot for award in awards for lot in _lots(award)],
        benefits=benefits,
    )


def _lots(award: AwardGiven) -> list[Lot]:
    expiry = award.campaign.terms.expiry
    return [
        Lot(
            sponsor_id=sponsor_id,
            points=points,
            available_at=award.available_at,
            expires_at=award.expires_at,
            inactivity_months=expiry.months if expiry.kind is ExpiryKind.INACTIVITY else None,
            campaign_id=award.campaign.campaign_id,
            campaign_version=award.campaign.version,
        )
        for sponsor_id, points in award.funded
    ]


def _given(rating: Rating, command: PreviewPurchase, zone: ZoneInfo, now: datetime) -> tuple[AwardGiven, ...]:
    return tuple([_award_given(award, command, zone, now) for award in rating.awards])


def _award_given(award: Award, command: PreviewPurchase, zone: ZoneInfo, now: datetime) -> AwardGiven:
    terms = award.campaign.terms
    ready = available_at(terms.return_days, command.occurred_at, now)
    return AwardGiven(
        campaign=award.campaign,
        currency=command.currency,
        points=Points(award.points),
        funded=award.funded,
        lines=award.lines,
        available_at=ready,
        expires_at=lasts_until(terms.expiry, command.occurred_at, ready, zone),
    )


def _receipt(sale: Sale, awards: tuple[AwardGiven, ...], posting: PurchasePosting, verdict: Verdict) -> PurchaseReceipt:
    rating = sale.rating
    cuts = _cuts(awards, posting, verdict) if verdict.cuts else ()
    return PurchaseReceipt(
        wallet_id=verdict.wallet_id,
        entry_id=verdict.entry_id,
        member=sale.member,
        awards=_less(awards, cuts) if cuts else awards,
        cuts=cuts,
        benefits=tuple(
            [
                BenefitReceipt(campaign=due.campaign, sponsor_id=due.sponsor_id, money=due.money, line=due.line)
                for due in rating.benefits
            ]
        ),
        idle_lines=rating.idle_lines,
        counters=counters(verdict),
        rating=rating,
    )


def _cuts(awards: Sequence[AwardGiven], posting: PurchasePosting, verdict: Verdict) -> tuple[AwardCut, ...]:
    campaigns = {award.campaign.campaign_id: award.campaign for award in awards}
    lots = {lot.lot_id: lot for lot in posting.awards}
    return tuple(
        AwardCut(
            campaign=campaigns[CampaignId(lot.campaign_id)],
            sponsor_id=PartnerId(lot.sponsor_id),
            points=Points(lot.points),
            given=Points(cut.given),
            why=cut.why,
        )
        for cut in verdict.cuts
        if (lot := lots[cut.lot_id]).campaign_id is not None
    )


def _less(awards: Sequence[AwardGiven], cuts: Sequence[AwardCut]) -> tuple[AwardGiven, ...]:
    """The awards without what fell away."""
    missing = {(cut.campaign.campaign_id, cut.sponsor_id): int(cut.missing) for cut in cuts}
    left = []
    for award in awards:
        shares = [(who, points - missing.get((award.campaign.campaign_id, who), 0)) for who, points in award.funded]
        funded = tuple((who, points) for who, points in shares if points)
        if funded:
            left.append(replace(award, points=Points(sum(points for _, points in funded)), funded=funded))
    return tuple(left)


async def _replayed(
    pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID, member: KnownMember | None
) -> PurchaseReceipt:
    """The first answer, out of the books; the wallet's counters are those of now."""
    books = await recorded(pool, partner_id, wallet_id, entry_id)
    return PurchaseReceipt(
        wallet_id=wallet_id,
        entry_id=entry_id,
        member=member,
        awards=awards_of(books),
        cuts=cuts_of(books),
        benefits=benefits_of(books),
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
