"""A coalition with money to pay: a cycle that is approved and instructed, and a bank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from domain.banking import booking, importing, instructing, queries
from domain.banking.importing import Imported
from domain.banking.models import BankEntry, Payment
from domain.coalition.models import LegalEntity
from domain.ids import PersonId
from domain.paging import PageRequest
from domain.settlement.models import Cycle
from domain.settlement.policy_models import PaymentPlan
from domain.storage import Database
from hansa.journey.bank import Booked, Told, told
from tests.domain.settlement.trading import ANNA, BERT, Trading, a_coalition

CARL = PersonId(UUID(int=0xC))
AT_ISSUANCE = {"price": "0.01", "price_redeem": "0.0085", "share_at_issuance": "1"}


@dataclass
class Paying:
    """The bank's desk of a coalition that trades."""

    trading: Trading
    cycle: Cycle
    ibans: dict[str, str]
    """By letter; the operator's under none."""
    sequence: int = 0
    balance: Decimal = Decimal("10000.00")
    files: list[bytes] = field(default_factory=list)

    @property
    def now(self) -> Any:
        """The time of the trade."""
        return self.trading.now

    async def do(self, rule: Any, *args: Any, **kwargs: Any) -> Any:
        """One rule in a transaction of its own."""
        return await self.trading.do(rule, *args, **kwargs)

    async def instruct(self, plan: PaymentPlan = PaymentPlan.THROUGH_OPERATOR) -> list[Payment]:
        """Instruct the cycle."""
        done: list[Payment] = await self.do(instructing.instruct, self.cycle.cycle_id, plan, by=ANNA, now=self.now)
        return done

    async def payments(self) -> dict[str, Payment]:
        """The payments as they stand, each by the letter of its partner, or both letters."""
        found = await self.do(queries.payments, PageRequest(100))
        return {self.letters(payment): payment for payment in found.items}

    def letters(self, payment: Payment) -> str:
        """Whose it is: the letters of the partners that pay and are paid."""
        letters: dict[UUID, str] = {whose: letter for letter, whose in self.trading.partner_ids.items()}
        return "".join(letters[one] for one in (payment.payer_id, payment.payee_id) if one is not None)

    def statement(self, *booked: Booked, **changes: Any) -> bytes:
        """The next statement of the operator's account."""
        self.sequence += 1
        values: dict[str, Any] = {
            "iban": self.ibans[""],
            "currency": "EUR",
            "name": f"S-{self.sequence}",
            "sequence": self.sequence,
            "opening": self.balance,
            "on": self.today,
            "booked": booked,
        }
        made = Told(**{**values, **changes})
        self.balance += sum((one.amount for one in booked), Decimal(0))
        return told(made, message_id=f"M-{self.sequence}")

    async def bring_in(self, content: bytes) -> Imported:
        """Import a file."""
        done: Imported = await self.do(importing.bring_in, content, by=ANNA, now=self.now)
        return done

    async def booked(self, *booked: Booked, **changes: Any) -> Imported:
        """The bank books, and its statement is imported."""
        return await self.bring_in(self.statement(*booked, **changes))

    async def entries(self) -> list[BankEntry]:
        """All entries, as they came in."""
        async with self.trading.session() as session:
            return list(await session.scalars(select(BankEntry).order_by(col(BankEntry.entry_id))))

    async def match(self, entry: BankEntry, *payments: Payment, by: PersonId = ANNA) -> Any:
        """Somebody says what an entry belongs to."""
        ids: Sequence[UUID] = [payment.payment_id for payment in payments]
        return await self.do(booking.match_by_hand, entry.entry_id, ids, by=by, now=self.now, note=None)

    @property
    def today(self) -> date:
        """The day of the trade."""
        day: date = self.now.date()
        return day


async def an_approved_cycle(database: Database) -> Paying:
    """P owes 20.00 and Q 10.00 for points issued; R is owed 17.00 for 2,000 redeemed; S owes and is owed nothing."""
    trading = await a_coalition(database, P=AT_ISSUANCE, Q=AT_ISSUANCE, R=AT_ISSUANCE, S=AT_ISSUANCE)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 2000})
    await trading.earn(member, "Q", {"Q": 1000})
    await trading.redeem(member, "R", 2000)
    cycle = await closed(trading)
    letters = {partner_id: letter for letter, partner_id in trading.partner_ids.items()}
    async with trading.session() as session:
        companies = await session.scalars(select(LegalEntity))
        ibans = {letters.get(row.partner_id, ""): row.iban or "" for row in companies}  # type: ignore[call-overload]
    return Paying(trading, cycle, ibans)


async def closed(trading: Trading) -> Cycle:
    """The open cycle, closed and approved."""
    cycle = await trading.close(trading.cycle)
    return await trading.approve(cycle)


async def an_instructed_cycle(database: Database, plan: PaymentPlan = PaymentPlan.THROUGH_OPERATOR) -> Paying:
    """The same, instructed by Anna."""
    paying = await an_approved_cycle(database)
    await paying.instruct(plan)
    return paying


def later(paying: Paying, days: int) -> None:
    """Time goes by."""
    paying.trading.now += timedelta(days=days)


__all__ = ["ANNA", "BERT", "CARL", "Booked", "Paying"]
