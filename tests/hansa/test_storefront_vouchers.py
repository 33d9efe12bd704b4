"""What a shop does with vouchers, by its client, over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from domain.ids import PartnerId
from domain.settlement import cycles
from domain.storage import Database
from domain.values import Rate
from domain.vouchers import managing
from domain.vouchers.terms import Codes, CouponTerms, TakesOff
from hansa.storefront import Card, Line, Refused, Storefront
from partners.keys import derive
from tests.builders.coalition import BEFORE, a_coalition, a_partner, writing
from tests.builders.served import SECRET, a_secret, a_server

ADA = Card("ADA 0001")
BASKET = [Line(sku="bread", amount=Decimal("6.00"), quantity=Decimal(2)), Line(sku="tea", amount=Decimal("14.00"))]


@pytest.fixture
async def front(database: Database, database_url: str, tmp_path: Path) -> AsyncIterator[Storefront]:
    """A shop with a public word for a tenth off."""
    await a_coalition(database)
    shop = await a_partner(database, "shop")
    owner = PartnerId(shop.partner_id)
    async with writing(database) as session:
        await cycles.open_first(session, now=BEFORE)
    terms = CouponTerms(
        name="Spring",
        takes=TakesOff(share=Rate(1, 10)),
        partners=frozenset({owner}),
        codes=Codes.PUBLIC,
        word="SPRING10",
    )
    async with a_server(database_url, tmp_path) as url:
        async with writing(database) as session:
            draft = await managing.draft(
                session, owner, terms, key=derive(SECRET.encode()).lookups, now=datetime.now(UTC)
            )
            await managing.publish(session, owner, draft.coupon_id, now=datetime.now(UTC))
        async with Storefront.opened(url, await a_secret(database, shop)) as opened:
            await opened.enrol(card="ADA 0001")
            yield opened


async def test_a_word_is_checked_used_and_taken_back(front: Storefront) -> None:
    [found] = await front.check_vouchers("spring10", lines=BASKET, member=ADA)
    assert (found.name, found.amount, found.why_not) == ("Spring", Decimal("2.00"), None)
    assert found.lines == ((1, Decimal("0.60")), (2, Decimal("1.40")))
    used = await front.use_vouchers("spring10", lines=BASKET, member=ADA, reference="R1")
    assert (used.amount, used.lines, used.reversed) == (Decimal("2.00"), found.lines, False)
    with pytest.raises(Refused) as refused:
        await front.use_vouchers("spring10", lines=BASKET, member=ADA)
    assert refused.value.code == "VOUCHER_USED"
    assert (await front.reverse_vouchers(used.id)).reversed
    [listed] = await front.check_vouchers(member=ADA, lines=BASKET)
    assert listed.amount == Decimal("2.00")
