"""A partner disputes a line of its statement, a part of it, or some of the transfers under it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.coalition.founding import coalition_of
from domain.coalition.models import Contract, DisputedLines
from domain.errors import IdempotencyConflict, InvalidValue
from domain.idempotency import checked_key, fingerprint
from domain.ids import PartnerId, PersonId, new_id
from domain.settlement import drilling
from domain.settlement.disputing.errors import (
    AlreadyDisputed,
    DisputeExceedsLine,
    DisputeWindowClosed,
    LineDrawnUpAnew,
    LineNotDisputable,
    TransferNotUnderLine,
)
from domain.settlement.disputing.lines import disputes_of_line, line_row, undisputed
from domain.settlement.disputing.models import (
    Dispute,
    DisputeReason,
    DisputeState,
    DisputeStepKind,
    DisputeTransfer,
    DisputeTreatment,
)
from domain.settlement.disputing.stages import leave_line
from domain.settlement.errors import LineNotFound
from domain.settlement.exact import ZERO, payable, total
from domain.settlement.lines import Source
from domain.settlement.models import Cycle, CycleState, StatementLine
from domain.settlement.policy import policy_of
from domain.settlement.queries import shown
from domain.settlement.steps import hold_still
from domain.settlement.visible import DRAFTS
from domain.storage import ReadSession, WriteSession
from domain.values import check_text, minor_digits

LONGEST_WORDS = 2_000
MOST_TRANSFERS = 500


@dataclass(frozen=True, slots=True, order=True)
class TransferRef:
    """A movement of points by its wallet, its entry and its place in it."""

    wallet_id: UUID
    entry_id: UUID
    n: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RaiseDispute:
    """What a partner does not agree with: the whole line, an amount of it, or transfers under it; and why."""

    partner_id: PartnerId
    idempotency_key: str
    line_id: UUID
    reason: DisputeReason
    person_id: PersonId
    words: str | None = None
    amount: Decimal | None = None
    transfers: tuple[TransferRef, ...] = field(default_factory=tuple)

    def __post_init__(self) -> None:
        if self.words is not None:
            check_words("words", self.words)
        elif self.reason is DisputeReason.OTHER:
            raise InvalidValue("for a reason that no code names, say in words what it is", path=("words",))
        if self.amount is not None and self.transfers:
            raise InvalidValue(
                "name an amount or transfers, not both: transfers add up by themselves", path=("amount",)
            )
        if self.amount is not None and not (self.amount.is_finite() and self.amount > 0):
            raise InvalidValue("a disputed amount is more than nothing", path=("amount",))
        if len(self.transfers) > MOST_TRANSFERS or len(set(self.transfers)) < len(self.transfers):
            raise InvalidValue(f"name each transfer once, and {MOST_TRANSFERS} at most", path=("transfers",))


def check_words(name: str, words: str) -> None:
    """Hold words to what people can read, paragraphs allowed. Raises: InvalidValue, naming the field."""
    check_text(name, words.replace("\r\n", " ").replace("\n", " "), LONGEST_WORDS)


@dataclass(frozen=True, slots=True)
class _Disputed:
    """What is disputed: its exact sum, what of it can be paid, and the transfers that make it up."""

    exact: Decimal
    amount: Decimal
    transfers: Sequence[drilling.LineTransfer] = ()


async def raise_dispute(session: WriteSession, command: RaiseDispute, *, now: datetime) -> Dispute:
    """Dispute a line while the contract lets one; the same key gives the same dispute again.

    Raises: LineNotFound, LineDrawnUpAnew, LineNotDisputable, DisputeWindowClosed, TransferNotUnderLine,
    AlreadyDisputed, DisputeExceedsLine, IdempotencyConflict, InvalidValue.
    """
    before = await _raised_before(session, command)
    if before is not None:
        return before
    line = await line_row(session, command.line_id)
    if command.partner_id not in {line.debtor_id, line.creditor_id}:
        raise LineNotFound
    cycle = await hold_still(session, line.cycle_id)
    before = await _raised_before(session, command)  # a repetition may have waited for the first
    if before is not None:
        return before
    _refuse_other_line(cycle, line)
    contract = await _contract_of(session, command.partner_id, cycle)
    _refuse_late(cycle, contract, now)
    disputed = await _disputed(session, line, command)
    await _refuse_again(session, line, command, disputed)
    return await _kept(session, command, line, disputed, treatment=_treatment(cycle, contract), now=now)


def _refuse_other_line(cycle: Cycle, line: StatementLine) -> None:
    if cycle.state in DRAFTS:
        raise LineNotFound  # its proposal was taken back a moment ago, and is nobody's to see
    if line.revision != cycle.revision:
        raise LineDrawnUpAnew(cycle.name)


async def _contract_of(session: ReadSession, partner_id: PartnerId, cycle: Cycle) -> Contract:
    """The partner's contract that was in force at the cut-off."""
    versions = (
        select(Contract)
        .where(Contract.partner_id == partner_id, col(Contract.signed_at).is_not(None))
        .order_by((col(Contract.valid_from) <= cycle.cut_off_at).desc(), col(Contract.version).desc())
    )
    contract = (await session.scalars(versions.limit(1))).first()
    assert contract is not None, "who has a line has a contract"
    return contract


def _refuse_late(cycle: Cycle, contract: Contract, now: datetime) -> None:
    assert cycle.proposed_at is not None
    until = cycle.proposed_at + timedelta(days=contract.dispute_days)
    if now >= until:
        raise DisputeWindowClosed(cycle.name, until)


def _treatment(cycle: Cycle, contract: Contract) -> DisputeTreatment:
    """Out of a cycle that somebody has approved nothing is taken; what is upheld is given back later."""
    leaves_out = contract.disputed_lines == DisputedLines.LEFT_OUT and cycle.state == CycleState.PROPOSED
    return DisputeTreatment.LEFT_OUT if leaves_out else DisputeTreatment.PROVISIONAL


async def _disputed(session: ReadSession, line: StatementLine, command: RaiseDispute) -> _Disputed:
    if line.source == Source.ADJUST_MONEY and await _became_of_dispute(session, line):
        raise LineNotDisputable
    digits = minor_digits((await coalition_of(session)).currency)
    if command.transfers:
        found = await _named_transfers(session, line, command.transfers)
        exact = total(transfer.exact or ZERO for transfer in found)
        amount = payable(exact, digits)
        if not amount:
            raise InvalidValue(
                f"these transfers come to {exact:f}, which is nothing that can be paid", path=("transfers",)
            )
        return _Disputed(exact.normalize(), amount, found)
    amount = line.amount if command.amount is None else command.amount
    if amount != payable(amount, digits):
        raise InvalidValue(f"a disputed amount has {digits} decimals at most", path=("amount",))
    return _Disputed(amount, amount)


_BECAME_OF_DISPUTE = """
SELECT EXISTS (SELECT FROM settlement_adjustment WHERE adjustment_id = :adjustment_id
    AND reason IN ('DISPUTE_HELD', 'DISPUTE_DECIDED'))
"""

_NAMED = """
SELECT t.wallet_id, t.entry_id, t.n, t.kind, t.points, t.partner_id, NULL::timestamptz AS posted_at FROM transfer t
WHERE {where} AND (t.wallet_id, t.entry_id, t.n) IN (SELECT * FROM unnest(
    CAST(:wallets AS uuid[]), CAST(:entries AS uuid[]), CAST(:ns AS int[])))
"""


async def _became_of_dispute(session: ReadSession, line: StatementLine) -> bool:
    return bool(await session.scalar(text(_BECAME_OF_DISPUTE), {"adjustment_id": line.adjustment_id}))


async def _named_transfers(
    session: ReadSession, line: StatementLine, refs: Sequence[TransferRef]
) -> list[drilling.LineTransfer]:
    """The transfers under a line that were named. Raises: TransferNotUnderLine, InvalidValue."""
    under = drilling.selection(session, shown(line))
    found: dict[TransferRef, Any] = {}
    if under is not None:
        names = {
            "wallets": [ref.wallet_id for ref in refs],
            "entries": [ref.entry_id for ref in refs],
            "ns": [ref.n for ref in refs],
        }
        rows = await session.execute(text(_NAMED.format(where=under.where)), {**under.names, **names})
        moved = [drilling.transfer_of(shown(line).money, row) for row in list[Any](rows.mappings())]
        found = {TransferRef(one.wallet_id, one.entry_id, one.n): one for one in moved}
    for place, ref in enumerate(refs, start=1):
        if ref not in found:
            raise TransferNotUnderLine(place)
        if found[ref].exact is None:
            raise InvalidValue("this line counts many transfers together; dispute an amount of it", path=("transfers",))
    return [found[ref] for ref in refs]


async def _refuse_again(session: ReadSession, line: StatementLine, command: RaiseDispute, disputed: _Disputed) -> None:
    disputes = await disputes_of_line(session, line)
    standing = [one for one in disputes if one.state != DisputeState.WITHDRAWN and one.partner_id == command.partner_id]
    named = await _transfers_in(session, standing)
    if command.transfers:
        twice = any(ref in refs for refs in named.values() for ref in command.transfers)
    else:
        twice = any(one.amount == disputed.amount and one.dispute_id not in named for one in standing)
    if twice:
        raise AlreadyDisputed
    left = await undisputed(session, line, disputes)
    if disputed.amount > left:
        raise DisputeExceedsLine(disputed.amount, left)


async def _transfers_in(session: ReadSession, disputes: Sequence[Dispute]) -> dict[UUID, set[TransferRef]]:
    ids = [dispute.dispute_id for dispute in disputes]
    named: dict[UUID, set[TransferRef]] = {}
    for row in await session.scalars(select(DisputeTransfer).where(col(DisputeTransfer.dispute_id).in_(ids))):
        named.setdefault(row.dispute_id, set()).add(TransferRef(row.wallet_id, row.entry_id, row.n))
    return named


async def _kept(
    session: WriteSession,
    command: RaiseDispute,
    line: StatementLine,
    disputed: _Disputed,
    *,
    treatment: DisputeTreatment,
    now: datetime,
) -> Dispute:
    days = (await policy_of(session)).answer_days
    other = line.creditor_id if line.debtor_id == command.partner_id else line.debtor_id
    dispute_id = new_id()
    row = insert(Dispute).values(
        dispute_id=dispute_id,
        partner_id=command.partner_id,
        other_id=other,
        idempotency_key=checked_key(command.idempotency_key),
        fingerprint=fingerprint(command),
        cycle_id=line.cycle_id,
        line_id=line.line_id,
        reason=command.reason,
        words=command.words,
        exact=disputed.exact,
        amount=disputed.amount,
        treatment=treatment,
        raised_by=command.person_id,
        raised_at=now,
        state=DisputeState.RAISED,
        due_at=now + timedelta(days=days),
        changed_at=now,
    )
    taken = await session.execute(row.on_conflict_do_nothing().returning(col(Dispute.dispute_id)))
    if taken.first() is None:
        before = await _raised_before(session, command)
        assert before is not None, "only its key can be taken"
        return before
    dispute = await session.get_one(Dispute, dispute_id)
    session.add_all(_named_in(dispute, moved) for moved in disputed.transfers)
    leave_line(
        session, dispute, DisputeStepKind.RAISE, was=None, now=now, by=command.person_id, partner_id=command.partner_id
    )
    return dispute


def _named_in(dispute: Dispute, moved: drilling.LineTransfer) -> DisputeTransfer:
    assert moved.exact is not None, "others were refused"
    return DisputeTransfer(
        dispute_id=dispute.dispute_id,
        wallet_id=moved.wallet_id,
        entry_id=moved.entry_id,
        n=moved.n,
        partner_id=dispute.partner_id,
        other_id=dispute.other_id,
        points=moved.points,
        exact=moved.exact,
    )


async def _raised_before(session: ReadSession, command: RaiseDispute) -> Dispute | None:
    """What the same key raised before. Raises: IdempotencyConflict, InvalidValue."""
    query = select(Dispute).where(
        Dispute.partner_id == command.partner_id,
        Dispute.idempotency_key == checked_key(command.idempotency_key),
    )
    before = (await session.scalars(query)).first()
    if before is not None and before.fingerprint != fingerprint(command):
        message = "This idempotency key was used before for another request."
        raise IdempotencyConflict(message, path=("idempotencyKey",))
    return before
