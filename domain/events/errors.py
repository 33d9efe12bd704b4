"""Refusals to those who read events."""

from __future__ import annotations

from domain.errors import DomainError


class EventsForgotten(DomainError):
    """Something that the reader asks for has been removed since the place its cursor names."""

    code = "EVENTS_FORGOTTEN"

    def __init__(self) -> None:
        super().__init__(
            "Events after this cursor were removed: they are kept for 30 days. Read afresh what you keep a copy of, "
            "and go on from the newest event.",
            path=("after",),
        )
