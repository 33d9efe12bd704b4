"""Finance signs a settlement: three partners, two months, every figure worked out by hand beside it."""

from __future__ import annotations

import base64
import csv
import io
from collections.abc import AsyncIterator
from datetime import date
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import polars as pl
import pytest

from domain.audit import checking
from domain.banking.states import Place
from domain.storage import Database
from hansa.journey.bank import Booked, Told, told
from hansa.storefront import Card
from tests.builders import figures
from tests.builders import signing as ask
from tests.builders.finance import MARCH, OPERATORS_IBAN, SIGN, Town, a_town, basket

ADA, BEN, CLEO = Card("ADA 0001"), Card("BEN 0002"), Card("CLEO 003")

# In March the shop gives 1,000 + 600 points of its own and 40 % of 6,000 with the dairy, which gives the other 3,600
# and so reaches its band of 0.0100; the fuel stations give 4,000. Of the shop's points 400 are spent at fuel and 100 of
# those come back; 500 are taken back with goods. Of fuel's points 2,500 are spent in the shop.
IN_MARCH = """
ISSUANCE   shop     operator 4000  0.01   0.4  16.00
CO_FUNDING dairy    operator 3600  0.01   1    36.00
REDEMPTION shop     fuel     400   0.009  0.6   2.16
REDEMPTION operator fuel     400   0.009  0.4   1.44
MARGIN     shop     operator 400   0.001  0.6   0.24
REDEMPTION fuel     shop     2500  0.0085 1    21.25
MARGIN     fuel     operator 2500  0.0015 1     3.75
REVERSAL   fuel     shop     100   0.009  0.6   0.54
REVERSAL   fuel     operator 100   0.009  0.4   0.36
MARGIN     operator shop     100   0.001  0.6   0.06
REVERSAL   operator shop     500   0.01   0.4   2.00
FEE        dairy    operator 5     -      1     5.00
TAX        shop     tax      15.80 -      0.21  3.32
TAX        dairy    tax      41.00 -      0.21  8.61
TAX        tax      shop     21.25 -      0.21  4.46
"""
# The shop owes 16.00 + 2.16 + 0.24 − 0.54 − 0.06 − 2.00 = 15.80 before tax. 3.318 and 4.4625 are rounded.
MARCH_NETS = {"shop": "6.59", "dairy": "-49.61", "fuel": "-22.30", "operator": "57.85", "tax": "7.47"}

# In April Cleo spends all 6,600 points at fuel, 3,000 of the shop's and 3,600 of the dairy's at the price they reached
# in March; 100 + 400 points of the shop's are given, and 600 of the dairy's, too few for the band. The dispute: 4.25.
IN_APRIL = """
ISSUANCE   shop     operator 500   0.01   0.4   2.00
CO_FUNDING dairy    operator 600   0.012  1     7.20
REDEMPTION shop     fuel     3000  0.009  0.6  16.20
REDEMPTION operator fuel     3000  0.009  0.4  10.80
REDEMPTION operator fuel     3600  0.009  1    32.40
MARGIN     shop     operator 3000  0.001  0.6   1.80
ADJUSTMENT shop     fuel     4.25  -      1     4.25
FEE        dairy    operator 5     -      1     5.00
TAX        shop     tax      20.00 -      0.21  4.20
TAX        dairy    tax      12.20 -      0.21  2.56
"""
APRIL_NETS = {"shop": "-28.45", "dairy": "-14.76", "fuel": "63.65", "operator": "-27.20", "tax": "6.76"}

# opening + billed − recognised − service − clawed back = closing; the last are 3,200 · 0.004 + 3,600 · 0.01 of March's
# end and 700 · 0.004 + 600 · 0.012 of April's: what was paid in for the points that are out.
ROLLED = {
    #           opening  billed  recognised  service  clawed  closing
    "2026-03": ("0", "52", "1.08", "0.12", "2", "48.8"),
    "2026-04": ("48.8", "9.2", "43.2", "4.8", "0", "10"),
}


DECIDED = """
Agnes DECISION_PREPARED bank_change
Bert DECISION_TAKEN bank_change
Agnes CONTRACT_DRAWN_UP
Bert CONTRACT_SIGNED
Agnes CONTRACT_DRAWN_UP
Bert CONTRACT_SIGNED
Agnes CONTRACT_DRAWN_UP
Bert CONTRACT_SIGNED
Prue CUT_OFF
Prue COMPUTE
Agnes CONTRACT_DRAWN_UP
Bert CONTRACT_SIGNED
Prue PROPOSE
PARTNER_FINANCE of dairy ACCEPT
Bert DECISION_TAKEN dispute_decision
Bert DECISION_PREPARED settlement_adjustment
Bert APPROVE
Prue INSTRUCT
Bert DECISION_TAKEN payment
Prue SETTLE
Prue CLOSE
Prue CUT_OFF
Prue COMPUTE
Prue PROPOSE
"""


@pytest.fixture
async def town(database: Database, database_url: str, owner: asyncpg.Connection, tmp_path: Path) -> AsyncIterator[Town]:
    """The shop, the dairy and the fuel stations, before anything is signed."""
    async with a_town(database, database_url, owner, tmp_path) as town:
        yield town


@pytest.mark.slow
async def test_a_month_is_agreed_disputed_signed_paid_and_proven(town: Town, tmp_path: Path) -> None:
    await _signed_contracts(town)
    then = await _a_month_of_trade(town)
    await _running_position(town)
    march = await _computed(town, "2026-03", month=4)
    await _renegotiated(town, march)
    await town.prue.do(ask.PROPOSE, cycle=march)
    await _nets(town, march, MARCH_NETS)
    for slug in town.firms:
        await _statement_has(town, slug, "2026-03", IN_MARCH, MARCH_NETS)
    await _answered(town, march)
    await _approved(town, march)
    await town.prue.do(ask.INSTRUCT, cycle=march, plan="THROUGH_OPERATOR")
    for slug in town.firms:
        await _on_file(town, slug, march)
    await _proven(town, march, tmp_path)
    await _paid(town, march)
    await _the_next_month(town)
    await _what_is_left(town, then)
    await _told(town)
    assert (await town.house.verified())["sound"] is True


async def _signed_contracts(town: Town) -> None:
    for slug in town.firms:
        draft = await town.contract(slug, validFrom=MARCH.isoformat())
        assert await town.agnes.refused(SIGN, contract=draft["id"], revision=0) == "SECOND_SIGNATURE_NEEDED"
        await town.bert.do(SIGN, contract=draft["id"], revision=0)
    await town.campaign("shop", "A point a euro", {"ratePerUnit": {"points": "1"}})
    await town.campaign("fuel", "Two points a euro", {"ratePerUnit": {"points": "2"}})
    cheese = {"at": "shop", "shares": {"dairy": "0.6", "shop": "0.4"}, "lines": {"skus": ["cheese"]}}
    await town.campaign("dairy", "Ten points for cheese", {"ratePerUnit": {"points": "10"}}, **cheese)


async def _a_month_of_trade(town: Town) -> tuple[str, str]:
    """Gives an instant, and what Ada's wallet held then."""
    shop, fuel = town.shop.till, town.fuel.till
    await town.on(2)
    for card in (ADA, BEN, CLEO):
        await shop.enrol(card=card.number, consents=["BALANCE", "HISTORY"])
    ada = await shop.purchase(basket(ADA.number, "bread", 1000, quantity=2))
    assert (await shop.purchase(basket(CLEO.number, "cheese", 600))).points == 600 + 6000
    assert (await fuel.purchase(basket(BEN.number, "petrol", 2000))).points == 4000
    await town.on(10)
    spent = await fuel.redeem(ADA, 400, outlet="1")
    await shop.redeem(BEN, 2500, outlet="1")
    then = (await town.agnes.ask("{ serverTime }"))["serverTime"]
    held = await shop.wallet(ADA)
    await town.on(15)
    await fuel.reverse(spent.id, 100)
    await town.on(20)
    back = await shop.take_back(purchase=ada.id, lines={1: Decimal(1)})
    assert (back.points, back.available) == (500, 200)
    assert held is not None
    return then, str(held.available)


async def _running_position(town: Town) -> None:
    await town.on(31)
    found = (await town.prue.ask(ask.POSITION))["runningPosition"]
    assert figures.by_party(found["positions"]) == {name: Decimal(net) for name, net in MARCH_NETS.items()}
    own = (await town.fuel.finance.ask(ask.POSITION))["runningPosition"]
    assert figures.by_party(own["positions"]) == {"fuel": Decimal("-22.30")}
    days = {(one["day"], one["issued"], one["redeemed"]) for one in own["days"] if one["issued"] != one["redeemed"]}
    assert days == {("2026-03-02", "4000", "0"), ("2026-03-10", "0", "400"), ("2026-03-15", "0", "-100")}


async def _computed(town: Town, name: str, *, month: int) -> str:
    cycle = await town.cycle(name)
    await town.on(1, month=month)
    sealed = (await town.prue.do(ask.CUT_OFF, cycle=cycle))["cycle"]
    assert (sealed["state"], len(sealed["merkleRoot"])) == ("CUT_OFF", 64)
    assert (await town.prue.do(ask.COMPUTE, cycle=cycle))["cycle"]["state"] == "COMPUTED"
    return cycle


async def _renegotiated(town: Town, march: str) -> None:
    """From June on the dairy pays 0.0110 for every point: in March 3,600 · 0.001 · 1.21 = 4.356 more."""
    draft = await town.contract("dairy", validFrom="2026-06-01T00:00:00Z", price="0.0110", bands=[])
    seen = (await town.dairy.finance.ask(ask.CONTRACTS_OF))["partners"]["nodes"]
    new, old = next(one["contracts"] for one in seen if one["slug"] == "dairy")
    differences = (await town.dairy.finance.ask(ask.DIFF, new=new["id"], old=old["id"]))["contractDiff"]
    assert {one["term"]: (one["before"], one["after"]) for one in differences if one["term"] != "valid_from"} == {
        "price": ("0.012", "0.011"),
        "bands": ("0.01 from 3,000 points", "none"),
    }
    priced = (await town.bert.ask(ask.WHAT_IF, contract=draft["id"], cycle=march))["contractWhatIf"]
    assert priced["isForecast"] is False
    assert {figures.party(one["party"]): one["difference"]["amount"] for one in priced["changes"]}["dairy"] == "-4.36"
    assert await town.agnes.refused(SIGN, contract=draft["id"], revision=0) == "SECOND_SIGNATURE_NEEDED"
    await town.bert.do(SIGN, contract=draft["id"], revision=draft["revision"])


async def _answered(town: Town, march: str) -> None:
    """The dairy accepts, the shop keeps silent, and fuel disputes 1,000 of the points that it pays the shop for."""
    fuel, shop = town.fuel.finance, town.shop.finance
    await town.on(2, month=4)
    await town.fuel.till.redeem(CLEO, 6600, outlet="1")
    await town.shop.till.purchase(basket(ADA.number, "cheese", 100))
    await town.dairy.finance.do(ask.ACCEPT, cycle=await town.cycle("2026-03", town.dairy.finance))
    lines = (await _statement(town, "fuel", "2026-03"))["lines"]["nodes"]
    (line,) = [one["id"] for one in lines if one["kind"] == "REDEMPTION" and one["debtor"] == {"slug": "fuel"}]
    claim = {"line": line, "reason": "DUPLICATE", "amount": "8.50", "words": "A thousand points were counted twice"}
    raised = (await fuel.do(ask.RAISE, idempotencyKey="fuel-2026-03-line-4", **claim))["dispute"]
    assert (raised["state"], raised["treatment"]) == ("RAISED", "PROVISIONAL")
    till = base64.b64encode(b"Receipt 4711, receipt 4711").decode()
    await fuel.do(ask.EVIDENCE, dispute=raised["id"], name="till.txt", mediaType="text/plain", content=till)
    (seen,) = (await shop.ask(ask.DISPUTES))["disputes"]["nodes"]
    assert (await shop.ask(ask.CONTENT, id=seen["evidence"][0]["id"]))["disputeEvidenceContent"] == till
    await town.on(4, month=4)
    assert await town.bert.refused(ask.APPROVE, cycle=march) == "ANSWERS_OUTSTANDING"
    await shop.do(ask.ANSWER, dispute=seen["id"], words="Receipt 4711 was one of two", conceded="2.55")
    await fuel.do(ask.ESCALATE, dispute=raised["id"])
    (waiting,) = (await town.bert.ask(ask.DISPUTES))["disputes"]["nodes"]
    decided = await town.bert.do(ask.DECIDE, dispute=waiting["id"], upheld="4.25", reasons="Five hundred were")
    assert decided["dispute"]["decision"] == {"outcome": "UPHELD", "upheld": "4.25"}
    await town.on(16, month=4)
    answers = (await town.prue.ask(ask.CYCLE, cycle=march))["cycle"]["answers"]
    assert {one["partner"]["slug"]: one["answer"] for one in answers} == {
        "dairy": "ACCEPTED",
        "shop": "SILENT",
        "fuel": "SILENT",
    }


async def _approved(town: Town, march: str) -> None:
    """Prue may not, in whatever role; Bert may, once he has signed in again."""
    assert figures.turned_away(await town.prue.send(ask.APPROVE, input={"cycle": march})) == "FORBIDDEN"
    await town.becomes("Prue", "COALITION_APPROVER")
    (refusal,) = (await town.prue.ask(ask.APPROVE, input={"cycle": march}))["cycleApprove"]["userErrors"]
    assert refusal["code"] == "SECOND_PERSON_NEEDED"
    assert refusal["message"] == "You prepared cycle 2026-03; somebody else has to approve it."
    await town.becomes("Prue", "COALITION_PREPARER")
    await town.waits("Bert")
    assert await town.bert.refused(ask.APPROVE, cycle=march) == "SIGN_IN_TOO_OLD"
    town.bert = await town.signs_in_again("Bert")
    approved = (await town.bert.do(ask.APPROVE, cycle=march))["cycle"]
    assert (approved["state"], approved["approval"]) == ("APPROVED", "VALID")


async def _on_file(town: Town, slug: str, march: str) -> None:
    """What pypdf, csv and polars read of a statement is what the graph says, to the cent."""
    finance, statement = town.firms[slug].finance, await _statement(town, slug, "2026-03")
    files, net = statement["files"], Decimal(statement["net"]["amount"])
    assert sum(Decimal(one["gross"]["amount"]) for one in statement["invoices"]) == net == Decimal(MARCH_NETS[slug])
    words = figures.words(await finance.file(files["pdf"]))
    digest = (await town.prue.ask(ask.CYCLE, cycle=march))["cycle"]["digest"]
    assert f"{abs(net):,.2f}" in words
    assert digest in words.replace(" ", "")
    for invoice in statement["invoices"]:
        assert invoice["number"] in words
        printed = figures.words(await finance.file(invoice["pdf"]))
        assert invoice["number"] in printed
        for part in ("net", "tax", "gross"):
            assert f"{abs(Decimal(invoice[part]['amount'])):,.2f}" in printed, part
    rows = list(csv.DictReader(io.StringIO((await finance.file(files["csv"])).decode(), newline="")))
    assert sum(Decimal(row["amount"]) for row in rows) == net
    framed = pl.read_parquet(io.BytesIO(await finance.file(files["parquet"])))
    assert framed["amount"].to_list() == [Decimal(row["amount"]) for row in rows]
    assert framed["amount"].sum() == net
    lines = {one["number"]: Decimal(one["amount"]) for one in statement["lines"]["nodes"]}
    assert {row["line"]: abs(row["amount"]) for row in framed.to_dicts()} == lines
    journal = pl.read_parquet(io.BytesIO(await finance.file(files["journalParquet"])))
    assert journal["debit"].sum() == journal["credit"].sum()
    settled = journal.filter(pl.col("account_name") == "SETTLEMENT")
    assert Decimal(str(settled["debit"].sum())) - Decimal(str(settled["credit"].sum())) == net


async def _proven(town: Town, march: str, folder: Path) -> None:
    """Fuel checks its largest line against the digest on its statement, on a machine without a database."""
    digest = (await town.prue.ask(ask.CYCLE, cycle=march))["cycle"]["digest"]
    lines = (await _statement(town, "fuel", "2026-03"))["lines"]["nodes"]
    largest = max(lines, key=lambda one: Decimal(one["amount"]))
    proof = (await town.fuel.finance.ask(ask.PROOF, id=largest["id"]))["lineProof"]
    assert checking.check(proof, digest=digest).holds
    assert not checking.check(proof.replace('"21.25"', '"21.26"'), digest=digest).holds
    file = folder / "line.json"
    file.write_text(proof, encoding="utf-8")
    code, said = await figures.checked_elsewhere(file, digest)
    assert (code, "The line is proven" in said) == (0, True), said


async def _paid(town: Town, march: str) -> None:
    """Bert lets the operator's payment out; on the last of April the bank tells of all three."""
    assert figures.turned_away(await town.prue.send(ask.RELEASE, input={"cycle": march})) == "FORBIDDEN"
    (order,) = (await town.bert.do(ask.RELEASE, cycle=march))["orders"]
    assert (order["controlSum"], order["payments"], order["payer"]) == ("6.59", 1, None)
    planned = (await town.prue.ask(ask.PAYMENTS, cycle=march))["settlementPayments"]["nodes"]
    payments = {(one["payer"] or one["payee"])["slug"]: one for one in planned}
    assert {slug: one["amount"]["amount"] for slug, one in payments.items()} == {
        "shop": "6.59",
        "dairy": "49.61",
        "fuel": "22.30",
    }
    aged = (await town.prue.ask(ask.AGEING))["paymentAgeing"]
    assert sum(Decimal(one["open"]) for one in aged) == Decimal("78.50")
    last = date(2026, 4, 30)
    named = {slug: one["reference"] for slug, one in payments.items()}
    booked = (
        Booked(amount=Decimal("49.61"), on=last, reference=named["dairy"], place=Place.CREDITOR_REFERENCE),
        Booked(amount=Decimal("22.30"), on=last, reference=named["fuel"], place=Place.REMITTANCE_TEXT),
        Booked(amount=Decimal("-6.59"), on=last, reference=named["shop"]),
    )
    await town.on(30, month=4)
    account = partial(Told, iban=OPERATORS_IBAN, currency="EUR", name="APRIL", sequence=4)
    content = base64.b64encode(told(account(opening=Decimal(1000), on=last, booked=booked))).decode()
    imported = (await town.prue.do(ask.IMPORT, content=content))["imported"]
    assert (imported["matched"], imported["ambiguous"], imported["unmatched"]) == (3, 0, 0)
    assert (await town.prue.ask(ask.CYCLE, cycle=march))["cycle"]["state"] == "SETTLED"
    assert (await town.prue.do(ask.CLOSE, cycle=march))["cycle"]["state"] == "CLOSED"
    assert (await town.prue.ask(ask.AGEING))["paymentAgeing"] == []


async def _the_next_month(town: Town) -> None:
    """Some of it was traded while March was argued about; none of it is in March."""
    april = await _computed(town, "2026-04", month=5)
    await town.prue.do(ask.PROPOSE, cycle=april)
    await _nets(town, april, APRIL_NETS)
    for slug in town.firms:
        await _statement_has(town, slug, "2026-04", IN_APRIL, APRIL_NETS)
    lines = (await _statement(town, "fuel", "2026-04"))["lines"]["nodes"]
    (dispute,) = (await town.fuel.finance.ask(ask.DISPUTES))["disputes"]["nodes"]
    assert [one["cameOf"]["id"] for one in lines if one["kind"] == "ADJUSTMENT"] == [dispute["id"]]


async def _what_is_left(town: Town, then: tuple[str, str]) -> None:
    """700 points of the shop's, 600 of the dairy's and 1,500 of fuel's are out.

    March left the operator 57.85 − 5.00 of fees. Points go at (6,900 · 0.009 + 2,500 · 0.0085) ÷ 9,400 = 0.008867;
    700 · (0.008867 − 0.006) + 600 · 0.008867 = 7.33 are needed, and nothing for fuel's, which are paid for when spent.
    """
    rolled = (await town.prue.ask(ask.ROLL_FORWARD))["rollForward"]
    for one in (row for row in rolled if row["sponsor"] is None):
        parts = ("opening", "billed", "recognised", "service", "clawedBack", "closing")
        assert [Decimal(one[part]) for part in parts] == [Decimal(figure) for figure in ROLLED[one["cycle"]]]
        assert Decimal(one["difference"]) == 0
    liability = (await town.prue.ask(ask.LIABILITY))["liability"]
    assert (liability["outstanding"], liability["basis"]) == ("2800", "ALL_OUTSTANDING")
    position = (await town.prue.ask(ask.RESERVE))["reserve"]["position"]
    assert (position["outstanding"], position["cash"]["amount"], position["standing"]) == ("2800", "52.85", "COVERED")
    assert position["need"]["expected"]["amount"] == "7.33"
    at, held = then
    past = (await town.shop.till.ask(ask.AS_OF, {"ref": ADA.input(), "at": at}))["member"]["wallet"]
    assert past["asOf"] == {"available": held, "debt": "0"}
    assert held != past["available"]


async def _told(town: Town) -> None:
    """The auditor reads who decided what; what is no decision of a person's stands between."""
    audra = await town.hired("Audra", "COALITION_AUDITOR")
    lines = (await audra.ask(ask.TOLD, actions=ask.DECISIONS))["auditTrail"]["nodes"][::-1]
    facts = [{fact["name"]: fact["values"][0] for fact in one["facts"]} for one in lines]
    told = [
        f"{one['actorName']} {said.get('step') or one['action']} {said.get('of', '')}".strip()
        for one, said in zip(lines, facts, strict=True)
        if said.get("step") not in {"OPEN", "SEAL"}
    ]
    assert told == DECIDED.strip().splitlines()
    digests = {said["digest"] for said in facts if said.get("step") == "APPROVE"}
    assert digests == {(await town.prue.ask(ask.CYCLE, cycle=await town.cycle("2026-03")))["cycle"]["digest"]}


async def _statement(town: Town, slug: str, name: str) -> dict[str, Any]:
    finance = town.firms[slug].finance
    found: dict[str, Any] = (await finance.ask(ask.STATEMENT, cycle=await town.cycle(name, finance)))["statement"]
    return found


async def _statement_has(town: Town, slug: str, name: str, lines: str, nets: dict[str, str]) -> None:
    """A partner's statement has the lines that it is a side of, and nothing else; they are its net."""
    statement = await _statement(town, slug, name)
    own = [line for line in figures.written(lines) if slug in line[1:3]]
    assert sorted(figures.shown(statement["lines"]["nodes"])) == sorted(own)
    assert sum(line[5] if line[2] == slug else -line[5] for line in own) == Decimal(nets[slug])
    parts = ("fees", "tax", "rounding", "credited")
    sums = sum(Decimal(statement[part]["amount"]) for part in parts) - Decimal(statement["charged"]["amount"])
    assert Decimal(statement["net"]["amount"]) == Decimal(statement["closing"]["amount"]) == Decimal(nets[slug]) == sums


async def _nets(town: Town, cycle: str, nets: dict[str, str]) -> None:
    found = (await town.prue.ask(ask.CYCLE, cycle=cycle))["cycle"]["statements"]
    assert {figures.party(one): Decimal(one["net"]["amount"]) for one in found if Decimal(one["net"]["amount"])} == {
        name: Decimal(net) for name, net in nets.items()
    }
    assert sum(map(Decimal, nets.values())) == 0
