"""Any contracts, any postings, closes while purchases stream in: nothing is lost, doubled, or anybody's remainder."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import asyncpg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.audit.verifying import verify
from domain.ledger import queries as books
from domain.paging import PageRequest
from domain.settlement import computing, drilling, queries
from domain.settlement.digests import digest_of, seal_of
from domain.settlement.exact import total
from domain.settlement.models import Cycle
from domain.settlement.netting import nets
from domain.settlement.parties import Party, PartyRole
from domain.settlement.queries import Line
from domain.storage import COALITION, opened
from tests.conftest import Fresh
from tests.domain.settlement.trading import Member, Trading, a_coalition

LETTERS = "PQR"
MEMBERS = 4
CASHIERS = 2
EVERY_LINE = PageRequest(first=100)
NOT_PRICED = ("RELEASE", "HOLD", "VOID", "MOVE")

prices = st.decimals("0.0001", "0.0300", places=4).map(str)
shares = st.sampled_from(["0", "0.25", "0.4", "1"])
rates = st.sampled_from(["0", "0.05", "0.21", "0.255"])
breakages = st.sampled_from([("0", "0", "0"), ("0.5", "0", "0"), ("0.2", "0.3", "0.1"), ("0", "1", "0")])


@st.composite
def contracts(draw: st.DrawFn) -> dict[str, Any]:
    """The terms of one partner, in full."""
    issuer, redeemers, charity = draw(breakages)
    starts = sorted(draw(st.sets(st.integers(1, 2_000), max_size=2)))
    return {
        "price": draw(prices),
        "price_redeem": draw(prices),
        "bands": [(start, draw(prices)) for start in starts],
        "share_at_issuance": draw(shares),
        "fee_per_point": draw(st.sampled_from(["0", "0.0001"])),
        "fee_share": draw(st.sampled_from(["0", "0.015"])),
        "fee_fixed": draw(st.sampled_from(["0", "12.345"])),
        "fee_minimum": draw(st.sampled_from(["0", "20"])),
        "breakage_issuer": issuer,
        "breakage_redeemers": redeemers,
        "breakage_charity": charity,
        "tax_supply": draw(rates),
        "tax_credit": draw(rates),
    }


deeds = st.lists(
    st.tuples(
        st.sampled_from(["earn", "earn", "redeem", "redeem", "reverse", "return", "expire", "wait", "close", "agree"]),
        st.integers(0, MEMBERS - 1),
        st.sampled_from(LETTERS),
        st.sampled_from(LETTERS),
        st.integers(1, 900),
    ),
    min_size=8,
    max_size=30,
)


class Play:
    """What members and partners do, and what can still be taken back."""

    def __init__(self, trading: Trading, members: list[Member]) -> None:
        self.trading, self.members = trading, members
        self.spent: list[tuple[Member, str, UUID, int]] = []
        self.bought: list[tuple[Member, str, UUID, int]] = []
        self.closed: list[Cycle] = []

    async def available(self, member: Member) -> int:
        """What a member can spend now."""
        pool, now = self.trading.database.pool, self.trading.now
        return (await books.balance(pool, member.wallet_id, sight=COALITION, now=now)).available

    async def do(self, deed: tuple[str, int, str, str, int], terms: dict[str, Any]) -> None:
        """One deed, as far as there is anything to do it with."""
        what, who, at, other, points = deed
        trading, member = self.trading, self.members[who]
        match what:
            case "earn":
                given = {other: str(Decimal(points) / 100)} if points % 3 == 0 else None
                funded = {at: points, other: points // 2 + 1}
                lives = timedelta(days=40) if points % 2 else None
                lot = await trading.earn(member, at, funded, benefits=given, lives=lives)
                self.bought.append((member, at, lot, funded[at]))
            case "redeem" if left := await self.available(member):
                spent = min(points, left)
                self.spent.append((member, at, await trading.redeem(member, at, spent), spent))
            case "reverse" if self.spent:
                member, at, redemption, spent = self.spent.pop()
                await trading.reverse(member, at, redemption, max(1, spent // 2))
            case "return" if self.bought:
                member, at, lot, earned = self.bought.pop()
                await trading.give_back(member, at, lot, earned)
            case "expire":
                await trading.expire(member)
            case "wait":
                trading.now += timedelta(days=points % 45)
            case "agree":
                await trading.agree(at, terms, valid_from=trading.now)
            case "close":
                self.closed.append(await trading.approve(await trading.close(trading.cycle)))


async def cashier(trading: Trading, member: Member, at: str, stop: asyncio.Event) -> None:
    """Purchases and redemptions that go on whatever else happens."""
    while not stop.is_set():
        await trading.earn(member, at, {"P": 7, "R": 3})
        await trading.redeem(member, "Q", 4)


async def played(url: str, terms: list[dict[str, Any]], script: list[tuple[str, int, str, str, int]]) -> None:
    async with opened(url, connections=8) as database:
        trading = await a_coalition(database, **dict(zip(LETTERS, terms, strict=True)))
        members = [await trading.join() for _ in range(MEMBERS)]
        tills = [await trading.join() for _ in range(CASHIERS)]
        play, stop = Play(trading, members), asyncio.Event()
        streams = [
            asyncio.create_task(cashier(trading, member, at, stop)) for member, at in zip(tills, LETTERS, strict=False)
        ]
        for deed in [*script, ("close", 0, "P", "P", 1)]:
            await play.do(deed, terms[len(play.closed) % len(terms)])
        stop.set()
        await asyncio.gather(*streams)
        play.closed.append(await trading.close(trading.cycle))
        for cycle in play.closed:
            await holds(trading, cycle)
        await belongs_to_one_cycle(trading, url, play.closed)


async def holds(trading: Trading, cycle: Cycle) -> None:
    """The laws of one computed cycle, however much was posted since."""
    balances = await trading.do(queries.balances, cycle.cycle_id)
    assert total(balance.net for balance in balances) == 0
    assert total(balance.closing - balance.opening for balance in balances) == 0
    assert total(balance.carried for balance in balances) == 0
    found = await trading.do(queries.netting_of, cycle.cycle_id)
    by_party = {balance.party: int(balance.net.scaleb(found.digits)) for balance in balances}
    assert nets(found.obligations) == {party: by_party[party] for party in nets(found.obligations)}
    assert not [net for party, net in by_party.items() if net and party not in nets(found.obligations)]
    assert sum(found.payable.values()) == 0
    for plan in (found.through_operator, found.peer_to_peer):
        paid: dict[Party, int] = {}
        for payment in plan:
            paid[payment.payer] = paid.get(payment.payer, 0) - payment.amount
            paid[payment.payee] = paid.get(payment.payee, 0) + payment.amount
        partners = {party: due for party, due in found.payable.items() if party.role is PartyRole.PARTNER and due}
        assert {party: due for party, due in paid.items() if party.role is PartyRole.PARTNER and due} == partners
    lines = await lines_of(trading, cycle)
    for line in lines:
        under = await trading.do(drilling.points_under, line.line_id)
        divided = line.money.kind == "BREAKAGE" and line.money.origin.redeemer_id is not None
        assert under is None or divided or under == line.money.points, line
    assert cycle.digest == digest_of([line.money for line in lines], balances, seal_of(cycle))


async def lines_of(trading: Trading, cycle: Cycle) -> list[Line]:
    """All lines of a cycle, in their order."""
    found: dict[UUID, Line] = {}
    for balance in await trading.do(queries.balances, cycle.cycle_id):
        page = await trading.do(queries.lines, cycle.cycle_id, balance.party, EVERY_LINE)
        while True:
            found |= {line.line_id: line for line in page.items}
            if not page.has_next:
                break
            request = PageRequest(first=100, after=page.keys[-1])
            page = await trading.do(queries.lines, cycle.cycle_id, balance.party, request)
    return sorted(found.values(), key=lambda line: line.number)


async def belongs_to_one_cycle(trading: Trading, url: str, closed: list[Cycle]) -> None:
    """Every transfer is in the seal of its entry's cycle, and all seals together are all there is."""
    owner = await asyncpg.connect(url)
    try:
        for table in ("entry", "transfer", "cycle", "wallet"):
            await owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        strays = (
            "SELECT count(*) FROM transfer t JOIN entry e USING (wallet_id, entry_id) WHERE t.cycle_id <> e.cycle_id"
        )
        assert await owner.fetchval(strays) == 0
        priced = await owner.fetchval("SELECT count(*) FROM transfer WHERE kind <> ALL ($1)", NOT_PRICED)
        assert sum(cycle.movements or 0 for cycle in closed) == priced
        assert sum(cycle.entries or 0 for cycle in closed) == await owner.fetchval("SELECT count(*) FROM entry")
        report = await verify(owner)
        assert report.sound, report.findings
    finally:
        await owner.close()
    last = closed[-1]
    again = await trading.do(computing.compute, last.cycle_id, now=trading.now)
    assert (again.revision, again.digest) == (last.revision, last.digest)


Law = Callable[[list[dict[str, Any]], list[tuple[str, int, str, str, int]]], None]


def law(fresh: Fresh, examples: int) -> Law:
    """The law on so many coalitions, each on a database of its own."""

    async def on_its_own(work: Callable[[str], Awaitable[None]]) -> None:
        async with fresh() as url:
            await work(url)

    @settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(contracts(), min_size=3, max_size=3), deeds)
    def hold(terms: list[dict[str, Any]], script: list[tuple[str, int, str, str, int]]) -> None:
        with asyncio.Runner() as runner:
            runner.run(on_its_own(lambda url: played(url, terms, script)))

    return hold


@pytest.mark.slow
def test_nets_sum_to_nothing_and_each_transfer_is_in_one_cycle_whatever_streams_in(fresh: Fresh) -> None:
    law(fresh, 6)()  # type: ignore[call-arg]


@pytest.mark.slow
def test_nets_sum_to_nothing_and_each_transfer_is_in_one_cycle_very_often(fresh: Fresh) -> None:
    law(fresh, 120)()  # type: ignore[call-arg]
