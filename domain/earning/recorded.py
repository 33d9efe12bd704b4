"""Purchases as the books have them: for returns, and for answering a request again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.basket import BasketLine, MemberFacts
from domain.earning.commands import AwardCut, AwardGiven, BenefitReceipt, Counters, PointsTaken
from domain.earning.queries import Key, campaigns_recorded
from domain.earning.rerating import RatedAward, RatedPurchase, ReturnedLine
from domain.earning.terms import Campaign
from domain.earning.verdicts import Rating
from domain.ids import BenefitId, CampaignId, LotId, PartnerId
from domain.ledger.allowance_models import CutReason
from domain.ledger.errors import PurchaseNotFound
from domain.ledger.postings import BenefitGiven
from domain.values import Money, Points

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

AS_RATED = "SELECT * FROM purchase_as_rated($1, $2, $3)"
BY_RECEIPT = "SELECT * FROM find_purchases($1, $2, $3)"
BY_KEY = "SELECT * FROM entries_by_key($1::uuid[], $2::text[])"
CLAW_BACKS = "SELECT * FROM claw_backs_of($1, $2, $3)"
COUNTERS = "SELECT * FROM counters_of($1)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A purchase in the books, with all that re-rating it takes."""

    wallet_id: UUID
    entry_id: UUID
    current_wallet_id: UUID
    """Where the member's points are now, after merges."""
    member_id: UUID
    purchase: RatedPurchase
    campaigns: dict[Key, Campaign]
    returns: int
    """How many returns there have been."""
    returned: tuple[ReturnedLine, ...]
    lots: tuple[dict[str, Any], ...]
    benefits: tuple[dict[str, Any], ...]


def facts_of(
    rating: Rating, benefits: Sequence[BenefitGiven], lines: Iterable[BasketLine], member: MemberFacts
) -> dict[str, Any]:
    """What is kept of a rating beside the lines: which of them each campaign counted, and what the member was."""
    facts: dict[str, Any] = {
        "campaigns": [
            {"id": award.campaign.campaign_id, "version": award.campaign.version, "lines": award.lines}
            for award in rating.awards
        ]
    }
    if member.tier is not None:
        facts["tier"] = member.tier
    if benefits:
        given = zip(benefits, rating.benefits, strict=True)
        facts["benefits"] = [{"id": benefit.benefit_id, "line": due.line} for benefit, due in given]
    discounts = {
        str(line.number): [line.discount, line.coupon, line.coupon_match]
        for line in lines
        if line.discount or line.coupon or line.coupon_match
    }
    if discounts:
        facts["discounts"] = discounts
    return facts


async def recorded(pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID) -> Recorded:
    """A purchase that a partner recorded.

    Raises: PurchaseNotFound.
    """
    row = await pool.fetchrow(AS_RATED, partner_id, wallet_id, entry_id)
    if row is None:
        raise PurchaseNotFound
    facts, lots, benefits = (orjson.loads(row[name]) for name in ("facts", "lots", "benefits"))
    keys = {_key(source["id"], source["version"]) for source in facts["campaigns"]}
    keys |= {_key(benefit["campaign_id"], benefit["version"]) for benefit in benefits}
    return Recorded(
        wallet_id=row["wallet_id"],
        entry_id=row["entry_id"],
        current_wallet_id=row["current_wallet_id"],
        member_id=row["member_id"],
        purchase=_rated(row, facts, lots),
        campaigns=await campaigns_recorded(pool, keys),
        returns=row["returns"],
        returned=tuple(map(ReturnedLine, row["returned_numbers"], row["returned_quantities"])),
        lots=tuple(lots),
        benefits=tuple(benefits),
    )


def awards_of(books: Recorded) -> tuple[AwardGiven, ...]:
    """The awards of a purchase, out of the books."""
    given = (_award_given(books, award) for award in books.purchase.awards)
    return tuple(award for award in given if award is not None)


def cuts_of(books: Recorded) -> tuple[AwardCut, ...]:
    """What of a purchase's awards fell away, out of the books."""
    return tuple(
        AwardCut(
            campaign=books.campaigns[_key(lot["campaign_id"], lot["version"])],
            sponsor_id=PartnerId(UUID(lot["sponsor_id"])),
            points=Points(lot["earned"]),
            given=Points(lot["points"]),
            why=CutReason(lot["why"]),
        )
        for lot in books.lots
        if lot["why"]
    )


def benefits_of(books: Recorded) -> tuple[BenefitReceipt, ...]:
    """The benefits of a purchase, out of the books."""
    lines = dict(books.purchase.benefits)
    return tuple(
        BenefitReceipt(
            campaign=books.campaigns[_key(benefit["campaign_id"], benefit["version"])],
            sponsor_id=PartnerId(UUID(benefit["sponsor_id"])),
            money=Money(Decimal(benefit["amount"]), books.purchase.currency).rounded(),
            line=lines[BenefitId(UUID(benefit["benefit_id"]))],
        )
        for benefit in books.benefits
    )


async def by_receipt(
    pool: Pool, partner_id: PartnerId, receipt: str, wallet_id: UUID | None
) -> list[tuple[UUID, UUID]]:
    """The wallet and entry of purchases with a receipt number, the latest first, two at most."""
    rows = await pool.fetch(BY_RECEIPT, partner_id, receipt, wallet_id)
    return [(row["wallet_id"], row["entry_id"]) for row in rows]


async def entries_by_key(
    pool: Pool, asked: Sequence[tuple[PartnerId, str]]
) -> dict[tuple[PartnerId, str], asyncpg.Record]:
    """The entries that idempotency keys were used for."""
    rows = await pool.fetch(BY_KEY, [partner for partner, _ in asked], [key for _, key in asked])
    return {(row["partner_id"], row["idempotency_key"]): row for row in rows}


async def points_taken(pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID) -> tuple[PointsTaken, ...]:
    """What a return took back, out of the books."""
    rows = await pool.fetch(CLAW_BACKS, partner_id, wallet_id, entry_id)
    campaigns = await campaigns_recorded(pool, {(row["campaign_id"], row["version"]) for row in rows})
    return tuple(
        PointsTaken(
            campaign=campaigns[row["campaign_id"], row["version"]],
            sponsor_id=row["sponsor_id"],
            points=Points(row["points"]),
            owed=row["owed"],
        )
        for row in rows
    )


async def counters_of(pool: Pool, wallet_id: UUID) -> Counters:
    """The counters, now, of a wallet or of the one it has become."""
    row = await pool.fetchrow(COUNTERS, wallet_id)
    return counters(row)


def counters(source: Any) -> Counters:
    """Counters out of a row or a verdict."""
    value = source.__getitem__ if isinstance(source, asyncpg.Record) else lambda name: getattr(source, name)
    return Counters(**{name: Points(value(name) or 0) for name in ("available", "pending", "held", "debt")})


def _key(campaign_id: str, version: int) -> Key:
    return CampaignId(UUID(campaign_id)), version


def _rated(row: asyncpg.Record, facts: dict[str, Any], lots: list[dict[str, Any]]) -> RatedPurchase:
    discounts = facts.get("discounts", {})
    columns = zip(row["numbers"], row["skus"], row["quantities"], row["amounts"], strict=True)
    made: dict[Key, list[tuple[LotId, int]]] = {}
    for lot in lots:
        made.setdefault(_key(lot["campaign_id"], lot["version"]), []).append(
            (LotId(UUID(lot["lot_id"])), lot["earned"])
        )
    short = {LotId(UUID(lot["lot_id"])): lot["points"] for lot in lots if lot["why"]}
    return RatedPurchase(
        currency=row["currency"],
        lines=tuple(_line(*column, *discounts.get(str(column[0]), (0, 0, 0))) for column in columns),
        awards=tuple(
            RatedAward(
                key,
                frozenset(award["lines"]),
                tuple(made[key]),
                {lot_id: short[lot_id] for lot_id, _ in made[key] if lot_id in short},
            )
            for award in facts["campaigns"]
            if (key := _key(award["id"], award["version"])) in made
        ),
        benefits=tuple((BenefitId(UUID(one["id"])), one["line"]) for one in facts.get("benefits", ())),
    )


def _line(number: int, sku: str, quantity: Decimal, amount: int, *discounts: int) -> BasketLine:
    discount, coupon, coupon_match = discounts
    return BasketLine(
        number=number,
        sku=sku,
        quantity=quantity,
        amount=amount,
        discount=discount,
        coupon=coupon,
        coupon_match=coupon_match,
    )


def _award_given(books: Recorded, award: RatedAward) -> AwardGiven | None:
    same = (lot for lot in books.lots if _key(lot["campaign_id"], lot["version"]) == award.campaign)
    lots = [lot for lot in same if lot["points"]]
    if not lots:
        return None
    expires_at = lots[0]["expires_at"]
    return AwardGiven(
        campaign=books.campaigns[award.campaign],
        currency=books.purchase.currency,
        points=Points(sum(lot["points"] for lot in lots)),
        funded=tuple((PartnerId(UUID(lot["sponsor_id"])), lot["points"]) for lot in lots),
        lines=tuple(sorted(award.lines)),
        available_at=datetime.fromisoformat(lots[0]["available_at"]),
        expires_at=expires_at and datetime.fromisoformat(expires_at),
    )
