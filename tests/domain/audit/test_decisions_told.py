"""What is decided about money stands in the audit trail, by whoever decided it, in one chain that holds."""

from __future__ import annotations

from typing import Any

import asyncpg

from domain.audit import trail
from domain.audit.models import Action, ActorKind, TrailLine
from domain.audit.trail import Wanted
from domain.coalition import partners
from domain.coalition.models import PartnerStatus
from domain.paging import PageRequest
from domain.settlement import answers, cycles
from domain.storage import Database, Sight
from tests.domain.settlement.trading import ANNA, BERT, HYBRID, Trading, a_coalition


async def told(trading: Trading, action: Action, sight: Sight | None = None) -> list[TrailLine]:
    """The lines of an action, the first first."""
    wanted, page = Wanted(actions=[action]), PageRequest(first=100)
    if sight is None:
        return (await trading.do(trail.lines, wanted, page)).items[::-1]
    async with trading.session(sight) as session:
        return (await trail.lines(session, wanted, page)).items[::-1]


async def sound(owner: asyncpg.Connection) -> bool:
    """Whether the chain of all lines holds."""
    await owner.execute("ALTER TABLE trail_line NO FORCE ROW LEVEL SECURITY")
    return (await trail.broken(owner))[1] == []


def facts(line: TrailLine, *names: str) -> tuple[Any, ...]:
    return tuple(line.facts.get(name) for name in names)


async def test_every_step_of_a_cycle_is_told_with_who_took_it(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=HYBRID, R=HYBRID)
    await trading.earn(await trading.join(), "P", {"P": 100})
    cycle = await trading.close(trading.cycle)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    await trading.do(answers.accept, cycle.cycle_id, trading.partner_ids["P"], by=BERT, now=trading.now)
    steps = {line.facts["step"]: line for line in await told(trading, Action.CYCLE_STEP_TAKEN)}
    assert set(steps) >= {"OPEN", "CUT_OFF", "SEAL", "COMPUTE", "PROPOSE", "ACCEPT"}
    assert steps["PROPOSE"].actor_id == ANNA
    assert steps["CUT_OFF"].actor == ActorKind.COMMAND_LINE
    assert steps["PROPOSE"].subject_id == cycle.cycle_id
    assert cycle.digest is not None
    assert facts(steps["PROPOSE"], "to_state", "digest") == ("PROPOSED", cycle.digest.hex())
    assert (steps["ACCEPT"].actor_id, steps["ACCEPT"].partner_id) == (BERT, trading.partner_ids["P"])
    own = await told(trading, Action.CYCLE_STEP_TAKEN, Sight.partner(trading.partner_ids["P"]))
    assert [line.facts["step"] for line in own] == ["ACCEPT"]
    assert await sound(owner)


async def test_contracts_and_statuses_are_told(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=HYBRID)
    own = Sight.partner(trading.partner_ids["P"])
    assert len(await told(trading, Action.CONTRACT_DRAWN_UP, own)) == 1
    assert len(await told(trading, Action.CONTRACT_SIGNED, own)) == 1
    await trading.do(partners.change_status, trading.partner_ids["P"], PartnerStatus.SUSPENDED)
    (*_, last) = await told(trading, Action.PARTNER_CHANGED, own)
    assert facts(last, "was_status", "status") == ("ACTIVE", "SUSPENDED")
    assert await sound(owner)


async def test_a_change_of_settings_is_told_from_what_to_what(database: Database, owner: asyncpg.Connection) -> None:
    trading = await a_coalition(database, P=HYBRID)
    await owner.execute("UPDATE coalition SET grace_days = 45, name = 'Two words'")
    await owner.execute("UPDATE coalition SET clock_at = clock_at")
    (line,) = await told(trading, Action.SETTINGS_CHANGED)
    assert line.facts == {"grace_days": "45", "was_grace_days": "30", "was_name": "Hansa"}
    assert await told(trading, Action.SETTINGS_CHANGED, Sight.partner(trading.partner_ids["P"])) == []
    assert await sound(owner)


async def test_what_did_not_happen_is_not_told(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    before = len(await told(trading, Action.PARTNER_CHANGED))
    async with database.session(Sight("coalition")) as session:
        await partners.change_status(session, trading.partner_ids["P"], PartnerStatus.SUSPENDED)  # type: ignore[arg-type]
        await session.rollback()
    assert len(await told(trading, Action.PARTNER_CHANGED)) == before
