"""Business members: one firm under its numbers, users by role, an owner that stays, groups that keep themselves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest

from domain.business import groups, queries, registering, users
from domain.business.errors import (
    AlreadyBusinessUser,
    BusinessCardNeeded,
    BusinessInvitationNotFound,
    BusinessNotFound,
    BusinessNumbersDiffer,
    BusinessRoleMissing,
    BusinessStateConflict,
    BusinessUserNotFound,
    BuyerUnknown,
    InvalidBusiness,
    LastOwner,
    OwnersInvite,
)
from domain.business.models import BusinessKind, BusinessRole, ServiceState
from domain.business.users import Invite, Invited, draw
from domain.errors import IdempotencyConflict
from domain.ids import PartnerId
from domain.members.errors import AlreadyMember
from domain.paging import PageRequest
from domain.segments.errors import SegmentNotFound
from domain.storage import Database, Sight
from tests.domain.bonuses.trade import Trade, a_trade
from tests.domain.earning.world import KEYS, acting

OWNER, BUYER, VIEWER = BusinessRole.OWNER, BusinessRole.BUYER, BusinessRole.VIEWER


@pytest.fixture
async def trade(database: Database) -> AsyncIterator[Trade]:
    """The wholesaler; the books are sound in the end."""
    made = await a_trade(database)
    yield made
    await made.world.prove()


async def invited(trade: Trade, firm: UUID, role: BusinessRole, by: UUID | PartnerId, *, partner: bool) -> Invited:
    """Somebody is invited."""
    inviter = {"partner_id": PartnerId(by)} if partner else {"member_id": by}
    command = Invite(business_id=firm, role=role, called=f"The {role.lower()}", **inviter)
    pool, key = trade.database.pool, KEYS.personal
    return await users.invite(pool, command, personal_key=key, really=trade.now, token=draw())


async def user(trade: Trade, firm: UUID, role: BusinessRole, by: UUID | None = None) -> tuple[UUID, UUID]:
    """A person who acts for a firm: member and user."""
    person = await trade.world.member(f"USER{next(trade.numbers):04}")
    made = await invited(trade, firm, role, by or trade.owner, partner=by is None)
    assert await users.join(trade.database.pool, made.token, person.member_id, really=trade.now) == firm
    return person.member_id, made.user_id


async def change(trade: Trade, who: UUID, role: BusinessRole | None, by: UUID) -> None:
    """An owner gives a role, or none."""
    await users.change(trade.database.pool, who, role, by=by, really=trade.now)


async def test_a_firm_is_one_under_its_numbers_whoever_registers_it(trade: Trade) -> None:
    rival = PartnerId(trade.rival.partner_id)
    firm = await trade.firm(1, vat_number="LV 4000-0000-01")
    again = await trade.registered(1, vat_number="LV40000000 01")
    assert again == firm
    there = await trade.firm(1, by=rival, idempotency_key="there-0001", registration_number="4000 000001")
    assert there == firm
    with pytest.raises(BusinessCardNeeded):
        await trade.registered(1, by=PartnerId(trade.world.maker), idempotency_key="known-0001", card_number=None)
    with pytest.raises(BusinessNumbersDiffer):
        await trade.registered(2, vat_number="LV4000000001")
    with pytest.raises(IdempotencyConflict):
        await trade.registered(1, registration_number="40009999999", customer_number="C9")
    with pytest.raises(AlreadyMember):
        await trade.registered(3, customer_number="C1")
    with pytest.raises(InvalidBusiness):
        await trade.registered(4, registration_number="?!")
    other = await trade.firm(5)
    with pytest.raises(AlreadyMember):
        await trade.registered(
            5, by=rival, idempotency_key="there-0005", registration_number="4000000005", customer_number="C1"
        )
    assert other != firm


async def test_two_partners_that_register_a_firm_at_once_serve_the_same_one(trade: Trade) -> None:
    rival = PartnerId(trade.rival.partner_id)
    both = await asyncio.gather(
        trade.registered(1), trade.registered(1, by=rival, idempotency_key="there-0001"), trade.registered(1)
    )
    assert len(set(both)) == 1


async def test_a_partner_sees_the_firms_it_serves_and_no_others(trade: Trade) -> None:
    rival = PartnerId(trade.rival.partner_id)
    mine, pending = await trade.firm(1), await trade.registered(2, kind=BusinessKind.OFFICE)
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        page = await queries.businesses(session, trade.owner, PageRequest(10))
        assert [(one.business_id, one.state) for one in page.items] == [
            (mine, ServiceState.ACTIVE),
            (pending, ServiceState.PENDING),
        ]
        offices = await queries.businesses(session, trade.owner, PageRequest(10), kinds=[BusinessKind.OFFICE])
        assert [one.ends_in for one in offices.items] == ["0002"]
    async with acting(trade.database, Sight.partner(rival)) as session:
        for asked in (rival, trade.owner):
            assert (await queries.businesses(session, asked, PageRequest(10))).items == []
            with pytest.raises(BusinessNotFound):
                await registering.approve(session, asked, mine, by=None, now=trade.now)


async def test_a_firm_that_was_refused_is_not_approved_until_it_registers_again(trade: Trade) -> None:
    firm = await trade.registered(1)
    async with acting(trade.database, Sight.partner(trade.owner)) as session:
        await registering.end(session, trade.owner, firm, now=trade.now)
        with pytest.raises(BusinessStateConflict):
            await registering.approve(session, trade.owner, firm, by=None, now=trade.now)
    assert await trade.firm(1) == firm


async def test_users_act_by_their_role_and_see_no_wallet_but_the_firms(trade: Trade) -> None:
    pool, firm = trade.database.pool, await trade.firm(1)
    boss, _ = await user(trade, firm, OWNER)
    buyer, buyer_user = await user(trade, firm, BUYER, by=boss)
    viewer, _ = await user(trade, firm, VIEWER, by=boss)
    stranger = (await trade.world.member("STRANGER")).member_id
    for who, role in ((boss, OWNER), (buyer, BUYER), (viewer, VIEWER)):
        [mine] = await queries.my_businesses(pool, who)
        assert (mine.business_id, mine.role) == (firm, role)
        assert mine.member_id not in {boss, buyer, viewer}
    assert (await queries.spending_for(pool, buyer, firm)).business_id == firm
    with pytest.raises(BusinessRoleMissing):
        await queries.spending_for(pool, viewer, firm)
    with pytest.raises(BusinessNotFound):
        await queries.acting_for(pool, stranger, firm)
    with pytest.raises(BusinessRoleMissing):
        await invited(trade, firm, BUYER, buyer, partner=False)
    with pytest.raises(BusinessNotFound):
        await invited(trade, firm, BUYER, stranger, partner=False)
    seen = await queries.users_of(pool, boss, firm, personal_key=KEYS.personal)
    assert [one.called for one in seen] == ["The owner", "The buyer", "The viewer"]
    own = await queries.users_of(pool, buyer, firm, personal_key=KEYS.personal)
    assert [one.user_id for one in own] == [buyer_user]
    with pytest.raises(BusinessRoleMissing):
        await change(trade, buyer_user, OWNER, buyer)


async def test_a_user_that_is_removed_acts_for_the_firm_no_more_from_that_moment(trade: Trade) -> None:
    pool, firm = trade.database.pool, await trade.firm(1)
    boss, _ = await user(trade, firm, OWNER)
    buyer, buyer_user = await user(trade, firm, BUYER, by=boss)
    await change(trade, buyer_user, None, boss)
    assert await queries.my_businesses(pool, buyer) == []
    with pytest.raises(BusinessNotFound):
        await queries.spending_for(pool, buyer, firm)
    with pytest.raises(BusinessUserNotFound):
        await change(trade, buyer_user, BUYER, boss)
    leaver, leaver_user = await user(trade, firm, VIEWER, by=boss)
    await change(trade, leaver_user, None, leaver)
    assert await queries.my_businesses(pool, leaver) == []
    row = await raw(trade, "SELECT sealed, token FROM business_user WHERE user_id = $1", buyer_user)
    assert row == (None, None), "what it was called is gone with the role"


async def test_an_owner_stays_however_two_remove_each_other_at_once(trade: Trade) -> None:
    firm = await trade.firm(1)
    one, one_user = await user(trade, firm, OWNER)
    with pytest.raises(LastOwner):
        await change(trade, one_user, None, one)
    with pytest.raises(LastOwner):
        await change(trade, one_user, VIEWER, one)
    for _ in range(5):
        other, other_user = await user(trade, firm, OWNER, by=one)
        await asyncio.gather(
            change(trade, other_user, None, one), change(trade, one_user, None, other), return_exceptions=True
        )
        left = [(who, one) for who in (one, other) for one in await queries.my_businesses(trade.database.pool, who)]
        assert len(left) == 1
        one, one_user = left[0][0], left[0][1].user_id


async def test_only_the_partner_that_registered_a_firm_invites_its_first_owner(trade: Trade) -> None:
    rival = PartnerId(trade.rival.partner_id)
    firm = await trade.firm(1)
    await trade.firm(1, by=rival, idempotency_key="there-0001")
    with pytest.raises(OwnersInvite):
        await invited(trade, firm, OWNER, rival, partner=True)
    with pytest.raises(OwnersInvite):
        await invited(trade, firm, BUYER, trade.owner, partner=True)
    with pytest.raises(BusinessNotFound):
        await invited(trade, uuid4(), OWNER, trade.owner, partner=True)
    await user(trade, firm, OWNER)
    with pytest.raises(OwnersInvite):
        await invited(trade, firm, OWNER, trade.owner, partner=True)


async def test_an_invitation_is_taken_once_and_not_for_ever(trade: Trade) -> None:
    pool, firm = trade.database.pool, await trade.firm(1)
    boss, _ = await user(trade, firm, OWNER)
    made = await invited(trade, firm, BUYER, boss, partner=False)
    people = [(await trade.world.member(f"RACER{number}")).member_id for number in range(4)]
    answers = await asyncio.gather(
        *(users.join(pool, made.token, who, really=trade.now) for who in people), return_exceptions=True
    )
    assert sum(answer == firm for answer in answers) == 1
    taken_by = people[next(place for place, answer in enumerate(answers) if answer == firm)]
    assert await users.join(pool, made.token, taken_by, really=trade.now) == firm, "again it changes nothing"
    late = await invited(trade, firm, BUYER, boss, partner=False)
    for token, when in ((late.token, trade.now + timedelta(days=8)), ("guessed", trade.now)):
        with pytest.raises(BusinessInvitationNotFound):
            await users.join(pool, token, people[0], really=when)
    with pytest.raises(AlreadyBusinessUser):
        await users.join(pool, late.token, taken_by, really=trade.now)


async def test_a_purchase_names_its_buyer_to_those_who_act_for_the_firm(trade: Trade) -> None:
    pool, firm = trade.database.pool, await trade.firm(1)
    other = await trade.firm(2)
    boss, _ = await user(trade, firm, OWNER)
    buyer, buyer_user = await user(trade, firm, BUYER, by=boss)
    bought = await trade.buys(1, 1_000)
    elsewhere = await trade.buys(2, 1_000)
    rival = trade.rival.partner_id
    await users.name_buyer(pool, trade.owner, bought.wallet_id, bought.entry_id, buyer, now=trade.now)
    for partner, one in ((rival, bought), (trade.owner, elsewhere)):
        with pytest.raises(BuyerUnknown):
            await users.name_buyer(pool, partner, one.wallet_id, one.entry_id, buyer, now=trade.now)
    assert await queries.actors(pool, boss, firm, [bought.entry_id]) == {bought.entry_id: buyer_user}
    assert await queries.actors(pool, boss, other, [bought.entry_id]) == {}


async def test_groups_follow_kinds_and_hands_and_who_is_served(trade: Trade) -> None:
    retailer, office = await trade.firm(1), await trade.firm(2, kind=BusinessKind.OFFICE)
    owner = Sight.partner(trade.owner)
    async with acting(trade.database, owner) as session:
        made = await groups.define(session, trade.owner, "Retailers", [BusinessKind.RETAILER], now=trade.now)
    assert await inside(trade, made.segment_id) == 1
    third = await trade.firm(3)
    assert await inside(trade, made.segment_id) == 2, "a firm that is approved belongs at once"
    async with acting(trade.database, owner) as session:
        await groups.put_in(session, trade.owner, made.segment_id, [office], now=trade.now)
        await registering.end(session, trade.owner, third, now=trade.now)
    assert await inside(trade, made.segment_id) == 2
    async with acting(trade.database, owner) as session:
        await groups.take_out(session, trade.owner, made.segment_id, [office, retailer], now=trade.now)
    assert await inside(trade, made.segment_id) == 1, "who belongs by its kind stays"
    async with acting(trade.database, owner) as session:
        await groups.change_kinds(session, trade.owner, made.segment_id, [BusinessKind.OFFICE], now=trade.now)
        with pytest.raises(BusinessNotFound):
            await groups.put_in(session, trade.owner, made.segment_id, [uuid4()], now=trade.now)
        assert len(await groups.groups_of(session, trade.owner)) == 1
    assert await inside(trade, made.segment_id) == 1
    rival = PartnerId(trade.rival.partner_id)
    async with acting(trade.database, Sight.partner(rival)) as session:
        assert await groups.groups_of(session, rival) == []
        with pytest.raises(SegmentNotFound):
            await groups.put_in(session, rival, made.segment_id, [], now=trade.now)


async def inside(trade: Trade, segment: UUID) -> int:
    """How many are in a group now; its size tells the same."""
    row = await raw(
        trade,
        "SELECT s.size, (SELECT count(*) FROM segment_member m WHERE m.segment_id = s.segment_id AND m.until IS NULL)"
        " FROM segment s WHERE s.segment_id = $1",
        segment,
    )
    assert row[0] == row[1]
    assert isinstance(row[0], int)
    return row[0]


async def raw(trade: Trade, sql: str, *values: object) -> tuple[object, ...]:
    """A row, as the coalition sees it."""
    async with trade.database.pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT set_config('app.sight', 'coalition', true)")
        row = await connection.fetchrow(sql, *values)
    assert row is not None
    return tuple(row)
