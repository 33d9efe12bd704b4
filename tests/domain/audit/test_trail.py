"""The audit trail holds what was recorded, in order, and shows each hand that was laid on it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from domain.audit import trail
from domain.audit.errors import TrailLineNotFound
from domain.audit.findings import Wrong
from domain.audit.models import Action, ActorKind, SubjectKind, TrailLine
from domain.audit.trail import COMMAND_LINE, Actor, Line, Wanted
from domain.audit.verifying import verify
from domain.coalition.models import Partner
from domain.ids import PartnerId, new_id
from domain.paging import PageRequest
from domain.storage import COALITION, NOBODY, Database, ReadSession, Sight, WriteSession
from tests.builders.coalition import a_coalition, a_partner, writing

NOW = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
async def shop(database: Database, owner: asyncpg.Connection) -> Partner:
    """A partner, and a trail as if nothing had been told of it yet."""
    await a_coalition(database)
    partner = await a_partner(database, "shop")
    await owner.execute(
        "ALTER TABLE trail_line DISABLE TRIGGER USER; DELETE FROM trail_line;"
        " ALTER TABLE trail_line ENABLE TRIGGER USER; UPDATE trail_head SET number = 0, hash = sha256('hansa-trail-1')"
    )
    return partner


@pytest.fixture
async def filled(database: Database, shop: Partner) -> list[UUID]:
    """A trail of five lines, the middle one the partner's."""
    return [
        await told(database),
        await told(database),
        await of(database, shop),
        await told(database),
        await told(database),
    ]


async def told(database: Database, **changes: Any) -> UUID:
    """A line of the coalition's."""
    line = Line(
        **{"actor": COMMAND_LINE, "action": Action.SIGNING_KEY_ROTATED, "subject": SubjectKind.SIGNING_KEY, **changes}
    )
    async with writing(database) as session:
        return await trail.record(session, line, now=NOW)


async def of(database: Database, partner: Partner, **changes: Any) -> UUID:
    """A line that tells what a partner's person did, written with the partner's sight."""
    partner_id = PartnerId(partner.partner_id)
    line = Line(
        **{
            "actor": Actor(kind=ActorKind.PERSON, id=new_id(), partner_id=partner_id),
            "action": Action.CLIENT_CREATED,
            "subject": SubjectKind.CLIENT,
            "subject_id": new_id(),
            "facts": {"scopes": ["purchases:write", "balance:read"], "grace_seconds": 60, "dpop_bound": True},
            **changes,
        }
    )
    async with database.session(Sight.partner(partner_id)) as session, session.begin():
        return await trail.record(WriteSession(ReadSession(session)), line, now=NOW)


async def seen(database: Database, sight: Sight, first: int = 100, **wanted: Any) -> list[TrailLine]:
    """The lines that somebody may see."""
    async with database.session(sight) as session:
        return (await trail.lines(ReadSession(session), Wanted(**wanted), PageRequest(first))).items


async def findings(owner: asyncpg.Connection) -> list[str]:
    """What proving the books says of the trail."""
    report = await verify(owner)
    assert {finding.wrong for finding in report.findings} <= {Wrong.TRAIL_BROKEN}
    return [finding.what for finding in report.findings]


@pytest.fixture
async def hand(owner: asyncpg.Connection) -> asyncpg.Connection:
    """A hand with every right: no triggers, no checks."""
    await owner.execute("ALTER TABLE trail_line DISABLE TRIGGER USER")
    return owner


async def test_a_line_is_kept_as_it_was_said(database: Database, shop: Partner, owner: asyncpg.Connection) -> None:
    line_id = await of(database, shop)
    (line,) = await seen(database, COALITION)
    assert (line.line_id, line.partner_id, line.actor_partner_id) == (line_id, shop.partner_id, shop.partner_id)
    assert line.facts == {"scopes": ["balance:read", "purchases:write"], "grace_seconds": 60, "dpop_bound": True}
    assert line.recorded_at == NOW
    assert await findings(owner) == []
    assert (await verify(owner)).lines == 1


async def test_every_action_actor_and_subject_can_be_told(database: Database, owner: asyncpg.Connection) -> None:
    for action in Action:
        await told(database, action=action)
    for kind in ActorKind:
        named = None if kind in {ActorKind.COMMAND_LINE, ActorKind.SERVER} else new_id()
        await told(database, actor=Actor(kind=kind, id=named))
    for subject in SubjectKind:
        await told(database, subject=subject)
    assert await findings(owner) == []


async def test_what_is_taken_back_was_never_told(database: Database, owner: asyncpg.Connection) -> None:
    await told(database)
    async with database.session(COALITION) as session:
        line = Line(actor=COMMAND_LINE, action=Action.CEILING_SET, subject=SubjectKind.PARTNER)
        await trail.record(WriteSession(ReadSession(session)), line, now=NOW)
        await session.rollback()
    await told(database)
    assert [line.number for line in await seen(database, COALITION)] == [2, 1]
    assert await findings(owner) == []


async def test_four_at_once_make_one_chain(database: Database, owner: asyncpg.Connection) -> None:
    for _ in range(5):
        await asyncio.gather(*(told(database) for _ in range(4)))
    assert [line.number for line in await seen(database, COALITION)] == list(range(20, 0, -1))
    assert await findings(owner) == []


async def test_a_partner_sees_its_own_lines_and_nobody_sees_none(
    database: Database, shop: Partner, filled: list[UUID]
) -> None:
    own = Sight.partner(shop.partner_id)
    assert [line.line_id for line in await seen(database, own)] == [filled[2]]
    assert await seen(database, Sight.partner(new_id())) == []
    assert await seen(database, NOBODY) == []
    assert len(await seen(database, COALITION)) == 5
    async with database.session(own) as session:
        assert (await trail.by_id(ReadSession(session), filled[2])).line_id == filled[2]
        with pytest.raises(TrailLineNotFound):
            await trail.by_id(ReadSession(session), filled[1])


async def test_a_list_is_filtered_and_paged(database: Database, shop: Partner, filled: list[UUID]) -> None:
    (line,) = await seen(database, COALITION, actions=[Action.CLIENT_CREATED])
    assert line.line_id == filled[2]
    for wanted in (
        {"actor_id": line.actor_id},
        {"subject_id": line.subject_id},
        {"partner_id": shop.partner_id},
        {"actor_id": line.actor_id, "since": NOW, "until": NOW + timedelta(microseconds=1)},
    ):
        assert [found.line_id for found in await seen(database, COALITION, **wanted)] == [filled[2]], wanted
    assert await seen(database, COALITION, until=NOW) == []
    assert await seen(database, COALITION, since=NOW + timedelta(microseconds=1)) == []
    async with database.session(COALITION) as opened:
        session, wanted_all = ReadSession(opened), Wanted()
        page = await trail.lines(session, wanted_all, PageRequest(3))
        rest = await trail.lines(session, wanted_all, PageRequest(3, page.keys[-1]))
    assert [row.line_id for row in [*page.items, *rest.items]] == filled[::-1]
    assert (page.has_next, rest.has_next) == (True, False)


async def test_nobody_speaks_of_another_partners_affairs(database: Database, shop: Partner) -> None:
    other = await a_partner(database, "other")
    actor = Actor(kind=ActorKind.PERSON, id=new_id(), partner_id=PartnerId(shop.partner_id))
    with pytest.raises(Exception, match="with the sight of those it concerns"):
        await of(database, other, actor=actor, partner_id=PartnerId(shop.partner_id))
    with pytest.raises(Exception, match="ck_trail_line_own_affairs"):
        await of(database, other, actor=actor, partner_id=PartnerId(other.partner_id))


@pytest.mark.parametrize(
    "statement", ["UPDATE trail_line SET action = action", "DELETE FROM trail_line", "TRUNCATE trail_line"]
)
@pytest.mark.usefixtures("filled")
async def test_lines_are_never_changed(database: Database, owner: asyncpg.Connection, statement: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="appended, never changed"):
        await owner.execute(statement)
    for sight in ("coalition", "server"):
        async with database.pool.acquire() as connection:
            await connection.execute(f"SET app.sight = '{sight}'")
            for refused in (
                statement,
                "INSERT INTO trail_line SELECT * FROM trail_line",
                "UPDATE trail_head SET number = 0",
            ):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await connection.execute(refused)
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await connection.execute(
                    "SELECT append_line(gen_random_uuid(), NULL, 'SERVER', NULL, NULL, 'CEILING_SET', 'PARTNER',"
                    " NULL, '{}', now())"
                )
            await connection.execute("RESET app.sight")


CHANGES = {
    "line_id": "gen_random_uuid()",
    "number": "number + 100",
    "partner_id": "(SELECT partner_id FROM partner)",
    "actor": "'PERSON'",
    "actor_id": "gen_random_uuid()",
    "actor_partner_id": "(SELECT partner_id FROM partner)",
    "action": "'CEILING_SET'",
    "subject": "'PARTNER'",
    "subject_id": "gen_random_uuid()",
    "facts": """facts || '{"more": 1}'""",
    "recorded_at": "recorded_at + interval '1 microsecond'",
    "hash": "set_bit(hash, 0, 1 - get_bit(hash, 0))",
}


@pytest.mark.parametrize("number", [1, 2, 5])
@pytest.mark.usefixtures("filled")
async def test_a_change_of_any_column_is_found(hand: asyncpg.Connection, number: int) -> None:
    columns = [
        row[0]
        for row in await hand.fetch(
            "SELECT attname FROM pg_attribute WHERE attrelid = 'trail_line'::regclass AND attnum > 0"
        )
    ]
    assert set(columns) == set(CHANGES)
    await hand.execute(
        "ALTER TABLE trail_line DROP CONSTRAINT ck_trail_line_actor_named, DROP CONSTRAINT ck_trail_line_own_affairs"
    )
    for column, change in CHANGES.items():
        transaction = hand.transaction()
        await transaction.start()
        await hand.execute(f"UPDATE trail_line SET {column} = {change} WHERE number = $1", number)
        assert (await trail.broken(hand))[1], f"{column} of line {number} was changed and not found"
        await transaction.rollback()


@pytest.mark.parametrize("number", [1, 3, 5])
@pytest.mark.usefixtures("filled")
async def test_a_line_taken_out_is_missed(hand: asyncpg.Connection, number: int) -> None:
    await hand.execute("DELETE FROM trail_line WHERE number = $1", number)
    said = await findings(hand)
    assert any(f"line {number} is missing" in what or "not where it was left" in what for what in said)


@pytest.mark.usefixtures("filled")
async def test_a_line_taken_out_is_missed_even_where_the_others_close_up(hand: asyncpg.Connection) -> None:
    await hand.execute("DELETE FROM trail_line WHERE number = 3")
    await hand.execute("UPDATE trail_line SET number = number - 1 WHERE number = 4")
    await hand.execute("UPDATE trail_line SET number = number - 1 WHERE number = 5")
    await hand.execute("UPDATE trail_head SET number = 4")
    assert any("is not what was recorded" in what for what in await findings(hand))


@pytest.mark.parametrize("number", [3, 6])
@pytest.mark.usefixtures("filled")
async def test_a_line_put_in_is_found(hand: asyncpg.Connection, number: int) -> None:
    await hand.execute("UPDATE trail_line SET number = -number WHERE number >= $1", number)
    await hand.execute("UPDATE trail_line SET number = 1 - number WHERE number < 0")
    await hand.execute(
        "INSERT INTO trail_line SELECT gen_random_uuid(), $1, partner_id, actor, actor_id, actor_partner_id, action,"
        " subject, subject_id, facts, recorded_at, hash FROM trail_line WHERE number = 1",
        number,
    )
    assert await findings(hand)


@pytest.mark.parametrize("fact", ["two words", "ann@example.org", "", "x" * 201])
def test_what_could_name_a_person_is_no_fact(fact: str) -> None:
    for facts in ({"said": fact}, {"said": [fact]}):
        with pytest.raises(AssertionError, match="no facts"):
            Line(actor=COMMAND_LINE, action=Action.CEILING_SET, subject=SubjectKind.PARTNER, facts=facts)
