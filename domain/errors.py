"""Refusals: what the domain will not do, with a stable code and a sentence that helps.

Each context adds its own refusals in its errors.py. docs/errors.md lists them all, in order of precedence.
"""

from __future__ import annotations

from typing import ClassVar


class DomainError(Exception):
    """A refusal the caller can act on. Nothing was written."""

    code: ClassVar[str] = "REFUSED"

    def __init__(self, message: str, *, path: tuple[str, ...] = ()) -> None:
        self.message = message
        self.path = path
        super().__init__(message)

    def at(self, *path: str) -> DomainError:
        """The same refusal, naming the input field it stems from."""
        self.path = (*path, *self.path)
        return self


class InvalidValue(DomainError):
    """A value is malformed or out of range."""

    code = "INVALID_VALUE"


class NotFound(DomainError):
    """There is no such thing, or none that the viewer may see: both answer alike."""

    code = "NOT_FOUND"


class Forbidden(DomainError):
    """The viewer may not do this."""

    code = "FORBIDDEN"


class Conflict(DomainError):
    """The state of things does not allow this step now."""

    code = "CONFLICT"


class IdempotencyConflict(DomainError):
    """The same idempotency key was used before for another request."""

    code = "IDEMPOTENCY_CONFLICT"
