"""What a shop does with actions and stamps, by its client, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from domain.earning import managing
from domain.earning.prizes import Prize, Token, TokenKind
from domain.earning.rules import Card as Stamps
from domain.earning.rules import Flat, RatePerUnit, Rule
from domain.earning.terms import Sponsor, Terms
from domain.earning.when import ALWAYS, When
from domain.ids import PartnerId
from domain.settlement import cycles
from domain.storage import Database
from domain.values import Rate
from hansa.storefront import Action, Basket, Card, Line, Refused, Storefront
from tests.builders.coalition import BEFORE, a_coalition, a_partner, writing
from tests.builders.served import a_secret, a_server

ADA = Card("ADA 0001")
REVIEWS = When(triggers=frozenset({"REVIEW"}), condition="action.stars >= 4")
COFFEE = Token(kind=TokenKind.COUPON, name="A free coffee")


@pytest.fixture
async def front(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Storefront]:
    """A shop that thanks for reviews, and gives a coffee for every third purchase."""
    await a_coalition(database)
    shop = await a_partner(database, "shop")
    async with writing(database) as session:
        await cycles.open_first(session, now=BEFORE)
    whose = PartnerId(shop.partner_id)
    await live(database, whose, "Thanks", Flat(points=50), when=REVIEWS)
    await live(database, whose, "Card", Stamps(every=3, prize=Prize(token=COFFEE)))
    await live(database, whose, "By card", RatePerUnit(points=Rate(2), tenders=frozenset({"CARD"})))
    async with a_server(database_url, tmp_path) as url:
        credential = await a_secret(database, shop)
        async with Storefront.opened(url, credential) as opened:
            await opened.enrol(card="ADA 0001", consents=["BALANCE"])
            yield opened


async def live(database: Database, owner: PartnerId, name: str, rule: Rule, *, when: When | None = None) -> None:
    """A campaign of the shop's goes live."""
    terms = Terms(
        name=name,
        rule=rule,
        starts_at=BEFORE,
        partners=frozenset({owner}),
        sponsors=(Sponsor(owner),),
        when=when or ALWAYS,
    )
    async with writing(database) as session:
        drafted = await managing.draft(session, owner, terms, now=BEFORE)
        await managing.publish(session, owner, drafted.campaign_id, now=BEFORE)


async def test_a_review_earns_its_thanks_once(front: Storefront) -> None:
    review = Action(member=ADA, kind="REVIEW", attributes={"stars": 5, "sku": "milk", "photo": True}, channel="WEB")
    first, again = await front.record_action(review), await front.record_action(review)
    assert (first.points, first.awards[0].reason, first.replayed) == (50, "Thanks: 50 points", False)
    assert (again.id, again.points, again.replayed) == (first.id, 50, True)
    assert (first.available, first.pending) == (50, 0)
    poor = await front.record_action(Action(member=ADA, kind="REVIEW", attributes={"stars": 2}))
    assert (poor.points, poor.missed) == (0, ("Thanks: its condition is not met",))


async def test_what_does_not_fit_a_type_is_refused_by_name(front: Storefront) -> None:
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"kind": "REVIEW", "attributes": {"stars": "many"}}, "INVALID_ACTION"),
        ({"kind": "REVIEW", "attributes": {"moons": 1}}, "INVALID_ACTION"),
        ({"kind": "REVIEW", "attributes": {"stars": datetime(2026, 1, 1, tzinfo=UTC)}}, "INVALID_ACTION"),
        ({"kind": "DANCING"}, "ACTION_TYPE_NOT_FOUND"),
    ]
    for said, code in refusals:
        with pytest.raises(Refused) as refused:
            await front.record_action(Action(member=ADA, **said))
        assert refused.value.code == code


async def test_the_third_purchase_wins_a_coffee_and_half_a_card_half_the_points(front: Storefront) -> None:
    milk = (Line(sku="milk", amount=Decimal("10.00")),)
    paid = {"CARD": Decimal("5.00"), "CASH": Decimal("5.00")}
    won = [
        await front.purchase(Basket(member=ADA, lines=milk, currency="USD", outlet="1", tenders=paid)) for _ in "123"
    ]
    assert [one.points for one in won] == [10, 10, 10]
    assert [[token.name for token in one.tokens] for one in won] == [[], [], ["A free coffee"]]
    shown = await front.preview(milk, currency="USD", outlet="1", member=ADA)
    assert "Card: 1 of 3" in " ".join(shown.progress), shown.progress


async def test_what_a_basket_would_earn_goes_by_how_it_is_paid(front: Storefront) -> None:
    milk = (Line(sku="milk", amount=Decimal("10.00")),)
    for paid, points in (({}, 0), ({"CARD": Decimal("10.00")}, 20), ({"CASH": Decimal("10.00")}, 0)):
        shown = await front.preview(milk, currency="USD", outlet="1", member=ADA, tenders=paid)
        assert shown.points == points, paid
