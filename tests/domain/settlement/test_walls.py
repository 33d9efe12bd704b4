"""Nobody writes settlement but the coalition, and nobody changes what was computed."""

from __future__ import annotations

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.ids import CycleId
from domain.settlement import answers, cycles, queries
from domain.settlement.facts import flows_of
from domain.settlement.forecasting import running_position
from domain.storage import NOBODY, Database, Sight
from tests.domain.settlement.trading import ANNA, HYBRID, a_coalition, anybody

PRIVATE = ("effective_price", "statement", "statement_line", "obligation", "acceptance", "approval", "settlement_step")


async def test_a_partner_sees_only_what_is_its_own(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 100, "Q": 100})
    await trading.redeem(member, "R", 150)
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    await trading.do(answers.accept, cycle.cycle_id, trading.partner_ids["Q"], by=anybody(), now=trading.now)
    q = trading.partner_ids["Q"]
    async with trading.session(Sight.partner(q)) as session:
        for table, sides in {
            "effective_price": "partner_id",
            "statement": "partner_id",
            "acceptance": "partner_id",
            "settlement_step": "partner_id",
            "statement_line": "debtor_id, creditor_id",
            "obligation": "debtor_id, creditor_id",
        }.items():
            rows = (await session.execute(text(f"SELECT {sides} FROM {table}"))).all()
            assert rows, table
            assert all(q in tuple(row) for row in rows), table
        assert (await session.execute(text("SELECT count(*) FROM approval"))).scalar_one() == 0
    async with trading.session(NOBODY) as session:
        for table in PRIVATE:
            assert (await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one() == 0


async def test_sums_of_a_cycle_are_refused_rather_than_shown_as_nothing(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    for sight in (NOBODY, Sight.partner(trading.partner_ids["P"])):
        with pytest.raises(DBAPIError, match="with the sight of the coalition"):
            async with trading.session(sight) as session:
                await flows_of(session, CycleId(trading.cycle.cycle_id))


async def test_drafts_are_the_coalitions_own(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 100})
    await trading.redeem(member, "R", 50)
    cycle = await trading.close(trading.cycle)
    p = trading.partner_ids["P"]
    seen: list[list[int]] = []
    for _ in range(2):
        async with trading.session(Sight.partner(p)) as session:
            tables = ("statement", "statement_line", "obligation")
            counts = [await session.scalar(text(f"SELECT count(*) FROM {table}")) or 0 for table in tables]
        seen.append(counts)
        await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    assert seen[0] == [0, 0, 0]
    assert all(seen[1])


async def test_a_partner_answers_for_itself_alone(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID)
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    p, q = trading.partner_ids["P"], trading.partner_ids["Q"]
    async with trading.session(Sight.partner(p)) as session:
        await answers.accept(session, cycle.cycle_id, p, by=anybody(), now=trading.now)
    view = await trading.do(queries.statement, cycle.cycle_id, p)
    assert view.accepted_at == trading.now
    with pytest.raises(DBAPIError, match="row-level security"):
        async with trading.session(Sight.partner(p)) as session:
            await session.execute(
                text("INSERT INTO acceptance VALUES (:cycle, :partner, 1, :person, now())"),
                {"cycle": cycle.cycle_id, "partner": q, "person": anybody()},
            )


async def test_a_partner_moves_no_cycle(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    with pytest.raises(DBAPIError, match="row-level security"):
        async with trading.session(Sight.partner(trading.partner_ids["P"])) as session:
            await cycles.cut_off(session, trading.cycle.cycle_id, now=trading.now)
    assert (await trading.do(queries.open_cycle)).cycle_id == trading.cycle.cycle_id


@pytest.mark.parametrize("table", [table for table in PRIVATE if table != "approval"])
async def test_what_was_computed_is_neither_changed_nor_deleted(
    database: Database, owner: asyncpg.Connection, table: str
) -> None:
    await a_coalition(database, P=HYBRID)
    await owner.execute("SET app.sight = 'coalition'; SET ROLE hansa_app")
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET cycle_id = cycle_id"):
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await owner.execute(statement)


async def test_one_cycle_is_open_at_a_time(database: Database, owner: asyncpg.Connection) -> None:
    await a_coalition(database, P=HYBRID)
    await owner.execute("SET app.sight = 'coalition'; SET ROLE hansa_app")
    with pytest.raises(asyncpg.UniqueViolationError, match="uq_cycle_open"):
        await owner.execute(
            "INSERT INTO cycle (cycle_id, number, name, state, opened_at, revision)"
            " VALUES (gen_random_uuid(), 2, 'second', 'OPEN', now(), 0)"
        )


async def test_before_anything_is_earned_the_forecast_is_nothing(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    forecast = await trading.do(running_position, now=trading.now)
    assert all(balance.net == 0 for balance in forecast.balances)
    assert forecast.of(forecast.balances[0].party) is forecast.balances[0]
