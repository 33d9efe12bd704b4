"""Every line of a computed cycle can be proven without the database, and no other line can."""

from __future__ import annotations

import copy
from datetime import timedelta
from typing import Any
from uuid import UUID

import asyncpg
import orjson
import pytest

from domain.audit import checking, proofs
from domain.audit.errors import ProofUnreadable
from domain.paging import PageRequest
from domain.settlement import queries
from domain.settlement.errors import CycleNotSealed, LineNotFound
from domain.settlement.models import Cycle
from domain.settlement.queries import Line
from domain.storage import Database
from tests.domain.settlement.trading import HYBRID, Trading, a_coalition

RICH = HYBRID | {"fee_per_point": "0.0001", "fee_share": "0.01", "fee_minimum": "5", "tax_supply": "0.21"}
LAST = PageRequest(first=100)


async def a_month(trading: Trading) -> Cycle:
    """Accruals, co-funding, redemptions and their reversal, claw-backs before and after spending, expiry, benefits."""
    for _ in range(3):
        member = await trading.join()
        await trading.earn(member, "P", {"P": 300, "R": 20}, benefits={"Q": "1.25"}, lives=timedelta(days=1))
        redemption = await trading.redeem(member, "R", 120)
        await trading.reverse(member, "R", redemption, 20)
    returner = await trading.join()
    waiting = await trading.earn(returner, "Q", {"P": 200}, waits=timedelta(days=5))
    await trading.give_back(returner, "Q", waiting, 150)
    spent = await trading.earn(returner, "P", {"P": 80})
    await trading.redeem(returner, "R", 80)
    await trading.give_back(returner, "P", spent, 80)
    await trading.earn(returner, "Q", {"Q": 100})
    trading.now += timedelta(days=2)
    await trading.expire(member)
    return await trading.close(trading.cycle)


async def lines_of(trading: Trading, cycle: Cycle) -> list[Line]:
    found: dict[UUID, Line] = {}
    for balance in await trading.do(queries.balances, cycle.cycle_id):
        page = await trading.do(queries.lines, cycle.cycle_id, balance.party, LAST)
        found |= {line.line_id: line for line in page.items}
    return list(found.values())


def changes(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every word and number in a document."""
    match value:
        case dict():
            return [way for name, part in value.items() for way in changes(part, (*path, name))]
        case list():
            return [way for place, part in enumerate(value[:3]) for way in changes(part, (*path, place))]
        case _:
            return [path]


def with_change(proof: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    """The document with one word or number made another."""
    changed = copy.deepcopy(proof)
    *way, last = path
    place = changed
    for name in way:
        place = place[name]
    was = place[last]
    place[last] = was + 1 if isinstance(was, int) else ("0" if was[-1] != "0" else "1").join((was[:-1], ""))
    return changed


async def test_every_line_is_proven_with_all_its_movements(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=RICH, Q=RICH, R=RICH)
    cycle = await a_month(trading)
    assert cycle.digest is not None
    await owner.execute("ALTER TABLE wallet NO FORCE ROW LEVEL SECURITY")
    wallets = [str(row["wallet_id"]) for row in await owner.fetch("SELECT wallet_id FROM wallet")]
    sources = set()
    for line in await lines_of(trading, cycle):
        document = await trading.do(proofs.prove_line, line.line_id)
        assert not [wallet for wallet in wallets if wallet in document]
        found = checking.check(document, digest=cycle.digest.hex())
        assert found.holds, (line.money, [check.what for check in found.checks if not check.holds])
        movements = orjson.loads(document)["movements"]
        if movements is not None:
            sources.add(line.money.origin.source.value)
            assert sum(int(one["points"]) for one in movements["found"]) == line.money.points
    assert sources == {"ACCRUE", "CLAWBACK", "REDEEM", "UNREDEEM", "REPAY", "EXPIRE", "FEE_PER_POINT"}


async def test_no_word_of_a_proof_can_be_another(database: Database) -> None:
    trading = await a_coalition(database, P=RICH, Q=RICH, R=RICH)
    cycle = await a_month(trading)
    redeemed = next(
        line for line in await lines_of(trading, cycle) if line.money.origin.source == "REDEEM" and line.money.points
    )
    proof = orjson.loads(await trading.do(proofs.prove_line, redeemed.line_id))
    said = {"coalition", "cycle", "size"}  # names and counts for the reader; what is proven does not depend on them
    ways = [path for path in changes(proof) if said.isdisjoint({path[0], path[-1]})]
    assert len(ways) > 40
    for path in ways:
        changed = orjson.dumps(with_change(proof, path))
        try:
            assert not checking.check(changed, digest=proof["digest"]).holds, path
        except ProofUnreadable:
            continue


async def test_a_movement_left_out_is_missed(database: Database) -> None:
    trading = await a_coalition(database, P=RICH, Q=RICH, R=RICH)
    cycle = await a_month(trading)
    redeemed = next(line for line in await lines_of(trading, cycle) if line.money.origin.source == "REDEEM")
    proof = orjson.loads(await trading.do(proofs.prove_line, redeemed.line_id))
    proof["movements"]["found"].pop()
    assert not checking.check(orjson.dumps(proof)).holds


async def test_another_statement_is_not_proven_by_it(database: Database) -> None:
    trading = await a_coalition(database, P=RICH, Q=RICH, R=RICH)
    cycle = await a_month(trading)
    (line, *_) = await lines_of(trading, cycle)
    document = await trading.do(proofs.prove_line, line.line_id)
    assert checking.check(document).holds
    assert not checking.check(document, digest="00" * 32).holds


async def test_what_is_no_proof_is_said_to_be_none(database: Database) -> None:
    for document in ("", "[]", "{}", "null", '{"form": "other"}', '{"form": "hansa-proof-1"}', "\x00", "[" * 999):
        with pytest.raises(ProofUnreadable):
            checking.check(document)
    trading = await a_coalition(database, P=RICH)
    with pytest.raises(LineNotFound):
        await trading.do(proofs.prove_line, UUID(int=1))


async def test_a_cycle_sealed_before_movements_had_a_root_keeps_its_digest_and_has_no_proofs(
    database: Database, owner: asyncpg.Connection
) -> None:
    trading = await a_coalition(database, P=RICH, Q=RICH, R=RICH)
    cycle = await a_month(trading)
    (line, *_) = await lines_of(trading, cycle)
    await owner.execute("ALTER TABLE cycle NO FORCE ROW LEVEL SECURITY")
    await owner.execute("UPDATE cycle SET movements_root = NULL, movements = NULL")
    with pytest.raises(CycleNotSealed):
        await trading.do(proofs.prove_line, line.line_id)
