"""What is too small to pay moves on from cycle to cycle, and nothing of it is ever lost."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.coalition.models import PartnerStatus
from domain.settlement import policy, queries
from domain.settlement.exact import ZERO
from domain.settlement.lines import LineKind, MoneyLine, Origin, Source
from domain.settlement.parties import OPERATOR, Party
from domain.settlement.statements import draw_up
from domain.storage import Database
from tests.domain.settlement.builders import party
from tests.domain.settlement.trading import ANNA, HYBRID, Trading, a_coalition

PARTNERS = [party(letter) for letter in "PQRS"]
PARTIES = [*PARTNERS, OPERATOR]


@st.composite
def lines(draw: st.DrawFn) -> list[MoneyLine]:
    """What a cycle's parties owe each other."""
    found = []
    for _ in range(draw(st.integers(0, 6))):
        debtor, creditor = draw(st.permutations(PARTIES))[:2]
        amount = Decimal(draw(st.integers(1, 900))).scaleb(-2)
        origin = Origin(source=Source.REDEEM)
        found.append(
            MoneyLine(
                kind=LineKind.REDEMPTION,
                origin=origin,
                debtor=debtor,
                creditor=creditor,
                base=amount,
                exact=amount,
                rounding=ZERO,
                amount=amount,
            )
        )
    return found


@given(
    months=st.lists(
        st.tuples(lines(), st.integers(0, 1000), st.sets(st.sampled_from(PARTNERS), max_size=2)),
        min_size=1,
        max_size=12,
    ),
    leaves=st.sampled_from(PARTNERS),
)
def test_over_any_chain_of_cycles_what_is_paid_and_what_is_carried_is_what_was_owed(
    months: list[tuple[list[MoneyLine], int, set[Party]]], leaves: Party
) -> None:
    openings: dict[Party, Decimal] = {}
    paid, owed = dict.fromkeys(PARTIES, ZERO), dict.fromkeys(PARTIES, ZERO)
    for number, (found, cents, failed) in enumerate(months, start=1):
        last = number == len(months)
        drawn = draw_up(
            found,
            openings=openings,
            members=PARTNERS,
            de_minimis=Decimal(cents).scaleb(-2),
            digits=2,
            failed=set() if last else failed,
            leaving={leaves} if last else set(),
        )
        balances = {balance.party: balance for balance in drawn.balances}
        for who in PARTIES:
            balance = balances[who]
            assert balance.opening == openings.get(who, ZERO)
            assert balance.closing == balance.opening + balance.net
            paid[who] += balance.payable
            owed[who] += balance.net
            if who in PARTNERS and who not in failed and who != leaves:
                assert abs(balance.carried) < max(Decimal(cents).scaleb(-2), Decimal("0.01"))
        assert sum((balance.carried for balance in balances.values()), ZERO) == 0
        openings = {who: balance.carried for who, balance in balances.items() if balance.carried}
    for who in PARTIES:
        assert paid[who] + openings.get(who, ZERO) == owed[who]
    assert leaves not in openings, "who leaves is paid out to the last cent"


async def small_months(trading: Trading, count: int) -> list[tuple[Decimal, Decimal, Decimal]]:
    """Opening, net and what is carried of P, in months in which it owes 40 cents each."""
    found = []
    for _ in range(count):
        cycle = await trading.close(trading.cycle)
        balances = await trading.do(queries.balances, cycle.cycle_id)
        p = next(one for one in balances if trading.letter(one.party) == "P")
        found.append((p.opening, p.net, p.carried))
        await trading.approve(cycle)
    return found


async def test_small_balances_add_up_until_they_are_paid(database: Database) -> None:
    trading = await a_coalition(database, P=HYBRID | {"fee_fixed": "0.40"})
    await trading.do(policy.change, {"de_minimis": "1.00"}, by=ANNA, now=trading.now)
    months = await small_months(trading, 4)
    cents = Decimal("0.40")
    assert months == [
        (ZERO, -cents, -cents),
        (-cents, -cents, -2 * cents),
        (-2 * cents, -cents, ZERO),
        (ZERO, -cents, -cents),
    ]


@pytest.mark.parametrize("status", [PartnerStatus.SETTLING, PartnerStatus.CLOSED])
async def test_who_leaves_is_paid_out_however_little_it_is(
    database: Database, owner: asyncpg.Connection, status: PartnerStatus
) -> None:
    trading = await a_coalition(database, P=HYBRID | {"fee_fixed": "0.40"}, Q=HYBRID)
    await trading.do(policy.change, {"de_minimis": "1.00"}, by=ANNA, now=trading.now)
    assert (await small_months(trading, 1))[0][2] == Decimal("-0.40")
    await owner.execute("UPDATE partner SET status = $1 WHERE partner_id = $2", status, trading.partner_ids["P"])
    trading.now += timedelta(days=1)
    cycle = await trading.close(trading.cycle)
    left = next(
        balance
        for balance in await trading.do(queries.balances, cycle.cycle_id)
        if trading.letter(balance.party) == "P"
    )
    assert left.opening == Decimal("-0.40")
    assert left.payable == left.opening + left.net
    assert left.carried == 0
