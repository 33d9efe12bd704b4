"""Exceptions are cleared up in order, and what takes two persons takes two."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.errors import InvalidValue
from domain.paging import PageRequest
from domain.reconciliation import worklist
from domain.reconciliation.errors import ExceptionNotFound, ExceptionOutOfOrder, SecondPersonNeeded
from domain.reconciliation.queries import Exceptional, Wanted, exceptions_of, steps_by_exceptions
from domain.reconciliation.words import ExceptionState, Outcome, Resolution, Suggestion
from domain.storage import NOBODY, Database, Sight
from tests.builders.partner_files import written
from tests.domain.reconciliation.shop import OPENS, Shop, a_shop
from tests.domain.settlement.trading import ANNA, BERT

AT = OPENS + timedelta(days=2)
TABLES = (
    *("reconciliation_mapping", "partner_file", "partner_file_part", "partner_record", "partner_posting"),
    *("reconciliation_exception", "exception_step"),
)


async def misspelt(database: Database) -> tuple[Shop, Mapping[str, Exceptional]]:
    """A shop whose file has one number mistyped, and one sale that never was."""
    shop = await a_shop(database)
    await shop.map()
    await shop.sell("A-0017", at=AT, amount=1_234)
    await shop.sell("A-0018", at=AT, amount=1_250)
    right, wrong = await shop.posted()
    rows = [replace(right, reference="a17"), wrong, replace(wrong, reference="GHOST", amount=99_999, points=77)]
    await shop.reconcile(written(rows))
    return shop, await listed(shop)


async def listed(shop: Shop) -> Mapping[str, Exceptional]:
    page = await shop.trading.do(exceptions_of, Wanted(), PageRequest(first=100))
    return {one.reference or "": one for one in page.items}


async def test_the_most_likely_counterpart_is_suggested_on_both_sides_and_why(database: Database) -> None:
    _, found = await misspelt(database)
    row, posting, ghost = found["a17"].found, found["A-0017"].found, found["GHOST"].found
    assert (row.outcome, posting.outcome) == (Outcome.MISSING_IN_LEDGER, Outcome.MISSING_IN_FILE)
    assert (row.suggestion, row.suggested_number) == (Suggestion.MATCH, posting.number)
    assert (posting.suggestion, posting.suggested_row) == (Suggestion.MATCH, row.row)
    assert "same outlet" in row.because
    assert (ghost.suggestion, ghost.suggested_number) == (Suggestion.POST, None)


async def test_a_match_by_force_takes_a_second_person_and_clears_up_both_sides(database: Database) -> None:
    shop, found = await misspelt(database)
    row, posting = found["a17"].exception_id, found["A-0017"].exception_id
    do, now = shop.trading.do, shop.trading.now
    with pytest.raises(InvalidValue):
        await do(worklist.resolve, row, Resolution.FORCE_MATCHED, text=None, by=ANNA, now=now)
    await do(worklist.propose, row, Resolution.FORCE_MATCHED, text="mistyped", by=ANNA, now=now)
    with pytest.raises(SecondPersonNeeded):
        await do(worklist.confirm, row, by=ANNA, now=now)
    with pytest.raises(ExceptionOutOfOrder):
        await do(worklist.propose, row, Resolution.WRITTEN_OFF, text="again", by=BERT, now=now)
    await do(worklist.confirm, row, by=BERT, now=now)
    await do(worklist.confirm, row, by=BERT, now=now)  # an answer that was lost
    after = {one.exception_id: one.found for one in (await listed(shop)).values()}
    for one in (row, posting):
        assert (after[one].state, after[one].resolution) == (ExceptionState.RESOLVED, Resolution.FORCE_MATCHED)
        assert (after[one].proposed_by, after[one].resolved_by) == (ANNA, BERT)
    (steps,) = await do(steps_by_exceptions, [row])
    assert [(step.what, step.note, step.person_id) for step in steps] == [
        ("FORCE_MATCHED_PROPOSED", "mistyped", ANNA),
        ("FORCE_MATCHED", None, BERT),
    ]


async def test_the_database_itself_refuses_one_person_for_two(database: Database) -> None:
    shop, found = await misspelt(database)
    ghost = found["GHOST"].exception_id
    await shop.trading.do(worklist.propose, ghost, Resolution.WRITTEN_OFF, text="small", by=ANNA, now=shop.trading.now)
    change = "UPDATE reconciliation_exception SET state = 'RESOLVED', resolved_at = now(), resolved_by = :by"
    for by, law in ((ANNA, "second_person"), (None, "two_persons")):
        with pytest.raises(IntegrityError, match=law):
            await shop.trading.do(_execute, f"{change} WHERE exception_id = '{ghost}'", by)


async def _execute(session: object, statement: str, by: object) -> None:
    await session.execute(text(statement), {"by": by})  # type: ignore[attr-defined]


async def test_only_what_is_there_and_free_can_be_matched_by_force(database: Database) -> None:
    shop, found = await misspelt(database)
    do, now = shop.trading.do, shop.trading.now
    force = {"text": "why", "by": ANNA, "now": now}
    for counterpart in ({}, {"row": 2}, {"number": 999}):
        with pytest.raises(InvalidValue):
            await do(
                worklist.propose,
                found["GHOST"].exception_id,
                Resolution.FORCE_MATCHED,
                **force,  # type: ignore[arg-type]
                **counterpart,  # type: ignore[arg-type]
            )


async def test_what_was_declined_is_open_again_and_what_one_person_may_is_done_by_one(database: Database) -> None:
    shop, found = await misspelt(database)
    do, now, ghost = shop.trading.do, shop.trading.now, found["GHOST"].exception_id
    await do(worklist.propose, ghost, Resolution.WRITTEN_OFF, text="small", by=ANNA, now=now)
    declined = await do(worklist.decline, ghost, text="it is not", by=BERT, now=now)
    assert (declined.state, declined.resolution, declined.proposed_by) == (ExceptionState.OPEN, None, None)
    await do(worklist.assign, ghost, BERT, by=BERT, now=now)
    done = await do(worklist.resolve, ghost, Resolution.CORRECT_IN_NEXT_FILE, text="told them", by=BERT, now=now)
    assert (done.state, done.assigned_to, done.resolved_by) == (ExceptionState.RESOLVED, BERT, BERT)
    with pytest.raises(ExceptionOutOfOrder):
        await do(worklist.assign, ghost, None, by=ANNA, now=now)


async def test_a_partner_sees_and_touches_only_its_own(database: Database) -> None:
    shop, found = await misspelt(database)
    stranger, own = Sight.partner(shop.trading.partner_ids["Q"]), Sight.partner(shop.partner_id)
    await shop.trading.do(worklist.note, found["GHOST"].exception_id, "seen", by=ANNA, now=shop.trading.now)
    for sight, expected in ((stranger, False), (NOBODY, False), (own, True)):
        async with shop.trading.session(sight) as session:
            for table in TABLES:
                count = (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one()
                assert bool(count) is expected, table
    with pytest.raises(ExceptionNotFound):
        async with shop.trading.session(stranger) as session:
            await worklist.note(session, found["GHOST"].exception_id, "mine", by=ANNA, now=shop.trading.now)


async def test_the_queries_hold_without_the_databases_wall(database: Database, owner: asyncpg.Connection) -> None:
    shop, found = await misspelt(database)
    for table in TABLES:
        await owner.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
    async with shop.trading.session(Sight.partner(shop.trading.partner_ids["Q"])) as session:
        assert (await exceptions_of(session, Wanted(), PageRequest(first=10))).items == []
        assert await steps_by_exceptions(session, [found["GHOST"].exception_id]) == [[]]
        with pytest.raises(ExceptionNotFound):
            await worklist.note(session, found["GHOST"].exception_id, "mine", by=ANNA, now=shop.trading.now)
