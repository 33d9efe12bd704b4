"""Purchases as the books have them: for returns, and for answering a request again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias
from uuid import UUID

import asyncpg
import orjson

from domain.earning.commands import (
    AwardCut,
    AwardGiven,
    BenefitReceipt,
    Counters,
    PointsTaken,
    Portion,
    TokenReceipt,
)
from domain.earning.facts import key_of, moment, rated
from domain.earning.prizes import TokenKind
from domain.earning.queries import Key, campaigns_recorded
from domain.earning.rerating import RatedPurchase, ReturnedLine
from domain.earning.telling import of_portions
from domain.earning.terms import Campaign
from domain.ids import BenefitId, PartnerId
from domain.ledger.allowance_models import CutReason
from domain.ledger.errors import PurchaseNotFound
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
    tokens: tuple[dict[str, Any], ...]
    due: dict[UUID, int]
    """What benefits within a budget came to before it was asked, in minor units."""


async def recorded(pool: Pool, partner_id: PartnerId, wallet_id: UUID, entry_id: UUID) -> Recorded:
    """A purchase that a partner recorded.

    Raises: PurchaseNotFound.
    """
    row = await pool.fetchrow(AS_RATED, partner_id, wallet_id, entry_id)
    if row is None:
        raise PurchaseNotFound
    facts, lots, benefits, tokens = (orjson.loads(row[name]) for name in ("facts", "lots", "benefits", "tokens"))
    keys = {key_of(source["id"], source["version"]) for source in facts["campaigns"]}
    keys |= {key_of(one["campaign_id"], one["version"]) for one in (*benefits, *tokens)}
    return Recorded(
        wallet_id=row["wallet_id"],
        entry_id=row["entry_id"],
        current_wallet_id=row["current_wallet_id"],
        member_id=row["member_id"],
        purchase=rated(dict(row), facts, lots, tokens),
        campaigns=await campaigns_recorded(pool, keys),
        returns=row["returns"],
        returned=tuple(map(ReturnedLine, row["returned_numbers"], row["returned_quantities"], row["returned_in"])),
        lots=tuple(lots),
        benefits=tuple(benefits),
        tokens=tuple(tokens),
        due={UUID(one["id"]): one["units"] for one in facts.get("benefits", ()) if "units" in one},
    )


def recorded_awards(books: Recorded) -> tuple[AwardGiven, ...]:
    """The awards of a purchase, out of the books."""
    purchase = books.purchase
    lines = {award.campaign: tuple(sorted(award.lines)) for award in purchase.awards}
    return awards_of_lots(books.lots, books.campaigns, lines, purchase.currency)


def recorded_cuts(books: Recorded) -> tuple[AwardCut, ...]:
    """What of a purchase's awards fell away, out of the books."""
    return cuts_of_lots(books.lots, books.campaigns)


def cuts_of_lots(lots: Sequence[Mapping[str, Any]], campaigns: Mapping[Key, Campaign]) -> tuple[AwardCut, ...]:
    """What fell away of each lot."""
    return tuple(
        AwardCut(
            campaign=campaigns[key_of(lot["campaign_id"], lot["version"])],
            sponsor_id=PartnerId(UUID(lot["sponsor_id"])),
            points=Points(lot["earned"]),
            given=Points(lot["points"]),
            why=CutReason(lot["why"]),
        )
        for lot in lots
        if lot["why"]
    )


def recorded_benefits(books: Recorded) -> tuple[BenefitReceipt, ...]:
    """The benefits of a purchase, out of the books."""
    lines = dict(books.purchase.benefits)
    given = {UUID(benefit["benefit_id"]): benefit for benefit in books.benefits}
    currency = books.purchase.currency
    receipts = []
    for benefit_id, benefit in given.items():
        money = Money(Decimal(benefit["amount"]), currency).rounded()
        due = books.due.get(benefit_id)
        receipts.append(
            BenefitReceipt(
                campaign=books.campaigns[key_of(benefit["campaign_id"], benefit["version"])],
                sponsor_id=PartnerId(UUID(benefit["sponsor_id"])),
                money=money,
                line=lines[BenefitId(benefit_id)],
                due=money if due is None else Money.of_minor(due, currency),
            )
        )
    return tuple(receipts)


def recorded_tokens(books: Recorded) -> tuple[TokenReceipt, ...]:
    """The things a purchase won, out of the books: also those that returns took back since."""
    return tokens_of_rows(books.tokens, books.campaigns)


def tokens_of_rows(tokens: Sequence[Mapping[str, Any]], campaigns: Mapping[Key, Campaign]) -> tuple[TokenReceipt, ...]:
    """Things won, as they were."""
    return tuple(
        TokenReceipt(
            token_id=UUID(token["token_id"]),
            campaign=campaigns[key_of(token["campaign_id"], token["version"])],
            kind=TokenKind(token["kind"]),
            name=token["name"],
            expires_at=moment(token["expires_at"]),
            voucher_id=UUID(token["voucher_id"]) if token["voucher_id"] else None,
        )
        for token in tokens
    )


def awards_of_lots(
    lots: Sequence[Mapping[str, Any]],
    campaigns: Mapping[Key, Campaign],
    lines: Mapping[Key, tuple[int, ...]],
    currency: str,
) -> tuple[AwardGiven, ...]:
    """Awards put together of the lots they made, in their order."""
    made: dict[Key, dict[tuple[str, str | None], list[tuple[PartnerId, int]]]] = {}
    for lot in lots:
        if lot["points"]:
            here = made.setdefault(key_of(lot["campaign_id"], lot["version"]), {})
            share = (PartnerId(UUID(lot["sponsor_id"])), lot["points"])
            here.setdefault((lot["available_at"], lot["expires_at"]), []).append(share)
    return tuple(
        of_portions(
            AwardGiven(
                campaign=campaigns[key],
                currency=currency,
                points=Points(0),
                funded=(),
                lines=lines[key],
                portions=(),
            ),
            [
                Portion(tuple(funded), datetime.fromisoformat(ready), moment(until))
                for (ready, until), funded in made[key].items()
            ],
        )
        for key in lines
        if key in made
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
