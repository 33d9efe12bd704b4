"""Every programme loads into an empty sandbox, once, as its file says; whatever is there already stays as it is."""

from __future__ import annotations

import pytest
from sqlmodel import select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Contract
from domain.errors import Conflict, NotFound
from domain.members.enrolment import EnrolMember, MemberKeys, enrol
from domain.members.identifiers import Identifier
from domain.storage import COALITION, Database, ReadSession
from hansa.presets.finding import find, names
from hansa.presets.loading import load, read_whole
from hansa.recipes.drawing import Recipe, recipe_of
from hansa.recipes.parts import InvalidRecipe
from partners.keys import derive
from tests.builders.coalition import a_coalition
from tests.builders.served import SECRET
from tests.isolation.spying import contents

KEYS = derive(SECRET.encode())
MINE = """\
programme: Mine
source: mechanics of mine
currency: EUR
time_zone: Europe/Riga
point_worth: 0.01
coalition: {country: LV, grace_days: 10, calendar: month}
partners:
  shop: sells
  maker: {does: makes, name: A maker, roles: manufacturer, country: EE}
contracts:
  all: {price: 0.012, price_redeem: 0.01, share_at_issuance: 40 %, return_policy: pending only}
  maker: {price: 0.015, bands: {100000: 0.014}, redeems: no, exclusive_categories: [MILK]}
outlets:
  harbour: {partner: shop, name: At the harbour}
  square: shop
segments:
  staff: works there
  regulars: {about: buy often, parts: [{kind: FREQUENCY, days: 60, at_least: 4, partners: shop}]}
actions: {TEST_DRIVE: {model: TEXT}}
articles:
  milk: {category: MILK, maker: maker}
campaigns:
  one: {name: One a euro, paid_by: shop, starts: 2026-12-01, gives: {points_per_unit: 1, lines: {brands: Hanse}}}
"""
MORE = """\
  two: {name: Milk, owner: maker, at: shop, paid_by: maker, starts: 2026-12-01,
    gives: {points: 5, lines: {makers: maker}}, when: {not_segments: staff}}
"""


def _mine(text: str = MINE + MORE) -> Recipe:
    return recipe_of(text, "mine.yaml")


@pytest.mark.parametrize("name", names())
def test_every_programme_is_read_to_its_end(name: str) -> None:
    assert read_whole(find(name))["campaigns"] > 0


@pytest.mark.slow
@pytest.mark.parametrize("name", names())
async def test_every_programme_loads_once(name: str, database: Database) -> None:
    done = await load(database, find(name), keys=KEYS)
    assert all(one.new for one in done.made)
    again = await load(database, find(name), keys=KEYS)
    assert [(one.what, one.name) for one in again.made] == [(one.what, one.name) for one in done.made]
    assert not any(one.new for one in again.made)


async def test_a_coalition_is_what_its_file_says(database: Database) -> None:
    done = await load(database, _mine(), keys=KEYS)
    async with database.session(COALITION) as session:
        founded = await coalition_of(ReadSession(session))
        contracts = {one.partner_id: one for one in await session.scalars(select(Contract))}
    assert (founded.currency, founded.sandbox, founded.clock_at, founded.grace_days) == ("EUR", True, done.starts, 10)
    assert f"{done.starts:%Y-%m-%d %H:%M %Z}" == "2026-12-01 00:00 EET"
    shop, maker = (contracts[done.cast.partners[key]] for key in ("shop", "maker"))
    assert [f"{one.price.normalize()}" for one in (shop, maker)] == ["0.012", "0.015"]
    assert (f"{shop.share_at_issuance.normalize()}", shop.return_policy) == ("0.4", "PENDING_ONLY")
    assert (shop.redeems, maker.redeems, maker.exclusive_categories) == (True, False, ["MILK"])
    assert [band["from"] for band in maker.bands] == [100_000]
    assert all(one.signed_by is not None and one.signed_by != one.drawn_up_by for one in contracts.values())
    assert done.outlets == {"shop": ("harbour", "square"), "maker": ()}
    assert [(one.what, one.name) for one in done.made if one.whose == "maker"] == [
        ("partner", "A maker"), ("contract", "version 1"), ("type of action", "TEST_DRIVE"), ("campaign", "Milk"),
    ]  # fmt: skip


async def test_asked_again_it_changes_nothing_and_shows_no_secret(database: Database, database_url: str) -> None:
    first = await load(database, _mine(), keys=KEYS)
    before = await contents(database_url)
    again = await load(database, _mine(), keys=KEYS)
    assert await contents(database_url) == before
    assert not any(one.new for one in again.made)
    assert [one.client_id for one in again.clients] == [one.client_id for one in first.clients]
    assert [one.secret is None for one in (*first.clients, *again.clients)] == [False] * 3 + [True] * 3


async def test_what_was_left_off_is_made_up_for(database: Database) -> None:
    await load(database, _mine(MINE), keys=KEYS)
    done = await load(database, _mine(), keys=KEYS)
    assert [(one.what, one.name) for one in done.made if one.new] == [("campaign", "Milk")]


async def test_where_somebody_is_at_home_nothing_is_loaded(database: Database, database_url: str) -> None:
    await a_coalition(database, name="Another")
    before = await contents(database_url)
    with pytest.raises(Conflict, match="holds another coalition, Another"):
        await load(database, _mine(), keys=KEYS)
    assert await contents(database_url) == before


async def test_where_somebody_has_joined_nothing_is_loaded(database: Database, database_url: str) -> None:
    done = await load(database, _mine(MINE), keys=KEYS)
    joining = EnrolMember(
        partner_id=done.cast.partners["shop"],
        idempotency_key="somebody joins",
        identifiers=(Identifier.card("9000001"),),
    )
    await enrol(
        database.pool, joining, keys=MemberKeys(lookup=KEYS.lookups, personal=KEYS.personal_data), now=done.starts
    )
    before = await contents(database_url)
    with pytest.raises(Conflict, match="has members already"):
        await load(database, _mine(), keys=KEYS)
    assert await contents(database_url) == before


@pytest.mark.parametrize(
    ("said", "instead", "why"),
    [
        ("coalition: {country: LV, ", "coalition: {", "line 6, coalition: 'country' is missing"),
        ("country: LV", "country: Latvia", "a country is two letters"),
        ("grace_days: 10", "grace_days: 0", "line 6, coalition.grace_days: the days of grace are at least one"),
        ("calendar: month", "calendar: year", "'year' is none of month, half_month, week, by_hand"),
        ("roles: manufacturer", "roles: maker", "'maker' is none of manufacturer"),
        ("share_at_issuance: 40 %", "share_at_issuance: 140 %", "is a share between 0 and 1"),
        ("share_at_issuance: 40 %", "share_at_issuance: 1/3", "'1/3' has no end in decimals"),
        ("share_at_issuance: 40 %", "share_at_isuance: 1", "did you mean 'share_at_issuance'?"),
        ("return_policy: pending only", "return_policy: none", "'none' is none of pending_only"),
        ("  maker: {price", "  miller: {price", "there is no partner 'miller'; there are shop, maker, or all"),
        ("square: shop", "square: market", "there is no partner 'market'; there are shop, maker"),
        ("name: At the harbour", "zone: x", "there is no part 'zone'"),
        ("kind: FREQUENCY", "kind: OFTEN", "line 18, segments.regulars.parts: 'OFTEN' is no kind of part"),
        ("model: TEXT", "model: WORD", "'WORD' is none of text, whole"),
        ("TEST_DRIVE: {model", "TEST_DRIVE: {Model", "a field's name has small letters"),
    ],
)
def test_a_mistake_is_told_with_its_line(said: str, instead: str, why: str) -> None:
    assert said in MINE
    with pytest.raises(InvalidRecipe, match=r"^mine\.yaml, line ") as refused:
        read_whole(_mine(MINE.replace(said, instead)))
    assert why in refused.value.message


def test_a_name_that_nobody_has_is_refused_with_the_nearest() -> None:
    with pytest.raises(NotFound, match="did you mean dominos-2015 or dominos-2023"):
        find("dominos")
    with pytest.raises(NotFound, match="hansa preset list shows them"):
        find("nobody")
