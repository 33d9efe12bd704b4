"""Each law of stops and allowances fails when its bug is put into the database's function."""

from __future__ import annotations

import asyncpg
import pytest

from domain.errors import DomainError
from tests.builders.ledger import Books
from tests.domain.ledger import test_allowance_races, test_allowances, test_stops
from tests.domain.ledger.test_mutations import Bug, books, put_in

__all__ = ["books"]

CUT = test_allowances.test_an_award_is_cut_to_what_is_left_and_then_falls_away

BUGS = [
    Bug(CUT, "taken_at_once", " AND left_amount >= wanted", ""),
    Bug(CUT, "within_bounds", "WHEN c.pack_limit", "WHEN false"),
    Bug(CUT, "post_earned", "IF bounded THEN", "IF false THEN"),
    Bug(CUT, "spread_out", "AND s.left_amount <> n.due", "AND false"),
    Bug(
        test_allowances.test_one_batch_shares_what_is_left_in_its_order,
        "draw_allowance",
        "held - (w.upto - w.need)",
        "held",
    ),
    Bug(test_allowances.test_a_replay_draws_nothing_again, "judged", "THEN 'REPLAYED'", "THEN NULL"),
    Bug(
        test_allowances.test_unspent_points_that_are_clawed_back_go_back_to_the_pack,
        "post_returns",
        "PERFORM give_back_allowances(clawed, entries, items, at);",
        "",
    ),
    Bug(
        test_allowances.test_spent_points_stay_drawn,
        "give_back_allowances",
        "('PENDING', 'AVAILABLE')",
        "('PENDING', 'AVAILABLE', 'DEBT')",
    ),
    Bug(
        test_allowances.test_packs_are_drawn_before_credit_and_given_back_after_it,
        "give_back_allowances",
        "ORDER BY x.kind)",
        "ORDER BY x.kind DESC)",
    ),
    Bug(
        test_allowances.test_packs_are_drawn_before_credit_and_given_back_after_it,
        "give_back_allowances",
        "ceil(back.first_amount * (back.held - back.part) / back.first_points)",
        "back.amount / 2",
    ),
    Bug(test_allowances.test_a_fraction_of_a_millionth_counts_as_a_whole_one, "needed", "ceil(", "floor("),
    Bug(test_allowances.test_credit_counts_in_money_and_rounds_up, "owed_per_point", "(1 + c.tax_supply)", "1"),
    Bug(
        test_allowances.test_goodwill_is_given_whole_or_refused_by_name,
        "bounded_adjustments",
        "RAISE EXCEPTION USING ERRCODE = 'HA002'",
        "NULL",
    ),
    Bug(
        test_allowances.test_a_new_limit_counts_from_the_first_posting_under_it,
        "meet_limit",
        "credit.limit_amount = most",
        "true",
    ),
    Bug(
        test_allowances.test_nobody_but_the_coalition_adds_to_an_allowance,
        "change_allowance",
        "NOT sees",
        "false AND sees",
    ),
    Bug(
        test_allowances.test_nobody_but_the_coalition_adds_to_an_allowance,
        "hold_allowance",
        "NOT sees",
        "false AND sees",
    ),
    Bug(
        test_stops.test_awards_of_a_stopped_sponsor_fall_away_and_the_purchase_stands, "stopped", "EXISTS", "NOT EXISTS"
    ),
    Bug(test_stops.test_a_lifted_stop_stops_nobody, "stopped", "s.lifted_at IS NULL AND", ""),
    Bug(test_stops.test_a_stop_of_all_stops_everybody, "stopped", "ELSE true END", "ELSE false END"),
    Bug(test_stops.test_a_stop_of_all_stops_everybody, "stopped", "NOT secured(c, at)", "false"),
    Bug(
        test_allowance_races.test_the_last_points_go_to_somebody,
        "held_still",
        "ORDER BY s.number FOR UPDATE",
        "ORDER BY s.number",
    ),
]


@pytest.mark.slow
@pytest.mark.parametrize("bug", BUGS, ids=lambda bug: f"{bug.law.__name__.removeprefix('test_')}-{bug.function}")
async def test_a_law_notices_its_bug(books: Books, bug: Bug) -> None:
    await put_in(books, bug)
    with pytest.raises((AssertionError, DomainError, asyncpg.PostgresError, LookupError, pytest.fail.Exception)):
        await bug.law(books)
