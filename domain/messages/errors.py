"""What messages refuse."""

from __future__ import annotations

from domain.errors import DomainError, NotFound


class MessageNotFound(NotFound):
    """There is no such message in the inbox."""

    code = "MESSAGE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such message in this inbox.", path=("message",))


class InvalidTemplate(DomainError):
    """A partner's own words cannot be used for their topic."""

    code = "INVALID_TEMPLATE"

    def __init__(self, reason: str, *path: str) -> None:
        super().__init__(reason, path=path)


class InvalidPreferences(DomainError):
    """What was said of quiet hours, time zone or language cannot be kept to."""

    code = "INVALID_PREFERENCES"

    def __init__(self, reason: str, *path: str) -> None:
        super().__init__(reason, path=path)
