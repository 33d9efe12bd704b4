"""Each law fails when its bug is put in: the bug is written into the database's function, and the law is asked again.

So no law passes by looking the other way. Here stand the bugs: a function, the words to break, what to write instead.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import asyncpg
import pytest

from domain.errors import DomainError
from domain.storage import opened
from tests.builders.ledger import Books, a_ledger
from tests.domain.ledger import (
    test_adjusting,
    test_earning_and_time,
    test_moving,
    test_races,
    test_returns,
    test_spending,
)


@dataclass(frozen=True)
class Bug:
    """Words of a function of the ledger, what to write in their place, and the law that must notice."""

    law: Callable[..., Awaitable[None]]
    function: str
    words: str
    instead: str
    given: dict[str, Any] = field(default_factory=dict)


BUGS = [
    # What others shipped
    Bug(test_earning_and_time.test_a_purchase_posted_again_is_not_paid_twice, "judged", "THEN 'REPLAYED'", "THEN NULL"),
    Bug(
        test_spending.test_points_cannot_be_spent_twice, "post_redemptions", "i.points > COALESCE(s.points, 0)", "false"
    ),
    Bug(
        test_races.test_two_redemptions_of_the_last_points,
        "lock_wallets",
        "ORDER BY wallet_id FOR NO KEY UPDATE",
        "ORDER BY wallet_id",
    ),
    Bug(test_returns.test_returned_goods_leave_no_points_behind, "claimed", "WHERE points > 0", "WHERE false"),
    Bug(
        test_returns.test_a_return_figured_before_another_is_stale,
        "post_returns",
        "p.returns <> i.returns_before",
        "false",
    ),
    Bug(test_returns.test_a_return_posted_again_takes_nothing_more, "judged", "THEN 'REPLAYED'", "THEN NULL"),
    Bug(
        test_spending.test_a_reversal_keeps_newer_movements,
        "append_entries",
        "available = w.available + COALESCE(c.available, 0)",
        "available = CASE c.kind WHEN 'REVERSAL' THEN 100 ELSE w.available + COALESCE(c.available, 0) END",
    ),
    Bug(
        test_earning_and_time.test_every_lot_past_its_end_expires_wherever_it_came_from,
        "expire_due",
        "AND l.released AND",
        "AND l.campaign_id IS NOT NULL AND l.released AND",
    ),
    Bug(
        test_earning_and_time.test_the_next_expiry_sums_all_lots_that_end_then,
        "read_wallet",
        "sum(l.remaining - l.held)",
        "max(l.remaining - l.held)",
    ),
    Bug(
        test_earning_and_time.test_history_is_appended_never_changed,
        "refuse_change_of_history",
        "RAISE EXCEPTION",
        "RETURN COALESCE(NEW, OLD); RAISE EXCEPTION",
    ),
    Bug(
        test_earning_and_time.test_every_item_of_a_batch_gets_its_own_verdict,
        "answers",
        "ORDER BY v.item",
        "WHERE v.outcome IS NULL ORDER BY v.item",
    ),
    # What review found here
    Bug(test_earning_and_time.test_a_key_used_for_another_request_is_refused, "judged", "AND old.kind = e.kind", ""),
    Bug(
        test_earning_and_time.test_activity_keeps_points_alive_but_never_revives_them,
        "expire_idle",
        "cardinality(idle) > 0",
        "false",
    ),
    Bug(
        test_spending.test_grace_is_for_what_comes_back_and_revives_nothing_else,
        "post_reversals",
        "PERFORM expire_due(ARRAY(SELECT e.wallet_id FROM unnest(entries) e), at);",
        "",
        {"swept": False, "months": None},
    ),
    Bug(
        test_spending.test_nothing_and_less_cannot_be_spent_or_taken_back,
        "post_redemptions",
        "COALESCE(i.points, 0) <= 0",
        "false",
        {"points": 0},
    ),
    Bug(
        test_spending.test_no_more_comes_back_than_was_spent,
        "redeemed_of",
        "d.points, d.left_over, (sum(d.left_over)",
        "d.points, d.points, (sum(d.points)",
    ),
    Bug(
        test_returns.test_points_that_paid_a_debt_are_owed_again_when_their_goods_come_back,
        "spent_of",
        ", ('AVAILABLE', 'DEBT')",
        "",
    ),
    Bug(
        test_returns.test_a_return_is_its_partners_and_its_members,
        "post_returns",
        "forwarded(i.purchase_wallet_id) <> j.wallet_id",
        "false",
    ),
    Bug(test_returns.test_claims_on_one_lot_add_up_and_never_exceed_it, "claimed", "sum(c.points)", "max(c.points)"),
    Bug(
        test_returns.test_a_benefit_is_taken_back_once_and_only_with_its_own_purchase,
        "taken_back",
        "AND b.entry_id = e.refers_to",
        "",
    ),
    Bug(
        test_returns.test_expired_points_are_never_clawed_back_swept_or_not,
        "claimed",
        "WHERE COALESCE(term(l.expires_at, l.inactivity_months, w.active_at) > at, true)",
        "WHERE true",
    ),
    Bug(
        test_returns.test_within_balance_never_takes_what_debt_policy_left_nothing_of,
        "claimed",
        "CASE return_policy WHEN 'WITHIN_BALANCE' THEN 2 ELSE 3 END",
        "CASE return_policy WHEN 'WITHIN_BALANCE' THEN 3 ELSE 2 END",
    ),
    Bug(
        test_returns.test_debts_are_repaid_oldest_first_and_before_anything_is_spent,
        "repay_debts",
        "e.version,",
        "-e.version,",
    ),
    Bug(
        test_returns.test_a_debt_names_the_contract_at_whose_price_it_was_spent,
        "spent_of",
        "SELECT o.redeemer_contract_id",
        "SELECT NULL::uuid",
    ),
    Bug(
        test_moving.test_debt_goes_along_through_a_chain_of_merges,
        "depart",
        "t.n = d.n",
        "t.n = d.n AND EXISTS (SELECT FROM lot l WHERE l.wallet_id = d.wallet_id AND l.lot_id = d.lot_id)",
    ),
    Bug(
        test_moving.test_a_debt_made_after_a_merge_counts_against_later_claims,
        "spent_of",
        "SELECT f.wallet_id, root AS lot_id FROM forwards(home) f",
        "SELECT home AS wallet_id, root AS lot_id",
    ),
    Bug(
        test_moving.test_nobody_is_merged_with_itself_or_into_what_is_merged,
        "post_move_out",
        "WHEN source = target THEN 'SAME_MEMBER'",
        "WHEN false THEN ''",
    ),
    Bug(
        test_races.test_two_members_merged_into_each_other_at_once,
        "post_move_out",
        "OR t.merged_into IS NOT NULL",
        "",
    ),
    Bug(
        test_moving.test_points_on_their_way_to_a_wallet_that_moves_on_arrive_there,
        "post_move_in",
        "target := forwarded(source);",
        "SELECT merged_into INTO target FROM wallet WHERE wallet_id = source;",
        {
            "_drop": "EXIT WHEN (SELECT w.merged_into IS NULL FROM wallet w WHERE w.wallet_id = target);",
            "_with": "EXIT;",
        },
    ),
    Bug(
        test_moving.test_a_merge_cut_off_halfway_is_finished,
        "post_returns",
        "underway(i.purchase_wallet_id)",
        "false",
        {"by_itself": True},
    ),
    Bug(
        test_moving.test_a_redemption_made_before_a_merge_can_still_be_reversed,
        "post_reversals",
        "moved => true",
        "moved => false",
    ),
    Bug(
        test_moving.test_moved_lots_keep_their_end_their_sponsor_and_their_order,
        "post_move_in",
        "f.place = t.place",
        "f.place = 10 - t.place",
    ),
    Bug(
        test_moving.test_points_that_ended_are_not_revived_by_a_merge,
        "post_move_out",
        "PERFORM expire_due(ARRAY[source], at);",
        "",
    ),
    Bug(
        test_moving.test_members_are_found_through_a_chain_of_merges,
        "repoint",
        "UPDATE member SET merged_into = target WHERE merged_into = source;",
        "",
    ),
    Bug(
        test_adjusting.test_another_key_does_not_give_them_again,
        "drafts",
        "WHEN door = 'ADJUSTMENT'",
        "WHEN false",
    ),
    Bug(
        test_adjusting.test_what_was_agreed_to_never_changes, "refuse_change_of_approved", "RAISE", "RETURN NEW; RAISE"
    ),
    Bug(test_adjusting.test_points_that_have_ended_are_not_given, "post_adjustments", "a.expires_at <= at", "false"),
    # The lock between postings and the close of a cycle
    Bug(
        test_races.test_a_cycle_closes_against_a_stream_of_purchases,
        "lock_cycle",
        "pg_advisory_xact_lock_shared(20261122)",
        "pg_sleep(0)",
    ),
]


@pytest.fixture
async def books(database_url: str) -> AsyncIterator[Books]:
    """Books whose database may be broken on purpose."""
    async with opened(database_url, connections=8) as database, a_ledger(database, database_url) as books:
        yield books


async def put_in(books: Books, bug: Bug) -> None:
    """The function as it would be with the bug."""
    body = await books.owner.fetchval(
        "SELECT pg_get_functiondef(p.oid) FROM pg_proc p WHERE p.proname = $1", bug.function
    )
    assert bug.words in body, f"{bug.function} no longer says {bug.words!r}"
    broken = body.replace(bug.words, bug.instead)
    if "_drop" in bug.given:
        assert bug.given["_drop"] in broken
        broken = broken.replace(bug.given["_drop"], bug.given.get("_with", ""), 1)
    await books.owner.execute(broken)


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.law.__name__.removeprefix('test_')}-{bug.function}")
async def test_a_law_notices_its_bug(books: Books, bug: Bug) -> None:
    await put_in(books, bug)
    given = {name: value for name, value in bug.given.items() if not name.startswith("_")}
    times = 3 if bug.law.__module__.endswith("races") else 1  # a race may be won by luck

    async def ask() -> None:
        for _ in range(times):
            await bug.law(books, **given)
            await books.prove()

    with pytest.raises(
        (AssertionError, DomainError, asyncpg.PostgresError, LookupError, ValueError, pytest.fail.Exception)
    ):
        await ask()


async def test_every_law_holds_without_a_bug(books: Books) -> None:
    """The way of asking itself breaks nothing."""
    bug = BUGS[0]
    await bug.law(books)
    await books.prove()
