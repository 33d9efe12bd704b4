"""What became of awards, for who asked: as they were given, what fell away, what was won."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias
from uuid import UUID

import asyncpg

from domain.earning.commands import AwardCut, AwardGiven, Portion, TokenReceipt
from domain.earning.prizes import TokenKind
from domain.earning.verdicts import Rating
from domain.ids import CampaignId, PartnerId
from domain.ledger.postings import Award as Lot
from domain.ledger.postings import TokenGiven, Verdict
from domain.values import Points
from domain.vouchers.issuing import outcomes

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"


def as_given(awards: Sequence[AwardGiven], lots: Sequence[Lot], given: Mapping[UUID, int]) -> tuple[AwardGiven, ...]:
    """The awards without what fell away of their lots, which stand in their order."""
    left = iter(lots)
    told = (_less(award, left, given) for award in awards)
    return tuple(award for award in told if award.points)


def of_portions(award: AwardGiven, portions: Sequence[Portion]) -> AwardGiven:
    """The same award with other points, by when they can be spent."""
    funded: dict[PartnerId, int] = {}
    for portion in portions:
        for sponsor_id, points in portion.funded:
            funded[sponsor_id] = funded.get(sponsor_id, 0) + points
    return replace(award, points=Points(sum(funded.values())), funded=tuple(funded.items()), portions=tuple(portions))


def cuts_told(awards: Sequence[AwardGiven], lots: Sequence[Lot], verdict: Verdict) -> tuple[AwardCut, ...]:
    """What fell away of each lot; money is told with what was given of it."""
    campaigns = {award.campaign.campaign_id: award.campaign for award in awards}
    made = {lot.lot_id: lot for lot in lots}
    return tuple(
        AwardCut(
            campaign=campaigns[CampaignId(lot.campaign_id)],
            sponsor_id=PartnerId(lot.sponsor_id),
            points=Points(lot.points),
            given=Points(cut.given),
            why=cut.why,
        )
        for cut in verdict.cuts
        if (lot := made.get(cut.lot_id)) is not None and lot.campaign_id is not None
    )


def tokens_told(rating: Rating, tokens: Sequence[TokenGiven]) -> tuple[TokenReceipt, ...]:
    """The things won."""
    return tuple(
        TokenReceipt(
            token_id=token.token_id,
            campaign=due.campaign,
            kind=TokenKind(token.kind),
            name=token.name,
            expires_at=token.expires_at,
            voucher_id=None if token.voucher is None else token.voucher.voucher_id,
        )
        for due, token in zip(rating.tokens, tokens, strict=True)
    )


async def with_vouchers(
    pool: Pool, partner_id: UUID, wallet_id: UUID, entry_id: UUID, tokens: tuple[TokenReceipt, ...]
) -> tuple[TokenReceipt, ...]:
    """The things won, with what became of their vouchers: issued, or cut since no code was left."""
    if all(token.voucher_id is None for token in tokens):
        return tokens
    found = await outcomes(pool, partner_id, wallet_id, entry_id)
    return tuple(
        token if token.voucher_id is None else replace(token, voucher=found.get(token.voucher_id)) for token in tokens
    )


def _less(award: AwardGiven, lots: Iterator[Lot], given: Mapping[UUID, int]) -> AwardGiven:
    portions = []
    for portion in award.portions:
        shares = [(who, given.get(next(lots).lot_id, points)) for who, points in portion.funded]
        funded = tuple((who, points) for who, points in shares if points)
        if funded:
            portions.append(replace(portion, funded=funded))
    return of_portions(award, portions)
