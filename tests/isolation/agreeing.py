"""Each shop has a draft of its next contract, and an account that waits for a second person."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from domain.coalition import companies, contracts
from domain.coalition.companies import Account
from domain.coalition.queries import contracts_of
from domain.ids import PersonId
from domain.storage import COALITION
from tests.isolation.shop import Shop, acting

ACCOUNT = "LV80BANK0000435195001"


async def agree(shop: Shop, *, by: PersonId, now: datetime) -> None:
    """What is drawn up and proposed binds nobody yet."""
    async with acting(shop.database, COALITION) as session:
        terms = contracts.terms_of((await contracts_of(session, shop.partner_id))[0])
        later = replace(terms, valid_from=now + timedelta(days=400), value_days=terms.value_days + 1)
        await contracts.draw_up(session, shop.partner_id, later, by=by, now=now)
        await companies.propose_account(session, shop.partner_id, Account.of(ACCOUNT), by=by, now=now)
