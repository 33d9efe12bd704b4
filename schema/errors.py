"""Refusals and faults as the caller sees them: domain errors become `userErrors`, the unexpected is masked."""

from __future__ import annotations

import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import singledispatch
from typing import Any, TypedDict

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.extensions import FieldExtension
from strawberry.utils.str_converters import to_camel_case

from domain.errors import DomainError, NotFound
from partners.errors import GuessedTooOften
from resolvers.context import Info
from schema.faults import Fault

LARGEST_ERRORS = 3
LONGEST_MESSAGE = 500
LONGEST_TRACE = 4_000

log = structlog.get_logger("hansa.graphql")


@strawberry.interface(description="Why the request was refused. Nothing was written, and its idempotency key is free.")
class UserError:
    """What every refusal tells."""

    code: str = strawberry.field(description="Stable and meant for programs; docs/errors.md lists all codes.")
    message: str = strawberry.field(description="A sentence for a developer, safe to show to a person.")
    path: list[str] = strawberry.field(
        description='The input field the refusal stems from, such as ["input", "points"]; empty when there is none.'
    )


@strawberry.type(description="A refusal that says all with its code and message.")
class GenericUserError(UserError):
    """Any refusal without data of its own."""


@strawberry.type(description="Too much was tried in too short a time, such as cards that nobody has.")
class Throttled(UserError):
    """The caller is to wait."""

    retry_after_seconds: int = strawberry.field(description="In how many seconds to try again.")


class Basics(TypedDict):
    """The fields of every refusal."""

    code: str
    message: str
    path: list[str]


def basics(error: DomainError) -> Basics:
    """What every refusal tells, to build one that tells more: `InsufficientPoints(**basics(error), available=…)`."""
    path = ["input", *map(to_camel_case, error.path)] if error.path else []
    return Basics(code=error.code, message=error.message, path=path)


@singledispatch
def shown(error: DomainError) -> UserError:
    """A refusal as its GraphQL type; `@shown.register` adds one that carries data."""
    return GenericUserError(**basics(error))


@shown.register
def _(error: GuessedTooOften) -> UserError:
    return Throttled(**basics(error), retry_after_seconds=error.retry_after)


@contextmanager
def within(*path: str) -> Iterator[None]:
    """Whatever is refused in this block stems from this field of the input."""
    try:
        yield
    except DomainError as refused:
        raise refused.at(*path) from None


def user_errors() -> list[type[UserError]]:
    """Every concrete refusal of this floor, since the schema cannot find what only the interface leads to."""

    def below(kind: type[UserError]) -> Iterator[type[UserError]]:
        for child in kind.__subclasses__():
            yield child
            yield from below(child)

    return [kind for kind in below(UserError) if kind.__module__.partition(".")[0] == "schema"]


class Refusals(FieldExtension):
    """Turns a refusal of the domain into the mutation's payload with nothing but `userErrors`."""

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: object, info: Info, **kwargs: Any
    ) -> object:
        """The payload, or the refusal as one."""
        try:
            return await next_(source, info, **kwargs)
        except DomainError as error:
            payload: Any = info.return_type
            return payload(user_errors=[shown(error)])


class OrNull(FieldExtension):
    """Turns "there is no such thing" into null, for fields that may be null."""

    async def resolve_async(
        self, next_: Callable[..., Awaitable[Any]], source: object, info: Info, **kwargs: Any
    ) -> object:
        """The thing, or null."""
        try:
            return await next_(source, info, **kwargs)
        except NotFound:
            return None


refusals = Refusals()
or_null = OrNull()


def told(errors: Iterable[GraphQLError], *, request_id: str, otherwise: Fault) -> list[dict[str, Any]]:
    """At most three errors in the form of the answer; what nobody expected is masked and logged once."""
    first = list(errors)
    _log_unexpected(first, request_id)
    return [_told(error, request_id, otherwise) for error in first[:LARGEST_ERRORS]]


def _told(error: GraphQLError, request_id: str, otherwise: Fault) -> dict[str, Any]:
    cause = _cause(error)
    if isinstance(cause, DomainError):
        more = {"retryAfter": cause.retry_after} if isinstance(cause, GuessedTooOften) else {}
        return _entry(error, cause.message, {"code": cause.code, **more})
    if _unexpected(error):
        extensions = {"code": Fault.INTERNAL.value, "requestId": request_id}
        return _entry(error, "Something went wrong on our side. The request id helps us to find out what.", extensions)
    given = dict(error.extensions or {})
    if isinstance(cause, GraphQLError) and cause.extensions:
        given = {**cause.extensions, **given}
    return _entry(error, error.message, {"code": otherwise.value, **given})


def _entry(error: GraphQLError, message: str, extensions: dict[str, Any]) -> dict[str, Any]:
    entry: dict[str, Any] = {"message": _trimmed(message), "extensions": extensions}
    if error.locations:
        entry["locations"] = [location.formatted for location in error.locations[:LARGEST_ERRORS]]
    if error.path is not None:
        entry["path"] = error.path
    return entry


def _trimmed(message: str) -> str:
    """A message without guesses at other names of the schema, and of bounded length."""
    message = message.partition(" Did you mean ")[0]
    return message if len(message) <= LONGEST_MESSAGE else message[: LONGEST_MESSAGE - 1] + "…"


def _cause(error: GraphQLError) -> BaseException | None:
    """The error behind an error, however often it was wrapped on the way."""
    cause: BaseException | None = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    return cause


def _unexpected(error: GraphQLError) -> bool:
    """Whether an error is ours: an exception nobody foresaw, or a value that does not fit the schema's own type."""
    cause = _cause(error)
    if cause is not None and not isinstance(cause, GraphQLError):
        return not isinstance(cause, DomainError)
    coded = bool(error.extensions) or (cause is not None and bool(cause.extensions))
    return error.path is not None and not coded and not error.message.startswith("Argument ")


def _log_unexpected(errors: Sequence[GraphQLError], request_id: str) -> None:
    """One line for each distinct exception, the first three, cut to a bounded length."""
    causes = {id(_cause(error) or error): (_cause(error) or error, error) for error in errors if _unexpected(error)}
    for cause, error in list(causes.values())[:LARGEST_ERRORS]:
        trace = "".join(traceback.format_exception(cause, limit=-20))
        log.error(
            "unexpected",
            request_id=request_id,
            path=".".join(map(str, error.path or ()))[:LONGEST_MESSAGE],
            trace=trace[-LONGEST_TRACE:],
        )
