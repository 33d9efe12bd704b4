"""A stopped sponsor funds no points: its awards fall away, and everything else goes on."""

from __future__ import annotations

from domain.ids import PartnerId
from domain.ledger.allowance_models import StopReason
from domain.ledger.allowances import lift, stop, stops
from domain.ledger.posting import Door
from tests.builders.coalition import writing
from tests.builders.ledger import Books


async def test_awards_of_a_stopped_sponsor_fall_away_and_the_purchase_stands(books: Books) -> None:
    who = await books.member()
    maker = PartnerId(books.maker.partner_id)
    async with writing(books.database) as session:
        await stop(session, maker, StopReason.BY_HAND, now=books.now)
    bought = books.purchase(who, books.award(30), books.award(70, sponsor_id=maker))
    verdict = await books.posted(Door.PURCHASES, bought)
    assert [(cut.lot_id, cut.given, cut.why) for cut in verdict.cuts] == [
        (bought.awards[1].lot_id, 0, "ISSUANCE_STOPPED")
    ]
    assert await books.counters(who) == (30, 0, 0, 0)


async def test_a_lifted_stop_stops_nobody(books: Books) -> None:
    who = await books.member()
    async with writing(books.database) as session:
        await stop(session, PartnerId(books.shop.partner_id), StopReason.BY_HAND, now=books.now)
        await stop(session, PartnerId(books.shop.partner_id), StopReason.BY_HAND, now=books.now)
        assert len(await stops(session)) == 1
        assert await lift(session, PartnerId(books.shop.partner_id), StopReason.BY_HAND, now=books.now)
        assert not await lift(session, PartnerId(books.shop.partner_id), StopReason.BY_HAND, now=books.now)
    assert (await books.posted(Door.PURCHASES, books.purchase(who, books.award(30)))).cuts == ()
    assert await books.counters(who) == (30, 0, 0, 0)


async def test_a_stop_of_all_stops_everybody(books: Books) -> None:
    who = await books.member()
    for reason in (StopReason.UNSECURED, StopReason.BY_HAND):
        async with writing(books.database) as session:
            await stop(session, None, reason, now=books.now)
        awards = [books.award(30), books.award(70, sponsor_id=books.maker.partner_id)]
        verdict = await books.posted(Door.PURCHASES, books.purchase(who, *awards))
        assert {cut.given for cut in verdict.cuts} == {0}, reason
        assert await books.counters(who) == (0, 0, 0, 0)
        async with writing(books.database) as session:
            assert await lift(session, None, reason, now=books.now)
