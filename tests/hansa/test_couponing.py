"""`hansa coupon`: a file becomes drafts, drafts go live, codes come in, vouchers are given, and what became of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer

from domain.errors import InvalidValue, NotFound
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.storage import Database
from domain.vouchers.errors import CouponAgreementMissing, CouponStateConflict
from hansa.commands.coupon import app as couponing
from hansa.recipes.parts import InvalidRecipe
from partners.keys import derive
from tests.domain.earning.builders import NOW
from tests.domain.earning.world import World, a_world
from tests.hansa.test_settling import Desk as SettlingDesk

FILE = """
programme: Evenings
currency: EUR
time_zone: Europe/Riga
partners: {shop: sells, dairy: makes milk}
campaigns:
coupons:
  five:
    name: 5 off
    takes: 5.00
    owner: shop
    paid_by: {shop: 1/2, dairy: 1/2}
    least: 20.00
    days: 30
    weekdays: [monday, friday]
    hours: 16:00-18:00
    lines: {categories: [dairy], excluding: {skus: [cream]}}
  side:
    name: A free side
    owner: shop
    takes: {thing: A side}
    codes: pool
  spring:
    name: Spring
    owner: shop
    takes: {share: 15 %, at_most: 7.50}
    word: SPRING15
    uses_in_all: 1,000
"""


class Desk(SettlingDesk):
    """The commands as `hansa` has them."""

    app = typer.Typer()


Desk.app.add_typer(couponing.app)


@pytest.fixture(autouse=True)
async def world(database: Database) -> World:
    """A shop and a maker."""
    return await a_world(database)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Three coupons."""
    path = tmp_path / "coupons.yaml"
    path.write_text(FILE, encoding="utf-8")
    return path


def rewrite(file: Path, text: str) -> None:
    """The file says something else."""
    file.write_text(text, encoding="utf-8")


async def member(world: World) -> None:
    """Somebody whom the command line's own keys find."""
    keys = derive(b"0123456789abcdef" * 4)
    command = EnrolMember(
        partner_id=world.shop, idempotency_key="enrol-CARD0001", identifiers=(Identifier.card("CARD0001"),)
    )
    known = MemberKeys(lookup=keys.lookups, personal=keys.personal_data)
    await enrol(world.database.pool, command, keys=known, now=NOW)


async def test_a_coupon_goes_from_a_file_to_its_last_voucher(database_url: str, file: Path, world: World) -> None:
    desk = Desk(database_url)
    drawing = ("coupon", "draw-up", str(file), "--as", "dairy=maker")
    first = await desk.says(*drawing)
    assert [one["coupon_id"] for one in await desk.says(*drawing)] == [one["coupon_id"] for one in first]
    listed = await desk.shows("coupon", "list")
    for words in ("5.00 EUR", "15 % up to 7.50 EUR", "SPRING15", "A side", "whoever takes it"):
        assert words in listed
    assert isinstance(await desk.refuses("coupon", "publish", "5 off"), CouponAgreementMissing)
    await desk.says("coupon", "agree", "5 off", "--sponsor", "maker")
    shown = await desk.shows("coupon", "publish", "5 off")
    for words in ("LIVE", "16:00-18:00", "Mon, Fri", "categories dairy; not cream", "Shop 1/2, Maker 1/2", "30 days"):
        assert words in shown
    await member(world)
    giving = ("coupon", "give", "5 off", "--card", "CARD0001", "--count", "2", "--key", "gift-0001")
    given = await desk.says(*giving)
    assert len(set(given["codes"])) == 2
    assert await desk.says(*giving) == given
    assert "2 given: 2 open" in await desk.shows("coupon", "show", "5 off")
    for step, state in (("pause", "PAUSED"), ("resume", "LIVE"), ("end", "ENDED")):
        assert (await desk.says("coupon", step, "5 off"))["state"] == state
    assert isinstance(await desk.refuses("coupon", "end", "5 off"), CouponStateConflict)
    assert [one["terms"]["name"] for one in await desk.says("coupon", "list", "--partner", "maker")] == ["5 off"]


async def test_codes_come_in_from_a_file_and_are_made_into_one(database_url: str, file: Path, tmp_path: Path) -> None:
    desk = Desk(database_url)
    await desk.says("coupon", "draw-up", str(file), "--as", "dairy=maker")
    codes, made = tmp_path / "codes.csv", tmp_path / "made.csv"
    codes.write_text("code\nSIDE0001\nSIDE-0002\nSIDE0001\n!\n", encoding="utf-8")
    bringing = ("coupon", "codes", "import", "A free side", str(codes))
    assert "the code stands in line 2 already" in await desk.shows(*bringing)
    again = await desk.says(*bringing)
    assert (again["taken"], again["refused"]) == (0, 4)
    making = ("coupon", "codes", "make", "A free side", "25", "--to", str(made))
    assert (await desk.says(*making))["made"] == 25
    assert len(made.read_text().split()) == 26
    assert "27 codes left" in await desk.shows("coupon", "show", "A free side")
    assert isinstance(await desk.refuses(*making), InvalidValue)


async def test_what_cannot_be_read_is_said_with_its_place(database_url: str, file: Path) -> None:
    desk = Desk(database_url)
    for broken, why in (
        (FILE.replace("takes: 5.00", "takes: five"), "line 10, coupons.five.takes"),
        (FILE.replace("word: SPRING15", "word: spring!"), "coupons.spring.word"),
        (FILE.replace("least:", "leest:"), "did you mean 'least'"),
    ):
        rewrite(file, broken)
        refused = await desk.refuses("coupon", "draw-up", str(file), "--as", "dairy=maker")
        assert isinstance(refused, InvalidRecipe)
        assert why in refused.message
    assert isinstance(await desk.refuses("coupon", "show", "No such thing"), NotFound)
