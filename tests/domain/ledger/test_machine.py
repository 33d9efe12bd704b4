"""Anything that can happen, in any order, on a real database: it answers as the model does, and its books are sound."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from contextlib import AsyncExitStack, contextmanager
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, ClassVar, TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.coalition.models import Partner, ReturnPolicy
from domain.ids import new_id
from domain.ledger import queries
from domain.ledger.adjusting import RequestAdjustment, approve_adjustment, post_adjustment, request_adjustment
from domain.ledger.errors import Busy, HoldOpen
from domain.ledger.moving import finish_moves, merge_members
from domain.ledger.posting import Door
from domain.ledger.postings import Posting, PurchasePosting
from domain.members.errors import SameMember
from domain.members.recognition import KnownMember
from domain.storage import COALITION, opened
from domain.values import Points
from tests.builders.coalition import writing
from tests.builders.ledger import DAY, Books, a_ledger, sign_policy
from tests.conftest import Fresh
from tests.domain.ledger.model import Drawn, Lot, Wallet

T = TypeVar("T")
GRACE = 30 * DAY
MEMBERS = st.integers(0, 2)
POINTS = st.integers(1, 120)
SHARES = st.sampled_from([100, 100, 100, 60, 30, 120])
BACK = st.lists(st.sampled_from([0, 1, 2, 4, 4, 4]), min_size=3, max_size=3)
OWED = """
SELECT d.points - d.repaid, d.redeemer_contract_id FROM debt d JOIN entry e USING (wallet_id, entry_id)
WHERE d.wallet_id = $1 AND d.points > d.repaid ORDER BY e.version, d.n
"""
AWARDS = st.lists(
    st.tuples(
        POINTS,
        st.sampled_from([0, 0, 0, 2, 14]),  # days to wait
        st.sampled_from([None, None, 20, 40]),  # days to last
        st.sampled_from([None, None, None, 1]),  # months of inactivity
        st.booleans(),  # the maker's
    ),
    min_size=1,
    max_size=3,
)


class LedgerMachine(RuleBasedStateMachine):
    """Three members, a shop and a maker, and a clock."""

    books: ClassVar[Books]
    runner: ClassVar[asyncio.Runner]
    policy: ClassVar[dict[UUID, ReturnPolicy]]
    contract: ClassVar[dict[UUID, UUID]]

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do it now."""
        return self.runner.run(work)

    @initialize()
    def join(self) -> None:
        """Three members join."""
        self.books.now += DAY
        self.members = [self.run(self.books.member()) for _ in range(3)]
        self.wallets = [Wallet(active_at=self.books.now) for _ in range(3)]
        self.lots: dict[UUID, Lot] = {}
        self.bought: list[tuple[int, PurchasePosting, dict[UUID, int]]] = []
        self.returned: dict[UUID, int] = {}
        self.spent: list[tuple[int, Posting, Drawn]] = []
        self.held: list[tuple[int, Posting, Drawn]] = []
        self.done: list[tuple[Door, Posting]] = []
        self.past: dict[tuple[UUID, datetime], queries.Balance] = {}

    def ask(self, door: Door, posting: Posting, expected: str) -> None:
        """The database answers what the model expects."""
        verdict = self.run(self.books.ask(door, posting))
        assert verdict.outcome == expected, (verdict, expected)
        if expected == "POSTED":
            self.done.append((door, posting))

    def partner(self, maker: bool) -> Partner:  # noqa: FBT001 -- drawn
        """One of the two."""
        return self.books.maker if maker else self.books.shop

    @rule(days=st.sampled_from([0, 0, 0, 1, 3, 13, 31, 45]), seconds=st.integers(1, 90_000))
    def tick(self, days: int, seconds: int) -> None:
        """Time passes."""
        self.books.now += days * DAY + timedelta(seconds=seconds)

    @rule(who=MEMBERS, awards=AWARDS)
    def earn(self, who: int, awards: list[tuple[int, int, int | None, int | None, bool]]) -> None:
        """A purchase is recorded."""
        now, wallet = self.books.now, self.wallets[who]
        given = [
            self.books.award(
                points,
                wait=wait * DAY,
                last=None if last is None else last * DAY,
                inactivity_months=months,
                sponsor_id=self.partner(maker).partner_id,
            )
            for points, wait, last, months, maker in awards
        ]
        bought = self.books.purchase(self.members[who], *given)
        self.ask(Door.PURCHASES, bought, "WALLET_MOVED" if wallet.merged_into else "POSTED")
        if wallet.merged_into:
            return
        in_order = sorted(award.lot_id for award in given)
        for award in given:
            born = (now, in_order.index(award.lot_id))
            ends, months = award.expires_at, award.inactivity_months
            self.lots[award.lot_id] = Lot(
                award.points, award.available_at, ends, months, born, award.available_at <= now, award.sponsor_id
            )
        wallet.earn([self.lots[award.lot_id] for award in given], now)
        self.bought.append((who, bought, {award.lot_id: award.points for award in given}))
        self.tick(0, 1)

    @rule(who=MEMBERS, share=SHARES, hours=st.sampled_from([None, None, None, 1, 60]), maker=st.booleans())
    def redeem(self, who: int, share: int, hours: int | None, maker: bool) -> None:  # noqa: FBT001 -- drawn
        """Points are spent, or set aside: often all there are, and sometimes more."""
        wallet, hold_for = self.wallets[who], hours and timedelta(hours=hours)
        points = max(1, wallet.purse(self.books.now) * share // 100)
        posting = self.books.redemption(
            self.members[who], points, hold_for=hold_for, partner_id=self.partner(maker).partner_id
        )
        if wallet.merged_into:
            self.ask(Door.REDEMPTIONS, posting, "WALLET_MOVED")
            return
        redeemer = self.contract[posting.partner_id]
        drawn = wallet.redeem(points, redeemer, self.books.now, posting.hold_until)
        self.ask(Door.REDEMPTIONS, posting, "POSTED" if drawn else "INSUFFICIENT_POINTS")
        if drawn:
            (self.held if hold_for else self.spent).append((who, posting, drawn))
        self.tick(0, 1)

    @precondition(lambda self: self.held)
    @rule(which=st.integers(0), share=st.sampled_from([0, 1, 2, 3]))
    def end_hold(self, which: int, share: int) -> None:
        """A hold is captured, in part, or voided."""
        who, hold, drawn = self.held[which % len(self.held)]
        points = share * sum(part for _lot, part in drawn.parts) // 3
        posting = self.books.capture(self.members[who], hold, points, partner_id=hold.partner_id)
        assert drawn.until is not None
        if self.wallets[who].merged_into:
            self.ask(Door.CAPTURES, posting, "WALLET_MOVED")
        elif drawn.ended or drawn.until <= self.books.now:
            self.ask(Door.CAPTURES, posting, "HOLD_NOT_OPEN")
        else:
            captured = self.wallets[who].end_hold(drawn, points, self.books.now)
            self.ask(Door.CAPTURES, posting, "POSTED")
            self.spent += [(who, posting, captured)] if points else []
        self.tick(0, 1)

    @precondition(lambda self: self.spent)
    @rule(which=st.integers(0), points=st.none() | POINTS)
    def reverse(self, which: int, points: int | None) -> None:
        """A redemption is taken back, also after its wallet was merged."""
        who, spent, drawn = self.spent[which % len(self.spent)]
        posting = self.books.reversal(self.members[who], spent, points, partner_id=spent.partner_id)
        back = self.wallets[who].reverse(drawn, points, self.books.now, GRACE)
        self.ask(Door.REVERSALS, posting, "POSTED" if back else "REVERSAL_EXCEEDS_REDEMPTION")
        self.run(finish_moves(self.books.pool, now=self.books.now))
        if back and self.wallets[who].merged_into:
            self.wallets[who].move_to(self.latest(self.wallets[who]), self.books.now)
        self.tick(0, 1)

    @precondition(lambda self: self.bought)
    @rule(which=st.integers(0), shares=BACK)
    def give_back(self, which: int, shares: list[int]) -> None:
        """Goods come back to where the member's points are now."""
        who, bought, left = self.bought[which % len(self.bought)]
        claims = [left[award.lot_id] * share // 4 for award, share in zip(bought.awards, shares, strict=False)]
        home = self.latest(self.wallets[who])
        now_of = self.members[self.wallets.index(home)]
        before = self.returned.get(bought.entry_id, 0)
        posting = self.books.goods(now_of, bought, *claims, before=before)
        named = [
            (self.lots[award.lot_id], claim, self.policy[award.sponsor_id])
            for award, claim in zip(bought.awards, claims, strict=True)
        ]
        place: dict[Any, Any] = {self.lots[award.lot_id]: award.lot_id for award in bought.awards}
        home.give_back(named, self.books.now, place | {one: one for one in self.contract.values()})
        self.ask(Door.RETURNS, posting, "POSTED")
        self.returned[bought.entry_id] = before + 1
        for award, claim in zip(bought.awards, claims, strict=True):
            left[award.lot_id] -= claim
        self.tick(0, 1)

    @rule(who=MEMBERS, awards=AWARDS, share=SHARES, maker=st.booleans(), shares=BACK, returns=st.booleans())
    def visit(
        self,
        who: int,
        awards: list[tuple[int, int, int | None, int | None, bool]],
        share: int,
        maker: bool,  # noqa: FBT001 -- drawn
        shares: list[int],
        returns: bool,  # noqa: FBT001 -- drawn
    ) -> None:
        """What often happens together: goods are bought, points are spent, goods come back."""
        self.earn(who, awards)
        self.redeem(who, share, None, maker)
        if self.bought and returns:
            self.give_back(len(self.bought) - 1, shares)

    @rule(who=MEMBERS, awards=AWARDS, days=st.sampled_from([2, 20, 45]))
    def revisit(self, who: int, awards: list[tuple[int, int, int | None, int | None, bool]], days: int) -> None:
        """A member comes back after a while."""
        self.tick(days, 1)
        self.earn(who, awards)

    @rule()
    def sweep(self) -> None:
        """The worker comes by."""
        self.run(self.books.sweep())
        for wallet in self.wallets:
            wallet.release(self.books.now)
        for wallet in self.wallets:
            for hold in sorted(wallet.holds, key=lambda hold: hold.until or self.books.now):
                if not hold.ended and hold.until is not None and hold.until <= self.books.now:
                    wallet.end_hold(hold, 0, self.books.now)
        for wallet in self.wallets:
            wallet.expire(self.books.now)
        self.tick(0, 1)

    @rule(who=MEMBERS, points=POINTS, days=st.sampled_from([None, 10]), luck=st.integers(0, 3))
    def adjust(self, who: int, points: int, days: int | None, luck: int) -> None:
        """Two persons give points; now and then."""
        if self.wallets[who].merged_into or luck:
            return
        ends = None if days is None else self.books.now + days * DAY
        self.run(self._adjust(self.members[who], points, ends))
        now = self.books.now
        given = Lot(points, now, ends, None, (now, 0), released=True, sponsor=self.books.shop.partner_id)
        self.wallets[who].earn([given], now, activity=False)
        self.tick(0, 1)

    async def _adjust(self, who: KnownMember, points: int, ends: Any) -> None:
        command = RequestAdjustment(
            partner_id=self.books.shop.partner_id,
            wallet_id=who.wallet_id,
            member_id=who.member_id,
            points=Points(points),
            reason="goodwill",
            person_id=new_id(),
            expires_at=ends,
        )
        async with writing(self.books.database) as session:
            wanted = await request_adjustment(session, command, now=self.books.now)
        async with writing(self.books.database) as session:
            agreed = await approve_adjustment(session, wanted.adjustment_id, person_id=new_id(), now=self.books.now)
        await post_adjustment(self.books.pool, agreed, now=self.books.now)

    @rule(old=MEMBERS, new=MEMBERS, luck=st.integers(0, 3))
    def merge(self, old: int, new: int, luck: int) -> None:
        """Two members turn out to be one; not too often, or all would be one at once."""
        if luck:
            return
        source, target, now = self.wallets[old], self.wallets[new], self.books.now
        work = merge_members(self.books.pool, self.members[old], self.members[new], now=now)
        lapsed = [hold for hold in source.holds if not hold.ended and hold.until is not None and hold.until <= now]
        if old == new:
            with pytest.raises(SameMember):
                self.run(work)
            return
        for hold in sorted(lapsed, key=lambda hold: hold.until or now):
            source.end_hold(hold, 0, now)
        if source.merged_into is target:
            self.run(work)
        elif source.merged_into or target.merged_into:
            with pytest.raises(Busy):
                self.run(work)
        elif any(not hold.ended for hold in source.holds):
            with pytest.raises(HoldOpen):
                self.run(work)
        else:
            self.run(work)
            source.expire(now)
            source.move_to(target, now)
            source.merged_into = target
        self.tick(0, 1)

    def latest(self, wallet: Wallet) -> Wallet:
        """What a wallet has become."""
        return self.latest(wallet.merged_into) if wallet.merged_into else wallet

    @precondition(lambda self: self.done)
    @rule(which=st.integers(0))
    def repeat(self, which: int) -> None:
        """A request is sent again."""
        door, posting = self.done[which % len(self.done)]
        wallet = self.wallets[[who.wallet_id for who in self.members].index(posting.wallet_id)]
        verdict = self.run(self.books.ask(door, posting))
        assert (verdict.outcome, verdict.entry_id) == ("REPLAYED", posting.entry_id)
        if door in {Door.REDEMPTIONS, Door.RETURNS}:
            wallet.release(self.books.now)
        if door is Door.REDEMPTIONS:
            wallet.wake(self.books.now)

    @invariant()
    def agrees(self) -> None:
        """Counters and lots are what the model has."""
        if not hasattr(self, "members"):
            return
        for who, wallet in zip(self.members, self.wallets, strict=True):
            assert self.run(self.books.counters(who)) == wallet.counters()
            assert sorted(self.run(self.books.lots(who))) == sorted(lot.points for lot in wallet.lots)
            owed = [(debt.points, debt.redeemer) for debt in wallet.debts if debt.points]
            assert [tuple(row) for row in self.run(self.books.owner.fetch(OWED, who.wallet_id))] == owed
        self.remember()

    def remember(self) -> None:
        """What each wallet says now."""
        at, pool = self.books.now, self.books.database.pool
        for who in self.members:
            self.past[who.wallet_id, at] = self.run(queries.balance(pool, who.wallet_id, sight=COALITION, now=at))

    def teardown(self) -> None:
        """The audit finds nothing, and each wallet's past is told as it was told then."""
        if not hasattr(self, "members"):
            return
        self.run(self.books.prove())
        later = "SELECT count(*) FROM entry WHERE wallet_id = $1 AND posted_at = $2 AND version > $3"
        for (wallet_id, at), was in self.past.items():
            if self.run(self.books.owner.fetchval(later, wallet_id, at, was.version)):
                continue  # something else happened at that very instant
            told = self.run(queries.balance_as_of(self.books.database.pool, wallet_id, sight=COALITION, at=at))
            assert asdict(told) == asdict(was), at


@contextmanager
def a_machine(fresh: Fresh) -> Iterator[type[LedgerMachine]]:
    """The machine on a database of its own; each run of it has members of its own."""
    with asyncio.Runner() as runner:
        stack = AsyncExitStack()

        async def begin() -> tuple[Books, dict[UUID, UUID]]:
            url = await stack.enter_async_context(fresh())
            database = await stack.enter_async_context(opened(url, connections=4))
            books = await stack.enter_async_context(a_ledger(database, url))
            await sign_policy(books, books.maker, ReturnPolicy.WITHIN_BALANCE)
            rows = await books.owner.fetch("SELECT partner_id, contract_id FROM contract")
            return books, {row["partner_id"]: row["contract_id"] for row in rows}

        books, contract = runner.run(begin())
        policy = {books.shop.partner_id: ReturnPolicy.DEBT, books.maker.partner_id: ReturnPolicy.WITHIN_BALANCE}
        try:
            yield type(
                "Machine", (LedgerMachine,), {"books": books, "runner": runner, "contract": contract, "policy": policy}
            )
        finally:
            runner.run(stack.aclose())


COMMON = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink),
    database=None,
)


def test_whatever_happens_the_database_does_as_the_model_does(fresh: Fresh) -> None:
    with a_machine(fresh) as machine:
        run_state_machine_as_test(machine, settings=settings(COMMON, max_examples=25, stateful_step_count=30))


@pytest.mark.slow
def test_whatever_happens_very_often(fresh: Fresh) -> None:
    with a_machine(fresh) as machine:
        run_state_machine_as_test(machine, settings=settings(COMMON, max_examples=120, stateful_step_count=60))
