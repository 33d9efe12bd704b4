"""Two partners of the demonstration do not agree with a line: one dispute is decided, one waits for its answer."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

from domain.paging import LARGEST_PAGE, PageRequest
from domain.settlement import queries
from domain.settlement.disputing import answering, deciding, evidence, raising
from domain.settlement.disputing import queries as disputes
from domain.settlement.disputing.models import Dispute, DisputeReason
from domain.settlement.disputing.queries import Wanted
from domain.settlement.lines import LineKind
from domain.settlement.models import Cycle, CycleState
from domain.settlement.parties import OPERATOR, Party, partner
from domain.settlement.queries import Line, all_cycles
from hansa.journey import cast
from hansa.journey.founding import Founded
from resolvers.context import Context

MAKER = "northwind"
WORDS = "Goods paid with points came back in weeks 3 and 4; their points are still charged to us"
NOTE = "Our receiving notes of those weeks list the cartons that came back, with the numbers of their receipts."


async def argue(ctx: Context, founded: Founded) -> None:
    """Dispute lines of the cycle that lies before the partners, once; its steps are spread over the days since."""
    proposed = [cycle for cycle in await ctx.read(all_cycles) if cycle.state == CycleState.PROPOSED]
    for cycle in proposed[:1]:
        wanted = Wanted(cycle_id=cycle.cycle_id)
        if not (await ctx.read(disputes.disputes, wanted, PageRequest(first=1))).items:
            await _decided(ctx, founded, cycle)
            await _open(ctx, founded, cycle)
    await ctx.close()


async def _decided(ctx: Context, founded: Founded, cycle: Cycle) -> None:
    """The maker says goods came back; the shop agrees to some of it, and the coalition upholds that."""
    shop = founded.partners[cast.SHOP]
    line = await _line(ctx, founded, cycle, MAKER, LineKind.REDEMPTION, partner(shop))
    if line is None:
        return
    amount = _half(line.money.amount)
    dispute = await _raised(ctx, founded, cycle, MAKER, line, amount, reason=DisputeReason.RETURNED, words=WORDS, day=2)
    maker, its_finance = founded.partners[MAKER], founded.finance[MAKER]
    note = evidence.AddEvidence(
        dispute_id=dispute.dispute_id, partner_id=maker, person_id=its_finance, name="Receiving notes", words=NOTE
    )
    await ctx.write(evidence.add, note, now=_day(ctx, cycle, 2))
    half = _half(amount)
    answer = answering.AnswerDispute(
        dispute_id=dispute.dispute_id,
        partner_id=shop,
        person_id=founded.finance[cast.SHOP],
        words="Week 3 is right; the points of week 4 were given back at the till",
        conceded=half,
    )
    await ctx.write(answering.answer, answer, now=_day(ctx, cycle, 4))
    await ctx.write(answering.escalate, dispute.dispute_id, partner_id=maker, by=its_finance, now=_day(ctx, cycle, 5))
    decision = deciding.DecideDispute(
        dispute_id=dispute.dispute_id,
        person_id=founded.approver,
        upheld=half,
        reasons="Week 3 as both sides see it; week 4 stands in the ledger",
    )
    await ctx.write(deciding.decide, decision, now=_day(ctx, cycle, 7))


async def _open(ctx: Context, founded: Founded, cycle: Cycle) -> None:
    """The distributor asks about its fee; the coalition has not answered yet."""
    line = await _line(ctx, founded, cycle, cast.DISTRIBUTOR, LineKind.FEE, OPERATOR)
    if line is not None:
        words = "Points of returned goods should bear no fee"
        reason = DisputeReason.PRICE
        await _raised(ctx, founded, cycle, cast.DISTRIBUTOR, line, None, reason=reason, words=words, day=11)


async def _raised(  # noqa: PLR0913 - a dispute has this many independent parts
    ctx: Context,
    founded: Founded,
    cycle: Cycle,
    slug: str,
    line: Line,
    amount: Decimal | None,
    *,
    reason: DisputeReason,
    words: str,
    day: int,
) -> Dispute:
    command = raising.RaiseDispute(
        partner_id=founded.partners[slug],
        idempotency_key=f"demo-{slug}-{cycle.name}",
        line_id=line.line_id,
        reason=reason,
        words=words,
        amount=amount,
        person_id=founded.finance[slug],
    )
    return await ctx.write(raising.raise_dispute, command, now=_day(ctx, cycle, day))


async def _line(
    ctx: Context, founded: Founded, cycle: Cycle, slug: str, kind: LineKind, creditor: Party
) -> Line | None:
    """The greatest line of a kind that a partner owes another party, if it has one worth arguing about."""
    party = partner(founded.partners[slug])
    page = await ctx.read(queries.lines, cycle.cycle_id, party, PageRequest(first=LARGEST_PAGE))
    owed = [line for line in page.items if line.money.kind is kind and line.money.creditor == creditor]
    worth = [line for line in owed if line.money.debtor == party and line.money.amount > Decimal("0.10")]
    return max(worth, key=lambda line: line.money.amount, default=None)


def _half(amount: Decimal) -> Decimal:
    return (amount / 2).quantize(Decimal("0.01"))


def _day(ctx: Context, cycle: Cycle, day: int) -> datetime:
    """So many days after the proposal, but never in the future."""
    assert cycle.proposed_at is not None
    return min(cycle.proposed_at + timedelta(days=day), ctx.now)
