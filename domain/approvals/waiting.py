"""Everything that waits for a second person, whatever it is about, in the order of its deadlines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, Numeric, Text, Uuid, cast, func, literal, null, union_all
from sqlmodel import col, select

from domain.banking.models import BankEntry, BankMatch, PartnerCredit, Payment, WriteOff
from domain.coalition.exit_models import PartnerExit
from domain.coalition.models import BankChange, Coalition, Contract
from domain.liability.models import ReserveMovement
from domain.reconciliation.models import ExceptionStep, ReconciliationException
from domain.reconciliation.words import ExceptionState
from domain.settlement.adjustment_models import SettlementAdjustment
from domain.settlement.failure_models import SetAside
from domain.settlement.models import Cycle, CycleState
from domain.settlement.prepaid.models import PrepaidPack, PrepaidRefund
from domain.storage import COALITION, ReadSession, concerning, sight_of

MOST = 500
"""A list that is longer is nobody's worklist any more."""


class ApprovalKind(StrEnum):
    """What a second person is to agree to."""

    CYCLE = "CYCLE"
    """The statements of a cycle, as they were proposed."""
    CONTRACT = "CONTRACT"
    """A version of a contract."""
    ACCOUNT = "ACCOUNT"
    """Where a company is paid from now on."""
    PAYMENTS = "PAYMENTS"
    """The payments of a cycle, to go out to the bank."""
    BANK_ENTRY = "BANK_ENTRY"
    """What an entry of the bank belongs to, where the amounts differ."""
    WRITE_OFF = "WRITE_OFF"
    """To give up what is left of a payment."""
    CREDIT = "CREDIT"
    """What becomes of money that a partner paid too much."""
    ADJUSTMENT = "ADJUSTMENT"
    """An adjustment in money."""
    SET_ASIDE = "SET_ASIDE"
    """What becomes of a partner that fails in a cycle."""
    PREPAID_PACK = "PREPAID_PACK"
    """That an order of packs is paid."""
    PREPAID_REFUND = "PREPAID_REFUND"
    """To give back what is left of packs."""
    RESERVE_RELEASE = "RESERVE_RELEASE"
    """To take money out of the reserve."""
    EXCEPTION = "EXCEPTION"
    """To match by force, or to write off, what a partner's file and the ledger do not agree on."""
    REMAINDER = "REMAINDER"
    """What becomes of points nobody has spent when a partner leaves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Approval:
    """Something that one person asked for, and a second has to agree to."""

    kind: ApprovalKind
    subject_id: UUID
    """What is agreed to: the cycle, contract, change of account, entry, payment, credit, adjustment, partner."""
    partner_id: UUID | None
    cycle_id: UUID | None
    amount: Decimal | None
    """In the settlement currency."""
    asked_by: UUID | None
    """None: the command line, or more persons than one."""
    asked_at: datetime
    due_at: datetime | None
    """Until when it is wanted; None where nothing hangs on a day."""
    note: str | None
    """In the words of who asked, or the code of what is asked for."""


async def waiting(session: ReadSession) -> list[Approval]:
    """What waits, the nearest deadline first: all of it for the coalition, its own for a partner."""
    sight = sight_of(session)
    asked = [*_PARTNERS, *(_COALITIONS if sight == COALITION else ())]
    found = union_all(*(one(sight) for one in asked)).subquery()
    query = select(*found.c).order_by(found.c.due_at.asc().nulls_last(), found.c.asked_at, found.c.subject_id)
    rows = (await session.execute(query.limit(MOST))).mappings()
    return [Approval(**{**row, "kind": ApprovalKind(row["kind"])}) for row in rows]


Instant: Any = DateTime(timezone=True)


_COLUMNS: dict[str, Any] = {
    "partner": ("partner_id", Uuid()),
    "cycle": ("cycle_id", Uuid()),
    "amount": ("amount", Numeric()),
    "by": ("asked_by", Uuid()),
    "at": ("asked_at", Instant),
    "due": ("due_at", Instant),
    "note": ("note", Text()),
}


def _asked(kind: ApprovalKind, subject: Any, **about: Any) -> Any:
    """The columns that all of them have, with their types also where there is nothing in them."""
    columns: list[Any] = [cast(about.get(key, null()), type_).label(name) for key, (name, type_) in _COLUMNS.items()]
    return select(literal(kind.value).label("kind"), cast(subject, Uuid()).label("subject_id"), *columns)


def _beginning(day: Any) -> Any:
    """When a day begins where the coalition is."""
    return func.timezone(select(Coalition.time_zone).scalar_subquery(), cast(day, DateTime()))


def _contracts(sight: Any) -> Any:
    asked = _asked(
        ApprovalKind.CONTRACT,
        Contract.contract_id,
        partner=Contract.partner_id,
        by=Contract.drawn_up_by,
        at=func.coalesce(Contract.drawn_up_at, Contract.valid_from),
        due=Contract.valid_from,
    )
    standing = col(Contract.signed_at).is_(None) & col(Contract.withdrawn_at).is_(None)
    return asked.where(standing, concerning(sight, col(Contract.partner_id)))


def _accounts(sight: Any) -> Any:
    asked = _asked(
        ApprovalKind.ACCOUNT,
        BankChange.bank_change_id,
        partner=BankChange.partner_id,
        by=BankChange.proposed_by,
        at=BankChange.proposed_at,
        note=BankChange.iban,
    )
    return asked.where(col(BankChange.outcome).is_(None), concerning(sight, col(BankChange.partner_id)))


def _exceptions(sight: Any) -> Any:
    asked = _asked(
        ApprovalKind.EXCEPTION,
        ReconciliationException.exception_id,
        partner=ReconciliationException.partner_id,
        by=ReconciliationException.proposed_by,
        at=_proposal(sight, ExceptionStep.taken_at),
        note=_proposal(sight, ExceptionStep.note),
    )
    proposed = col(ReconciliationException.state) == ExceptionState.PROPOSED
    return asked.where(proposed, concerning(sight, col(ReconciliationException.partner_id)))


def _proposal(sight: Any, what: Any) -> Any:
    """What the last step that proposed something about an exception says."""
    steps = select(what).where(
        col(ExceptionStep.exception_id) == col(ReconciliationException.exception_id),
        col(ExceptionStep.what).endswith("_PROPOSED"),
        concerning(sight, col(ExceptionStep.partner_id)),
    )
    last = steps.order_by(col(ExceptionStep.step_id).desc()).limit(1)
    return last.correlate(ReconciliationException).scalar_subquery()


def _cycles(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.CYCLE,
        Cycle.cycle_id,
        cycle=Cycle.cycle_id,
        by=Cycle.prepared_by,
        at=Cycle.proposed_at,
        due=Cycle.answer_until,
    )
    return asked.where(Cycle.state == CycleState.PROPOSED)


def _payments(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.PAYMENTS,
        Payment.cycle_id,
        cycle=Payment.cycle_id,
        amount=func.sum(Payment.amount - Payment.paid - Payment.written_off),
        by=func.max(cast(Payment.instructed_by, Text())),
        at=func.min(Payment.planned_at),
        due=_beginning(func.min(Payment.due_on)),
    )
    return asked.where(col(Payment.state).in_(("PLANNED", "RETURNED"))).group_by(col(Payment.cycle_id))


def _entries(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.BANK_ENTRY,
        BankMatch.entry_id,
        amount=func.sum(BankMatch.amount),
        by=func.max(cast(BankMatch.matched_by, Text())),
        at=func.max(BankMatch.matched_at),
        note=func.max(func.coalesce(BankMatch.note, BankEntry.party_name)),
    )
    joined = asked.join(BankEntry, col(BankEntry.entry_id) == col(BankMatch.entry_id))
    return joined.where(BankMatch.state == "PROPOSED").group_by(col(BankMatch.entry_id))


def _write_offs(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.WRITE_OFF,
        WriteOff.payment_id,
        partner=Payment.payer_id,
        cycle=Payment.cycle_id,
        amount=WriteOff.amount,
        by=WriteOff.asked_by,
        at=WriteOff.asked_at,
        note=WriteOff.reason,
    )
    joined = asked.join(Payment, col(Payment.payment_id) == col(WriteOff.payment_id))
    return joined.where(col(WriteOff.agreed_at).is_(None), col(WriteOff.dropped_at).is_(None))


def _credits(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.CREDIT,
        PartnerCredit.credit_id,
        partner=PartnerCredit.partner_id,
        amount=PartnerCredit.amount,
        by=PartnerCredit.asked_by,
        at=PartnerCredit.asked_at,
        note=PartnerCredit.use,
    )
    return asked.where(PartnerCredit.state == "ASKED")


def _adjustments(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.ADJUSTMENT,
        SettlementAdjustment.adjustment_id,
        partner=func.coalesce(SettlementAdjustment.debtor_id, SettlementAdjustment.creditor_id),
        cycle=SettlementAdjustment.adjusts_cycle_id,
        amount=SettlementAdjustment.amount,
        by=SettlementAdjustment.made_by,
        at=SettlementAdjustment.made_at,
        note=SettlementAdjustment.note,
    )
    return asked.where(col(SettlementAdjustment.agreed_at).is_(None), col(SettlementAdjustment.withdrawn_at).is_(None))


def _set_asides(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.SET_ASIDE,
        SetAside.set_aside_id,
        partner=SetAside.partner_id,
        cycle=SetAside.cycle_id,
        by=SetAside.asked_by,
        at=SetAside.asked_at,
        note=SetAside.reason,
    )
    return asked.where(col(SetAside.asked).is_not(None))


def _packs(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.PREPAID_PACK,
        PrepaidPack.pack_id,
        partner=PrepaidPack.partner_id,
        amount=PrepaidPack.gross,
        by=PrepaidPack.noted_by,
        at=PrepaidPack.noted_at,
        note=PrepaidPack.bank_note,
    )
    standing = (PrepaidPack.noted_at, PrepaidPack.paid_at, PrepaidPack.cancelled_at)
    noted, paid, cancelled = (col(one) for one in standing)
    return asked.where(noted.is_not(None), paid.is_(None), cancelled.is_(None))


def _refunds(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.PREPAID_REFUND,
        PrepaidRefund.partner_id,
        partner=PrepaidRefund.partner_id,
        by=PrepaidRefund.asked_by,
        at=PrepaidRefund.asked_at,
        note=PrepaidRefund.note,
    )
    return asked.where(col(PrepaidRefund.agreed_at).is_(None))


def _releases(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.RESERVE_RELEASE,
        ReserveMovement.movement_id,
        amount=ReserveMovement.amount,
        by=ReserveMovement.recorded_by,
        at=ReserveMovement.recorded_at,
        due=_beginning(ReserveMovement.value_on),
        note=ReserveMovement.note,
    )
    return asked.where(ReserveMovement.kind == "RELEASE", col(ReserveMovement.booked_at).is_(None))


def _remainders(_: Any) -> Any:
    asked = _asked(
        ApprovalKind.REMAINDER,
        PartnerExit.partner_id,
        partner=PartnerExit.partner_id,
        by=PartnerExit.remainder_by,
        at=PartnerExit.noticed_at,
        due=PartnerExit.honours_until,
        note=PartnerExit.remainder,
    )
    said, agreed = col(PartnerExit.remainder), col(PartnerExit.remainder_agreed_at)
    return asked.where(said.is_not(None), agreed.is_(None), col(PartnerExit.withdrawn_at).is_(None))


Asked = Callable[[Any], Any]

_PARTNERS: tuple[Asked, ...] = (_contracts, _accounts, _exceptions)
"""What a partner may know of: its contracts and accounts, and what its own people propose."""
_COALITIONS: tuple[Asked, ...] = (
    _cycles,
    _payments,
    _entries,
    _write_offs,
    _credits,
    _adjustments,
    _set_asides,
    _packs,
    _refunds,
    _releases,
    _remainders,
)
