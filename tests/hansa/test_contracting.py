"""`hansa contract`, `hansa company`, `hansa exit` and `hansa wind-down`: what the coalition does by hand."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from domain.coalition.errors import ContractInvalid, ExitOutOfOrder, ExitTooSoon, PersonNeeded, SecondSignatureNeeded
from domain.coalition.founding import coalition_of
from domain.coalition.written_terms import NAMES, changed
from domain.errors import Forbidden, InvalidValue, NotFound
from domain.storage import Database
from hansa.commands.contract import app as contracting
from hansa.commands.exit import app as leaving
from partners.people import admitting
from partners.scopes import PersonRole
from tests.domain.coalition.test_contracts import agreed
from tests.domain.settlement.trading import HYBRID, NOON, Trading, a_coalition
from tests.hansa.test_settling import Desk

ADMIN, APPROVER, PREPARER, AUDITOR = (f"{who}@hansa.example" for who in ("alma", "bert", "prue", "carl"))
MONTH = f"{NOON:%Y-%m}"
"""The cycle that was computed; the one after it is open."""
FINNISH = "FI21 1234 5600 0007 85"


class ContractDesk(Desk):
    """Runs `hansa contract`."""

    app = contracting.contract


class CompanyDesk(Desk):
    """Runs `hansa company`."""

    app = contracting.company


class ExitDesk(Desk):
    """Runs `hansa exit`."""

    app = leaving.exits


class EndDesk(Desk):
    """Runs `hansa wind-down`."""

    app = leaving.wind_down


@pytest.fixture
async def trading(database: Database) -> Trading:
    """A month of trade that is cut off and computed, and the coalition's people."""
    terms = HYBRID | {"notice_days": 0, "tail_days": 0}
    trading = await a_coalition(database, olla=terms, rimi=terms)
    member = await trading.join()
    await trading.earn(member, "olla", {"olla": 1_000})
    await trading.redeem(member, "rimi", 400)
    for name, email, role in (
        ("Alma", ADMIN, PersonRole.COALITION_ADMIN),
        ("Bert", APPROVER, PersonRole.COALITION_APPROVER),
        ("Prue", PREPARER, PersonRole.COALITION_PREPARER),
        ("Carl", AUDITOR, PersonRole.COALITION_AUDITOR),
    ):
        person = admitting.AdmitPerson(name=name, email=email, roles=frozenset({role}))
        await trading.do(admitting.admit, person, now=NOON)
    await trading.close(trading.cycle)
    return trading


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("price=cheap", "price"),
        ("bands=5", "bands"),
        ("billing=later", "billing"),
        ("issues=perhaps", "issues"),
        ("tail_days=long", "tail_days"),
        ("colour=red", "colour"),
    ],
)
def test_a_term_that_cannot_be_read_is_named(words: str, name: str) -> None:
    with pytest.raises(ContractInvalid) as refused:
        changed(agreed(), dict([words.split("=")]))
    assert refused.value.path == (name,)
    assert set(NAMES) >= {"price", "territories"}


def test_terms_are_read_as_they_are_written() -> None:
    written = {
        "price": "0.0095",
        "bands": "250000:0.0098, 500000:0.0095",
        "billing": "prepaid",
        "pack_points": "1000",
        "credit_limit": "none",
        "issues": "yes",
        "territories": "LV, FI",
        "exclusive_categories": "none",
    }
    terms = changed(agreed(), written)
    assert (terms.price, terms.pack_points, terms.credit_limit) == (Decimal("0.0095"), 1000, None)
    assert ([band.points for band in terms.bands], terms.territories) == ([250_000, 500_000], ("LV", "FI"))


async def test_a_contract_goes_from_draft_to_signature_at_the_command_line(database_url: str, trading: Trading) -> None:
    desk = ContractDesk(database_url)
    soon = (trading.now + timedelta(days=30)).date().isoformat()
    assert isinstance(await desk.refuses("draw-up", "olla", "--valid-from", soon), PersonNeeded)
    assert isinstance(await desk.refuses("draw-up", "olla", "--valid-from", soon, "--as", AUDITOR), Forbidden)
    drawn = await desk.shows("draw-up", "olla", "--valid-from", soon, "--set", "price=0.02", "--as", ADMIN)
    assert "Price of a point" in drawn
    await desk.shows("change", "olla", "2", "--set", "share_at_issuance=1", "--as", ADMIN)
    found = await desk.says("diff", "olla")
    assert {one["term"] for one in found} == {"valid_from", "price", "share_at_issuance"}
    page = await desk.shows("what-if", "olla", "--cycle", MONTH)
    assert "−6.40" in page
    assert "−20.00" in page
    assert "−13.60" in page
    told = await desk.says("what-if", "olla", "--cycle", MONTH)
    assert told["changes"][0]["difference"] == "-13.60"
    assert isinstance(await desk.refuses("sign", "olla", "2", "--as", ADMIN), SecondSignatureNeeded)
    assert (await desk.says("sign", "olla", "2", "--as", APPROVER))["signed_at"]
    assert "signed" in await desk.shows("show", "olla", "--version", "2")
    await desk.shows("draw-up", "olla", "--valid-from", soon, "--from", "1", "--as", ADMIN)
    assert (await desk.says("withdraw", "olla", "3", "--as", ADMIN))["withdrawn_at"]
    assert isinstance(await desk.refuses("show", "olla", "--version", "9"), NotFound)


async def test_an_account_takes_two_people_at_the_command_line(database_url: str, trading: Trading) -> None:
    desk = CompanyDesk(database_url)
    changed_company = await desk.says("change", "olla", "--set", "town=Ventspils", "--set", "language=lv")
    assert (changed_company["town"], changed_company["language"]) == ("Ventspils", "lv")
    assert isinstance(await desk.refuses("change", "olla", "--set", "colour=red"), InvalidValue)
    assert isinstance(await desk.refuses("account", "olla", "FI22", "--as", ADMIN), InvalidValue)
    assert "waits for a second person" in await desk.shows("account", "olla", FINNISH, "--as", ADMIN)
    assert isinstance(await desk.refuses("confirm", "olla", "--as", ADMIN), SecondSignatureNeeded)
    assert (await desk.says("confirm", "olla", "--as", APPROVER))["iban"] == FINNISH.replace(" ", "")
    assert "Operator AS" in await desk.shows("show")
    assert trading.cycle.number == 2


async def test_a_partner_leaves_at_the_command_line(database_url: str, trading: Trading) -> None:
    desk = ExitDesk(database_url)
    await _standing(trading)
    notice = ("notice", "olla", "--on", "2026-11-02", "--reason", "It moves", "--as", ADMIN)
    assert isinstance(
        await desk.refuses("notice", "olla", "--on", "2026-10-01", "--reason", "It moves", "--as", ADMIN), ExitTooSoon
    )
    page = await desk.shows(*notice)
    assert "its exit day is 2026-11-0" in page
    assert "600 of its points are still out" in page
    assert "3.60" in page
    await desk.shows("remainder", "olla", "pay_out", "--as", ADMIN)
    agreed_on = await desk.says("remainder", "olla", "pay_out", "--as", APPROVER)
    assert agreed_on["exit"]["remainder_agreed_at"]
    refusal = await desk.refuses("step", "olla", "settle", "--as", PREPARER)
    assert isinstance(refusal, ExitOutOfOrder)
    assert "Partner olla" in await desk.shows("list")
    assert "stays" in await desk.shows("withdraw", "olla", "--as", ADMIN)


async def test_the_end_is_announced_and_taken_back_at_the_command_line(database_url: str, trading: Trading) -> None:
    desk = EndDesk(database_url)
    await _standing(trading)
    assert isinstance(await desk.refuses("show"), NotFound)
    days = ("--earning", "2026-12-01", "--spending", "2027-03-01", "--residual", "charity", "--reason", "Over")
    assert "second person has to confirm" in await desk.shows("announce", *days, "--as", ADMIN)
    assert isinstance(await desk.refuses("step", "announce", "--as", ADMIN), SecondSignatureNeeded)
    told = await desk.says("step", "announce", "--as", APPROVER)
    assert told["next"] == "STOP_EARNING"
    assert isinstance(await desk.refuses("step", "settle", "--as", ADMIN), ExitOutOfOrder)
    assert "goes on" in await desk.shows("withdraw", "--as", ADMIN)


async def _standing(trading: Trading) -> None:
    """A clock that stands, so that the command line counts its days from there."""
    async with trading.session() as session:
        coalition = await coalition_of(session)
        coalition.sandbox, coalition.clock_at = True, trading.now
