"""What is posted late is settled in the cycle it was posted in, and says from whose time it is."""

from __future__ import annotations

from datetime import timedelta

from domain.paging import PageRequest
from domain.settlement import cycles, late, queries
from domain.settlement.parties import partner
from domain.storage import NOBODY, Database, Sight
from tests.domain.settlement.trading import ANNA, HYBRID, Trading, a_coalition


async def late_points(trading: Trading, letter: str, cycle_id: object) -> dict[str, list[tuple[int, int]]]:
    """For each source of a partner's lines, its points and how many of them are late."""
    whose = partner(trading.partner_ids[letter])
    page = await trading.do(queries.lines, cycle_id, whose, PageRequest(first=100))  # type: ignore[arg-type]
    found: dict[str, list[tuple[int, int]]] = {}
    for line in page.items:
        parts = await trading.do(late.late_parts_of, line)
        if line.money.points is not None:
            late_in_all = sum(part.points for part in parts)
            found.setdefault(line.money.origin.source, []).append((line.money.points, late_in_all))
    return found


async def test_a_line_says_how_many_of_its_points_are_late_and_from_which_cycles_time(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID, R=HYBRID)
    member = await trading.join()
    first = trading.cycle
    await trading.earn(member, "P", {"P": 100})
    trading.now += timedelta(days=30)
    await trading.approve(await trading.close(first))
    second = trading.cycle
    trading.behind = trading.now - second.opened_at + timedelta(days=1)
    await trading.earn(member, "P", {"P": 70, "Q": 30})
    await trading.redeem(member, "R", 50)
    trading.behind = timedelta(0)
    await trading.earn(member, "P", {"P": 5})
    trading.now += timedelta(days=30)
    await trading.close(second)
    assert await late_points(trading, "P", second.cycle_id) == {
        "ACCRUE": [(75, 70)],
        "REDEEM": [(50, 50), (50, 50)],
    }
    assert (await late_points(trading, "Q", second.cycle_id))["ACCRUE"] == [(30, 30)]
    assert await late_points(trading, "P", first.cycle_id) == {"ACCRUE": [(100, 0)]}
    items = (await trading.do(late.late_items, second.cycle_id, PageRequest(first=100))).items
    assert sorted((item.kind, item.points, item.of_cycle) for item in items) == [
        ("ACCRUE", 30, first.name),
        ("ACCRUE", 70, first.name),
        ("REDEEM", 50, first.name),
    ]
    assert all(item.occurred_at < second.opened_at <= item.posted_at for item in items)


async def test_a_partner_sees_what_came_late_of_its_own_alone(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID, Q=HYBRID, R=HYBRID)
    member = await trading.join()
    trading.now += timedelta(days=30)
    await trading.approve(await trading.close(trading.cycle))
    second = trading.cycle
    trading.behind = timedelta(days=60)
    await trading.earn(member, "P", {"P": 70, "Q": 30})
    cycle = await trading.close(second)
    await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    expected = {"P": ([70], [30, 70]), "Q": ([30], []), "R": ([], [])}
    for letter, (parts, items) in expected.items():
        async with trading.session(Sight.partner(trading.partner_ids[letter])) as session:
            found = await late.late_parts(session, cycle.cycle_id)
            assert [part.points for part in found] == parts, letter
            listed = (await late.late_items(session, cycle.cycle_id, PageRequest(first=100))).items
            assert sorted(item.points for item in listed) == items, letter
    async with trading.session(NOBODY) as session:
        assert await late.late_parts(session, cycle.cycle_id) == []


async def test_nothing_is_late_in_the_first_cycle(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID)
    member = await trading.join()
    trading.behind = timedelta(days=400)
    await trading.earn(member, "P", {"P": 70})
    cycle = await trading.close(trading.cycle)
    assert await trading.do(late.late_parts, cycle.cycle_id) == []
    assert (await trading.do(late.late_items, cycle.cycle_id, PageRequest(first=10))).items == []
