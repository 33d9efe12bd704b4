"""The operator's account: statements of the bank, what their entries belong to, and what waits for a person."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import strawberry

from domain.banking import importing, models
from domain.banking.states import Direction, EntryOutcome, MatchState, Place
from domain.errors import InvalidValue
from domain.paging import Page, PageRequest
from domain.values import Money as DomainMoney
from partners.scopes import Scope
from resolvers import payments, prepaid
from resolvers.context import Info
from schema.allowances import PrepaidPack
from schema.connections import Connection, paged
from schema.errors import UserError, refusals
from schema.ids import Node, identified
from schema.money import Money
from schema.nodes import findable
from schema.payments import READ, SettlementPayment
from schema.permissions import needs
from schema.shape import shows

PREPARE = needs(Scope.SETTLEMENT_PREPARE)
APPROVE = needs(Scope.SETTLEMENT_APPROVE)


@strawberry.type
class MatchCandidate:
    """Payments, or orders of prepaid packs, that an entry may belong to."""

    payments: list[SettlementPayment]
    """One, or several together."""
    packs: list[PrepaidPack]
    """Orders whose reference it bears; two persons say that they are paid, and name the entry."""
    score: int
    """How well they fit, of 100."""
    why: list[str]
    """By which signs."""


@strawberry.type
@shows(models.BankMatch)
class BankMatch:
    """So much of an entry belongs to a payment, or took it back."""

    amount: Decimal
    """How much, in the account's currency."""
    takes_back: bool
    """Whether it undoes what was paid."""
    place: Place
    """Where the reference was found, or that a person said so."""
    state: MatchState
    """Whether it holds."""
    matched_at: datetime
    """When."""
    note: str | None
    """What the person noted."""

    @strawberry.field(graphql_type=SettlementPayment)
    @staticmethod
    async def payment(match: strawberry.Parent[models.BankMatch], info: Info) -> models.Payment:
        """The payment."""
        return await payments.payment(info.context, match.payment_id)


@strawberry.type
@shows(models.BankEntry)
class BankEntry(Node):
    """One booked movement of the operator's account."""

    id: strawberry.ID = identified("entry_id")
    number: int
    """Its place in the statement."""
    direction: Direction
    """Which way the money went."""
    takes_back: bool
    """A return or a reversal: it undoes a movement the other way."""
    booked_on: date
    """The day it was booked."""
    code: str | None
    """The bank transaction code."""
    end_to_end_id: str | None
    """The payer's own id."""
    creditor_reference: str | None
    """The structured reference."""
    remittance_text: str | None
    """Free text."""
    bank_reference: str | None
    """The bank's own reference."""
    party_name: str | None
    """Who is on the other side."""
    party_iban: str | None
    """And whose account."""
    reason: str | None
    """Why it came back."""
    outcome: EntryOutcome
    """What became of it."""
    note: str | None
    """Why no rule decided it."""

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def amount(entry: strawberry.Parent[models.BankEntry]) -> DomainMoney:
        """How much."""
        return DomainMoney(entry.amount, entry.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def left(entry: strawberry.Parent[models.BankEntry]) -> DomainMoney:
        """What of it belongs to nothing yet."""
        return DomainMoney(entry.left, entry.currency)

    @strawberry.field(graphql_type=list[MatchCandidate])
    @staticmethod
    async def candidates(entry: strawberry.Parent[models.BankEntry], info: Info) -> list[Any]:
        """The three payments it most likely belongs to, the best first; as of when it was last looked at."""
        return [await _candidate(info, one) for one in entry.candidates]

    @strawberry.field(graphql_type=list[BankMatch])
    @staticmethod
    async def matches(entry: strawberry.Parent[models.BankEntry], info: Info) -> list[models.BankMatch]:
        """What it belongs to, or did until it was taken back."""
        return await payments.matches_of(info.context, entry.entry_id)


findable(BankEntry, payments.entry, READ)


async def _candidate(info: Info, said: Mapping[str, Any]) -> MatchCandidate:
    ids = [UUID(one) for one in said["payment_ids"]]
    rows: Any = await payments.payments_named(info.context, ids)
    packs: Any = [await prepaid.pack(info.context, UUID(one)) for one in said["pack_ids"]]
    return MatchCandidate(payments=rows, packs=packs, score=said["score"], why=list(said["why"]))


@strawberry.type
@shows(models.BankStatement)
class BankStatement:
    """One statement of the operator's account."""

    name: str
    """The bank's id for it."""
    iban: str
    """The account."""
    page: int
    """Which page of it, where the bank sends it in pages."""
    closed_on: date
    """The day of the closing balance."""
    imported_at: datetime
    """When it was taken in."""

    @strawberry.field
    @staticmethod
    def sequence(row: strawberry.Parent[models.BankStatement]) -> str | None:
        """The bank's count of statements; null where it does not count."""
        return None if row.sequence is None else str(row.sequence)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def opening(row: strawberry.Parent[models.BankStatement]) -> DomainMoney:
        """What it opens with."""
        return DomainMoney(row.opening, row.currency)

    @strawberry.field(graphql_type=Money)
    @staticmethod
    def closing(row: strawberry.Parent[models.BankStatement]) -> DomainMoney:
        """What it closes with: the opening balance and all entries."""
        return DomainMoney(row.closing, row.currency)

    @strawberry.field(graphql_type=Connection[BankEntry], extensions=[paged()])
    @staticmethod
    async def entries(
        row: strawberry.Parent[models.BankStatement], info: Info, page: PageRequest
    ) -> Page[models.BankEntry]:
        """Its entries, in order."""
        return await payments.entries_of(info.context, row, page)


@strawberry.type
@shows(importing.Gap)
class BankStatementGap:
    """Statements that are missing between two that are there."""

    after: str
    """The one before."""
    before: str
    """The one after."""

    @strawberry.field
    @staticmethod
    def missing(gap: strawberry.Parent[importing.Gap]) -> list[str]:
        """Their numbers, where the bank counts them; otherwise the balances tell."""
        return [str(number) for number in gap.missing]


@strawberry.type
@shows(importing.Imported)
class BankImport:
    """What came of a file of the bank's."""

    known: bool
    """It was taken in before, and nothing was done now."""
    statements: list[str]
    """The statements that were new."""
    duplicates: list[str]
    """Statements that were there already, from another file."""
    gaps: list[BankStatementGap]
    """All statements that are missing."""
    accepted: int
    """Orders that the bank accepts, where the file is a report on orders."""
    rejected: int
    """Orders that it rejects: their payments are open again."""

    @strawberry.field
    @staticmethod
    def matched(done: strawberry.Parent[importing.Imported]) -> int:
        """Entries that belong to payments by rule; those that waited before are counted too."""
        return done.tally.outcomes[EntryOutcome.MATCHED]

    @strawberry.field
    @staticmethod
    def ambiguous(done: strawberry.Parent[importing.Imported]) -> int:
        """Entries that a person is to decide."""
        return done.tally.outcomes[EntryOutcome.AMBIGUOUS]

    @strawberry.field
    @staticmethod
    def unmatched(done: strawberry.Parent[importing.Imported]) -> int:
        """Entries that nothing fits."""
        return done.tally.outcomes[EntryOutcome.UNMATCHED]

    @strawberry.field
    @staticmethod
    def out_of_band(done: strawberry.Parent[importing.Imported]) -> int:
        """Entries that are the bank's own: fees, interest, taxes."""
        return done.tally.outcomes[EntryOutcome.OUT_OF_BAND]


@strawberry.type
class BankQuery:
    """The operator's account; nothing of it is shown to partners."""

    @strawberry.field(graphql_type=Connection[BankStatement], extensions=[READ, paged()])
    @staticmethod
    async def bank_statements(info: Info, page: PageRequest) -> Page[models.BankStatement]:
        """The statements, newest first; for the coalition alone."""
        return await payments.statements(info.context, page)

    @strawberry.field(graphql_type=Connection[BankEntry], extensions=[READ, paged()])
    @staticmethod
    async def bank_worklist(info: Info, page: PageRequest) -> Page[models.BankEntry]:
        """Entries that wait for a person, oldest first; for the coalition alone."""
        return await payments.worklist(info.context, page)


@strawberry.type
class BankImportPayload:
    """What became of a file."""

    imported: BankImport | None = None
    """What came of it; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was taken in."""


@strawberry.type
class BankEntryPayload:
    """What became of an entry."""

    entry: BankEntry | None = None
    """The entry; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class BankFileImportInput:
    """A file of the bank's: statements (camt.053.001.02 to .13) or a report on orders (pain.002)."""

    content: str
    """Its bytes in base64. Files larger than a request may be are imported by `hansa bank import`."""


@strawberry.input
class BankEntryMatchInput:
    """What an entry belongs to."""

    entry: strawberry.ID
    """The entry."""
    payments: list[strawberry.ID]
    """The payments; the earliest due is served first."""
    note: str | None = None
    """Why, for whoever looks at it later."""


@strawberry.input
class BankEntryStepInput:
    """A step of an entry."""

    entry: strawberry.ID
    """The entry."""


@strawberry.type
class BankMutation:
    """What is done at the bank's desk."""

    @strawberry.mutation(graphql_type=BankImportPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def bank_file_import(info: Info, input: BankFileImportInput) -> Any:
        """Take a file of the bank's in and match what it tells; once more, it changes nothing."""
        return BankImportPayload(imported=await payments.bring_in(info.context, _bytes(input.content)))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=BankEntryPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def bank_entry_match(info: Info, input: BankEntryMatchInput) -> Any:
        """Say what an entry belongs to. It holds at once where the amounts are the same, else when it is confirmed."""
        ids = info.context.global_ids
        entry_id, whose = ids.one("BankEntry", input.entry), input.payments
        named = list(dict.fromkeys(ids.one("SettlementPayment", one) for one in whose))
        return BankEntryPayload(entry=await payments.match(info.context, entry_id, named, input.note))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=BankEntryPayload, extensions=[APPROVE, refusals])
    @staticmethod
    async def bank_entry_confirm(info: Info, input: BankEntryStepInput) -> Any:
        """Agree, as a second person who has just signed in, to a match whose amounts differ."""
        entry_id = info.context.global_ids.one("BankEntry", input.entry)
        return BankEntryPayload(entry=await payments.confirm(info.context, entry_id))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=BankEntryPayload, extensions=[PREPARE, refusals])
    @staticmethod
    async def bank_entry_unmatch(info: Info, input: BankEntryStepInput) -> Any:
        """Take back what an entry belongs to; no rule makes it belong there again."""
        entry_id = info.context.global_ids.one("BankEntry", input.entry)
        return BankEntryPayload(entry=await payments.unmatch(info.context, entry_id))  # type: ignore[arg-type]


def _bytes(content: str) -> bytes:
    try:
        return base64.b64decode(content, validate=True)
    except binascii.Error:
        raise InvalidValue("content is the file's bytes in base64", path=("content",)) from None
