"""What makers do with batches of codes: order, print, put live, watch, void; and the lists of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

import strawberry

from domain.codes import batches, models, queries, watching
from domain.codes.batches import OrderBatch, ProductPart
from domain.codes.errors import InvalidBatch
from domain.codes.models import BatchKind
from domain.paging import Page, PageRequest
from resolvers import coalition, codes
from resolvers.context import Info
from schema.code_batches import MANAGE, CodeAlarm, CodeBatch, CodeEntered, CodePrint, CodeThresholds
from schema.connections import Connection, paged
from schema.errors import UserError, or_null, refusals, within
from schema.money import MoneyInput


@strawberry.input
class CodeProductInput:
    """So many codes for one product."""

    count: int
    """How many."""
    sku: str | None = None
    """Its article number in your catalogue, or in another's that names you as its maker."""
    gtin: str | None = None
    """Or the number in its bar code."""


@strawberry.input
class CodeBatchOrderInput:
    """Codes to be printed."""

    name: str
    """What you call it; campaigns ask for it as action.batch."""
    kind: BatchKind
    """RANDOM: each is stored as a keyed digest. STATELESS, at most 4,194,304: nothing is stored until it is entered."""
    products: list[CodeProductInput]
    """For which products, 1 to 50; serials go through them in this order."""
    units: int = 1
    """How much one counts, such as 6 in a pack of six."""
    cost: MoneyInput | None = None
    """What printing costs; nothing if not said."""
    valid_from: datetime | None = None
    """From when on codes are accepted; as soon as the batch is live, if not said."""
    valid_until: datetime | None = None
    """Until when; until the batch ends, if not said."""
    survey: strawberry.ID | None = None
    """A survey of yours that is to be answered before a code counts."""
    most_a_day: int | None = None
    """How many codes of it a member may enter in a day."""
    most_a_member: int | None = None
    """How many in all."""

    def to_command(self, info: Info, currency: str) -> OrderBatch:
        """As the domain takes it. Raises: InvalidBatch, InvalidValue."""
        with within("cost"):
            cost = None if self.cost is None else self.cost.to_money()
            if cost is not None and cost.currency != currency:
                raise InvalidBatch(f"costs are in {currency}")
        parts = [ProductPart(count=one.count, sku=one.sku, gtin=one.gtin) for one in self.products]
        survey = None if self.survey is None else info.context.global_ids.one("Survey", self.survey)
        same = ("name", "kind", "units", "valid_from", "valid_until", "most_a_day", "most_a_member")
        return OrderBatch(
            products=tuple(parts),
            cost=0 if cost is None else cost.minor,
            survey_id=survey,
            **{name: getattr(self, name) for name in same},
        )


@strawberry.input
class CodeBatchInput:
    """A batch that takes a step."""

    batch: strawberry.ID
    """The batch."""


@strawberry.input
class CodeBatchPrintInput:
    """A batch whose codes are to be given out."""

    batch: strawberry.ID
    """The batch."""
    reason: str | None = None
    """Why again; needed from the second time on, and kept."""


@strawberry.input
class CodeSerialsInput:
    """Serials of a batch, as its file numbers them."""

    first: int
    """From this one on."""
    last: int
    """To this one."""


@strawberry.input
class CodeBatchVoidInput:
    """Codes that shall not be accepted any more; what was entered stays."""

    batch: strawberry.ID
    """Of which batch."""
    reason: str
    """Why."""
    serials: CodeSerialsInput | None = None
    """Only these; all of it, if nothing is said."""
    codes: list[str] | None = None
    """Only these, at most 10,000, as they stand in the packs; those of other batches are left alone."""


@strawberry.input
class CodeThresholdsSetInput:
    """From how many on an alarm rings; what is not said is as usual."""

    misses: int = watching.USUAL.misses
    """Codes that were not accepted, in an hour."""
    entries: int = watching.USUAL.entries
    """Codes that were, in an hour."""
    one_address: int = watching.USUAL.one_address
    """Entries from one network address, in a day."""
    one_member: int = watching.USUAL.one_member
    """Entries of one member, in a day."""
    one_outlet: int = watching.USUAL.one_outlet
    """Entries at one outlet, in a day."""
    early: int = watching.USUAL.early
    """Codes named before their batch was live, in a day."""
    holds: bool = watching.USUAL.holds
    """Whether an alarm puts its batch on hold."""


@strawberry.type
class CodeBatchPayload:
    """What became of a step with a batch."""

    batch: CodeBatch | None = None
    """The batch; null when the step was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why the step was refused; empty when it was done."""


@strawberry.type
class CodeBatchPrintPayload:
    """Where the codes of a batch are fetched."""

    print: CodePrint | None = None
    """The print with its address; null when it was refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class CodeBatchVoidPayload:
    """What became of codes that were to be voided."""

    batch: CodeBatch | None = None
    """Their batch; null when it was refused."""
    voided: int = 0
    """How many of its codes are void by this step."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why it was refused; empty when it was done."""


@strawberry.type
class CodeThresholdsPayload:
    """What became of thresholds."""

    thresholds: CodeThresholds | None = None
    """As they are now; null when they were refused."""
    user_errors: list[UserError] = strawberry.field(default_factory=list)
    """Why they were refused; empty when they hold."""


Id = Annotated[strawberry.ID, strawberry.argument(description="The batch's id.")]
Of = Annotated[strawberry.ID | None, strawberry.argument(description="Only of this batch; of all, if not said.")]


@strawberry.type
class CodeBatchQuery:
    """Batches of codes."""

    @strawberry.field(graphql_type=Connection[CodeBatch], extensions=[MANAGE, paged()])
    @staticmethod
    async def code_batches(info: Info, page: PageRequest) -> Page[batches.Batch]:
        """Your batches, the latest first."""
        return await codes.page(info.context, page)

    @strawberry.field(graphql_type=CodeBatch | None, extensions=[MANAGE, or_null])
    @staticmethod
    async def code_batch(info: Info, id: Id) -> batches.Batch:
        """One of your batches; null when there is none with this id."""
        return await codes.find(info.context, info.context.global_ids.one("CodeBatch", id))

    @strawberry.field(graphql_type=Connection[CodeEntered], extensions=[MANAGE, paged()])
    @staticmethod
    async def code_entries(info: Info, batch: Id, page: PageRequest) -> Page[queries.Entry]:
        """Entries of one of your batches, the latest first; none when there is no batch with this id."""
        return await codes.entries(info.context, info.context.global_ids.one("CodeBatch", batch), page)

    @strawberry.field(graphql_type=Connection[CodeAlarm], extensions=[MANAGE, paged()])
    @staticmethod
    async def code_alarms(info: Info, page: PageRequest, batch: Of = None) -> Page[models.CodeAlarm]:
        """Alarms of your batches, the latest first."""
        wanted = None if batch is None else info.context.global_ids.one("CodeBatch", batch)
        return await codes.alarms(info.context, wanted, page)

    @strawberry.field(graphql_type=CodeThresholds, extensions=[MANAGE])
    @staticmethod
    async def code_thresholds(info: Info) -> watching.Thresholds:
        """From how many on an alarm rings, for each of your batches."""
        return await codes.thresholds(info.context)


@strawberry.type
class CodeBatchMutation:
    """Batches are kept."""

    @strawberry.mutation(graphql_type=CodeBatchPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_batch_order(info: Info, input: CodeBatchOrderInput) -> Any:
        """Order codes for products of yours."""
        currency = (await coalition.coalition(info.context)).currency
        return _done(await codes.order(info.context, input.to_command(info, currency)))

    @strawberry.mutation(graphql_type=CodeBatchPrintPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_batch_print(info: Info, input: CodeBatchPrintInput) -> Any:
        """Let the codes of a batch be fetched, once, as CSV: serial, code, sku and the link for a QR code."""
        printed = await codes.print_codes(info.context, _batch(info, input), input.reason)
        return CodeBatchPrintPayload(print=printed)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CodeBatchPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_batch_put_live(info: Info, input: CodeBatchInput) -> Any:
        """Say that the products are on their way: from now on their codes are accepted."""
        return _done(await codes.put_live(info.context, _batch(info, input)))

    @strawberry.mutation(graphql_type=CodeBatchPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_batch_end(info: Info, input: CodeBatchInput) -> Any:
        """Let no code of it be entered any more; what was entered stays."""
        return _done(await codes.end(info.context, _batch(info, input)))

    @strawberry.mutation(graphql_type=CodeBatchPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_batch_hold(info: Info, input: CodeBatchInput) -> Any:
        """Let no code of it be entered for now."""
        return _done(await codes.hold(info.context, _batch(info, input)))

    @strawberry.mutation(graphql_type=CodeBatchPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_batch_release(info: Info, input: CodeBatchInput) -> Any:
        """Let its codes be entered again."""
        return _done(await codes.release(info.context, _batch(info, input)))

    @strawberry.mutation(graphql_type=CodeBatchVoidPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_batch_void(info: Info, input: CodeBatchVoidInput) -> Any:
        """Void a batch, some of its serials, or codes that are named; what was entered stays."""
        if input.serials is not None and input.codes is not None:
            raise InvalidBatch("say serials or codes, or neither for the whole batch", path=("codes",))
        serials = None if input.serials is None else (input.serials.first, input.serials.last)
        batch, voided = await codes.void(info.context, _batch(info, input), input.reason, serials, input.codes)
        return CodeBatchVoidPayload(batch=batch, voided=voided)  # type: ignore[arg-type]

    @strawberry.mutation(graphql_type=CodeThresholdsPayload, extensions=[MANAGE, refusals])
    @staticmethod
    async def code_thresholds_set(info: Info, input: CodeThresholdsSetInput) -> Any:
        """Say from how many on an alarm rings, and whether it puts its batch on hold."""
        done = await codes.watch(info.context, watching.Thresholds(**vars(input)))
        return CodeThresholdsPayload(thresholds=done)  # type: ignore[arg-type]


def _batch(info: Info, input: CodeBatchInput | CodeBatchPrintInput | CodeBatchVoidInput) -> Any:
    return info.context.global_ids.one("CodeBatch", input.batch)


def _done(batch: batches.Batch) -> CodeBatchPayload:
    return CodeBatchPayload(batch=batch)  # type: ignore[arg-type]
