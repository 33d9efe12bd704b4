"""A recipe's story played through the pure engine, with tallies carried from step to step."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID, uuid5

from domain.earning.actions import Action
from domain.earning.basket import Basket, BasketLine, MemberFacts, Tender
from domain.earning.book import CampaignBook
from domain.earning.rating import rate, rate_action
from domain.earning.rerating import RatedAward, RatedPurchase, ReturnedLine, rerate
from domain.earning.tallies import NOTHING, Tally
from domain.earning.terms import Campaign, CampaignState
from domain.earning.timing import available_at, lasts_until
from domain.earning.verdicts import Rating
from domain.earning.when import PURCHASE
from domain.ids import CampaignId, LotId, OutletId, PartnerId
from domain.products.facts import ProductFacts
from hansa.recipes.drawing import Recipe
from hansa.recipes.giving import Cast
from hansa.recipes.shelves import articles_of
from tests.recipes.telling import Outcome, Step

SPACE = UUID(int=0x4A45)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


def named(kind: str, name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(SPACE, f"{kind}/{name}")


def cast_of(recipe: Recipe) -> Cast:
    """Ids for all that a recipe names."""
    return Cast(
        partners={name: PartnerId(named("partner", name)) for name in recipe.partners},
        outlets={name: OutletId(named("outlet", name)) for name in recipe.outlets},
        segments={name: named("segment", name) for name in recipe.segments},
        coupons={
            name: (named("coupon", name), recipe.parts["coupons"].named()[name].named()["name"].text())
            for name in recipe.coupons
        },
    )


@dataclass(slots=True)
class Bought:
    """A purchase as it was rated, and what came back of it."""

    purchase: RatedPurchase
    campaigns: dict[tuple[CampaignId, int], Campaign]
    sponsors: dict[LotId, str]
    back: list[ReturnedLine] = field(default_factory=list)


class Stage:
    """A recipe in force, and its members' wallets."""

    def __init__(self, recipe: Recipe) -> None:
        self.recipe = recipe
        cast = cast_of(recipe)
        self.names = {partner_id: name for name, partner_id in cast.partners.items()}
        drawn_up = [
            Campaign(
                campaign_id=CampaignId(named("campaign", drawn.key)),
                version=1,
                partner_id=drawn.owner,
                state=CampaignState.LIVE,
                terms=drawn.terms,
                live_from=LONG_AGO,
            )
            for drawn in recipe.drawn(cast)
        ]
        self.keys = {CampaignId(named("campaign", drawn.key)): drawn.key for drawn in recipe.drawn(cast)}
        self.book = CampaignBook(
            recipe.currency, drawn_up, zone=recipe.time_zone, point_worth=recipe.point_worth or Fraction(1)
        )
        self.shelf = _shelf(recipe)
        self.tallies: dict[str, dict[str, Tally]] = {}
        self.points: Counter[str] = Counter()
        self.bought: dict[str, Bought] = {}

    def play(self, step: Step) -> Outcome:
        """What a step comes to."""
        outcome = self._return(step) if step.takes_back else self._earn(step)
        self.points[step.person.wallet] += sum(outcome.points.values()) - sum(outcome.taken.values())
        told = step.outcome
        return replace(
            outcome,
            usable=outcome.usable if told.usable else None,
            expires=outcome.expires if told.expires else None,
            in_all=None if told.in_all is None else self.points[step.person.wallet],
        )

    def _earn(self, step: Step) -> Outcome:
        at, person = step.at.astimezone(UTC), step.person
        partner_id = PartnerId(named("partner", step.partner))
        outlet_id = None if step.outlet is None else OutletId(named("outlet", step.outlet))
        index = self.book.index(partner_id, outlet_id, at, step.action or PURCHASE)
        held = self.tallies.setdefault(person.wallet, {})
        member_id = named("member", person.name)
        facts = MemberFacts(
            member_id=member_id,
            tiers=() if person.tier is None else (person.tier,),
            segments=frozenset(named("segment", one) for one in person.segments),
            tallies={key: held[key] for key in index.asked_tallies(member_id, at) if key in held},
        )
        if step.action is None:
            basket = self._basket(step, at)
            rating = rate(basket, index, facts)
            self.bought[person.name] = self._recorded(basket, rating, facts)
        else:
            action = Action(
                partner_id=partner_id,
                outlet_id=outlet_id,
                occurred_at=at,
                kind=step.action,
                attributes=step.attributes,
                channel=step.channel,
            )
            rating = rate_action(action, index, facts)
        for one in rating.counting:
            assert held.get(one.key, NOTHING) == one.before
            held[one.key] = replace(one.after, version=one.before.version + 1)
        return self._outcome(rating, at)

    def _basket(self, step: Step, at: datetime) -> Basket:
        return Basket(
            partner_id=PartnerId(named("partner", step.partner)),
            outlet_id=OutletId(named("outlet", step.outlet or "")),
            occurred_at=at,
            currency=self.recipe.currency,
            lines=tuple(
                BasketLine(
                    number=number,
                    sku=good.article,
                    quantity=good.quantity,
                    amount=good.amount,
                    discount=good.discount,
                    coupon=good.coupon,
                )
                for number, good in enumerate(step.goods, 1)
            ),
            products=self.shelf,
            channel=step.channel,
            tenders=tuple(Tender(kind=kind, amount=amount) for kind, amount in step.tendered.items()),
        )

    def _recorded(self, basket: Basket, rating: Rating, facts: MemberFacts) -> Bought:
        """A purchase as the books would have it: a lot for each campaign and sponsor."""
        sponsors = {
            LotId(named(str(award.campaign.campaign_id), str(sponsor))): self.names[sponsor]
            for award in rating.awards
            for sponsor, _ in award.funded
        }
        given = {award.campaign.key: award for award in rating.awards}
        counted = {
            rating.evidence.entries[place].campaign.key: frozenset(line.number for line in lines)
            for place, lines in rating.evidence.hits.items()
        }
        campaigns = {entry.campaign.key: entry.campaign for entry in rating.evidence.entries}
        awards = []
        for key, lines in counted.items():
            campaign = campaigns[key]
            funded = given[campaign.key].funded if campaign.key in given else ()
            lots = tuple((LotId(named(str(campaign.campaign_id), str(one))), points) for one, points in funded)
            awards.append(RatedAward(campaign.key, lines, lots))
        purchase = RatedPurchase(
            currency=basket.currency,
            lines=basket.lines,
            awards=tuple(awards),
            partner_id=basket.partner_id,
            occurred_at=basket.occurred_at,
            channel=basket.channel,
            tenders=basket.tenders,
            facts=facts,
            products=basket.products,
            zone=self.recipe.time_zone,
            point_worth=self.recipe.point_worth or Fraction(1),
        )
        return Bought(purchase, campaigns, sponsors)

    def _return(self, step: Step) -> Outcome:
        """What is taken back for goods of the member's latest purchase."""
        bought = self.bought[step.person.name]
        numbers = {line.sku: line.number for line in bought.purchase.lines}
        now = [ReturnedLine(numbers[article], quantity) for article, quantity in step.takes_back.items()]
        claw_back = rerate(bought.purchase, bought.campaigns, bought.back, now)
        bought.back += now
        held = self.tallies[step.person.wallet]
        for key, counted, rewarded in claw_back.tallies:
            tally = held[key]
            held[key] = replace(tally, counted=tally.counted - counted, rewarded=tally.rewarded - rewarded)
        taken: Counter[str] = Counter()
        for lot_id, points in claw_back.lots:
            taken[bought.sponsors[lot_id]] += points
        return Outcome(taken=dict(taken))

    def _outcome(self, rating: Rating, at: datetime) -> Outcome:
        points: Counter[str] = Counter()
        for award in rating.awards:
            for sponsor, share in award.funded:
                points[self.names[sponsor]] += share
        offers: Counter[str] = Counter()
        for offer in rating.offers:
            offers[self._key(offer.campaign)] += offer.units
        wins: dict[str, list[str]] = {}
        for won in rating.tokens:
            wins.setdefault(self._key(won.campaign), []).append(won.token.name)
        refunds: Counter[str] = Counter()
        for due in rating.benefits:
            refunds[self.names[due.sponsor_id]] += due.money.minor
        terms = [self._term(award.campaign, at) for award in rating.awards]
        return Outcome(
            awards={self._key(award.campaign): award.points for award in rating.awards},
            points=dict(points),
            wins={key: tuple(names) for key, names in wins.items()},
            turns={self._key(campaign): turns for campaign, turns in rating.turns},
            offers=dict(offers),
            refunds=dict(refunds),
            refused={self._key(one.campaign): one.why for one in rating.refusals},
            usable=max((ready for ready, _ in terms), default=None),
            expires=max((until for _, until in terms if until is not None), default=None),
        )

    def _key(self, campaign: Campaign) -> str:
        return self.keys[campaign.campaign_id]

    def _term(self, campaign: Campaign, at: datetime) -> tuple[datetime, datetime | None]:
        """From when and until when points of a campaign can be spent, recorded as they happen."""
        terms, zone = campaign.terms, self.recipe.time_zone
        ready = terms.release.after(available_at(terms.return_days, at, at), zone)
        return ready, lasts_until(terms.expiry, at, ready, zone)


def _shelf(recipe: Recipe) -> dict[str, ProductFacts]:
    return {
        name: ProductFacts(
            sku=name,
            category=article.category,
            department=article.department,
            brand=article.brand,
            maker_id=None if article.maker is None else PartnerId(named("partner", article.maker)),
            private_label=article.private_label,
        )
        for name, article in articles_of(recipe).items()
    }
