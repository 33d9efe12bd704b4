"""Reconciliation: how partners write their files, the files, and how far each has come."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

import strawberry

from domain.coalition import models as coalition_models
from domain.paging import Page, PageRequest
from domain.reconciliation import models, previewing, queries
from domain.reconciliation.cells import Record
from domain.reconciliation.mapping import FieldName
from domain.reconciliation.words import FileFormat, FileState, Outcome, Phase, Reason, RecordKind
from domain.values import Money as DomainMoney
from domain.values import Points
from partners.scopes import Scope
from resolvers import coalition, reconciliation
from resolvers.context import Info
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals
from schema.ids import Node, identified
from schema.money import Money
from schema.nodes import findable
from schema.partners import Partner
from schema.permissions import needs
from schema.reconciliation_inputs import (
    ReconciliationBeginInput,
    ReconciliationMappingSaveInput,
    ReconciliationPreviewInput,
    ReconciliationSubmitInput,
    partner_named,
)
from schema.shape import shows

WRITE = needs(Scope.RECONCILIATION_WRITE)
UPLOADS = "/files/reconciliation/"


@strawberry.type
class ReconciliationColumn:
    """What a column holds."""

    field: FieldName
    """What it is."""
    column: str
    """The name above it, or its number."""


@strawberry.type
@shows(models.ReconciliationMapping)
class ReconciliationMapping(Node):
    """One version of how a partner writes its files; it never changes."""

    id: strawberry.ID = identified("mapping_id")
    name: str
    """Its name."""
    version: int
    """Counts its versions from 1."""
    created_at: datetime
    """When it was kept."""

    @strawberry.field
    @staticmethod
    def format(mapping: strawberry.Parent[models.ReconciliationMapping]) -> FileFormat:
        """How the files hold their rows."""
        return FileFormat(mapping.content["format"])

    @strawberry.field
    @staticmethod
    def time_zone(mapping: strawberry.Parent[models.ReconciliationMapping]) -> str:
        """Of times that name no offset."""
        return str(mapping.content["time_zone"])

    @strawberry.field
    @staticmethod
    def columns(mapping: strawberry.Parent[models.ReconciliationMapping]) -> list[ReconciliationColumn]:
        """Which column is what."""
        return [
            ReconciliationColumn(field=FieldName(name), column=column)
            for name, column in mapping.content["columns"].items()
        ]


findable(ReconciliationMapping, reconciliation.mapping, WRITE)


@strawberry.type
class ReconciliationFinding:
    """Something that is to be said about a file as a whole."""

    code: str
    """What it is, for programs, such as TIME_ZONE."""
    records: int
    """How many rows it is about."""
    message: str
    """What it is, for people."""


@strawberry.type
class OutcomeSum:
    """All rows, or postings that the file lacks, with the same outcome."""

    outcome: Outcome
    """What became of them."""
    reason: Reason | None
    """Why."""
    rows: int
    """How many."""
    points: Points
    """Their points, as members get them."""
    amount: Money
    """Their amounts; what was paid back is negative."""


@strawberry.type
class ReconciliationReport:
    """What a file comes to beside the ledger."""

    outcomes: list[OutcomeSum]
    """By outcome and reason."""
    postings: int
    """How many postings the ledger has for the period."""
    ledger_points: Points
    """Their points."""
    ledger_amount: Money
    """Their amounts."""
    rows: int
    """How many rows the file has."""
    file_points: Decimal
    """The sum of its points, as they stand in it."""
    file_amount: Decimal
    """The sum of its amounts, as they stand in it."""


@strawberry.type
@shows(models.PartnerFile)
class ReconciliationFile(Node):
    """A file that a partner handed in."""

    id: strawberry.ID = identified("file_id")
    name: str
    """Its name."""
    sequence: int
    """Its number among the partner's files."""
    dry_run: bool
    """Whether the report alone is kept."""
    state: FileState
    """How far it has come."""
    phase: Phase | None
    """The step of matching that is next."""
    starts_at: datetime
    """From when it is held against the ledger,"""
    ends_at: datetime | None
    """until when; null for a cycle that is open."""
    begun_at: datetime
    """When it was announced."""
    received_at: datetime | None
    """When all of it was here."""
    ended_at: datetime | None
    """When it was done, or refused."""
    refusal: str | None
    """The code of why it does not count."""
    refusal_says: str | None
    """The same for people."""

    @strawberry.field(graphql_type=Partner | None)
    @staticmethod
    async def partner(file: strawberry.Parent[models.PartnerFile], info: Info) -> coalition_models.Partner | None:
        """Whose file it is."""
        return await coalition.partner_or_none(info.context, file.partner_id)

    @strawberry.field
    @staticmethod
    def upload_path(file: strawberry.Parent[models.PartnerFile], info: Info) -> str:
        """Where its bytes are put: PUT with Content-Range, HEAD tells how many are here."""
        return UPLOADS + info.context.global_ids.encode("ReconciliationFile", file.file_id)

    @strawberry.field
    @staticmethod
    def bytes_received(file: strawberry.Parent[models.PartnerFile]) -> Decimal:
        """How many bytes are here."""
        return Decimal(file.received)

    @strawberry.field
    @staticmethod
    def rows_read(file: strawberry.Parent[models.PartnerFile]) -> int:
        """How many rows were taken in so far."""
        return file.rows_read

    @strawberry.field
    @staticmethod
    def percent(file: strawberry.Parent[models.PartnerFile]) -> int:
        """How far it has come, out of a hundred."""
        return queries.done_of(file)

    @strawberry.field
    @staticmethod
    def findings(file: strawberry.Parent[models.PartnerFile]) -> list[ReconciliationFinding]:
        """What is to be said about the file as a whole, such as that its times are those of another zone."""
        return [
            ReconciliationFinding(code=one["code"], records=one["records"], message=one["message"])
            for one in file.findings
        ]

    @strawberry.field
    @staticmethod
    def report(file: strawberry.Parent[models.PartnerFile]) -> ReconciliationReport | None:
        """What it comes to; null until it is done."""
        return None if file.report is None else _report(file.report)


findable(ReconciliationFile, reconciliation.file, WRITE)


def _report(report: dict[str, Any]) -> ReconciliationReport:
    def money(minor: int) -> Any:
        return DomainMoney.of_minor(minor, report["currency"])

    return ReconciliationReport(
        outcomes=[
            OutcomeSum(
                outcome=Outcome(one["outcome"]),
                reason=Reason(one["reason"]) if one["reason"] else None,
                rows=one["rows"],
                points=Points(one["points"]),
                amount=money(one["amount"]),
            )
            for one in report["outcomes"]
        ],
        postings=report["ledger"]["postings"],
        ledger_points=Points(report["ledger"]["points"]),
        ledger_amount=money(report["ledger"]["amount"]),
        rows=int(report["file"]["rows"]),
        file_points=Decimal(report["file"]["points"]),
        file_amount=Decimal(report["file"]["amount"]),
    )


@strawberry.type
@shows(Record)
class PreviewedRow:
    """A row as a mapping reads it."""

    row: int
    """Its number in the file."""
    reference: str | None
    """The partner's number of it."""
    kind: RecordKind | None
    """What it reports."""
    outlet_code: str | None
    """At which outlet."""
    occurred_at: datetime | None
    """When."""
    points: Points | None
    """As the member gets them."""
    reason: Reason | None
    """Why it cannot be read; null where it can."""
    cell: str | None
    """The field that cannot be read."""
    detail: str | None
    """What stands there instead."""


@strawberry.type
@shows(previewing.Preview)
class ReconciliationPreview:
    """What a mapping makes of the first rows of a file."""

    rejected: int
    """How many of them cannot be read."""

    @strawberry.field(graphql_type=list[PreviewedRow])
    @staticmethod
    def rows(preview: strawberry.Parent[previewing.Preview]) -> list[Record]:
        """The first rows."""
        return list(preview.records)


@strawberry.type
class ReconciliationPreviewPayload:
    """What became of a preview."""

    preview: ReconciliationPreview | None = None
    """The rows; null when nothing could be read."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why nothing could be read."""


@strawberry.type
class ReconciliationMappingPayload:
    """What became of a mapping."""

    mapping: ReconciliationMapping | None = None
    """The mapping; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was kept."""


@strawberry.type
class ReconciliationFilePayload:
    """What became of a step of a file."""

    file: ReconciliationFile | None = None
    """The file; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.input
class ReconciliationFileInput:
    """A step of a file."""

    file: strawberry.ID
    """The file."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The file's id.")]
OfPartner = Annotated[
    strawberry.ID | None, strawberry.argument(description="Whose; only the coalition names another than itself.")
]


@strawberry.type
class ReconciliationQuery:
    """Partners' files."""

    @strawberry.field(graphql_type=list[ReconciliationMapping], extensions=[WRITE])
    @staticmethod
    async def reconciliation_mappings(info: Info, partner: OfPartner = None) -> list[models.ReconciliationMapping]:
        """The newest version of each mapping of a partner."""
        return await reconciliation.mappings(info.context, partner_named(info, partner))

    @strawberry.field(graphql_type=Connection[ReconciliationFile], extensions=[WRITE, paged()])
    @staticmethod
    async def reconciliation_files(
        info: Info, page: PageRequest, partner: OfPartner = None
    ) -> Page[models.PartnerFile]:
        """Files that were handed in, newest first."""
        return await reconciliation.files_of(info.context, partner_named(info, partner), page)

    @strawberry.field(graphql_type=ReconciliationFile | None, extensions=[WRITE, or_null])
    @staticmethod
    async def reconciliation_file(info: Info, id: Id) -> models.PartnerFile:
        """One file; null when there is none with this id."""
        return await reconciliation.file(info.context, info.context.global_ids.one("ReconciliationFile", id))


@strawberry.type
class ReconciliationMutation:
    """Files are described, announced and handed in."""

    @strawberry.mutation(graphql_type=ReconciliationPreviewPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reconciliation_preview(info: Info, input: ReconciliationPreviewInput) -> Any:
        """See what a mapping makes of the first rows of a file; writes nothing."""
        content = input.content.to_mapping()
        found = await reconciliation.preview(info.context, content, input.sample.encode())
        return ReconciliationPreviewPayload(preview=found)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReconciliationMappingPayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reconciliation_mapping_save(info: Info, input: ReconciliationMappingSaveInput) -> Any:
        """Keep a mapping, or its next version."""
        whose, content = partner_named(info, input.partner), input.content.to_mapping()
        kept = await reconciliation.save(info.context, whose, input.name, content)
        return ReconciliationMappingPayload(mapping=kept)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReconciliationFilePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reconciliation_begin(info: Info, input: ReconciliationBeginInput) -> Any:
        """Announce a file; its bytes are then put to `uploadPath`."""
        whose, command = partner_named(info, input.partner), input.to_command(info)
        return ReconciliationFilePayload(file=await reconciliation.begin(info.context, whose, command))  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReconciliationFilePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reconciliation_submit(info: Info, input: ReconciliationSubmitInput) -> Any:
        """Hand a small file in at once."""
        whose, command = partner_named(info, input.partner), input.to_command(info)
        done = await reconciliation.submit(info.context, whose, command, input.content.encode())
        return ReconciliationFilePayload(file=done)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=ReconciliationFilePayload, extensions=[WRITE, refusals])
    @staticmethod
    async def reconciliation_withdraw(info: Info, input: ReconciliationFileInput) -> Any:
        """Take the last file back: its number is free again, and what it explained is open again."""
        file_id = info.context.global_ids.one("ReconciliationFile", input.file)
        return ReconciliationFilePayload(file=await reconciliation.withdraw(info.context, file_id))  # type: ignore[arg-type]
