"""Which campaigns have to be weighed together, since one changes what another gives; the rest is weighed apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace

from domain.earning.matching import EVERY_LINE
from domain.earning.rules import Card, Gift, Milestones, Multiplier, prizes_of
from domain.earning.stacking import Mode
from domain.earning.terms import Campaign
from domain.ids import CampaignId

CHOSEN = frozenset({Mode.BEST, Mode.FIRST, Mode.EXCLUSIVE})
"""Ways of stacking in which one campaign gives instead of another."""


def families(campaigns: Sequence[Campaign]) -> list[frozenset[int]]:
    """Campaigns by their numbers, each with all that it has to be weighed together with."""
    leads = list(range(len(campaigns)))

    def lead(number: int) -> int:
        while leads[number] != number:
            number = leads[number]
        return number

    met: dict[Hashable, int] = {}
    for number, campaign in enumerate(campaigns):
        for tie in _ties(campaign, campaigns):
            leads[lead(number)] = lead(met.setdefault(tie, number))
    found: dict[int, set[int]] = {}
    for number in range(len(campaigns)):
        found.setdefault(lead(number), set()).add(number)
    return [frozenset(family) for family in found.values()]


def counts_on(campaign: Campaign) -> bool:
    """Whether a campaign goes by what was before: stamps, turns of a wheel, uses of a cap."""
    rule = campaign.terms.rule
    turns = isinstance(rule, Gift) and bool(rule.prize.wheel)
    return bool(campaign.terms.caps) or turns or isinstance(rule, Card | Milestones)


def has_to_step(campaigns: Sequence[Campaign]) -> bool:
    """Whether a family counts on in a way that only weighing purchase by purchase can follow."""
    counting = [campaign for campaign in campaigns if counts_on(campaign)]
    chosen = any(campaign.terms.stacking.mode in CHOSEN for campaign in campaigns)
    return bool(counting) and (chosen or any(map(_counts_oddly, counting)) or not _alike(counting))


def _counts_oddly(campaign: Campaign) -> bool:
    """Turns of wheels, cards that begin anew after days, and caps on what is no award of its own."""
    rule = campaign.terms.rule
    if any(prize.wheel for prize in prizes_of(rule)) or (isinstance(rule, Card) and rule.days):
        return True
    return bool(campaign.terms.caps) and isinstance(rule, Card | Milestones | Gift | Multiplier)


def _alike(counting: Sequence[Campaign]) -> bool:
    """Whether versions of one campaign count stamps alike, so that they add up."""
    found: dict[CampaignId, tuple[object, ...]] = {}
    for campaign in counting:
        rule = campaign.terms.rule
        if isinstance(rule, Card | Milestones):
            counts = replace(rule, lines=EVERY_LINE), campaign.terms.when.time_zone
            if found.setdefault(campaign.campaign_id, counts) != counts:
                return False
    return True


def _ties(campaign: Campaign, campaigns: Sequence[Campaign]) -> Iterator[Hashable]:
    """What a campaign has in common with those that it is weighed together with."""
    terms = campaign.terms
    yield "versions", campaign.campaign_id
    if isinstance(terms.rule, Multiplier):
        yield from (("multiplied", kind) for kind in terms.rule.base)
    else:
        multiplied = (one.terms.rule for one in campaigns if isinstance(one.terms.rule, Multiplier))
        if any(terms.rule.kind in rule.base for rule in multiplied):
            yield "multiplied", terms.rule.kind
    if terms.stacking.group is not None:
        yield "group", terms.stacking.mode, terms.stacking.group
    if terms.stacking.mode is not Mode.ALWAYS and any(one.terms.stacking.mode is Mode.EXCLUSIVE for one in campaigns):
        yield "exclusive", ""
    for cap in terms.caps:
        if cap.shared is not None:
            yield "cap", campaign.partner_id, cap.shared
