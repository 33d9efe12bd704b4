"""The owner of a scheme looks at its statements, and lets them be given."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import update
from sqlmodel import col

from domain.bonuses.errors import BonusStatementNotFound
from domain.bonuses.models import BonusStatement, StatementState
from domain.bonuses.queries import Statement, statement_by_id
from domain.ids import PartnerId
from domain.storage import WriteSession


async def check(
    session: WriteSession, owner: PartnerId, statements: Collection[UUID], *, by: UUID | None, now: datetime
) -> list[Statement]:
    """Let statements be given as they are; those that were checked before stay so.

    Raises: BonusStatementNotFound.
    """
    named = (col(BonusStatement.partner_id) == owner, col(BonusStatement.statement_id).in_(statements))
    await session.execute(
        update(BonusStatement)
        .where(*named, col(BonusStatement.state) == StatementState.DRAFT)
        .values(state=StatementState.CHECKED, checked_at=now, checked_by=by)
    )
    found = [await statement_by_id(session, one) for one in dict.fromkeys(statements)]
    if any(one.partner_id != owner for one in found):
        raise BonusStatementNotFound
    return found
