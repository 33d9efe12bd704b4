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
from tests.isolation.shop import NOW
from tests.isolation.world import Side, World

pytestmark = pytest.mark.asyncio(loop_scope="module")

TAKES_PARTNER = "a posting or read of the hot path; takes the partner and refuses what is not the partner's"
TAKES_SIGHT = "a hot read; takes the viewer's sight and checks it"
JOBS = "the worker's and the service desk's; no partner's request leads here"
MEMBERS = "answers the member by its sight, and the authorization server"
BUCKETS = "counts what a caller may still ask, under a keyed hash that tells nobody whose bucket it is"
LOOKS_BACK = "answers a partner of its own tills alone, and the coalition of all; nobody else"
OWNERS = "answers a segment's owner: of its own tills, and beyond them of members who allow it offers"
DRAWS = "what everybody may check: tickets and their holders by pseudonyms, told once the draw took place"
CUES = "a trigger: notes down from the row itself that somebody may have to be told of it"
TILLS = "fills what a server remembers for all tills; told to nobody as it is"

DOORS = {
    "action_as_rated(uuid, uuid, uuid)": TAKES_PARTNER,
    "action_types_in_use(uuid[])": TAKES_PARTNER,
    "celebrants(uuid)": "answers the partner itself, of members that allow it offers",
    "joined_at_of(uuid[], uuid[])": "for rating; asked by wallet and member, which only a recognition tells",
    "open_stock(uuid, uuid, bigint, uuid, timestamp with time zone)": "answers the reward's owner alone",
    "open_budget(uuid, text, bigint, text, uuid, timestamp with time zone)": "answers the campaign's owner alone",
    "post_actions(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "tallies_of(uuid[], text[])": "for rating; asked by wallet, which only a recognition tells",
    "campaign_hours(uuid, timestamp with time zone, text)": "answers the coalition alone",
    "campaign_turns(uuid)": "answers the coalition alone, once the seed is open",
    "campaigns_digest(timestamp with time zone, timestamp with time zone)": TILLS,
    "campaigns_in_force(timestamp with time zone, timestamp with time zone)": TILLS,
    "campaigns_recorded(uuid[], integer[])": "the campaigns that a partner's own purchases name",
    "change_allowance(uuid, text, uuid, bigint, text, uuid, timestamp with time zone)": "answers the coalition alone",
    "claw_backs_of(uuid, uuid, uuid)": TAKES_PARTNER,
    "consent_of(uuid, uuid, text[], integer, timestamp with time zone, timestamp with time zone)": MEMBERS,
    "consent_to(uuid, uuid, text[], timestamp with time zone, integer, timestamp with time zone)": TAKES_PARTNER,
    "consents_of(uuid)": MEMBERS,
    "consents_standing(uuid, uuid)": f"{MEMBERS}, and the partner it concerns",
    "counters_of(uuid)": "the counters after a posting that stands; the wallet comes from its verdict",
    "end_consents(uuid, uuid, text[], timestamp with time zone)": MEMBERS,
    "enrol(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "entries_by_key(uuid[], text[])": TAKES_PARTNER,
    "fold_campaigns(timestamp with time zone, text)": "answers the coalition alone; it folds what is there already",
    "find_purchases(uuid, text, uuid)": TAKES_PARTNER,
    "forget_full_buckets(timestamp with time zone)": "answers the authorization server alone",
    "grants_of(uuid)": MEMBERS,
    "has_become(uuid, uuid)": "yes or no about the member on whose behalf a client acts",
    "hold_allowance(uuid, text, bigint, timestamp with time zone)": "answers the coalition alone",
    "identify(uuid, uuid, bytea, text)": TAKES_PARTNER,
    "is_named(bytea, uuid)": "yes or no about the member on whose behalf a client acts",
    "liability_flows(uuid[], uuid, timestamp with time zone, timestamp with time zone[], boolean)": (
        "what became of points, in sums; answers the coalition, and a partner about its own points alone"
    ),
    "links_of(uuid)": MEMBERS,
    "may_fund(uuid[], timestamp with time zone)": "yes or no about a contract, and nothing else of it",
    "member_to_sign_in(bytea)": "answers the authorization server alone",
    "members_told(uuid[], uuid)": TAKES_PARTNER,
    "moves_due(integer)": JOBS,
    "movement_leaves(uuid)": "answers the coalition alone",
    "outstanding_of(uuid, integer)": "answers the coalition, and a sponsor of its own points",
    "post_adjustments(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_captures(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_expiries(uuid[], timestamp with time zone)": JOBS,
    "post_lapses(uuid[], timestamp with time zone)": JOBS,
    "post_move_in(uuid, uuid, timestamp with time zone)": JOBS,
    "post_move_out(uuid, uuid, uuid, uuid, timestamp with time zone)": JOBS,
    "post_purchases(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_redemptions(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_releases(uuid[], timestamp with time zone)": JOBS,
    "post_returns(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_reversals(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "cue_event()": CUES,
    "cue_exit()": CUES,
    "cue_referral()": CUES,
    "cue_tier_steps()": CUES,
    "cue_vouchers()": CUES,
    "cue_wind_down()": CUES,
    "forget_messages(timestamp with time zone, integer)": "answers the coalition alone",
    "inbox_versions(uuid[])": "how far inboxes have come, for pages that are open; asked for the viewer's own only",
    "look_on(integer, timestamp with time zone)": "answers the coalition alone",
    "messages_to_plan(integer)": "answers the coalition alone, and tells of no message what is in it",
    "plan_mails(jsonb, timestamp with time zone)": "answers the coalition alone",
    "verify_address(uuid, bytea, timestamp with time zone)": "answers the authorization server alone",
    "write_messages(integer, timestamp with time zone, timestamp with time zone)": "answers the coalition alone",
    "product_feed_versions()": TILLS,
    "products_by_sku(uuid[], text[])": TAKES_PARTNER,
    "purchase_as_rated(uuid, uuid, uuid)": TAKES_PARTNER,
    "read_activity(text, uuid, bigint, integer)": TAKES_SIGHT,
    "read_redemption(text, uuid, uuid)": TAKES_SIGHT,
    "read_versions(uuid[])": "how far wallets have come, for pages that are open; asked for the viewer's own only",
    "read_wallet(text, uuid, timestamp with time zone)": TAKES_SIGHT,
    "read_wallet_at(text, uuid, timestamp with time zone)": TAKES_SIGHT,
    "recognise(bytea[], uuid, timestamp with time zone)": TAKES_PARTNER,
    "recognise_linked(uuid[], uuid)": TAKES_PARTNER,
    "record_line(uuid, uuid, text, uuid, uuid, text, text, uuid, jsonb, timestamp with time zone)": (
        "appends to the one trail of all; refuses whoever does not look for those it concerns"
    ),
    "remember_liability(uuid, timestamp with time zone[], timestamp with time zone)": "answers the coalition alone",
    "repoint(uuid, uuid, uuid, uuid)": JOBS,
    "reservations(uuid[], timestamp with time zone)": (
        "what nobody else may fund points for has to be known to whoever would; no price, no other term"
    ),
    "revoke_consent(uuid, uuid, uuid, text, timestamp with time zone)": (
        "for servers of the release before; takes a wallet and its member together, whose ids nobody is told"
    ),
    "backtest_discounts(uuid, timestamp with time zone, timestamp with time zone)": LOOKS_BACK,
    "backtest_purchases(uuid, timestamp with time zone, timestamp with time zone)": LOOKS_BACK,
    "backtest_segments(uuid, timestamp with time zone, timestamp with time zone, uuid[])": LOOKS_BACK,
    "segment_goods(uuid, uuid[], timestamp with time zone, timestamp with time zone, text[], text[])": OWNERS,
    "segment_members_known(uuid)": OWNERS,
    "segment_mix(uuid, uuid[], timestamp with time zone, timestamp with time zone)": OWNERS,
    "segment_profiles(uuid)": OWNERS,
    "segment_purchases(uuid, uuid[], timestamp with time zone, timestamp with time zone)": OWNERS,
    "segments_held(uuid[], uuid[], uuid[], uuid[], timestamp with time zone)": TAKES_PARTNER,
    "reveal_seed(uuid, timestamp with time zone)": "opens what the viewer's own campaign turned by, once it has ended",
    "meet_tiers(uuid[], uuid[], timestamp with time zone)": (
        "looks at standings anew from the books; writes what it finds, and takes nobody's word for anything"
    ),
    "tier_progress(uuid, uuid, uuid, timestamp with time zone)": "answers the member, and the programme's owner",
    "tiers_held(uuid[], uuid[], uuid[], timestamp with time zone)": TAKES_PARTNER,
    "close_draw(uuid, integer, timestamp with time zone, timestamp with time zone)": (
        "opens the seed of the viewer's own reward, with the tickets that take part, once its draw is due"
    ),
    "draws_told(uuid[])": DRAWS,
    "gifts_given(text, uuid, uuid)": "sums that name no member; of one by its wallet, which only recognition tells",
    "holds_reward(uuid, uuid, uuid, uuid)": TAKES_PARTNER,
    "reward_told(text, uuid)": TAKES_SIGHT,
    "rewards_live(text, timestamp with time zone)": TAKES_SIGHT,
    "rewards_recorded(uuid[], integer[])": "the rewards that a partner's or a member's own redemptions name",
    "stocks_left(uuid[])": "what is shown to everybody of what has been live; the rest to its owner",
    "tickets_told(uuid, integer, integer)": DRAWS,
    "settlement_flows(uuid)": "answers the coalition alone",
    "late_flows(uuid)": "answers the coalition alone",
    "daily_flows(uuid, timestamp with time zone, timestamp with time zone, text)": "answers the coalition alone",
    "tell_of_dispute()": "a trigger: tells both sides of a dispute of its stages, from the row itself",
    "certificates_due(uuid, bigint, timestamp with time zone, timestamp with time zone, timestamp with time zone,"
    " timestamp with time zone, timestamp with time zone, uuid, integer, uuid)": JOBS,
    "coupons_live(uuid[])": TILLS,
    "find_vouchers(uuid, bytea[])": TAKES_PARTNER,
    "name_voucher_uses(uuid, uuid, uuid, uuid[])": TAKES_PARTNER,
    "open_uses(uuid, bigint, uuid, timestamp with time zone)": "answers the coupon's owner alone",
    "post_voucher_expiries(timestamp with time zone, integer)": JOBS,
    "post_voucher_gifts(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_voucher_reversals(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "post_voucher_uses(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "read_voucher_use(text, uuid, uuid)": TAKES_SIGHT,
    "read_vouchers(text, uuid, timestamp with time zone, uuid, integer)": TAKES_SIGHT,
    "vouchers_at(uuid, uuid, uuid, timestamp with time zone)": TAKES_PARTNER,
    "vouchers_given(uuid, uuid, uuid)": TAKES_PARTNER,
    "vouchers_named(uuid, uuid[], uuid[])": TAKES_PARTNER,
    "vouchers_of_entry(uuid, uuid, uuid)": TAKES_PARTNER,
    "vouchers_taken_back(uuid, uuid, uuid)": TAKES_PARTNER,
    "use_once(bytea, timestamp with time zone)": "tells of a number whether it was new, and makes it old",
    "take_from_bucket(bytea, bigint, interval, bigint, bigint, timestamp with time zone)": BUCKETS,
    "tell_trail()": "a trigger: tells the trail of a decision from the very row that holds it",
    "wallet_signed_in(uuid)": "answers the authorization server alone",
    "wallets_due(text, timestamp with time zone, integer)": JOBS,
    "ask_to_invite(uuid, uuid, uuid, timestamp with time zone, interval, interval)": (
        "after a redemption that the partner itself made, or the member's own last one"
    ),
    "brought_by(uuid)": MEMBERS,
    "forget_invitations(timestamp with time zone)": JOBS,
    "invite_by_link(jsonb, timestamp with time zone)": "keeps a digest of who asked to join by a link; tells nothing",
    "join_referral(jsonb, timestamp with time zone)": (
        "takes a code and a friend that were recognised; tells whether it counts, and never whose code it is"
    ),
    "move_referral(uuid, text, jsonb, timestamp with time zone)": JOBS,
    "my_referral(uuid)": MEMBERS,
    "newcomers(uuid, timestamp with time zone, integer)": JOBS,
    "post_action_returns(jsonb, timestamp with time zone)": TAKES_PARTNER,
    "referral_code_of(uuid, uuid, text, timestamp with time zone)": (
        "the code of a member that was recognised, or asks for itself; a code tells nothing of its member"
    ),
    "referral_parties(text, uuid)": "for whoever holds a code: its programme, and sealed data for the checks",
    "referral_programmes_live()": "what members are promised",
    "referrals_joined(timestamp with time zone, integer)": JOBS,
    "referrals_qualified(timestamp with time zone, uuid, integer)": JOBS,
    "referrals_returned(integer)": JOBS,
    "to_surprise(uuid, uuid, text, integer)": OWNERS,
}
"""Every function that runs with more rights than its caller, and why it may."""

NAMES = {signature.partition("(")[0]: reason for signature, reason in DOORS.items()}


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
