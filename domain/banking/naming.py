"""Entries by the words people use for them: the bank's statement, and the entry's number in it."""

from __future__ import annotations

from sqlmodel import col, select

from domain.banking import visible
from domain.banking.errors import BankEntryNotFound
from domain.banking.models import BankEntry, BankStatement
from domain.storage import ReadSession, sight_of


async def entry_named(session: ReadSession, name: str) -> BankEntry:
    """The entry that a word such as S-7/3 names: number 3 of statement S-7. Raises: BankEntryNotFound."""
    statement, _, number = name.rpartition("/")
    if not number.isdigit():
        raise BankEntryNotFound
    query = (
        select(BankEntry)
        .join(BankStatement, col(BankStatement.bank_statement_id) == BankEntry.bank_statement_id)
        .where(BankStatement.name == statement, BankEntry.number == int(number), visible.coalitions(sight_of(session)))
        .order_by(col(BankEntry.entry_id).desc())
    )
    found = (await session.scalars(query)).first()
    if found is None:
        raise BankEntryNotFound
    return found


async def names_of(session: ReadSession, entries: list[BankEntry]) -> dict[str, str]:
    """The names of entries by their ids."""
    ids = {entry.bank_statement_id for entry in entries}
    query = select(BankStatement.bank_statement_id, BankStatement.name)
    rows = await session.execute(
        query.where(col(BankStatement.bank_statement_id).in_(ids), visible.coalitions(sight_of(session)))
    )
    names = {row[0]: row[1] for row in rows}
    return {str(entry.entry_id): f"{names.get(entry.bank_statement_id, '')}/{entry.number}" for entry in entries}
