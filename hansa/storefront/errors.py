"""What can go wrong for a client, by what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


class Refused(Exception):
    """The coalition refused, for a reason of the business; nothing was written and the key is free again."""

    def __init__(
        self, code: str, message: str, path: tuple[str, ...] = (), data: Mapping[str, Any] | None = None
    ) -> None:
        self.code = code
        self.message = message
        self.path = path
        self.data = dict(data or {})
        super().__init__(f"{code}: {message}")


class Faulty(Exception):
    """The request is malformed or may not be made: a programmer's fault, which no retry mends."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(f"{code}: {message}")


class Unauthorized(Exception):
    """The client's credentials are not accepted."""


class LinkRefused(Exception):
    """No link came about: the member refused, or what came back is not the answer to what was asked."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        """OAuth's error, such as access_denied; or not_our_answer, wrong_issuer, id_token."""
        super().__init__(f"{code}: {message}" if message else code)


class Unanswered(Exception):
    """No answer came, however often it was asked; whether anything was written is unknown.

    Ask again with the same idempotency key: it is in `key`, where the request had one.
    """

    def __init__(self, problem: str, key: str | None) -> None:
        self.key = key
        super().__init__(f"no answer: {problem}")
