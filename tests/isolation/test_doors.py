"""The doors through the wall: functions that run as the ledger, each with its reason, each minding whose it is."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import orjson
import pytest
import pytest_asyncio

from domain.members.identifiers import Identifier
from tests.builders.graphql import KEYS
from tests.isolation.doors import DOORS
from tests.isolation.shop import NOW
from tests.isolation.sides import Side
from tests.isolation.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def app(world: World) -> AsyncIterator[asyncpg.Connection]:
    """The server's role, as the hot path uses it: with no sight at all."""
    connection = await asyncpg.connect(world.url, server_settings={"role": "hansa_app"})
    try:
        yield connection
    finally:
        await connection.close()


async def test_every_door_is_on_the_list_and_built_as_it_should_be(world: World) -> None:
    owner = await asyncpg.connect(world.url)
    try:
        rows = await owner.fetch(
            "SELECT p.oid::regprocedure::text AS name, p.proconfig, pg_get_userbyid(p.proowner) AS owner,"
            " has_function_privilege('public', p.oid, 'EXECUTE') AS anybody"
            " FROM pg_proc p WHERE p.prosecdef AND p.pronamespace = 'public'::regnamespace"
        )
    finally:
        await owner.close()
    assert {row["name"].replace(",", ", ") for row in rows} == set(DOORS)
    for row in rows:
        paths = [setting for setting in row["proconfig"] or () if setting.startswith("search_path=")]
        assert paths, row["name"]
        # Where pg_temp is not named, it is searched first: a caller's temporary table would stand in for ours.
        assert re.fullmatch(r"search_path=(pg_catalog, )?public, pg_temp", paths[0]), row["name"]
        assert row["owner"] == "hansa_ledger", row["name"]
        assert not row["anybody"], row["name"]


def item(side: Side, acting: UUID, **changes: Any) -> str:
    """A request to a posting function, about the side's own member."""
    wanted = {
        "item": 0,
        "wallet_id": side.member.wallet_id,
        "entry_id": uuid4(),
        "member_id": side.member.member_id,
        "partner_id": acting,
        "idempotency_key": str(uuid4()),
        "fingerprint": "\\x00",
        "occurred_at": NOW,
        **changes,
    }
    return orjson.dumps([wanted], default=str).decode()


async def test_no_posting_reaches_what_another_partner_recorded(world: World, app: asyncpg.Connection) -> None:
    mine, theirs = world.amber.partner_id, world.birch
    goods = {"purchase_wallet_id": theirs.purchase[0], "returns_before": 0, "claims": [], "numbers": [1]}
    basket = {"currency": "USD", "total": 1, "awards": [], "benefits": [], "facts": {}}
    lines = {"numbers": [1], "skus": ["x"], "quantities": [1], "amounts": [1]}
    for door, request, expected in (
        ("post_captures", {"refers_to": theirs.hold[1], "points": 1}, "HOLD_NOT_FOUND"),
        ("post_captures", {"refers_to": theirs.hold[1], "points": 0}, "HOLD_NOT_FOUND"),
        ("post_reversals", {"refers_to": theirs.redemption[1], "points": 1}, "REDEMPTION_NOT_FOUND"),
        ("post_returns", {"refers_to": theirs.purchase[1], **goods, **lines}, "PURCHASE_NOT_FOUND"),
        ("post_adjustments", {"refers_to": theirs.adjustment_id}, "ADJUSTMENT_NOT_APPROVED"),
        ("post_redemptions", {"outlet_id": theirs.outlet_id, "points": 1}, "OUTLET_NOT_FOUND"),
        ("post_purchases", {"outlet_id": theirs.outlet_id, **basket, **lines}, "OUTLET_NOT_FOUND"),
        ("post_purchases", {"wallet_id": uuid4(), **basket, **lines}, "MEMBER_NOT_FOUND"),
        ("post_purchases", {"partner_id": uuid4(), **basket, **lines}, "PARTNER_NOT_ACTIVE"),
    ):
        row = await app.fetchrow(f"SELECT * FROM {door}($1::jsonb, $2)", item(theirs, mine, **request), NOW)
        assert row is not None
        assert row["outcome"] == expected, door


async def test_no_claim_reaches_points_of_another_purchase(world: World, app: asyncpg.Connection) -> None:
    """A return of one's own purchase cannot take back what another one earned."""
    mine, theirs = world.amber, world.birch
    owner = await asyncpg.connect(world.url)
    try:
        await owner.execute("SET app.sight = 'coalition'")
        lot = await owner.fetchval(
            "SELECT lot_id FROM lot WHERE wallet_id = $1 AND sponsor_id = $2",
            theirs.member.wallet_id,
            theirs.partner_id,
        )
    finally:
        await owner.close()
    request = item(
        mine,
        mine.partner_id,
        refers_to=mine.purchase[1],
        purchase_wallet_id=mine.purchase[0],
        returns_before=0,
        claims=[{"lot_id": lot, "points": 1}],
        numbers=[1],
        quantities=[1],
        amounts=[1],
    )
    row = await app.fetchrow("SELECT * FROM post_returns($1::jsonb, $2)", request, NOW)
    assert row is not None
    assert row["outcome"] == "PURCHASE_NOT_FOUND"


async def test_no_read_through_a_door_shows_what_is_another_partners(world: World, app: asyncpg.Connection) -> None:
    mine, theirs = world.amber.partner_id, world.birch
    sight = f"partner:{mine}"
    for call, arguments in (
        ("read_wallet($1, $2, $3)", (sight, theirs.member.wallet_id, NOW)),
        ("read_wallet_at($1, $2, $3)", (sight, theirs.member.wallet_id, NOW)),
        ("read_activity($1, $2, NULL, 10)", (sight, theirs.member.wallet_id)),
        ("read_redemption($1, $2, $3)", (sight, *theirs.redemption)),
        ("read_redemption($1, $2, $3)", (sight, *theirs.hold)),
        ("recognise_linked($1, $2)", ([theirs.member.pairwise_id, theirs.guest.pairwise_id], mine)),
        ("members_told($1, $2)", ([theirs.member.member_id], mine)),
        ("find_purchases($1, $2, NULL)", (mine, theirs.receipt_number)),
        ("purchase_as_rated($1, $2, $3)", (mine, *theirs.purchase)),
        ("entries_by_key($1, $2)", ([mine], [f"{theirs.word}purchase1"])),
        ("claw_backs_of($1, $2, $3)", (mine, *theirs.purchase)),
        ("products_by_sku($1, $2)", ([mine], [theirs.sku])),
    ):
        assert await app.fetch(f"SELECT * FROM {call}", *arguments) == [], call
    own = await app.fetch("SELECT * FROM read_activity($1, $2, NULL, 100)", sight, theirs.guest.wallet_id)
    assert own, "the guest was here"
    assert {row["partner_id"] for row in own} == {mine}


@pytest.mark.parametrize("sight", ["", "nobody", "partner:", "member:", "server", "Coalition", "coalition "])
async def test_a_sight_that_is_nobodys_is_shown_nothing(world: World, app: asyncpg.Connection, sight: str) -> None:
    theirs = world.birch
    for call, arguments in (
        ("read_wallet($1, $2, $3)", (sight, theirs.member.wallet_id, NOW)),
        ("read_wallet_at($1, $2, $3)", (sight, theirs.member.wallet_id, NOW)),
        ("read_activity($1, $2, NULL, 10)", (sight, theirs.member.wallet_id)),
        ("read_redemption($1, $2, $3)", (sight, *theirs.redemption)),
    ):
        try:
            assert await app.fetch(f"SELECT * FROM {call}", *arguments) == [], call
        except asyncpg.InvalidTextRepresentationError:
            assert sight in {"partner:", "member:"}


async def test_nobody_speaks_for_another_partners_member(world: World, app: asyncpg.Connection) -> None:
    mine, theirs = world.amber, world.birch
    pairwise = theirs.member.pairwise_id
    assert not await app.fetchval("SELECT consent_to($1, $2, $3, $4)", pairwise, mine.partner_id, ["BALANCE"], NOW)
    said = await app.fetchval("SELECT identify($1, $2, $3, 'CARD')", pairwise, mine.partner_id, b"x")
    assert said == "MEMBER_NOT_FOUND"
    assert not await app.fetchval(
        "SELECT revoke_consent($1, $2, $3, 'BALANCE', $4)",
        *(theirs.member.wallet_id, mine.member.member_id, theirs.partner_id, NOW),
    )


async def test_members_doors_answer_the_member_itself_and_nobody_who_names_it(
    world: World, app: asyncpg.Connection
) -> None:
    theirs = world.birch
    whose, partner = theirs.member.member_id, theirs.partner_id
    calls: dict[str, tuple[Any, ...]] = {
        "SELECT count(*) FROM consents_of($1)": (whose,),
        "SELECT count(*) FROM links_of($1)": (whose,),
        "SELECT count(*) FROM grants_of($1)": (whose,),
        "SELECT cardinality(consents_standing($1, $2))": (whose, partner),
        "SELECT count(consent_of($1, $2, ARRAY['BALANCE'], 1, NULL, $3))": (whose, partner, NOW),
        "SELECT end_consents($1, $2, ARRAY['BALANCE'], $3)": (whose, partner, NOW),
    }
    amber = world.amber
    for sight in ("", "nobody", f"partner:{amber.partner_id}", f"member:{amber.member.member_id}"):
        await app.execute(f"SET app.sight = '{sight}'")
        for call, arguments in calls.items():
            assert await app.fetchval(call, *arguments) == 0, (sight, call)
    for sight in (f"member:{whose}", "server"):
        await app.execute(f"SET app.sight = '{sight}'")
        for call, arguments in calls.items():
            trying = app.transaction()
            await trying.start()
            assert await app.fetchval(call, *arguments) > 0, (sight, call)
            await trying.rollback()


async def test_nobody_tells_the_trail_what_is_another_partners_affair(world: World, app: asyncpg.Connection) -> None:
    record = "SELECT record_line($1, $2, $3, $4, $2, 'CLIENT_CHANGED', 'CLIENT', $5, '{}', now())"
    theirs = world.birch
    for sight in ("", f"partner:{world.amber.partner_id}", f"member:{world.amber.member.member_id}"):
        await app.execute(f"SET app.sight = '{sight}'")
        for actor in ("PERSON", "CLIENT", "MEMBER"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="with the sight of those it concerns"):
                await app.execute(record, uuid4(), theirs.partner_id, actor, theirs.person_id, theirs.client_id)


async def test_doors_of_coalition_and_server_stay_shut(world: World, app: asyncpg.Connection) -> None:
    for sight in ("", f"partner:{world.amber.partner_id}", f"member:{world.amber.member.member_id}", "coalition"):
        await app.execute(f"SET app.sight = '{sight}'")
        assert await app.fetchval("SELECT wallet_signed_in($1)", world.amber.member.member_id) is None
        lookup = Identifier.card(world.amber.card).lookup(KEYS.lookups)
        assert await app.fetchval("SELECT member_to_sign_in($1)", lookup) is None
        assert not await app.fetchval("SELECT forget_full_buckets(now())")
        if sight != "coalition":
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="with the sight of the coalition"):
                await app.fetch("SELECT * FROM settlement_flows($1)", world.settled)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.fetch("SELECT * FROM late_flows($1)", world.settled)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.fetch("SELECT * FROM daily_flows($1, now(), now(), 'UTC')", world.settled)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await app.fetch("SELECT movement_leaves($1)", world.settled)


async def test_what_stands_behind_the_doors_cannot_be_called_past_them(world: World, app: asyncpg.Connection) -> None:
    """The doors' helpers run with the caller's own rights, and the server's role may write no books."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.fetch("SELECT lock_wallets($1)", [world.birch.member.wallet_id])
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await app.fetch("SELECT append_entries('{}', '{}', now())")
    for table in ("entry", "transfer", "lot", "wallet", "hold", "link", "member", "consent", "recognition"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await app.execute(f"DELETE FROM {table}")
