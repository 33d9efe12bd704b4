"""How mail leaves: by SMTP where it is set; in a sandbox otherwise into files, for whoever tries things out."""

from __future__ import annotations

import os
import secrets
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP as LINES
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

import aiosmtplib
from sqlmodel import select

from domain.coalition.models import Coalition
from domain.storage import NOBODY, Database
from hansa.settings import Settings
from partners.mail import Mail, Mailer, MailRefused, NoMailer

PATIENCE_SECONDS = 20.0
SUBMISSION, SUBMISSIONS = 587, 465
FOR_GOOD = 500
"""From this code on a mail server's answer is its last word."""


class _OneLine(UniqueUnstructuredHeader):
    """A header that is an address: folded or encoded, no mail program could read it."""

    name: str

    def fold(self, *, policy: EmailPolicy) -> str:
        """As it stands."""
        return f"{self.name}: {self}{policy.linesep}"


_HEADERS = HeaderRegistry()
_HEADERS.map_to_type("list-unsubscribe", _OneLine)  # type: ignore[arg-type] # made a whole header by the registry
_POLICY = EmailPolicy(header_factory=_HEADERS)


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where mail is handed over."""

    host: str
    port: int
    encrypted: bool
    """From the first byte (smtps); otherwise the connection is upgraded before anything is said."""
    user: str | None
    password: str | None

    @classmethod
    def at(cls, url: str) -> Server:
        """The server of an address such as `smtp://user:password@mail.example.org:587`."""
        parts = urlsplit(url)
        encrypted = parts.scheme == "smtps"
        return cls(
            host=parts.hostname or "",
            port=parts.port or (SUBMISSIONS if encrypted else SUBMISSION),
            encrypted=encrypted,
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
        )

    @property
    def here(self) -> bool:
        """Whether it is this machine, which nobody listens in on."""
        try:
            return self.host == "localhost" or ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, kw_only=True)
class SmtpMailer:
    """Hands mail to a server, over TLS unless the server is on this machine."""

    server: Server
    sender: str
    trusted: ssl.SSLContext | None = None
    """By whom the server's certificate may be signed; the system's authorities by default."""

    async def send(self, mail: Mail) -> None:
        """Hand the message over. Raises: OSError, MailRefused."""
        server = self.server
        try:
            await aiosmtplib.send(
                _message(mail, self.sender, datetime.now(UTC)),
                hostname=server.host,
                port=server.port,
                username=server.user,
                password=server.password,
                use_tls=server.encrypted,
                start_tls=not server.encrypted and not server.here,
                tls_context=self.trusted,
                timeout=PATIENCE_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as problem:
            codes = [refused.code for refused in problem.recipients]
            kind = MailRefused if codes and min(codes) >= FOR_GOOD else OSError
            message = f"{server.host} did not take a mail for this address: {', '.join(map(str, codes))}"
            raise kind(message) from None
        except (aiosmtplib.SMTPException, ValueError) as problem:
            message = f"{server.host} did not take a mail: {type(problem).__name__}"
            raise OSError(message) from None


@dataclass(frozen=True, kw_only=True)
class SandboxMailer:
    """Keeps mail as files that only this user can read; outside a sandbox it refuses."""

    folder: Path
    sender: str
    database: Database

    async def send(self, mail: Mail) -> None:
        """Write the message down. Raises: OSError."""
        async with self.database.session(NOBODY) as session, session.begin():
            sandbox = await session.scalar(select(Coalition.sandbox).limit(1))
        if not sandbox:
            await NoMailer().send(mail)
        keep(self.folder, mail, self.sender, now=datetime.now(UTC))


def mailer_of(settings: Settings, database: Database) -> Mailer:
    """How this server sends mail."""
    if settings.smtp_url is not None:
        return SmtpMailer(server=Server.at(settings.smtp_url.get_secret_value()), sender=settings.mail_from)
    return SandboxMailer(folder=folder_of(settings), sender=settings.mail_from, database=database)


def folder_of(settings: Settings) -> Path:
    """Where a sandbox keeps its mail."""
    return settings.home / "mail"


def keep(folder: Path, mail: Mail, sender: str, *, now: datetime) -> Path:
    """Write a message into the folder, under a name that sorts by time."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{now:%Y%m%dT%H%M%S.%f}Z-{secrets.token_hex(4)}.eml"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as opened:
        opened.write(_message(mail, sender, now).as_bytes(policy=LINES))
    return path


def newest(folder: Path) -> Path | None:
    """The message that was kept last."""
    return max(folder.glob("*.eml"), default=None)


def read(path: Path) -> Mail:
    """A message that was kept."""
    message = BytesParser(policy=LINES).parsebytes(path.read_bytes())
    plain = message.get_body(("plain",))
    text = "\n".join((plain or message).get_content().splitlines())
    return Mail(to=str(message["To"]), subject=str(message["Subject"]), text=f"{text}\n")


def _message(mail: Mail, sender: str, now: datetime) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["From"] = sender
    message["To"] = mail.to
    message["Subject"] = mail.subject
    message["Date"] = format_datetime(now)
    domain = sender.rpartition("@")[2].rstrip(">")
    message["Message-ID"] = f"<{mail.message_id}@{domain}>" if mail.message_id else make_msgid(domain=domain)
    message["Auto-Submitted"] = "auto-generated"
    if mail.unsubscribe is not None:
        message["List-Unsubscribe"] = f"<{mail.unsubscribe}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    return message
