"""What a member allowed goes with it when it becomes another, and ends with it when it is gone."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import func
from sqlmodel import col, select

from domain.events.models import Event
from domain.ledger.moving import merge_members
from domain.members import consents
from domain.members.identifiers import Identifier
from domain.members.models import ConsentPurpose, MemberStatus
from domain.members.recognition import KnownMember, MemberRef, recognise
from domain.storage import COALITION, Sight
from partners import allowing
from partners.oauth import grants
from partners.standing import SERVER
from tests.builders.ledger import KEYS, Books
from tests.builders.members import agree, being, grant, history, seeing, standing

BALANCE, HISTORY, REDEMPTION, CODES, _OFFERS = ConsentPurpose


async def known_by(books: Books, partner_id: object, ref: MemberRef) -> KnownMember | None:
    """A member as a partner finds it."""
    (found,) = await recognise(books.pool, [ref], partner_id, key=KEYS.lookup, now=books.now)  # type: ignore[arg-type]
    return found


async def test_consents_go_over_and_are_taken_back_there(books: Books) -> None:
    old, new = await books.member(), await books.member()
    await agree(books.database, old, books.maker, BALANCE)
    await agree(books.database, new, books.shop, HISTORY)
    before = {one.consent_id for one in await history(books.database, old)}
    await merge_members(books.pool, old, new, now=books.now)
    assert await standing(books.database, new, books.maker) == {BALANCE}
    assert await standing(books.database, old, books.maker) == {BALANCE}, "the old name names the new member"
    assert await history(books.database, old) == []
    assert {one.consent_id for one in await history(books.database, new)} >= before
    async with being(books.database, new) as session:
        await consents.revoke(session, new.member_id, books.maker.partner_id, BALANCE)
    for member in (old, new):
        assert await standing(books.database, member, books.maker) == frozenset()
    async with seeing(books.database, Sight.partner(books.maker.partner_id)) as session:
        assert await consents.balances_seen(session, [old.wallet_id, new.wallet_id]) == [False, False]


async def test_a_partner_that_knew_only_the_one_keeps_its_own_id_for_the_other(books: Books) -> None:
    card = Identifier.card("1234 5678")
    old, new = await books.member(card), await books.member()
    pairwise = await agree(books.database, old, books.maker, BALANCE)
    await merge_members(books.pool, old, new, now=books.now)
    for ref in (MemberRef(identifier=card), MemberRef(pairwise_id=pairwise)):
        found = await known_by(books, books.maker.partner_id, ref)
        assert found is not None
        assert (found.member_id, found.pairwise_id) == (new.member_id, pairwise)
    async with being(books.database, new) as session:
        links = await allowing.links(session, new.member_id)
    assert {link.partner_id for link in links} == {books.shop.partner_id, books.maker.partner_id}


async def test_a_partner_that_knew_both_keeps_both_ids_for_the_one_that_is_left(books: Books) -> None:
    old, new = await books.member(), await books.member()
    await merge_members(books.pool, old, new, now=books.now)
    for pairwise in (old.pairwise_id, new.pairwise_id):
        found = await known_by(books, books.shop.partner_id, MemberRef(pairwise_id=pairwise))
        assert found is not None
        assert (found.member_id, found.pairwise_id) == (new.member_id, pairwise)


async def test_grants_go_over_with_the_subject_they_were_given_for(books: Books) -> None:
    old, new = await books.member(), await books.member()
    await agree(books.database, old, books.shop)
    granted = await grant(books.database, old, books.shop, old.pairwise_id)
    await merge_members(books.pool, old, new, now=books.now)
    async with seeing(books.database, SERVER) as session:
        left = await session.run_sync(grants.standing, granted, now=really())
    assert left is not None
    assert (left.member.member_id, left.member.wallet_id) == (new.member_id, new.wallet_id)
    assert left.subject == old.pairwise_id
    async with being(books.database, new) as session:
        assert [one.grant_id for one in await allowing.grants(session, new.member_id)] == [granted]
        await allowing.revoke_grant(session, new.member_id, granted, really=really())
    async with seeing(books.database, SERVER) as session:
        assert await session.run_sync(grants.standing, granted, now=really()) is None


async def test_a_merge_tells_nobody_of_a_consent_that_was_given_long_ago(books: Books) -> None:
    old, new = await books.member(), await books.member()
    await agree(books.database, old, books.shop, BALANCE)
    before = await told(books)
    await merge_members(books.pool, old, new, now=books.now)
    assert await told(books) == before


async def test_what_a_member_allowed_ends_when_it_is_gone(books: Books) -> None:
    who, other = await books.member(), await books.member()
    for member in (who, other):
        await agree(books.database, member, books.shop)
    granted = await grant(books.database, who, books.shop, who.pairwise_id)
    kept = await grant(books.database, other, books.shop, other.pairwise_id)
    async with books.owner.transaction():
        await books.owner.execute("SET LOCAL ROLE hansa_ledger")
        await books.owner.execute(
            "UPDATE member SET status = $2 WHERE member_id = $1", who.member_id, MemberStatus.CLOSED
        )
    assert await standing(books.database, who, books.shop) == frozenset()
    assert await standing(books.database, other, books.shop) == set(ConsentPurpose)
    assert all(one.revoked_at is not None for one in await history(books.database, who))
    async with seeing(books.database, SERVER) as session:
        assert await session.run_sync(grants.standing, granted, now=really()) is None
        assert await session.run_sync(grants.standing, kept, now=really()) is not None


async def told(books: Books) -> int:
    """How many events there are about consents and links."""
    kinds = ("CONSENT_GIVEN", "CONSENT_REVOKED", "MEMBER_LINKED")
    async with seeing(books.database, COALITION) as session:
        return await session.scalar(select(func.count()).select_from(Event).where(col(Event.kind).in_(kinds))) or 0


def really() -> datetime:
    """Grants live by the real time."""
    return datetime.now(UTC)
