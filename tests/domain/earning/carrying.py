"""Ratings one after another, with tallies carried along and purchases kept as the books would keep them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID, uuid5

from domain.earning.basket import Basket, MemberFacts
from domain.earning.compiling import CampaignIndex
from domain.earning.rating import rate
from domain.earning.rerating import Key, RatedAward, RatedPurchase, RatedToken
from domain.earning.tallies import NOTHING, Tally
from domain.earning.terms import Campaign
from domain.earning.verdicts import Award, Rating
from domain.ids import LotId, PartnerId

SPACE = UUID(int=0x4A45)


@dataclass(slots=True)
class Wallet:
    """The tallies of a wallet, carried from purchase to purchase."""

    programme: Sequence[Campaign]
    facts: MemberFacts
    tallies: dict[str, Tally] = field(default_factory=dict)

    def rated(self, basket: Basket) -> Rating:
        """A purchase as it would be rated now; nothing is written."""
        return rate(basket, self._index(basket), self.facts_at(basket))

    def buys(self, basket: Basket) -> Rating:
        """A purchase, which moves the tallies."""
        rating = self.rated(basket)
        for one in rating.counting:
            assert one.before == self.tallies.get(one.key, NOTHING)
            self.tallies[one.key] = replace(one.after, version=one.before.version + 1)
        return rating

    def facts_at(self, basket: Basket) -> MemberFacts:
        """What rules may know, with just those tallies that they ask for."""
        assert self.facts.member_id is not None
        asked = self._index(basket).asked_tallies(self.facts.member_id, basket.occurred_at)
        return replace(self.facts, tallies={key: self.tallies[key] for key in asked if key in self.tallies})

    def _index(self, basket: Basket) -> CampaignIndex:
        return CampaignIndex(self.programme, basket.outlet_id, basket.currency)


def lot_of(campaign: Campaign, sponsor: PartnerId) -> LotId:
    """The lot of a campaign and sponsor."""
    return LotId(uuid5(SPACE, f"{campaign.campaign_id}/{sponsor}"))


def kept(basket: Basket, rating: Rating, facts: MemberFacts) -> RatedPurchase:
    """A purchase as the books keep it: each campaign that counted lines, a lot for each that funds points."""
    given = {award.campaign.key: award for award in rating.awards}
    entries = rating.evidence.entries
    return RatedPurchase(
        currency=basket.currency,
        lines=basket.lines,
        awards=tuple(
            _award(entries[place].campaign, frozenset(line.number for line in lines), given)
            for place, lines in sorted(rating.evidence.hits.items())
        ),
        tokens=tuple(
            RatedToken(uuid5(SPACE, f"{place}"), due.campaign.key, due.token.name)
            for place, due in enumerate(rating.tokens)
        ),
        partner_id=basket.partner_id,
        occurred_at=basket.occurred_at,
        channel=basket.channel,
        tenders=basket.tenders,
        facts=facts,
        products=basket.products,
    )


def _award(campaign: Campaign, lines: frozenset[int], given: dict[Key, Award]) -> RatedAward:
    award = given.get(campaign.key)
    lots = () if award is None else tuple((lot_of(campaign, sponsor), points) for sponsor, points in award.funded)
    return RatedAward(campaign.key, lines, lots)
