"""Mail that access has to send: codes and invitations. How it travels is decided by whoever starts the server."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message in plain text; what stands in it is for its reader alone."""

    to: str
    subject: str
    text: str = field(repr=False)


class Mailer(Protocol):
    """Something that sends mail."""

    async def send(self, mail: Mail) -> None:
        """Hand the message over, or raise OSError when it cannot be."""


class NoMailer:
    """Where no way of sending mail was set."""

    async def send(self, mail: Mail) -> None:  # noqa: ARG002 - nothing is sent
        """Refuse: the caller tells that no mail goes out here."""
        message = "No way of sending mail is set (HANSA_SMTP_URL)."
        raise OSError(message)
