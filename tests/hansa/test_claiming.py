"""`hansa claim`, `hansa seller` and `hansa course`: the programmes, courses and permissions of partners at the desk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
import typer

from domain.claims import claiming, errors
from domain.claims.claiming import MakeClaim, Proof
from domain.claims.terms import ClaimProgrammeId
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.selling.errors import SellerPermissionNotFound
from domain.storage import Database
from hansa.commands.claim import app as claim
from hansa.commands.course import app as course
from hansa.commands.seller import app as seller
from hansa.recipes.parts import InvalidRecipe
from tests.builders.coalition import NOON
from tests.builders.ledger import Books, a_ledger
from tests.hansa.test_settling import Desk as SettlingDesk

SCHOOL = """
name: Milk school
questions:
  - asks: { en: "How long does it keep?" }
    right: [{ en: "Ten days" }]
    wrong: [{ en: "A year" }]
ask: 1
"""
FITTING = """
name: Cooler fitting
kind: FITTING
proofs: [serial]
valued: yes
second_from: 500.00
course: Milk school
"""
KEYS = MemberKeys(lookup=b"l" * 32, personal=b"p" * 32)


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(claim.app)
Desk.app.add_typer(seller.app)
Desk.app.add_typer(course.app)


@pytest.fixture
async def books(database: Database, database_url: str) -> AsyncIterator[Books]:
    """A shop and a maker."""
    async with a_ledger(database, database_url) as books:
        yield books


async def test_what_is_drawn_up_is_claimed_under_and_decided_at_the_desk(
    books: Books, database_url: str, tmp_path: Path
) -> None:
    desk, file, own = Desk(database_url), tmp_path / "terms.yaml", ("--partner", "maker")
    file.write_text(SCHOOL, encoding="utf-8")
    assert (await desk.says("course", "draw-up", str(file), *own))[0]["state"] == "DRAFT"
    assert (await desk.says("course", "publish", "Milk school", *own))[0]["state"] == "LIVE"
    assert "1 of 1" in await desk.shows("course", "list")
    file.write_text(FITTING, encoding="utf-8")
    drawn = await desk.says("claim", "draw-up", str(file), *own)
    assert (drawn["state"], drawn["terms"]["second_from"]) == ("DRAFT", 50_000)
    assert (await desk.says("claim", "publish", "Cooler fitting", *own))["state"] == "LIVE"
    assert "anyone" in await desk.shows("claim", "programmes")
    made = await _claimed(books, UUID(drawn["id"]))
    assert "14" not in await desk.shows("claim", "list", "--overdue")
    (waits,) = await desk.says("claim", "list", "--waiting")
    assert (waits["id"], waits["state"], waits["value"]) == (str(made), "PENDING", 60_000)
    refused = await desk.refuses("claim", "approve", str(made))
    assert isinstance(refused, errors.SecondApproverNeeded)
    rejected = await desk.says("claim", "reject", str(made), "--reason", "not_proven")
    assert (rejected["state"], rejected["refusal"]) == ("REJECTED", "NOT_PROVEN")
    assert "rejected, not proven" in await desk.shows("claim", "show", str(made))
    assert isinstance(await desk.refuses("claim", "show", "ffff"), errors.ClaimNotFound)
    assert "Nothing is due" in await desk.shows("claim", "run")
    assert (await desk.says("claim", "end", "Cooler fitting", *own))["state"] == "ENDED"
    file.write_text(FITTING.replace("Milk school", "Another"), encoding="utf-8")
    assert isinstance(await desk.refuses("claim", "draw-up", str(file), *own), InvalidRecipe)


@pytest.mark.usefixtures("books")
async def test_an_employer_permits_and_revokes_at_the_desk(database_url: str) -> None:
    desk, shop = Desk(database_url), ("--partner", "shop")
    assert "Nobody sells" in await desk.shows("seller", "list")
    (given,) = await desk.says("seller", "permit", "maker", *shop, "--sku", "milk", "--most", "40")
    assert (given["maker"], given["skus"], given["most_units"]) == ("maker", ["milk"], 40)
    assert "40 units each" in await desk.shows("seller", "permissions")
    (revoked,) = await desk.says("seller", "revoke", "maker", *shop)
    assert revoked["revoked_at"] is not None
    assert isinstance(await desk.refuses("seller", "revoke", "maker", *shop), SellerPermissionNotFound)


async def _claimed(books: Books, programme: UUID) -> UUID:
    pool = books.database.pool
    card = EnrolMember(
        partner_id=books.shop.partner_id, idempotency_key="enrol-anna", identifiers=(Identifier.card("ANNA0001"),)
    )
    anna = (await enrol(pool, card, keys=KEYS, now=NOON)).member
    command = MakeClaim(
        programme_id=ClaimProgrammeId(programme),
        member_id=anna.member_id,
        idempotency_key="claim-of-anna",
        happened_at=NOON,
        proof=Proof(serial="S1X"),
        value=60_000,
    )
    return (await claiming.claim(pool, command, keys=KEYS, zone=ZoneInfo("UTC"), now=NOON)).claim_id
