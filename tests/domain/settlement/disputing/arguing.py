"""A proposed cycle with something to argue about, and short words for the steps of a dispute."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from uuid import UUID

from domain.coalition.models import DisputedLines
from domain.ids import PartnerId, PersonId
from domain.paging import Page, PageRequest
from domain.settlement import computing, cycles, queries
from domain.settlement.disputing import answering, deciding, evidence, raising
from domain.settlement.disputing.models import Dispute, DisputeEvidence, DisputeReason
from domain.settlement.lines import LineKind
from domain.settlement.models import Cycle
from domain.settlement.parties import PartyRole, partner
from domain.settlement.queries import Line
from domain.storage import COALITION, Database, Sight
from tests.domain.settlement.trading import ANNA, HYBRID, Trading, a_coalition

PIA, ROB, QUIN = (PersonId(UUID(int=number)) for number in (0xC, 0xD, 0xE))
"""Finance people of P, R and Q."""
PEOPLE = {"P": PIA, "R": ROB, "Q": QUIN}
CARL = PersonId(UUID(int=0xF))
"""Of the coalition: decides. Anna prepares cycles, Bert approves them."""

_KEYS = count(1)


@dataclass
class Arguing:
    """A cycle whose statements lie before the partners."""

    trading: Trading
    cycle: Cycle

    def sight(self, who: str) -> Sight:
        """A partner's eyes by its letter, or the coalition's."""
        return Sight.partner(self.trading.partner_ids[who]) if who else COALITION

    def partner_id(self, who: str) -> PartnerId | None:
        """A partner by its letter; None for the coalition."""
        return self.trading.partner_ids[who] if who else None

    async def do(self, who: str, rule: Any, *args: Any, **kwargs: Any) -> Any:
        """A rule in a transaction with somebody's sight."""
        async with self.trading.session(self.sight(who)) as session:
            return await rule(session, *args, **kwargs)

    async def line(self, between: str = "PR", kind: LineKind = LineKind.REDEMPTION) -> Line:
        """The line by which the first owes the second, by letters or O for the operator."""
        letters = {"O": PartyRole.OPERATOR.value}
        wanted = [letters.get(letter, letter) for letter in between]
        party = partner(self.trading.partner_ids[next(letter for letter in between if letter != "O")])
        page: Page[Line] = await self.do("", queries.lines, self.cycle.cycle_id, party, PageRequest(first=100))
        return next(
            line
            for line in page.items
            if [self.trading.letter(line.money.debtor), self.trading.letter(line.money.creditor)] == wanted
            and line.money.kind is kind
        )

    async def raised(self, who: str = "P", line: Line | None = None, **changes: Any) -> Dispute:
        """A partner disputes a line: the reimbursement it owes R, if not said otherwise."""
        line = line or await self.line()
        usual: dict[str, Any] = {
            "partner_id": self.trading.partner_ids[who],
            "idempotency_key": f"dispute-{next(_KEYS):06}",
            "line_id": line.line_id,
            "reason": DisputeReason.WRONG_AMOUNT,
            "person_id": PEOPLE[who],
        }
        command = raising.RaiseDispute(**usual | changes)
        raised: Dispute = await self.do(who, raising.raise_dispute, command, now=self.trading.now)
        return raised

    async def answered(self, dispute: Dispute, who: str = "R", conceded: str = "0", by: PersonId | None = None) -> Any:
        """The other side says something."""
        command = answering.AnswerDispute(
            dispute_id=dispute.dispute_id,
            partner_id=self.partner_id(who),
            person_id=by or (PEOPLE[who] if who else ANNA),
            words="we see it otherwise",
            conceded=Decimal(conceded),
        )
        return await self.do(who, answering.answer, command, now=self.trading.now)

    async def escalated(self, dispute: Dispute, who: str = "P") -> Any:
        """Somebody takes it to the coalition."""
        by = PEOPLE[who] if who else ANNA
        return await self.do(
            who,
            answering.escalate,
            dispute.dispute_id,
            partner_id=self.partner_id(who),
            by=by,
            now=self.trading.now,
        )

    async def withdrawn(self, dispute: Dispute, who: str = "P") -> Any:
        """Who raised it takes it back."""
        return await self.do(
            who,
            answering.withdraw,
            dispute.dispute_id,
            partner_id=self.partner_id(who),
            by=PEOPLE[who],
            now=self.trading.now,
        )

    async def decided(self, dispute: Dispute, upheld: str, by: PersonId = CARL) -> Any:
        """The coalition decides."""
        command = deciding.DecideDispute(
            dispute_id=dispute.dispute_id, person_id=by, upheld=Decimal(upheld), reasons="as the receipts say"
        )
        return await self.do("", deciding.decide, command, now=self.trading.now)

    async def noted(self, dispute: Dispute, who: str = "P", words: str = "see receipt 7") -> DisputeEvidence:
        """Somebody adds a note."""
        command = evidence.AddEvidence(
            dispute_id=dispute.dispute_id,
            partner_id=self.partner_id(who),
            person_id=PEOPLE[who] if who else ANNA,
            name="note",
            words=words,
        )
        added: DisputeEvidence = await self.do(who, evidence.add, command, now=self.trading.now)
        return added

    async def recomputed(self) -> Cycle:
        """The coalition takes the proposal back, computes the cycle again and proposes it anew."""
        do, cycle_id, now = self.trading.do, self.cycle.cycle_id, self.trading.now
        await do(cycles.void, cycle_id, by=ANNA, reason="a disputed line leaves it", now=now)
        await do(computing.compute, cycle_id, now=now)
        self.cycle = await do(cycles.propose, cycle_id, by=ANNA, now=now)
        return self.cycle

    async def following(self) -> Cycle:
        """The next cycle is closed as well, as far as computed."""
        return await self.trading.close(self.trading.cycle)

    def later(self, **time: int) -> None:
        """Time goes by."""
        self.trading.now += timedelta(**time)

    async def net(self, who: str, cycle: Cycle | None = None) -> Decimal:
        """What a cycle comes to for a partner."""
        found = await self.do("", queries.statement, (cycle or self.cycle).cycle_id, self.trading.partner_ids[who])
        net: Decimal = found.balance.net
        return net


async def an_argument(database: Database, *, disputed: DisputedLines = DisputedLines.PROVISIONAL) -> Arguing:
    """P awards 1,000 points and R honours 400 of them, in two redemptions; the statements are proposed."""
    terms: dict[str, Any] = {**HYBRID, "disputed_lines": disputed}
    trading = await a_coalition(database, P=terms, R=terms, Q=terms)
    member = await trading.join()
    await trading.earn(member, "P", {"P": 1000})
    await trading.redeem(member, "R", 300)
    await trading.redeem(member, "R", 100)
    cycle = await trading.close(trading.cycle)
    cycle = await trading.do(cycles.propose, cycle.cycle_id, by=ANNA, now=trading.now)
    return Arguing(trading, cycle)
