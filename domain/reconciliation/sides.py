"""What the file says of an exception and what the ledger says, to be held beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import tuple_
from sqlmodel import col, select

from domain.coalition.models import Outlet
from domain.reconciliation.models import PartnerPosting, PartnerRecord
from domain.reconciliation.queries import Exceptional
from domain.reconciliation.visible import own
from domain.storage import ReadSession, sight_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One side's version of what took place."""

    reference: str | None
    kind: str | None
    occurred_at: datetime | None
    outlet: str | None
    """The partner's own code of it."""
    points: int | None
    amount: int | None
    """In minor units."""


def of_record(record: PartnerRecord) -> Side:
    """What a row of the file says."""
    return Side(
        reference=record.reference,
        kind=record.kind,
        occurred_at=record.occurred_at,
        outlet=record.outlet_code,
        points=record.points,
        amount=record.amount,
    )


def place_in_ledger(one: Exceptional) -> tuple[UUID, str, int] | None:
    """Where the ledger's side is to be looked for: its own number, or the row that it belongs to."""
    if one.posting is not None:
        return one.found.file_id, "number", one.posting.number
    if one.record is None or one.record.match is None:
        return None
    return one.found.file_id, "match", one.record.match


async def of_ledger(session: ReadSession, places: Sequence[tuple[UUID, str, int]]) -> list[Side | None]:
    """What the ledger says at these places, the first posting of several; None where it has nothing there."""
    found: dict[tuple[UUID, str, int], Side] = {}
    for name, column in (("number", PartnerPosting.number), ("match", PartnerPosting.match)):
        wanted = [(file_id, key) for file_id, which, key in places if which == name]
        if not wanted:
            continue
        query = (
            select(PartnerPosting, Outlet.code)
            .outerjoin(Outlet, col(Outlet.outlet_id) == col(PartnerPosting.outlet_id))
            .where(tuple_(col(PartnerPosting.file_id), col(column)).in_(wanted), own(sight_of(session), PartnerPosting))
            .order_by(col(PartnerPosting.number).desc())
        )
        for posting, code in (await session.execute(query)).all():
            found[posting.file_id, name, getattr(posting, name)] = _of_posting(posting, code)
    return [found.get(place) for place in places]


def _of_posting(posting: PartnerPosting, outlet: str | None) -> Side:
    return Side(
        reference=posting.reference,
        kind=posting.kind,
        occurred_at=posting.occurred_at,
        outlet=outlet,
        points=posting.points,
        amount=posting.amount,
    )
