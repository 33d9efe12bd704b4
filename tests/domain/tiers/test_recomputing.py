"""All members are looked at, each once, whatever breaks off in the midst; two purchases at the threshold race."""

from __future__ import annotations

import asyncio
import signal
import sys

import pytest

from domain.tiers.asking import meet
from hansa.tiering import recompute
from tests.conftest import ROOT
from tests.domain.tiers.builders import Town

COUNT = "SELECT count(*) FROM tier_step"


async def members_with(town: Town, count: int) -> None:
    """So many members, each with a purchase that makes it Silver."""
    for _ in range(count):
        await town.buys(await town.joins("2026-01-05"), 300_00)


async def test_a_run_looks_at_every_member_once_and_finds_the_same_again(town: Town) -> None:
    town.on("2026-01-05")
    await members_with(town, 7)
    club = await town.programme()
    seen: list[int] = []
    done = await recompute(
        town.books.database, club, now=town.books.now, tell=lambda c: seen.append(c.wallets), chunk=3
    )
    assert (done.wallets, done.changed, done.finished) == (7, 7, True)
    assert seen == [0, 3, 6, 7]
    again = await recompute(town.books.database, club, now=town.books.now)
    assert (again.wallets, again.changed) == (7, 0)


@pytest.mark.slow
async def test_a_run_that_is_killed_goes_on_where_it_broke_off(town: Town, database_url: str) -> None:
    town.on("2026-01-05")
    await members_with(town, 20)
    club = await town.programme()
    reached = []
    for lines in (2, 1, 3):
        program = [
            sys.executable,
            "-m",
            "tests.domain.tiers.killed",
            database_url,
            str(club),
            town.books.now.isoformat(),
        ]
        worker = await asyncio.create_subprocess_exec(*program, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
        assert worker.stdout is not None
        for _ in range(lines):
            await worker.stdout.readline()
        if worker.returncode is None:
            worker.send_signal(signal.SIGKILL)
        await worker.wait()
        row = await town.books.owner.fetchrow("SELECT wallets, changed FROM tier_run")
        assert row is not None
        assert row["wallets"] == row["changed"] == await town.books.owner.fetchval(COUNT), "no chunk is half kept"
        reached.append(row["wallets"])
    assert reached == sorted(reached)
    done = await recompute(town.books.database, club, now=town.books.now, chunk=3)
    assert (done.wallets, done.changed) == (20, 20)
    assert await town.books.owner.fetchval(COUNT) == 20


async def test_of_two_purchases_that_reach_a_tier_together_the_later_look_sees_both(town: Town) -> None:
    town.on("2026-01-05")
    club = await town.programme()
    anna = await town.joins("2026-01-05")

    async def bought(cents: int) -> None:
        await town.buys(anna, cents)
        await meet(town.books.pool, {club}, {anna.wallet_id}, at=town.books.now)

    await asyncio.gather(*(bought(75_00) for _ in range(4)))
    assert await town.tier(anna) == "Silver"
    assert [step.tier for step in await town.steps(anna, club)] == ["Silver"], "and it is reached once"


async def test_many_looks_at_the_same_wallets_do_not_hinder_each_other(town: Town) -> None:
    town.on("2026-01-05")
    await members_with(town, 6)
    club = await town.programme()
    wallets = await town.wallets()
    looks = (meet(town.books.pool, {club}, wallets[::step], at=town.books.now) for step in (1, -1) * 4)
    changed = [change for found in await asyncio.gather(*looks) for change in found]
    assert len(changed) == 6
