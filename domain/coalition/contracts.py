"""What a partner agrees to: drawn up, changed while a draft, signed by a second person, and from then on history."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import func, text
from sqlmodel import col, select

from domain.coalition.errors import (
    ContractChanged,
    ContractOvertaken,
    ContractSigned,
    ContractTooEarly,
    ContractWithdrawn,
    ExclusivityTaken,
    PartnerNotFound,
    PersonNeeded,
    SecondSignatureNeeded,
)
from domain.coalition.models import Contract, LegalEntity
from domain.coalition.reservations import collisions, reservations
from domain.coalition.terms import Band, Terms
from domain.errors import NotFound
from domain.ids import PersonId, new_id
from domain.storage import ReadSession, WriteSession, concerning, sight_of

__all__ = [
    "Band",
    "Terms",
    "change",
    "contract_of",
    "draw_up",
    "is_founding",
    "one_at_a_time",
    "sign",
    "terms_of",
    "withdraw",
]

CONTRACTS_LOCK = 0x48414E5343
"""Whoever draws up, signs or publishes takes turns: what is promised to one is then seen by the next."""

CLOSE_LOCK = 20261122
"""The lock that a cut-off takes alone (domain/settlement/cycles.py): while it is shared, no cycle is cut off."""


async def one_at_a_time(session: WriteSession) -> None:
    """Wait for those who change contracts, or campaigns they bear upon; the next statement sees their work."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": CONTRACTS_LOCK})


async def is_founding(session: ReadSession) -> bool:
    """Whether the command line may do by itself what later takes people: in a sandbox, and before any cut-off."""
    return bool(await session.scalar(text("SELECT is_founding()")))


async def contract_of(session: ReadSession, contract_id: UUID) -> Contract:
    """A version of a contract that the viewer is a party to. Raises: NotFound."""
    visible = concerning(sight_of(session), col(Contract.partner_id))
    statement = select(Contract).where(Contract.contract_id == contract_id, visible)
    contract = (await session.scalars(statement.execution_options(populate_existing=True))).first()
    if contract is None:
        raise NotFound("There is no such contract.", path=("contract",))
    return contract


async def draw_up(
    session: WriteSession,
    partner_id: UUID,
    terms: Terms,
    *,
    by: PersonId | None = None,
    now: datetime | None = None,
) -> Contract:
    """Draw up the next version of a partner's contract; it binds once signed. Raises: PartnerNotFound, PersonNeeded."""
    await _refuse_nobody(session, by)
    await one_at_a_time(session)
    entity = (await session.scalars(select(LegalEntity).where(LegalEntity.partner_id == partner_id).limit(1))).first()
    if entity is None:
        raise PartnerNotFound
    latest = select(func.max(Contract.version)).where(col(Contract.partner_id) == partner_id)
    contract = Contract(
        contract_id=new_id(),
        partner_id=partner_id,
        legal_entity_id=entity.legal_entity_id,
        version=(await session.scalar(latest) or 0) + 1,
        drawn_up_by=by,
        drawn_up_at=now,
        **terms.columns(),
    )
    session.add(contract)
    return contract


async def change(
    session: WriteSession, contract_id: UUID, terms: Terms, *, by: PersonId | None = None, now: datetime
) -> Contract:
    """Write a draft anew; who changed it last has drawn it up, and may not sign it.

    Raises: NotFound, ContractSigned, ContractWithdrawn, PersonNeeded.
    """
    await _refuse_nobody(session, by)
    contract = await _draft(session, contract_id)
    for name, value in terms.columns().items():
        setattr(contract, name, value)
    contract.drawn_up_by, contract.drawn_up_at = by, now
    contract.revision += 1
    return contract


async def withdraw(session: WriteSession, contract_id: UUID, *, by: PersonId | None = None, now: datetime) -> Contract:
    """Give a draft up; its number is not used again.

    Raises: NotFound, ContractSigned, ContractWithdrawn, PersonNeeded.
    """
    await _refuse_nobody(session, by)
    contract = await _draft(session, contract_id)
    contract.withdrawn_by, contract.withdrawn_at = by, now
    return contract


async def sign(
    session: WriteSession,
    contract_id: UUID,
    *,
    now: datetime,
    by: PersonId | None = None,
    revision: int | None = None,
) -> Contract:
    """Bring a contract into force from its valid_from on; a second person does, once the coalition is founded.

    `revision` is that of the draft that was read: one that was changed since is refused. Signing again what one has
    signed changes nothing. Campaigns of others are looked at by domain.earning.exclusivity, which calls this.
    Raises: NotFound, ContractSigned, ContractWithdrawn, ContractChanged, ContractOvertaken, PersonNeeded,
    SecondSignatureNeeded, ContractTooEarly, ExclusivityTaken.
    """
    await session.flush()  # it may have been drawn up in this very transaction
    await one_at_a_time(session)
    contract = await contract_of(session, contract_id)
    if contract.signed_at is not None and by is not None and contract.signed_by == by:
        return contract
    _refuse_no_draft(contract)
    if revision is not None and revision != contract.revision:
        raise ContractChanged(contract.version, contract.revision)
    await _refuse_one_person(session, contract, by)
    await _refuse_too_early(session, contract)
    await _refuse_taken(session, contract)
    contract.signed_at, contract.signed_by = now, by
    await session.flush()  # a law of the database that refuses it speaks here, not at the end
    return contract


def terms_of(contract: Contract) -> Terms:
    """The terms of a version, as they would be drawn up again."""
    return Terms.read(contract)


async def _draft(session: WriteSession, contract_id: UUID) -> Contract:
    await one_at_a_time(session)
    contract = await contract_of(session, contract_id)
    _refuse_no_draft(contract)
    return contract


def _refuse_no_draft(contract: Contract) -> None:
    if contract.signed_at is not None:
        raise ContractSigned
    if contract.withdrawn_at is not None:
        raise ContractWithdrawn(contract.version)


async def _refuse_nobody(session: ReadSession, by: PersonId | None) -> None:
    if by is None and not await is_founding(session):
        raise PersonNeeded


async def _refuse_one_person(session: ReadSession, contract: Contract, by: PersonId | None) -> None:
    if by is not None and by == contract.drawn_up_by:
        raise SecondSignatureNeeded("drew up this contract", "sign it")
    if (by is None or contract.drawn_up_by is None) and not await is_founding(session):
        raise PersonNeeded


async def _refuse_too_early(session: WriteSession, contract: Contract) -> None:
    """Nothing reaches back into what is cut off, or before the version it follows."""
    await session.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": CLOSE_LOCK})
    settled = await session.scalar(text("SELECT settled_until()"))
    if settled is not None and contract.valid_from < settled:
        raise ContractTooEarly(f"the last cycle was cut off at {settled.isoformat()}")
    statement = select(Contract).where(Contract.partner_id == contract.partner_id, col(Contract.signed_at).is_not(None))
    newest = (await session.scalars(statement.order_by(col(Contract.version).desc()).limit(1))).first()
    if newest is None:
        return
    if newest.version > contract.version:
        raise ContractOvertaken(contract.version, newest.version)
    if contract.valid_from < newest.valid_from:
        raise ContractTooEarly(f"version {newest.version} begins at {newest.valid_from.isoformat()}")


async def _refuse_taken(session: ReadSession, contract: Contract) -> None:
    if not contract.exclusive_categories:
        return
    standing = await reservations(session, None, at=contract.valid_from)
    for other in collisions(standing, contract):
        raise ExclusivityTaken(other, sorted(set(other.categories) & set(contract.exclusive_categories)))
