"""Products that members register: proven, verified, once for a serial; what returns, transfers and merges do."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import asyncpg
import pytest

from domain.audit.findings import Wrong
from domain.audit.verifying import verify
from domain.ledger.moving import merge_members
from domain.members.recognition import KnownMember
from domain.service import registering, telling
from domain.service.case_models import Coverage
from domain.service.errors import (
    AlreadyRegistered,
    InformationNotFound,
    OfferNotFound,
    RegistrationNotFound,
    SerialRegistered,
    SerialUnknown,
)
from domain.service.information import ProductTerms, SerialRule, Warranty
from domain.service.models import Registration
from domain.service.queries import coverage, registration_of
from domain.service.serials import Authenticity, authenticity
from domain.service.working import work
from domain.storage import Database, Sight
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import KEYS, acting
from tests.domain.service.counter import DAY, KETTLE, Counter, a_counter

PLAIN = ProductTerms(names={"en": "Kettle"}, warranty=Warranty(months=24))


@pytest.fixture
async def counter(database: Database) -> AsyncIterator[Counter]:
    """The shop; the books are sound in the end."""
    made = await a_counter(database)
    yield made
    await made.world.prove()


async def test_a_warranty_runs_by_the_terms_of_the_day_of_the_purchase(counter: Counter) -> None:
    """24 months, and 12 more for who registers within 30 days; the day after the purchase the maker gives only 6."""
    await counter.told(now=NOW - DAY)
    anna = await counter.member()
    await counter.buys(anna)
    counter.now = NOW + DAY
    await counter.told(ProductTerms(names={"en": "Kettle"}, warranty=Warranty(months=6), serials=SerialRule.ASKED))
    kettle = await counter.registers(anna, "SN-0001")
    assert (kettle.version, kettle.bought_at, kettle.line) == (1, NOW, 1)
    assert kettle.warranty_until == NOW.replace(year=NOW.year + 3)
    late = await counter.registers(await counter.member(), "SN-0002", bought_at=NOW - timedelta(hours=1))
    assert late.version == 1
    assert not late.verified
    assert late.purchase_entry_id is None


async def test_of_all_who_race_for_one_serial_exactly_one_has_it(counter: Counter) -> None:
    await counter.told()
    await counter.listed("SN 42-42")
    members = [await counter.member() for _ in range(4)]
    tries = [counter.registers(members[turn % 4], "sn4242") for turn in range(24)]
    found = await asyncio.gather(*tries, return_exceptions=True)
    owners = {one.member_id for one in found if isinstance(one, Registration)}
    assert len(owners) == 1
    assert {type(one) for one in found} == {Registration, SerialRegistered}
    assert sum(isinstance(one, Registration) for one in found) == 6


async def test_a_serial_earns_once_whoever_registers_it_and_a_return_takes_it_back(counter: Counter) -> None:
    await counter.told()
    await counter.listed("SN0042")
    await counter.paying(100)
    anna, ben = await counter.member(), await counter.member()
    bought = await counter.buys(anna)
    kettle = await counter.registers(anna, "SN0042")
    assert kettle.verified
    assert await counter.turn() == (1, 0)
    assert await counter.turn() == (0, 0)
    assert await counter.points(anna) == 100
    with pytest.raises(SerialRegistered):
        await counter.registers(ben, "SN0042")
    counter.now += DAY
    await counter.gives_back(bought)
    ended = await counter.product(kettle, anna)
    assert (ended.state, ended.ended) == ("ENDED", "RETURNED")
    assert coverage(ended, counter.now) is Coverage.RETURNED
    assert await counter.turn() == (0, 1)
    assert await counter.turn() == (0, 0)
    assert await counter.points(anna) == 0
    await counter.buys(ben)
    again = await counter.registers(ben, "SN0042")
    assert (again.state, again.verified) == ("ACTIVE", True)
    assert await counter.turn() == (1, 0)
    assert await counter.points(ben) == 0


async def test_of_two_on_one_line_a_return_of_one_ends_the_newer(counter: Counter) -> None:
    await counter.told(PLAIN)
    anna = await counter.member()
    bought = await counter.buys(anna, units=2)
    first = await counter.registers(anna)
    counter.now += DAY
    second = await counter.registers(anna)
    assert (first.purchase_entry_id, second.purchase_entry_id) == (bought.entry_id, bought.entry_id)
    third = await counter.registers(anna)
    assert third.purchase_entry_id is None
    with pytest.raises(AlreadyRegistered):
        await counter.registers(anna)
    await counter.gives_back(bought)
    states = [(await counter.product(one, anna)).state for one in (first, second, third)]
    assert states == ["ACTIVE", "ENDED", "ACTIVE"]


async def test_what_a_maker_asks_for_is_asked(counter: Counter) -> None:
    anna = await counter.member()
    with pytest.raises(InformationNotFound):
        await counter.registers(anna, "SN0001")
    await counter.told()
    with pytest.raises(SerialUnknown):
        await counter.registers(anna)
    await counter.told(ProductTerms(names={"en": "Kettle"}, serials=SerialRule.LISTED))
    with pytest.raises(SerialUnknown):
        await counter.registers(anna, "SN0001")
    await counter.listed("SN0001")
    assert (await counter.registers(anna, "SN0001")).warranty_until is None


async def test_a_serial_is_authentic_registered_or_unknown_and_never_whose(counter: Counter) -> None:
    await counter.told()
    assert await counter.listed("SN0001", "SN0002", "sn-0001") == 2
    assert await counter.listed("SN0002") == 0
    anna, ben = await counter.member(), await counter.member()
    await counter.registers(anna, "SN0002")
    async with acting(counter.database, Sight.member(ben.member_id)) as session:
        found = [
            await authenticity(session, counter.world.maker, one, key=KEYS.lookup)
            for one in ("SN0001", "SN0002", "SN9999")
        ]
    assert found == [Authenticity.AUTHENTIC, Authenticity.REGISTERED, Authenticity.UNKNOWN]


async def handed(counter: Counter, kettle: Registration, giver: KnownMember) -> str:
    async with acting(counter.database, Sight.member(giver.member_id)) as session:
        code, _ = await registering.offer(
            session, kettle.registration_id, giver.member_id, key=KEYS.lookup, now=counter.now
        )
    return code


async def taken(counter: Counter, code: str, taker: KnownMember) -> Registration:
    async with acting(counter.database, Sight.member(taker.member_id)) as session:
        made = await registering.take(session, code.lower(), taker.member_id, key=KEYS.lookup, now=counter.now)
        return await registration_of(session, made, taker.member_id)


async def test_who_is_given_a_product_has_what_is_left_of_its_warranty_and_nobody_else(counter: Counter) -> None:
    await counter.told()
    anna, ben, carl = await counter.member(), await counter.member(), await counter.member()
    bought = await counter.buys(anna)
    kettle = await counter.registers(anna, "SN0001")
    code = await handed(counter, kettle, anna)
    found = await asyncio.gather(taken(counter, code, ben), taken(counter, code, carl), return_exceptions=True)
    [mine] = [one for one in found if isinstance(one, Registration)]
    assert [type(one) for one in found if not isinstance(one, Registration)] == [OfferNotFound]
    assert (mine.warranty_until, mine.serial_ends) == (kettle.warranty_until, "001")
    assert coverage(await counter.product(kettle, anna), NOW) is Coverage.TRANSFERRED
    with pytest.raises(RegistrationNotFound):
        await handed(counter, kettle, anna)
    await counter.gives_back(bought)
    owner = ben if mine.member_id == ben.member_id else carl
    assert (await counter.product(mine, owner)).ended == "RETURNED"


async def test_an_offer_is_good_for_thirty_days_and_not_for_oneself(counter: Counter) -> None:
    await counter.told()
    anna, ben = await counter.member(), await counter.member()
    code = await handed(counter, await counter.registers(anna, "SN0001"), anna)
    with pytest.raises(OfferNotFound):
        await taken(counter, code, anna)
    counter.now += 31 * DAY
    with pytest.raises(OfferNotFound):
        await taken(counter, code, ben)


async def test_two_members_that_turn_out_to_be_one_have_the_products_of_both(counter: Counter) -> None:
    await counter.told()
    await counter.listed("SN0001")
    await counter.paying()
    anna, annie = await counter.member(), await counter.member()
    bought = await counter.buys(annie)
    kettle = await counter.registers(annie, "SN0001")
    await merge_members(counter.database.pool, annie, anna, now=counter.now)
    assert (await counter.product(kettle, anna)).member_id == anna.member_id
    assert await counter.turn() == (1, 0)
    assert await counter.points(anna) == 100
    await counter.gives_back(bought)
    assert await counter.turn() == (0, 1)
    assert await counter.points(anna) == 0


async def test_a_shop_writes_down_for_its_member_and_proves_by_its_own_tills_alone(counter: Counter) -> None:
    await counter.told(KETTLE)
    anna = await counter.member()
    await counter.buys(anna)
    command = registering.RegisterProduct(
        maker=counter.world.maker, article="K1", member_id=anna.member_id, serial="SN0001", through=counter.world.shop
    )
    async with acting(counter.database, Sight.partner(counter.world.shop)) as session:
        done = await registering.register(session, command, lookup_key=KEYS.lookup, now=counter.now)
    async with acting(counter.database, Sight.member(anna.member_id)) as session:
        mine = await registration_of(session, done.registration_id, anna.member_id)
    assert (mine.through, mine.line) == (counter.world.shop, 1)


async def test_a_recall_of_a_lot_reaches_its_owners_and_buyers_who_kept_it_once(
    counter: Counter, owner: asyncpg.Connection
) -> None:
    """Of a lot: its registered owner; who bought and registered another lot, or gave it back, is not told.

    Who bought and did not register may have one of the lot, and is told.
    """
    await counter.told()
    await counter.listed("SN0001", lot="L1")
    await counter.listed("SN0002", lot="L2")
    one, other, bought, back = [await counter.member() for _ in range(4)]
    for who in (one, other, bought):
        await counter.buys(who)
    await counter.registers(one, "SN0001")
    await counter.registers(other, "SN0002")
    await counter.gives_back(await counter.buys(back))
    words = {"en": "Do not plug it in."}
    command = telling.CallBack(
        partner_id=counter.world.maker, article="K1", words=words, lots=("L1",), idempotency_key="recall-of-lot-1"
    )
    async with acting(counter.database, Sight.partner(counter.world.maker)) as session:
        recall = await telling.call_back(session, command, now=counter.now)
        assert (await telling.call_back(session, command, now=counter.now)).recall_id == recall.recall_id
    assert (await work(counter.database, now=counter.now, at_once=1)).recalled == 2
    assert (await work(counter.database, now=counter.now)).recalled == 0
    told = await owner.fetch("SELECT member_id FROM message WHERE topic = 'RECALL' AND inbox")
    assert {row["member_id"] for row in told} == {one.member_id, bought.member_id}


FAULTS = {
    "its action is another's": "UPDATE registration SET action_key = 'another'",
    "nothing was taken back": "UPDATE registration SET taken_back_at = now()",
    "of a line that there is not": "UPDATE registration SET line = 7",
}


@pytest.mark.parametrize("fault", FAULTS)
async def test_an_audit_finds_a_registration_that_the_books_do_not_bear_out(
    database: Database, owner: asyncpg.Connection, fault: str
) -> None:
    counter = await a_counter(database)
    await counter.told()
    anna = await counter.member()
    await counter.buys(anna)
    await counter.registers(anna, "SN0042")
    await counter.turn()
    await counter.world.prove()
    await owner.execute(FAULTS[fault])
    async with database.pool.acquire() as connection:
        report = await verify(connection)
    assert {one.wrong for one in report.findings} == {Wrong.REGISTRATION_DIFFERS}
