"""Where companies are paid changes only by two people; the rest of what is known of them is checked and written."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest

from domain.coalition import companies
from domain.coalition.companies import Account, CompanyDetails
from domain.coalition.errors import BankChangeWaiting, PersonNeeded, SecondSignatureNeeded
from domain.coalition.models import BankChange, BankOutcome
from domain.errors import InvalidValue, NotFound
from domain.ids import PersonId
from domain.settlement import cycles
from domain.storage import Database, Sight
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition

IBAN = "LV80 BANK 0000 4351 9500 1"
OTHER = "FI21 1234 5600 0007 85"


async def a_town(database: Database) -> Trading:
    """Past its founding: a first cycle was cut off."""
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    await trading.do(cycles.cut_off, trading.cycle.cycle_id, now=trading.now)
    return trading


@pytest.mark.parametrize(
    ("field", "details"),
    [
        ("country", {"country": "ZZ"}),
        ("language", {"language": "de"}),
        ("email", {"email": "nobody"}),
        ("street", {"street": "x" * 121}),
        ("name", {"name": ""}),
    ],
)
def test_each_detail_is_checked_and_named(field: str, details: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue) as refused:
        CompanyDetails(**details)
    assert refused.value.path == (field,)


@pytest.mark.parametrize(("iban", "bic", "path"), [("LV81BANK0000435195001", None, "iban"), (IBAN, "NOBANK", "bic")])
def test_an_account_is_checked_by_its_digits(iban: str, bic: str | None, path: str) -> None:
    with pytest.raises(InvalidValue) as refused:
        Account.of(iban, bic)
    assert refused.value.path == (path,)
    assert Account.of(OTHER).iban == "FI2112345600000785"


async def test_an_account_changes_once_a_second_person_confirms(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_town(database)
    p, account = trading.partner_ids["P"], Account.of(OTHER, "NDEAFIHH")
    before = (await trading.do(companies.company_of, p)).iban
    waiting = await trading.do(companies.propose_account, p, account, by=ANNA, now=trading.now)
    assert waiting is not None
    assert (await trading.do(companies.company_of, p)).iban == before
    with pytest.raises(BankChangeWaiting):
        await trading.do(companies.propose_account, p, Account.of(IBAN), by=BERT, now=trading.now)

    async def confirmed(by: PersonId) -> BankChange:
        decision = (waiting.bank_change_id, BankOutcome.CONFIRMED)
        return await trading.do(companies.decide_account, *decision, by=by, now=trading.now)

    with pytest.raises(SecondSignatureNeeded):
        await confirmed(ANNA)
    await asyncio.gather(*(confirmed(BERT) for _ in range(2)))
    assert (await trading.do(companies.company_of, p)).iban == account.iban
    with pytest.raises(asyncpg.CheckViolationError, match="stays on record"):
        await owner.execute("UPDATE bank_change SET iban = 'LV80BANK0000435195001'")


async def test_the_database_lets_nobody_change_an_account_alone(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_town(database)
    with pytest.raises(asyncpg.CheckViolationError, match="two persons"):
        await owner.execute("UPDATE legal_entity SET iban = 'LV80BANK0000435195001' WHERE partner_id IS NOT NULL")
    with pytest.raises(PersonNeeded):
        await trading.do(
            companies.propose_account, trading.partner_ids["P"], Account.of(IBAN), by=None, now=trading.now
        )


async def test_a_rejected_account_changes_nothing(database: Database) -> None:
    trading = await a_town(database)
    p = trading.partner_ids["P"]
    before = (await trading.do(companies.company_of, p)).iban
    waiting = await trading.do(companies.propose_account, p, Account.of(IBAN), by=ANNA, now=trading.now)
    assert waiting is not None
    await trading.do(companies.decide_account, waiting.bank_change_id, BankOutcome.REJECTED, by=ANNA, now=trading.now)
    assert (await trading.do(companies.company_of, p)).iban == before
    with pytest.raises(NotFound):
        await trading.do(
            companies.decide_account, waiting.bank_change_id, BankOutcome.CONFIRMED, by=BERT, now=trading.now
        )


async def test_details_change_part_by_part_and_empty_clears(database: Database) -> None:
    trading = await a_town(database)
    p = trading.partner_ids["P"]
    details = CompanyDetails(street="Kr. Valdemara iela", building="1", email="finance@p.test", language="lv")
    await trading.do(companies.change, p, details)
    await trading.do(companies.change, p, CompanyDetails(building=""))
    company = await trading.do(companies.company_of, p)
    assert (company.street, company.building, company.language) == ("Kr. Valdemara iela", None, "lv")


async def test_a_company_is_its_partners_to_see_and_the_operators_is_everybodys(database: Database) -> None:
    trading = await a_town(database)
    async with trading.session(Sight.partner(trading.partner_ids["P"])) as session:
        assert (await companies.company_of(session, trading.partner_ids["P"])).name == "P SIA"
        assert (await companies.company_of(session, None)).name == "Operator AS"
        with pytest.raises(NotFound):
            await companies.company_of(session, trading.partner_ids["Q"])
