"""Prepaid packs: ordered at a fixed price, opened once two persons or the bank say they are paid, drawn by awards.

What the points of packs cost was paid with the pack; so at the close the operator owes it to the partner, against the
charge for the same points (a line of the adjustments). The operator holds what is left as an advance.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import func, text, true
from sqlmodel import col, select

from domain.coalition.errors import PartnerNotFound
from domain.coalition.founding import coalition_of
from domain.coalition.models import Billing, Contract, Partner
from domain.errors import IdempotencyConflict, InvalidValue
from domain.idempotency import checked_key, fingerprint
from domain.ids import PartnerId, PersonId, new_id
from domain.ledger.allowance_models import AllowanceKind, ChangeReason
from domain.ledger.allowances import add
from domain.settlement.adjustment_models import AdjustmentReason
from domain.settlement.adjustments import Adjustment, adjust
from domain.settlement.errors import NotOnPacks, PackNotFound, PackSettled, SecondPersonNeeded
from domain.settlement.exact import exactly, payable
from domain.settlement.models import Cycle
from domain.settlement.parties import OPERATOR, partner
from domain.settlement.prepaid.advances import Advance, PaidPack, advance
from domain.settlement.prepaid.models import PackState, PrepaidPack
from domain.settlement.queries import open_cycle
from domain.settlement.references import reference
from domain.storage import ReadSession, WriteSession, concerning, sight_of
from domain.values import check_text, minor_digits

MOST_PACKS = 1000
LONGEST_NOTE = 140


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPacks:
    """So many packs of the size that the partner's contract names."""

    partner_id: PartnerId
    packs: int
    idempotency_key: str

    def __post_init__(self) -> None:
        if not 1 <= self.packs <= MOST_PACKS:
            raise InvalidValue(f"1 to {MOST_PACKS} packs are ordered at a time", path=("packs",))
        checked_key(self.idempotency_key)


async def order(session: WriteSession, command: OrderPacks, *, by: UUID | None, now: datetime) -> PrepaidPack:
    """Order packs at the contract's price: the one below all bands, times the share due when points are awarded.

    A band that is reached gives its difference back at the close. Raises: PartnerNotFound, NotOnPacks,
    IdempotencyConflict.
    """
    print_of = fingerprint(command)
    await session.execute(
        text("SELECT pg_advisory_xact_lock(hashtextextended(:who, 23))"), {"who": str(command.partner_id)}
    )
    before = await _ordered(session, command)
    if before is not None:
        if before.fingerprint != print_of:
            raise IdempotencyConflict("This idempotency key was used for another order.", path=("idempotencyKey",))
        return before
    whose, contract = await _on_packs(session, command.partner_id, now)
    assert contract.pack_points is not None
    currency = (await coalition_of(session)).currency
    counted = select(func.max(PrepaidPack.number)).where(col(PrepaidPack.partner_id) == command.partner_id)
    number = (await session.scalar(counted) or 0) + 1
    points = command.packs * contract.pack_points
    price, net, tax = _cost(contract, points, minor_digits(currency))
    pack = PrepaidPack(
        pack_id=new_id(),
        partner_id=command.partner_id,
        number=number,
        contract_id=contract.contract_id,
        packs=command.packs,
        points=points,
        price=price,
        net=net,
        tax=tax,
        gross=net + tax,
        currency=currency,
        # Nobody pays itself for a cycle: a reference with the same payer and payee is a pack's.
        reference=reference(number, whose.number or 0, whose.number or 0),
        idempotency_key=command.idempotency_key,
        fingerprint=print_of,
        ordered_at=now,
        ordered_by=by,
    )
    session.add(pack)
    await session.flush()
    return pack


async def note_payment(
    session: WriteSession, pack_id: UUID, *, amount: Decimal, bank_note: str, by: PersonId, now: datetime
) -> PrepaidPack:
    """One person saw all of its money arrive. Raises: PackNotFound, PackSettled, InvalidValue."""
    check_text("bank_note", bank_note, LONGEST_NOTE)
    pack = await _held(session, pack_id)
    _refuse_settled(pack)
    if amount != pack.gross:
        raise InvalidValue(
            f"the pack costs {pack.gross} {pack.currency}: note it when all of that is there", path=("amount",)
        )
    pack.noted_by, pack.noted_at, pack.bank_note = by, now, bank_note
    return pack


async def confirm_payment(session: WriteSession, pack_id: UUID, *, by: PersonId, now: datetime) -> PrepaidPack:
    """A second person agrees that it is paid: its points can be awarded from this moment.

    Raises: PackNotFound, PackSettled, SecondPersonNeeded.
    """
    pack = await _held(session, pack_id)
    if pack.paid_by == by:
        return pack
    _refuse_settled(pack)
    if pack.noted_by is None:
        raise PackSettled(pack.number, "not noted as paid yet; note its payment first")
    if pack.noted_by == by:
        raise SecondPersonNeeded(f"the payment of pack {pack.number}", by)
    return await _opened(session, pack, by=by, entry_id=None, now=now)


async def paid_by_bank(
    session: WriteSession, pack_id: UUID, *, entry_id: UUID, amount: Decimal, now: datetime
) -> PrepaidPack:
    """An entry of a bank statement bears its reference and pays all of it.

    Raises: PackNotFound, PackSettled, InvalidValue.
    """
    pack = await _held(session, pack_id)
    if pack.bank_entry_id == entry_id:
        return pack
    _refuse_settled(pack)
    if amount != pack.gross:
        raise InvalidValue(f"the pack costs {pack.gross} {pack.currency}, not {amount}", path=("amount",))
    return await _opened(session, pack, by=None, entry_id=entry_id, now=now)


async def cancel(session: WriteSession, pack_id: UUID, *, by: PersonId | None, now: datetime) -> PrepaidPack:
    """Nobody will pay it. Raises: PackNotFound, PackSettled."""
    pack = await _held(session, pack_id)
    if pack.state is not PackState.CANCELLED:
        _refuse_settled(pack)
        pack.cancelled_at, pack.cancelled_by = now, by
    return pack


async def pack_by_id(session: ReadSession, pack_id: UUID) -> PrepaidPack:
    """An order that the viewer may see. Raises: PackNotFound."""
    seen = concerning(sight_of(session), col(PrepaidPack.partner_id))
    pack = (await session.scalars(select(PrepaidPack).where(PrepaidPack.pack_id == pack_id, seen))).first()
    if pack is None:
        raise PackNotFound
    return pack


async def packs(session: ReadSession, partner_id: PartnerId | None = None, most: int = 200) -> list[PrepaidPack]:
    """The orders that the viewer may see, of one partner or of all, the newest first."""
    whose = true() if partner_id is None else col(PrepaidPack.partner_id) == partner_id
    seen = concerning(sight_of(session), col(PrepaidPack.partner_id))
    newest = (
        select(PrepaidPack).where(whose, seen).order_by(col(PrepaidPack.ordered_at).desc(), col(PrepaidPack.pack_id))
    )
    return list(await session.scalars(newest.limit(most)))


async def pack_by_reference(session: ReadSession, word: str) -> PrepaidPack | None:
    """The pack whose payment bears this reference."""
    return (await session.scalars(select(PrepaidPack).where(PrepaidPack.reference == word))).first()


async def draw_down(session: WriteSession, cycle: Cycle, *, now: datetime) -> None:
    """Owe partners what the points they drew from packs in a cycle had cost; again as often as it is computed.

    The cycle is cut off, so what was drawn in it is final, and it comes to the same line every time.
    """
    for partner_id, moved in (await advances(session, cycle)).items():
        if moved.drawn:
            whose = partner(partner_id)
            debtor, creditor = (OPERATOR, whose) if moved.drawn > 0 else (whose, OPERATOR)
            adjustment = Adjustment(
                reason=AdjustmentReason.PREPAID,
                debtor=debtor,
                creditor=creditor,
                amount=abs(moved.drawn),
                adjusts_cycle_id=cycle.cycle_id,
                note=f"{moved.drawn_points} points of prepaid packs, at what the packs cost",
            )
            key = f"prepaid-{cycle.cycle_id}-{partner_id}"
            await adjust(session, adjustment, by=None, now=now, cycle_id=cycle.cycle_id, key=key)


async def advances(session: ReadSession, cycle: Cycle) -> dict[PartnerId, Advance]:
    """What each partner has paid before, over a cycle; the opening of one cycle is the closing of the one before."""
    digits = minor_digits((await coalition_of(session)).currency)
    paid = await _paid_until(session, cycle)
    drawn = await _drawn_until(session, cycle)
    return {
        partner_id: advance(
            [pack for number, pack in theirs if number < cycle.number],
            [pack for number, pack in theirs if number == cycle.number],
            *drawn.get(partner_id, (0, 0)),
            digits,
        )
        for partner_id, theirs in paid.items()
    }


async def _paid_until(session: ReadSession, cycle: Cycle) -> dict[PartnerId, list[tuple[int, PaidPack]]]:
    seen = concerning(sight_of(session), col(PrepaidPack.partner_id))
    found = (
        select(PrepaidPack, Cycle.number)
        .join(Cycle, col(Cycle.cycle_id) == col(PrepaidPack.cycle_id))
        .where(col(Cycle.number) <= cycle.number, seen)
        .order_by(col(Cycle.number), col(PrepaidPack.paid_at), col(PrepaidPack.number))
    )
    paid: dict[PartnerId, list[tuple[int, PaidPack]]] = {}
    for pack, number in await session.execute(found):
        whole = PaidPack(points=pack.points, gross=pack.gross)
        paid.setdefault(PartnerId(pack.partner_id), []).append((number, whole))
    return paid


_DRAWN = """
SELECT d.partner_id, COALESCE(sum(d.points) FILTER (WHERE c.number < :number), 0)::bigint AS before,
    sum(d.points)::bigint AS after
FROM (SELECT x.partner_id, x.cycle_id, x.points FROM allowance_draw x
        JOIN allowance a ON a.allowance_id = x.allowance_id AND a.kind = 'PREPAID'
    UNION ALL SELECT r.partner_id, r.cycle_id, r.points FROM prepaid_refund r WHERE r.agreed_at IS NOT NULL) d
JOIN cycle c ON c.cycle_id = d.cycle_id WHERE c.number <= :number GROUP BY d.partner_id
"""


async def _drawn_until(session: ReadSession, cycle: Cycle) -> dict[PartnerId, tuple[int, int]]:
    """Points that were awarded, or given back unused, before a cycle and until its end."""
    rows = await session.execute(text(_DRAWN), {"number": cycle.number})
    return {PartnerId(row.partner_id): (row.before, row.after) for row in rows}


def _cost(contract: Contract, points: int, digits: int) -> tuple[Decimal, Decimal, Decimal]:
    """Price per point, and what all of them cost, without tax and the tax of it."""
    with exactly():
        price = contract.price * contract.share_at_issuance
        net = payable(price * points, digits)
        return price, net, payable(net * contract.tax_supply, digits)


async def _on_packs(session: ReadSession, partner_id: PartnerId, now: datetime) -> tuple[Partner, Contract]:
    whose = await session.get(Partner, partner_id)
    if whose is None:
        raise PartnerNotFound
    contract = await contract_in_force(session, partner_id, now)
    if contract is None or contract.billing != Billing.PREPAID:
        raise NotOnPacks(whose.name)
    return whose, contract


async def contract_in_force(session: ReadSession, partner_id: PartnerId, now: datetime) -> Contract | None:
    """The version of a partner's contract that postings go by now."""
    signed = col(Contract.signed_at).is_not(None) & (col(Contract.valid_from) <= now)
    newest = select(Contract).where(col(Contract.partner_id) == partner_id, signed)
    return (await session.scalars(newest.order_by(col(Contract.version).desc()).limit(1))).first()


async def _opened(
    session: WriteSession, pack: PrepaidPack, *, by: UUID | None, entry_id: UUID | None, now: datetime
) -> PrepaidPack:
    cycle = await open_cycle_held(session)
    pack.paid_by, pack.bank_entry_id, pack.paid_at, pack.cycle_id = by, entry_id, now, cycle.cycle_id
    await session.flush()
    whose, kind = PartnerId(pack.partner_id), AllowanceKind.PREPAID
    await add(session, whose, kind, pack.points, ChangeReason.PACK, now=now, change_id=pack.pack_id, by=by)
    return pack


async def open_cycle_held(session: WriteSession) -> Cycle:
    """The open cycle, which is not cut off before this transaction ends: no award draws a pack in an earlier cycle."""
    await session.execute(text("SELECT lock_cycle()"))
    return await open_cycle(session)


async def _ordered(session: ReadSession, command: OrderPacks) -> PrepaidPack | None:
    same = (col(PrepaidPack.partner_id) == command.partner_id) & (
        col(PrepaidPack.idempotency_key) == command.idempotency_key
    )
    return (await session.scalars(select(PrepaidPack).where(same))).first()


async def _held(session: WriteSession, pack_id: UUID) -> PrepaidPack:
    """A pack whose steps take turns. Raises: PackNotFound."""
    await session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:which, 23))"), {"which": str(pack_id)})
    seen = concerning(sight_of(session), col(PrepaidPack.partner_id))
    found = select(PrepaidPack).where(PrepaidPack.pack_id == pack_id, seen)
    pack = (await session.scalars(found.execution_options(populate_existing=True))).first()
    if pack is None:
        raise PackNotFound
    return pack


def _refuse_settled(pack: PrepaidPack) -> None:
    if pack.state in {PackState.PAID, PackState.CANCELLED}:
        raise PackSettled(pack.number, str(pack.state).lower())
