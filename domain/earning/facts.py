"""What is kept of a rating beside its lines, and a purchase made of it again: all that a return goes by.

A rating that asked nothing of the member, counted nothing and chose nothing keeps which lines each award counted, and
no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.earning.basket import Basket, BasketLine, MemberFacts, Tender
from domain.earning.commands import AwardGiven
from domain.earning.compiling import GREENWICH, CampaignIndex, Compiled
from domain.earning.rerating import RatedAward, RatedPurchase, RatedToken
from domain.earning.rules import MONEY_KINDS
from domain.earning.tallies import Tally
from domain.earning.verdicts import Evidence, Rating, Why
from domain.ids import BenefitId, CampaignId, LotId, PartnerId
from domain.ledger.postings import Award as Lot
from domain.ledger.postings import BenefitGiven, TokenGiven
from domain.products.facts import ProductFacts

Key = tuple[CampaignId, int]
SETTLED = frozenset(
    {Why.OWN_SALE, Why.OTHER_TIER, Why.OTHER_SEGMENT, Why.OTHER_TIME, Why.OTHER_CHANNEL, Why.CONTROL_GROUP}
)
"""Why a campaign gave nothing whatever comes back: it was not for this member, time or channel."""


def facts_of(rating: Rating, index: CampaignIndex, member: MemberFacts) -> dict[str, Any]:
    """What is kept of any rating: which lines each campaign counted, what the member was, what counters came to."""
    evidence = rating.evidence
    if not index.asks:
        return {
            "campaigns": [
                {"id": award.campaign.campaign_id, "version": award.campaign.version, "lines": award.lines}
                for award in rating.awards
            ]
        }
    places = _weighed(evidence)
    entries = [evidence.entries[place] for place in places]
    facts: dict[str, Any] = {
        "campaigns": [_counted(evidence, place) for place in places],
        "zone": str(index.zone),
        "tiers": list(member.tiers),
        "segments": sorted(map(str, member.segments)),
        "joined": member.joined_at,
        "tallies": {key: _kept(tally) for key, tally in member.tallies.items()},
        "counted": {one.key: [one.after.counted, one.after.rewarded] for one in rating.counting},
    }
    if any(entry.contends for entry in entries):
        facts["worth"] = str(index.point_worth)
    return {name: part for name, part in facts.items() if part or name == "campaigns"}


def facts_of_basket(
    basket: Basket,
    rating: Rating,
    index: CampaignIndex,
    benefits: Sequence[BenefitGiven],
) -> dict[str, Any]:
    """What is kept of a basket besides."""
    facts: dict[str, Any] = {}
    if benefits:
        given = zip(benefits, rating.benefits, strict=True)
        facts["benefits"] = [
            _benefit(benefit, due.line, bounded=due.campaign.terms.budget is not None) for benefit, due in given
        ]
    discounts = {
        str(line.number): [line.discount, line.coupon, line.coupon_match]
        for line in basket.lines
        if line.discount or line.coupon or line.coupon_match
    }
    if discounts:
        facts["discounts"] = discounts
    if basket.tenders:
        facts["tenders"] = [[tender.kind, tender.amount] for tender in basket.tenders]
    if index.asks and (products := _products(basket, index.entries)):
        facts["products"] = products
    return facts


def facts_of_gains(awards: Sequence[AwardGiven], lots: Sequence[Lot], tokens: Sequence[TokenGiven]) -> dict[str, Any]:
    """What is kept of awards whose points wait differently long, and of things won."""
    facts: dict[str, Any] = {}
    several = {award.campaign.key for award in awards if len(award.portions) > 1}
    if several:
        waits = [lot for lot in lots if (lot.campaign_id, lot.campaign_version) in several]
        facts["waiting"] = {str(lot.lot_id): lot.available_at for lot in waits}
    if tokens:
        facts["tokens"] = [
            {
                "id": token.token_id,
                "campaign": token.campaign_id,
                "version": token.campaign_version,
                "kind": token.kind,
                "name": token.name,
                "until": token.expires_at,
            }
            | ({"voucher": token.voucher.voucher_id} if token.voucher else {})
            for token in tokens
        ]
    return facts


def rated(
    row: Mapping[str, Any], facts: Mapping[str, Any], lots: Iterable[Any], tokens: Iterable[Any]
) -> RatedPurchase:
    """A purchase as it was rated, out of its row, facts, lots and things won."""
    discounts = facts.get("discounts", {})
    columns = zip(row["numbers"], row["skus"], row["quantities"], row["amounts"], strict=True)
    return RatedPurchase(
        currency=row["currency"],
        lines=tuple(_line(*column, *discounts.get(str(column[0]), (0, 0, 0))) for column in columns),
        awards=_awards(facts, lots),
        benefits=tuple((BenefitId(UUID(one["id"])), one["line"]) for one in facts.get("benefits", ())),
        tokens=tuple(
            RatedToken(UUID(one["token_id"]), key_of(one["campaign_id"], one["version"]), one["name"]) for one in tokens
        ),
        partner_id=PartnerId(row["partner_id"]),
        occurred_at=row["occurred_at"],
        channel=row["channel"],
        tenders=tuple(Tender(kind=kind, amount=amount) for kind, amount in facts.get("tenders", ())),
        facts=member_of(row["member_id"], facts),
        products={sku: ProductFacts(sku=sku, **known) for sku, known in facts.get("products", {}).items()},
        zone=ZoneInfo(facts["zone"]) if "zone" in facts else GREENWICH,
        point_worth=Fraction(facts.get("worth", 1)),
    )


def member_of(member_id: UUID, facts: Mapping[str, Any]) -> MemberFacts:
    """What the member was, as far as the rules asked."""
    return MemberFacts(
        member_id=member_id,
        tiers=tuple(facts["tiers"]) if "tiers" in facts else (facts["tier"],) if facts.get("tier") else (),
        segments=frozenset(map(UUID, facts.get("segments", ()))),
        joined_at=moment(facts.get("joined")),
        tallies={key: _tally(*kept) for key, kept in facts.get("tallies", {}).items()},
    )


def moment(said: str | None) -> datetime | None:
    """A time out of JSON, if there is one."""
    return None if said is None else datetime.fromisoformat(said)


def key_of(campaign_id: str, version: int) -> Key:
    """What an award names, out of JSON."""
    return CampaignId(UUID(campaign_id)), version


def _weighed(evidence: Evidence) -> list[int]:
    """The places of the campaigns that a return weighs again.

    Those that gave or counted something; where some stand in for others or share what bounds them, all that might have.
    """
    entries, refused = evidence.entries, evidence.refused
    open_ended = any(entries[place].contends or entries[place].campaign.terms.caps for place in evidence.hits)

    def counts(place: int) -> bool:
        why = refused[place].why if place in refused else None
        if open_ended:
            return why not in SETTLED
        return why is Why.NOT_YET or (place in evidence.given and entries[place].kind not in MONEY_KINDS)

    return [place for place in sorted(evidence.hits) if counts(place)]


def _counted(evidence: Evidence, place: int) -> dict[str, Any]:
    campaign = evidence.entries[place].campaign
    lines = [line.number for line in evidence.hits[place]]
    return {"id": campaign.campaign_id, "version": campaign.version, "lines": lines}


def _kept(tally: Tally) -> list[Any]:
    """A counter without its version: a return goes by what it counted."""
    return [tally.counted, tally.rewarded, tally.since, list(tally.recent)]


def _tally(counted: int, rewarded: int, since: str | None, recent: Sequence[str]) -> Tally:
    return Tally(counted, rewarded, moment(since), tuple(map(datetime.fromisoformat, recent)))


def _benefit(benefit: BenefitGiven, line: int, *, bounded: bool) -> dict[str, Any]:
    kept = {"id": benefit.benefit_id, "line": line}
    return {**kept, "units": benefit.units} if bounded else kept


def _products(basket: Basket, entries: Iterable[Compiled]) -> dict[str, dict[str, Any]]:
    """What conditions asked of the articles."""
    asked = sorted({name for entry in entries if entry.condition for name in entry.condition.reads_products})
    if not asked:
        return {}
    known: dict[str, dict[str, Any]] = {}
    for line in basket.lines:
        product = basket.products.get(line.sku)
        if product is not None:
            told = product.at(basket.occurred_at)
            known[line.sku] = {name: part for name in asked if (part := getattr(told, name)) is not None}
    return {sku: told for sku, told in known.items() if told}


def _awards(facts: Mapping[str, Any], lots: Iterable[Any]) -> tuple[RatedAward, ...]:
    made: dict[Key, list[tuple[LotId, int]]] = {}
    short: dict[LotId, int] = {}
    for lot in lots:
        lot_id = LotId(UUID(lot["lot_id"]))
        made.setdefault(key_of(lot["campaign_id"], lot["version"]), []).append((lot_id, lot["earned"]))
        if lot["why"]:
            short[lot_id] = lot["points"]
    waiting = {LotId(UUID(lot)): datetime.fromisoformat(until) for lot, until in facts.get("waiting", {}).items()}
    return tuple(
        RatedAward(
            key,
            frozenset(award["lines"]),
            tuple(here := made.get(key, [])),
            {lot_id: short[lot_id] for lot_id, _ in here if lot_id in short},
            {lot_id: waiting[lot_id] for lot_id, _ in here if lot_id in waiting},
        )
        for award in facts["campaigns"]
        for key in [key_of(award["id"], award["version"])]
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
