"""Faults of the caller's program or of ours: the closed set of codes under errors[].extensions.code."""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Any, Self

from graphql import GraphQLError


@unique
class Fault(StrEnum):
    """A code and what it means; refusals of the business are `userErrors` of the payload instead."""

    description: str
    """What happened, and what to do about it."""

    def __new__(cls, value: str, description: str = "") -> Self:
        """A code and its description; looking one up takes the value alone."""
        fault = str.__new__(cls, value)
        fault._value_ = value
        fault.description = description
        return fault

    BAD_REQUEST = "BAD_REQUEST", "The request is no GraphQL request in JSON. Send an object with a `query`."
    BODY_TOO_LARGE = "BODY_TOO_LARGE", "The body is over its limit. Split it; purchases:write allows larger bodies."
    NOT_ACCEPTABLE = "NOT_ACCEPTABLE", "No media type of the Accept header can be served."
    UNSUPPORTED_MEDIA_TYPE = "UNSUPPORTED_MEDIA_TYPE", "The body must be application/json in UTF-8."
    METHOD_NOT_ALLOWED = "METHOD_NOT_ALLOWED", "Use POST; GET serves trusted documents only."
    ORIGIN_REFUSED = "ORIGIN_REFUSED", "Pages of this origin may not call the API."
    UNAUTHENTICATED = "UNAUTHENTICATED", "The operation needs a valid access token. Get a new one."
    FORBIDDEN = "FORBIDDEN", "The access token lacks a scope, named in `requiredScopes`."
    THROTTLED = "THROTTLED", "Too much was asked in too short a time. Wait for `retryAfter` seconds."
    DOCUMENT_UNKNOWN = "DOCUMENT_UNKNOWN", "No trusted document has this id."
    SYNTAX_ERROR = "SYNTAX_ERROR", "The document is no GraphQL."
    VALIDATION_FAILED = "VALIDATION_FAILED", "The document does not fit the schema."
    BAD_USER_INPUT = "BAD_USER_INPUT", "A variable or an argument does not fit its type."
    INTROSPECTION_DISABLED = "INTROSPECTION_DISABLED", "The schema is published as SDL; it is not introspected here."
    TOO_MANY_TOKENS = "TOO_MANY_TOKENS", "The document is too long. Send values as variables, and split it."
    TOO_DEEP = "TOO_DEEP", "The document nests too deeply."
    TOO_MANY_FIELDS = "TOO_MANY_FIELDS", "The document selects too many fields, its fragments expanded."
    TOO_MANY_ROOT_FIELDS = "TOO_MANY_ROOT_FIELDS", "The operation has too many root fields."
    TOO_MANY_ALIASES = "TOO_MANY_ALIASES", "The document renames too many fields."
    TOO_MANY_DIRECTIVES = "TOO_MANY_DIRECTIVES", "One place of the document carries too many directives."
    TOO_MANY_DUPLICATES = "TOO_MANY_DUPLICATES", "One field is selected too often in the same place."
    TOO_MANY_OPERATIONS = "TOO_MANY_OPERATIONS", "The document holds too many operations."
    TOO_COSTLY = "TOO_COSTLY", "The operation costs too much. Ask for smaller pages or fewer nested lists."
    ONCE_ONLY = "ONCE_ONLY", "This mutation may stand only once in an operation, since its input could be guessed."
    TIMEOUT = (
        "TIMEOUT",
        "The operation took too long and was stopped. Ask for less; a write may be sent again with its key.",
    )
    INTERNAL = "INTERNAL", "Something failed on our side. Quote the `requestId`."

    def error(self, message: str, **extensions: Any) -> GraphQLError:
        """An error of this kind, for the caller to read."""
        return GraphQLError(message, extensions={"code": self.value, **extensions})
