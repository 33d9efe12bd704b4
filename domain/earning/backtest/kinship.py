"""Which campaigns have to be weighed together, since one changes what another gives; the rest is weighed apart."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence

from domain.earning.rules import Card, Gift, Milestones, Multiplier
from domain.earning.stacking import Mode
from domain.earning.terms import Campaign

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
