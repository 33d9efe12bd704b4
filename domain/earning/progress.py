"""How far cards and milestones have come with a basket, and what is missing for the next award, for the till to say."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from domain.earning.counting import STAMPS
from domain.earning.rules import Card, Counted, Milestones
from domain.earning.terms import Campaign
from domain.earning.verdicts import NoAward, Rating, Why

MISSING = (Why.NOT_YET, Why.BELOW_MINIMUM)


@dataclass(frozen=True, slots=True)
class Missing:
    """How much more wins: minor units of money, or a number of times or items."""

    amount: int | None = None
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a card or milestones are once the basket is paid, in what they count; amounts in minor units."""

    campaign: Campaign
    counted: Counted
    reached: int
    """On the way to the next prize: of a card since its last, of milestones in all."""
    of: int | None
    """What the next prize takes; None: all are won."""

    @property
    def missing(self) -> int:
        """How much more wins the next prize."""
        return 0 if self.of is None else self.of - self.reached


def missing_of(refusal: NoAward) -> Missing | None:
    """What is missing for an award, where more of the same would earn it."""
    if refusal.why not in MISSING or not refusal.missing:
        return None
    rule = refusal.campaign.terms.rule
    if refusal.why is Why.NOT_YET and isinstance(rule, Card | Milestones) and rule.counted is not Counted.AMOUNT:
        return Missing(count=refusal.missing)
    return Missing(amount=refusal.missing)


def progress_of(rating: Rating) -> tuple[Progress, ...]:
    """How far the cards and milestones are that the basket counts for, in the order of their campaigns."""
    campaigns = {str(entry.campaign.campaign_id): entry.campaign for entry in rating.evidence.entries}
    return tuple(_progress(rating, campaigns))


def _progress(rating: Rating, campaigns: dict[str, Campaign]) -> Iterator[Progress]:
    for counting in rating.counting:
        subject, what, *_ = counting.key.split("/")
        campaign = campaigns.get(subject)
        if campaign is None or what != STAMPS:
            continue
        rule, total = campaign.terms.rule, counting.after.counted
        if isinstance(rule, Card):
            yield Progress(campaign, rule.counted, total % rule.every, rule.every)
        elif isinstance(rule, Milestones):
            ahead = [mark.at for mark in rule.marks if mark.at > total]
            yield Progress(campaign, rule.counted, total, min(ahead, default=None))
