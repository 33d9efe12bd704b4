"""From a request to an answer: documents made ready once, executed by graphql-core, errors told or masked."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from inspect import isawaitable
from typing import Any

import strawberry
from graphql import ExecutionResult, GraphQLError, OperationType, create_source_event_stream, execute

from domain.events.models import Told
from partners.viewer import Audience, Viewer
from resolvers.context import Context
from resolvers.events import cursor_of
from schema.documents import Document, Documents, Operation, Rejected
from schema.errors import told
from schema.faults import Fault
from schema.inside import EXECUTOR, IS_AWAITABLE, core_of
from schema.limits import Limits


@dataclass(frozen=True, slots=True)
class Request:
    """What a client sent."""

    text: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None


@dataclass(frozen=True, slots=True)
class Ready:
    """A request that may be executed."""

    document: Document
    operation: Operation
    variables: Mapping[str, Any]
    cost: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What the client gets, before it is written in a media type."""

    body: dict[str, Any]
    fault: Fault | None = None
    """Why nothing was executed, if so."""
    cursor: str | None = None
    """Where a stream of events goes on, if it ends after this answer."""


class Engine:
    """Executes the operations of one schema."""

    def __init__(self, schema: strawberry.Schema, *, limits: Limits | None = None, introspection: bool = True) -> None:
        self.schema = schema
        self.core = core_of(schema)
        self.limits = limits or Limits()
        self.documents = Documents(self.core, self.limits)
        self.introspection = introspection

    def ready(self, request: Request, viewer: Viewer) -> Ready:
        """The request, parsed, measured and validated; a text seen before is none of these again.

        Raises: Rejected.
        """
        document = self.documents.ready(request.text)
        operation = document.operation(request.operation_name)
        nobody = viewer.audience is Audience.NOBODY
        if operation.introspects and nobody and not self.introspection:
            raise _rejected(Fault.INTROSPECTION_DISABLED)
        if nobody and not operation.public:
            raise _rejected(Fault.UNAUTHENTICATED)
        return Ready(document, operation, request.variables, self.documents.cost(operation, request.variables))

    async def answer(self, ready: Ready, context: Context, *, request_id: str) -> Answer:
        """Execute a query or a mutation."""
        return self._answered(await self._executed(ready, context, None), ready, request_id)

    async def stream(self, ready: Ready, context: Context, *, request_id: str) -> AsyncGenerator[Answer]:
        """Execute any operation as a stream of answers; a query or a mutation gives one.

        Each event of a subscription is executed in a context of its own, so that it shows the world as it is then.
        """
        if ready.operation.kind is not OperationType.SUBSCRIPTION:
            yield await self.answer(ready, context, request_id=request_id)
            return
        source = await self._source(ready, context)
        if isinstance(source, ExecutionResult):
            yield self._answered(source, ready, request_id)
            return
        async with aclosing(source):
            try:
                async for event in source:
                    yield await self.event(ready, context, event, request_id=request_id)
            except Exception as error:  # noqa: BLE001  # a source that fails ends the stream with a masked error
                failed = GraphQLError(str(error), path=[], original_error=error)
                yield self._answered(ExecutionResult(None, [failed]), ready, request_id)

    async def _source(self, ready: Ready, context: Context) -> ExecutionResult | AsyncGenerator[object]:
        """Where the events of a subscription come from, or why there are none."""
        executor = EXECUTOR.build(
            self.core,
            ready.document.tree,
            context_value=context,
            raw_variable_values=dict(ready.variables),
            operation_name=ready.operation.name,
            hide_suggestions=True,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        made: Any = create_source_event_stream(executor)
        source: ExecutionResult | AsyncGenerator[object] = await made if isawaitable(made) else made
        return source

    async def event(self, ready: Ready, context: Context, event: object, *, request_id: str) -> Answer:
        """Execute a subscription for one event, in a context of its own."""
        fresh = context.fresh()
        try:
            answer = self._answered(await self._executed(ready, fresh, event), ready, request_id)
            return replace(answer, cursor=cursor_of(fresh, event)) if isinstance(event, Told) else answer
        finally:
            await fresh.close()

    async def _executed(self, ready: Ready, context: Context, root: object) -> ExecutionResult:
        result = execute(
            self.core,
            ready.document.tree,
            root_value=root,
            context_value=context,
            variable_values=dict(ready.variables),
            operation_name=ready.operation.name,
            is_awaitable=IS_AWAITABLE,
            hide_suggestions=True,
            executor_class=EXECUTOR,
        )
        return await result if isawaitable(result) else result

    def _answered(self, result: ExecutionResult, ready: Ready, request_id: str) -> Answer:
        errors = result.errors or []
        # An error without a path was found before anything was executed: a variable that does not fit, say.
        unexecuted = result.data is None and bool(errors) and all(error.path is None for error in errors)
        body: dict[str, Any] = {} if unexecuted else {"data": result.data}
        if errors:
            body["errors"] = told(errors, request_id=request_id, otherwise=Fault.BAD_USER_INPUT)
        body["extensions"] = {"cost": {"requested": ready.cost, "limit": self.limits.cost}}
        return Answer(body, Fault.BAD_USER_INPUT if unexecuted else None)


def refused(rejected: Rejected, *, request_id: str) -> Answer:
    """The answer to a request that is not executed."""
    errors = told(rejected.errors, request_id=request_id, otherwise=rejected.fault)
    return Answer({"errors": errors}, rejected.fault)


def _rejected(fault: Fault) -> Rejected:
    return Rejected(fault, [fault.error(fault.description)])
