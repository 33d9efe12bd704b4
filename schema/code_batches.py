"""Batches of codes as their makers see them, what came of them, and alarms."""

from __future__ import annotations

from datetime import date, datetime

import strawberry

from domain import values
from domain.coalition import models as coalition_models
from domain.codes import batches, models, queries, watching
from domain.codes.models import AlarmKind, BatchKind, BatchState
from domain.members import recognition
from partners.scopes import Scope
from resolvers import coalition, codes
from resolvers.context import Info
from schema.codes import CodeProduct
from schema.ids import Node, identified
from schema.limits import Cost
from schema.members import Member
from schema.money import Money
from schema.nodes import findable
from schema.partners import Outlet
from schema.permissions import needs
from schema.shape import shows

MANAGE = needs(Scope.CODES_MANAGE)
COUNTED = Cost(weight=10)
"""What is counted over all entries of a batch."""


@strawberry.type
class CodeBatchProduct:
    """A product of a batch, and what came of its codes."""

    product: CodeProduct
    """The product."""
    count: int
    """How many codes are for it."""
    entered: int
    """How many of them were entered."""


@strawberry.type
class CodeDay:
    """What was entered on one day."""

    day: date
    """By the coalition's calendar."""
    entries: int
    """So many codes."""


@strawberry.type
class CodeOutlet:
    """What was entered at one of your outlets."""

    outlet: Outlet | None
    """The outlet."""
    entries: int
    """So many codes."""


@strawberry.type
@shows(models.CodePrint)
class CodePrint:
    """The codes of a batch given out once."""

    number: int
    """The how many-th time."""
    reason: str | None
    """Why it was done again."""
    asked_at: datetime
    """When it was asked for."""
    taken_at: datetime | None
    """When the file was fetched; null: not yet."""

    @strawberry.field
    @staticmethod
    def address(printed: strawberry.Parent[models.CodePrint], info: Info) -> str | None:
        """Where the file is fetched, once, with codes:manage: /files/codes/….csv; null: it was."""
        if printed.taken_at is not None:
            return None
        return f"/files/codes/{info.context.global_ids.encode('CodePrint', printed.print_id)}.csv"


@strawberry.type
@shows(models.CodeVoid)
class CodeVoid:
    """Serials of a batch that are not accepted any more."""

    first: int
    """From this one on."""
    last: int
    """To this one."""
    reason: str
    """Why."""
    voided_at: datetime
    """When."""


@strawberry.type
@shows(batches.Batch)
class CodeBatch(Node):
    """Codes of yours that are printed together."""

    id: strawberry.ID = identified("batch_id")
    name: str
    """What you call it; campaigns ask for it as action.batch."""
    kind: BatchKind
    """How codes are known to be real."""
    state: BatchState
    """Where it stands."""
    count: int
    """How many codes there are."""
    units: int
    """How much one counts."""
    valid_from: datetime | None
    """From when on codes are accepted; null: as soon as it is live."""
    valid_until: datetime | None
    """Until when; null: until it ends."""
    most_a_day: int | None
    """How many codes of it a member may enter in a day."""
    most_a_member: int | None
    """How many in all."""
    ordered_at: datetime
    """When it was ordered."""
    printed_at: datetime | None
    """When its codes were first given out."""
    live_at: datetime | None
    """Since when its codes are accepted."""
    ended_at: datetime | None
    """When it ended, or was voided."""
    end_reason: str | None
    """Why it was voided."""
    held_at: datetime | None
    """Since when nothing is accepted for now; null: it is not on hold."""
    held_by_alarm: bool
    """Whether an alarm put it on hold."""

    @strawberry.field
    @staticmethod
    def survey(batch: strawberry.Parent[batches.Batch], info: Info) -> strawberry.ID | None:
        """What is to be answered before a code counts."""
        if batch.survey_id is None:
            return None
        return strawberry.ID(info.context.global_ids.encode("Survey", batch.survey_id))

    @strawberry.field
    @staticmethod
    def printed(batch: strawberry.Parent[batches.Batch]) -> int:
        """How many codes were given out."""
        return 0 if batch.printed_at is None else batch.count

    @strawberry.field(directives=[COUNTED])
    @staticmethod
    async def entered(batch: strawberry.Parent[batches.Batch], info: Info) -> int:
        """How many were entered."""
        return (await codes.what_came(info.context, batch)).entries

    @strawberry.field(directives=[COUNTED])
    @staticmethod
    async def members(batch: strawberry.Parent[batches.Batch], info: Info) -> int | None:
        """By how many members; null: fewer than ten."""
        return (await codes.what_came(info.context, batch)).members

    @strawberry.field(directives=[COUNTED])
    @staticmethod
    async def by_day(batch: strawberry.Parent[batches.Batch], info: Info) -> list[CodeDay]:
        """Entries by day."""
        return [CodeDay(day=day, entries=count) for day, count in (await codes.what_came(info.context, batch)).by_day]

    @strawberry.field(directives=[COUNTED])
    @staticmethod
    async def by_outlet(batch: strawberry.Parent[batches.Batch], info: Info) -> list[CodeOutlet]:
        """Entries at your own outlets; where else members enter codes is told to nobody."""
        found = (await codes.what_came(info.context, batch)).by_outlet
        outlets = [await coalition.outlet_or_none(info.context, outlet) for outlet, _ in found]
        counts = [count for _, count in found]
        return [CodeOutlet(outlet=one, entries=count) for one, count in zip(outlets, counts, strict=True)]  # type: ignore[arg-type]

    @strawberry.field(directives=[COUNTED])
    @staticmethod
    async def by_product(batch: strawberry.Parent[batches.Batch], info: Info) -> list[CodeBatchProduct]:
        """Its products, in the order of their serials."""
        found = (await codes.what_came(info.context, batch)).by_product
        return [
            CodeBatchProduct(product=product, count=product.count, entered=entered)  # type: ignore[arg-type]
            for product, (_, entered) in zip(batch.products, found, strict=True)
        ]

    @strawberry.field(graphql_type=Money)
    @staticmethod
    async def cost(batch: strawberry.Parent[batches.Batch], info: Info) -> values.Money:
        """What printing cost."""
        return values.Money.of_minor(batch.cost, (await coalition.coalition(info.context)).currency)

    @strawberry.field(graphql_type=Money | None, directives=[COUNTED])
    @staticmethod
    async def cost_per_entry(batch: strawberry.Parent[batches.Batch], info: Info) -> values.Money | None:
        """What printing cost for each code that was entered, rounded up to the cent; null: none was."""
        entered = (await codes.what_came(info.context, batch)).entries
        currency = (await coalition.coalition(info.context)).currency
        return values.Money.of_minor(-(-batch.cost // entered), currency) if entered else None

    @strawberry.field(graphql_type=list[CodePrint])
    @staticmethod
    async def prints(batch: strawberry.Parent[batches.Batch], info: Info) -> list[models.CodePrint]:
        """When its codes were given out, and why again."""
        return await codes.prints(info.context, batch)

    @strawberry.field(graphql_type=list[CodeVoid])
    @staticmethod
    async def voids(batch: strawberry.Parent[batches.Batch], info: Info) -> list[models.CodeVoid]:
        """Serials that were voided, at most 1,000 ranges."""
        return await codes.voids(info.context, batch)


findable(CodeBatch, codes.find, MANAGE)


@strawberry.type
@shows(queries.Entry)
class CodeEntered:
    """A code of yours that was entered."""

    serial: int
    """The code's serial in its batch."""
    sku: str
    """What the pack held."""
    used_at: datetime
    """When it was entered."""

    @strawberry.field(graphql_type=Member | None)
    @staticmethod
    async def member(entry: strawberry.Parent[queries.Entry], info: Info) -> recognition.KnownMember | None:
        """By whom; null where the member does not let you know (consent OFFERS)."""
        return await codes.member_of(info.context, entry.member_id)

    @strawberry.field(graphql_type=Outlet | None)
    @staticmethod
    async def outlet(entry: strawberry.Parent[queries.Entry], info: Info) -> coalition_models.Outlet | None:
        """Your own outlet, where it was entered at one."""
        return await coalition.outlet_or_none(info.context, entry.outlet_id)


@strawberry.type
@shows(models.CodeAlarm)
class CodeAlarm(Node):
    """Something about codes went beyond what is usual."""

    id: strawberry.ID = identified("alarm_id")
    since: datetime
    """In which hour or day."""
    counted: int
    """So many, when it rang."""
    threshold: int
    """From how many on it rings."""
    raised_at: datetime
    """When it rang."""
    held: bool
    """Whether it put the batch on hold."""

    @strawberry.field
    @staticmethod
    def kind(alarm: strawberry.Parent[models.CodeAlarm]) -> AlarmKind:
        """What was too much."""
        return AlarmKind(alarm.kind)

    @strawberry.field(graphql_type=CodeBatch | None)
    @staticmethod
    async def batch(alarm: strawberry.Parent[models.CodeAlarm], info: Info) -> batches.Batch | None:
        """Of which batch; null for codes that are nobody's, of which the coalition alone is told."""
        return await codes.batch_of(info.context, alarm.batch_id)


findable(CodeAlarm, codes.find_alarm, MANAGE)


@strawberry.type
@shows(watching.Thresholds)
class CodeThresholds:
    """From how many on an alarm rings, for each of your batches."""

    misses: int
    """Codes that were not accepted, in an hour."""
    entries: int
    """Codes that were, in an hour."""
    one_address: int
    """Entries from one network address, in a day."""
    one_member: int
    """Entries of one member, in a day."""
    one_outlet: int
    """Entries at one outlet, in a day."""
    early: int
    """Codes named before their batch was live, in a day."""
    holds: bool
    """Whether an alarm puts its batch on hold."""
