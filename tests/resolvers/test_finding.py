"""What is called so, of all that is the viewer's to see; nothing of anybody else's."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.errors import InvalidValue
from domain.ids import PartnerId, PersonId
from domain.ledger.posting import Door
from domain.storage import Database
from partners.scopes import COALITION_CEILING, PARTNER_CEILING, Scope
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from resolvers.finding import MOST, Found, FoundKind, find
from tests.builders.coalition import a_partner
from tests.builders.graphql import KEYS
from tests.builders.ledger import Books, a_ledger


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    async with a_ledger(database, database_url) as one:
        yield one


def coalition(*scopes: Scope) -> Viewer:
    return Viewer(
        audience=Audience.COALITION, scopes=frozenset(scopes or COALITION_CEILING), person_id=PersonId(UUID(int=1))
    )


def partner(partner_id: UUID, *scopes: Scope) -> Viewer:
    return Viewer(
        audience=Audience.PARTNER,
        scopes=frozenset(scopes or PARTNER_CEILING),
        partner_id=PartnerId(partner_id),
        person_id=PersonId(UUID(int=2)),
    )


async def found(database: Database, viewer: Viewer, text: str, first: int = MOST) -> list[Found]:
    async with Context(viewer=viewer, database=database, clock=lambda: datetime.now(UTC), keys=KEYS) as ctx:
        return await find(ctx, text, first)


def kinds(hits: list[Found]) -> list[FoundKind]:
    return [hit.kind for hit in hits]


async def test_a_short_name_finds_the_partner_and_its_contracts_for_whom_they_concern(books: Books) -> None:
    rival = await a_partner(books.database, "rival")
    own = await found(books.database, partner(rival.partner_id), "rival")
    assert kinds(own) == [FoundKind.PARTNER, FoundKind.CONTRACT]
    assert [hit.name for hit in own] == ["Rival", "1"]
    assert kinds(await found(books.database, partner(books.shop.partner_id), "rival")) == [FoundKind.PARTNER]
    assert kinds(await found(books.database, coalition(), "RIV")) == [FoundKind.PARTNER]
    assert kinds(await found(books.database, coalition(Scope.PEOPLE_MANAGE), "rival")) == [FoundKind.PARTNER]


async def test_a_receipt_finds_the_purchases_of_whoever_recorded_them_alone(books: Books) -> None:
    bought = await bought_by_receipt(books, "R-2017/4711")
    rival = await a_partner(books.database, "rival")
    (hit,) = await found(books.database, partner(books.shop.partner_id), " R-2017/4711 ")
    assert (hit.kind, hit.keys[0], hit.partner_id) == (FoundKind.PURCHASE, bought, books.shop.partner_id)
    for viewer in (partner(rival.partner_id), coalition(), partner(books.shop.partner_id, Scope.SETTLEMENT_READ)):
        assert await found(books.database, viewer, "R-2017/4711") == []
    assert await found(books.database, partner(books.shop.partner_id), "R-2017") == []


async def test_letters_that_mean_anything_elsewhere_mean_themselves_here(books: Books) -> None:
    assert await found(books.database, coalition(), "%%") == []
    assert await found(books.database, coalition(), "s_op") == []


async def test_no_more_is_told_than_was_asked_for_and_nothing_of_one_letter(books: Books) -> None:
    for number in range(3):
        await a_partner(books.database, f"maker-{number}")
    assert len(await found(books.database, coalition(), "maker", first=2)) == 2
    for text, first in (("m", 5), ("m" * 101, 5), ("maker", 0), ("maker", MOST + 1)):
        with pytest.raises(InvalidValue):
            await found(books.database, coalition(), text, first)


async def bought_by_receipt(books: Books, receipt: str) -> UUID:
    """Somebody buys; the wallet it was for."""
    anna = await books.member()
    await books.posted(Door.PURCHASES, books.purchase(anna, books.award(5), reference=receipt))
    return anna.wallet_id
