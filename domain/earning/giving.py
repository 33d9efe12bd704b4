"""From a rating to what is given: who funds which points from when until when, what is won, what counters come to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.basket import Basket, BasketLine
from domain.earning.commands import AwardGiven, Portion
from domain.earning.compiling import Compiled
from domain.earning.expiry import ExpiryKind
from domain.earning.rerating import shared_again
from domain.earning.rules import RuleKind
from domain.earning.terms import Campaign
from domain.earning.timing import available_at, lasts_until
from domain.earning.verdicts import Award, Rating, TokenDue
from domain.earning.weighing import tendered
from domain.earning.when import zone_of
from domain.ids import PartnerId
from domain.ledger.postings import Award as Lot
from domain.ledger.postings import BenefitGiven, TallyMove, TokenGiven
from domain.values import Points
from domain.vouchers.issuing import wanted
from domain.vouchers.models import VoucherSource
from domain.vouchers.terms import Coupon

Funded = tuple[tuple[PartnerId, int], ...]

BENEFITS = {RuleKind.COUPON_REFUND: "COUPON", RuleKind.CASHBACK: "CASHBACK", RuleKind.DISCOUNT: "DISCOUNT"}
"""What each rule that gives money is called in the books."""


def awards_given(
    rating: Rating, basket: Basket | None, currency: str, occurred_at: datetime, *, zone: ZoneInfo, now: datetime
) -> tuple[AwardGiven, ...]:
    """The awards of a basket, or of an action (None), with the time from which each of their points can be spent."""
    windows = _windows(basket)
    return tuple([_given(award, rating, basket, windows, currency, occurred_at, zone, now) for award in rating.awards])


def lots_of(awards: Sequence[AwardGiven]) -> list[Lot]:
    """A lot for each award, time from which its points can be spent, and sponsor."""
    return [
        Lot(
            sponsor_id=sponsor_id,
            points=points,
            available_at=portion.available_at,
            expires_at=portion.expires_at,
            inactivity_months=_inactivity(award.campaign),
            campaign_id=award.campaign.campaign_id,
            campaign_version=award.campaign.version,
        )
        for award in awards
        for portion in award.portions
        for sponsor_id, points in portion.funded
    ]


def benefits_of(rating: Rating) -> list[BenefitGiven]:
    """The money that sponsors owe the shop."""
    return [
        BenefitGiven(
            kind=BENEFITS[due.campaign.terms.rule.kind],
            sponsor_id=due.sponsor_id,
            amount=due.money.amount,
            units=due.money.minor,
            campaign_id=due.campaign.campaign_id,
            campaign_version=due.campaign.version,
        )
        for due in rating.benefits
    ]


def coupons_named(ratings: Iterable[Rating]) -> set[UUID]:
    """The coupons of which vouchers are won."""
    return {due.token.coupon for rating in ratings for due in rating.tokens if due.token.coupon is not None}


def tokens_of(
    rating: Rating, coupons: Mapping[UUID, Coupon], *, key: bytes, zone: ZoneInfo, now: datetime
) -> list[TokenGiven]:
    """The things won, of live coupons with their vouchers; they can be used to the end of their last day."""
    return [_token(due, coupons, key, zone, now) for due in rating.tokens]


def _token(due: TokenDue, coupons: Mapping[UUID, Coupon], key: bytes, zone: ZoneInfo, now: datetime) -> TokenGiven:
    token, campaign = due.token, due.campaign
    voucher = None
    if token.coupon is not None:
        voucher = wanted(
            token.coupon,
            coupons.get(token.coupon),
            source=VoucherSource.PRIZE,
            source_id=campaign.campaign_id,
            key=key,
            zone=zone,
            now=now,
        )
    expires_at = _end_of_day(token.days, now, zone) if token.days else None
    return TokenGiven(
        campaign_id=campaign.campaign_id,
        campaign_version=campaign.version,
        kind=token.kind,
        name=token.name,
        expires_at=expires_at if voucher is None else voucher.expires_at,
        voucher=voucher,
    )


def tallies_of(rating: Rating) -> list[TallyMove]:
    """What the wallet's counters come to."""
    return [
        TallyMove(
            key=one.key,
            version=one.before.version,
            counted=one.after.counted,
            rewarded=one.after.rewarded,
            since=one.after.since,
            recent=list(one.after.recent),
        )
        for one in rating.counting
    ]


def budgets_of(rating: Rating) -> list[UUID]:
    """The campaigns that give something and have a budget."""
    giving = [due.campaign for due in rating.awards] + [due.campaign for due in rating.benefits]
    return list({campaign.campaign_id: None for campaign in giving if campaign.terms.budget is not None})


def _given(
    award: Award,
    rating: Rating,
    basket: Basket | None,
    windows: Mapping[int, int],
    currency: str,
    occurred_at: datetime,
    zone: ZoneInfo,
    now: datetime,
) -> AwardGiven:
    terms = award.campaign.terms
    clock = zone_of(terms.when.time_zone, zone)

    def portion(days: int | None, funded: Funded) -> Portion:
        ready = terms.release.after(available_at(days, occurred_at, now), clock)
        return Portion(funded, ready, lasts_until(terms.expiry, occurred_at, ready, zone))

    if basket is None or terms.return_days is None or windows.keys().isdisjoint(award.lines):
        portions = [portion(terms.return_days, award.funded)]
    else:
        parts = _by_window(award, _entry(rating, award.campaign), basket, windows)
        portions = [portion(days, funded) for days, funded in parts]
    return AwardGiven(
        campaign=award.campaign,
        currency=currency,
        points=Points(award.points),
        funded=award.funded,
        lines=award.lines,
        portions=tuple(portions),
    )


def _windows(basket: Basket | None) -> dict[int, int]:
    """Lines whose articles have return windows of their own, in days."""
    if basket is None:
        return {}
    found: dict[int, int] = {}
    for line in basket.lines:
        product = basket.products.get(line.sku)
        if product is not None and product.return_days is not None:
            found[line.number] = product.return_days
    return found


def _by_window(award: Award, entry: Compiled, basket: Basket, windows: Mapping[int, int]) -> list[tuple[int, Funded]]:
    """The points of an award by the windows of its lines, in days.

    Those of windows up to some length are together what the rule gives for the lines with such windows, and each
    sponsor's never shrink as the window grows.
    """
    usual = award.campaign.terms.return_days or 0
    lines = {line.number: line for line in basket.lines}
    window = {number: windows.get(number, usual) for number in award.lines}
    parts: list[tuple[int, Funded]] = []
    before = dict.fromkeys((sponsor for sponsor, _ in award.funded), 0)
    for days in sorted(set(window.values())):
        within = [lines[number] for number in award.lines if window[number] <= days]
        upto = shared_again(award.funded, _worth(award, entry, basket, within, [lines[one] for one in award.lines]))
        part = tuple((sponsor, points - before[sponsor]) for sponsor, points in upto.items())
        parts.append((days, tuple(share for share in part if share[1])))
        before = upto
    return [part for part in parts if part[1]]


def _worth(
    award: Award, entry: Compiled, basket: Basket, within: Sequence[BasketLine], lines: Sequence[BasketLine]
) -> int:
    """What of an award's points some of its lines earn."""
    if len(within) == len(lines):
        return award.points
    if entry.worth is not None:
        return min(award.points, entry.worth(within, tendered(basket)))
    if entry.kind is RuleKind.MULTIPLIER:
        # What is multiplied is earned by other campaigns; the lines' amounts are what they have in common.
        total = sum(line.amount for line in lines)
        return award.points * sum(line.amount for line in within) // total if total else 0
    return 0


def _entry(rating: Rating, campaign: Campaign) -> Compiled:
    return next(entry for entry in rating.evidence.entries if entry.campaign.key == campaign.key)


def _inactivity(campaign: Campaign) -> int | None:
    expiry = campaign.terms.expiry
    return expiry.months if expiry.kind is ExpiryKind.INACTIVITY else None


def _end_of_day(days: int, now: datetime, zone: ZoneInfo) -> datetime:
    day = now.astimezone(zone).date() + timedelta(days=days + 1)
    return datetime.combine(day, time(), zone)
