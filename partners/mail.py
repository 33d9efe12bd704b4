"""Mail that access has to send: codes and invitations. How it travels is decided by whoever starts the server."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

MOST_WAITING = 1000

log = logging.getLogger(__name__)


class MailRefused(OSError):
    """The mail server will not take mail for this address, now or later."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One message, in plain text and perhaps as a page too; what stands in it is for its reader alone."""

    to: str
    subject: str
    text: str = field(repr=False)
    html: str | None = field(default=None, repr=False)
    """The same as a page that loads nothing from anywhere."""
    message_id: UUID | None = None
    """Names the message to mail servers: the same when it is sent again."""
    unsubscribe: str | None = field(default=None, repr=False)
    """Where one request ends such mail (RFC 8058)."""


class Mailer(Protocol):
    """Something that sends mail."""

    async def send(self, mail: Mail) -> None:
        """Hand the message over, or raise OSError when it cannot be; MailRefused, when it never can."""


class NoMailer:
    """Where no way of sending mail was set."""

    async def send(self, mail: Mail) -> None:  # noqa: ARG002 - nothing is sent
        """Refuse: the caller tells that no mail goes out here."""
        message = "No way of sending mail is set (HANSA_SMTP_URL)."
        raise OSError(message)


class Post:
    """Sends mail behind the caller's back: an answer must not tell by its time whether a mail went out."""

    def __init__(self, mailer: Mailer) -> None:
        self._mailer = mailer
        self._sending: set[asyncio.Task[None]] = set()

    def soon(self, mail: Mail) -> None:
        """Send a message when there is time; what cannot be sent is logged and not tried again."""
        if len(self._sending) >= MOST_WAITING:
            log.warning("A mail was not sent: %d are waiting already", MOST_WAITING)
            return
        task = asyncio.create_task(self._send(mail))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def sent(self) -> None:
        """Wait until everything has been handed over, or could not be."""
        while self._sending:
            await asyncio.wait(self._sending)

    async def aclose(self) -> None:
        """Give up what was not handed over yet."""
        for task in self._sending:
            task.cancel()
        await self.sent()

    async def _send(self, mail: Mail) -> None:
        try:
            await self._mailer.send(mail)
        except OSError as problem:
            log.warning("A mail could not be sent: %s", problem)
