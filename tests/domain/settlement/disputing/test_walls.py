"""A dispute is its two sides' and the coalition's: by the database's wall alone, and by the queries' alone."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.ids import new_id
from domain.paging import PageRequest
from domain.settlement.disputes import open_disputes
from domain.settlement.disputing import answering, lines, queries, stages
from domain.settlement.disputing.errors import DisputeNotFound, EvidenceNotFound
from domain.settlement.disputing.models import Dispute
from domain.settlement.disputing.queries import Wanted
from domain.settlement.disputing.raising import TransferRef
from domain.settlement.drilling import transfers_under
from domain.settlement.errors import LineNotFound
from domain.storage import COALITION, NOBODY, Database, ReadSession, Sight, opened
from tests.domain.settlement.disputing.arguing import Arguing, an_argument
from tests.domain.settlement.trading import ANNA, BERT

TABLES = ("dispute", "dispute_transfer", "dispute_evidence", "dispute_step", "dispute_decision")


async def a_decided_one(arguing: Arguing) -> Dispute:
    line = await arguing.line()
    moved = (await arguing.do("P", transfers_under, line.line_id, PageRequest(first=1))).items[0]
    dispute = await arguing.raised(line=line, transfers=(TransferRef(moved.wallet_id, moved.entry_id, moved.n),))
    await arguing.noted(dispute)
    await arguing.answered(dispute)
    await arguing.escalated(dispute)
    await arguing.decided(dispute, "0.10")
    return dispute


async def test_the_databases_wall_alone_shows_a_dispute_to_its_sides(database: Database) -> None:
    arguing = await an_argument(database)
    await a_decided_one(arguing)
    for sight, seen in (
        (arguing.sight("P"), 1),
        (arguing.sight("R"), 1),
        (COALITION, 1),
        (arguing.sight("Q"), 0),
        (NOBODY, 0),
    ):
        async with arguing.trading.session(sight) as session:
            for table in TABLES:
                found = await session.scalar(text(f"SELECT count(DISTINCT dispute_id) FROM {table}"))
                assert found == seen, (table, sight)


async def test_the_queries_wall_alone_shows_a_dispute_to_its_sides(
    database: Database, database_url: str, owner: asyncpg.Connection
) -> None:
    arguing = await an_argument(database)
    dispute = await a_decided_one(arguing)
    (note,) = await arguing.do("P", queries.evidence_of, dispute.dispute_id)
    line_id = dispute.line_id
    for table in (*TABLES, "statement_line", "cycle", "partner", "settlement_adjustment"):
        await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
    q = arguing.trading.partner_ids["Q"]
    async with opened(database_url, role=None, connections=1) as bare:
        for sight in (Sight.partner(q), NOBODY):
            async with bare.session(sight) as plain:
                session = ReadSession(plain)
                assert await session.scalar(text("SELECT count(*) FROM dispute")) == 1, "the database's wall is down"
                assert (await queries.disputes(session, Wanted(), PageRequest(first=5))).items == []
                assert await queries.disputes_of_party(session, dispute.cycle_id, dispute.partner_id) == []
                for many in (queries.steps_of, queries.evidence_of, queries.transfers_of):
                    assert await many(session, dispute.dispute_id) == []
                assert await queries.decision_of(session, dispute.dispute_id) is None
                assert await open_disputes(session, arguing.cycle) == []
                with pytest.raises(DisputeNotFound):
                    await stages.dispute_of(session, dispute.dispute_id)
                with pytest.raises(DisputeNotFound):
                    await queries.dispute_ending(session, dispute.dispute_id.hex)
                with pytest.raises(EvidenceNotFound):
                    await queries.evidence(session, note.evidence_id)
                with pytest.raises(LineNotFound):
                    await lines.line_row(session, line_id)


FORBIDDEN = {
    "raises for another": "INSERT INTO dispute SELECT (jsonb_populate_record(d, jsonb_build_object("
    "'dispute_id', CAST(:new AS uuid), 'partner_id', d.other_id, 'idempotency_key', 'another-key'))).* FROM dispute d",
    "decides": "INSERT INTO dispute_decision SELECT dispute_id, partner_id, other_id, 'UPHELD', 1, 'so', :new, :new,"
    " :other, now() FROM dispute",
    "speaks for the other side": "INSERT INTO dispute_step SELECT :new, dispute_id, partner_id, other_id, other_id,"
    " 'WITHDRAW', 'RAISED', 'WITHDRAWN', :new, NULL, now() FROM dispute",
    "lays evidence before whom it likes": "INSERT INTO dispute_evidence SELECT :new, dispute_id, partner_id, :other,"
    " partner_id, 'x', NULL, 'y', NULL, 1, sha256('y'), :new, now() FROM dispute",
    "disputes more afterwards": "UPDATE dispute SET amount = 2 * amount",
    "takes a file away": "DELETE FROM dispute_evidence",
    "changes a note": "UPDATE dispute_evidence SET name = 'other'",
    "rewrites history": "UPDATE dispute_step SET note = 'never'",
}


@pytest.mark.parametrize("what", FORBIDDEN)
async def test_a_partner_by_plain_statements_does_nothing_of_the_sort(database: Database, what: str) -> None:
    arguing = await an_argument(database)
    await arguing.noted(await arguing.raised())
    with pytest.raises(DBAPIError, match=r"row-level security|permission denied"):
        async with arguing.trading.session(arguing.sight("P")) as session:
            await session.execute(text(FORBIDDEN[what]), {"new": new_id(), "other": new_id()})


@pytest.mark.parametrize("column", ["prepared_by", "answered_by"])
async def test_the_database_itself_asks_for_another_person_to_decide(database: Database, column: str) -> None:
    arguing = await an_argument(database)
    await arguing.raised()
    people = {"prepared_by": ANNA, "answered_by": BERT}
    decision = (
        "INSERT INTO dispute_decision SELECT dispute_id, partner_id, other_id, 'UPHELD', 1, 'so', :prepared_by,"
        " :answered_by, :decided_by, now() FROM dispute"
    )
    with pytest.raises(DBAPIError, match="ck_dispute_decision_second_person"):
        async with arguing.trading.session() as session:
            await session.execute(text(decision), {**people, "decided_by": people[column]})


async def test_the_database_holds_evidence_to_its_hash(database: Database) -> None:
    arguing = await an_argument(database)
    await arguing.raised()
    forged = (
        "INSERT INTO dispute_evidence SELECT :new, dispute_id, partner_id, other_id, partner_id, 'x', NULL, 'words',"
        " NULL, 5, sha256('other words'), :new, now() FROM dispute"
    )
    with pytest.raises(DBAPIError, match="ck_dispute_evidence_hash"):
        async with arguing.trading.session(arguing.sight("P")) as session:
            await session.execute(text(forged), {"new": new_id()})


async def test_what_a_withdrawal_moves_is_the_houses_and_the_partner_goes_on_as_itself(database: Database) -> None:
    arguing = await an_argument(database)
    dispute = await arguing.raised()
    own: dict[str, Any] = {"partner_id": arguing.trading.partner_ids["P"], "by": ANNA}
    async with arguing.trading.session(arguing.sight("P")) as session:
        await answering.withdraw(session, dispute.dispute_id, now=arguing.trading.now, **own)
        assert await session.scalar(text("SELECT current_setting('app.sight')")) == arguing.sight("P").value
        assert session.info["sight"] == arguing.sight("P")
