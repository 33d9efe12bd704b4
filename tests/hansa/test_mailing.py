"""Mail leaves by SMTP, over TLS; a sandbox without a server keeps it for whoever tries things out."""

from __future__ import annotations

import asyncio
import json
import ssl
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text
from typer.testing import CliRunner

from domain.storage import COALITION, Database
from hansa import mailing
from hansa.cli import app
from hansa.doctor import Finding, Verdict, examine
from hansa.mailing import Server, SmtpMailer, mailer_of
from hansa.settings import InvalidSettings, load
from partners.mail import Mail
from tests.builders.coalition import a_coalition

MAIL = Mail(to="liga@example.org", subject="Jūsu kods", text="Kods ir 1234 5678.\n")
SENDER = "Hansa <no-reply@example.org>"


@asynccontextmanager
async def a_server(said: list[str], tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """A mail server of the simplest kind, which remembers what it was told; its port."""
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        writer.write(b"220 here\r\n")
        in_data = False
        while raw := await reader.readline():
            line = raw.decode().rstrip("\r\n")
            said.append(line)
            if line == "QUIT":
                break
            in_data = line == "DATA" or (in_data and line != ".")
            if line == "DATA":
                writer.write(b"354 go on\r\n")
            elif not in_data:
                writer.write(b"250 well\r\n")
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    async with server:
        yield server.sockets[0].getsockname()[1]
        await asyncio.gather(*(task for task in serving if task))


def a_certificate(folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's side and the client's, for 127.0.0.1."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(file)
    return server, ssl.create_default_context(cadata=certificate.public_bytes(serialization.Encoding.PEM).decode())


async def test_a_mail_is_handed_over() -> None:
    said: list[str] = []
    async with a_server(said) as port:
        await SmtpMailer(server=Server.at(f"smtp://localhost:{port}"), sender=SENDER).send(MAIL)
    assert "RCPT TO:<liga@example.org>" in said
    assert f"From: {SENDER}" in said
    assert "Auto-Submitted: auto-generated" in said


async def test_a_mail_goes_through_tls_to_a_server_whose_certificate_is_trusted_and_to_no_other(tmp_path: Path) -> None:
    said: list[str] = []
    theirs, ours = a_certificate(tmp_path)
    async with a_server(said, theirs) as port:
        server = Server.at(f"smtps://localhost:{port}")
        with pytest.raises(OSError, match="did not take a mail"):
            await SmtpMailer(server=server, sender=SENDER).send(MAIL)
        assert said == []
        await SmtpMailer(server=server, sender=SENDER, trusted=ours).send(MAIL)
    assert "DATA" in said


async def test_nothing_is_told_to_a_distant_server_without_tls() -> None:
    said: list[str] = []
    async with a_server(said) as port:
        # Not by its name this machine, so it is held to what is asked of others.
        server = Server.at(f"smtp://user:secret@127.1:{port}")
        with pytest.raises(OSError, match="did not take a mail"):
            await SmtpMailer(server=server, sender=SENDER).send(MAIL)
    assert all(line.split(" ")[0] in {"EHLO", "HELO", "QUIT", "STARTTLS"} for line in said)


async def test_a_sandbox_keeps_mail_that_only_its_user_can_read(database: Database, tmp_path: Path) -> None:
    await a_coalition(database)
    settings = load(home=tmp_path)
    assert mailing.newest(mailing.folder_of(settings)) is None
    for subject in ("The first", MAIL.subject):
        await mailer_of(settings, database).send(Mail(to=MAIL.to, subject=subject, text=MAIL.text))
    kept = mailing.newest(mailing.folder_of(settings))
    assert kept is not None
    assert mailing.read(kept) == MAIL
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


async def test_outside_a_sandbox_nothing_is_kept_and_the_sender_is_told(database: Database, tmp_path: Path) -> None:
    await a_coalition(database)
    async with database.session(COALITION) as session, session.begin():
        await session.execute(text("UPDATE coalition SET clock_at = NULL, sandbox = false"))
    settings = load(home=tmp_path)
    with pytest.raises(OSError, match="HANSA_SMTP_URL"):
        await mailer_of(settings, database).send(MAIL)
    assert not mailing.folder_of(settings).exists()


async def test_with_a_server_mail_goes_there(database: Database, tmp_path: Path) -> None:
    said: list[str] = []
    async with a_server(said) as port:
        await mailer_of(load(home=tmp_path, smtp_url=f"smtp://localhost:{port}"), database).send(MAIL)
    assert "DATA" in said


@pytest.mark.parametrize("subject", ["a\nBcc: all@example.org", "a\r\nX: y"])
async def test_no_header_slips_into_a_mail(subject: str) -> None:
    said: list[str] = []
    async with a_server(said) as port:
        with pytest.raises(OSError, match="did not take a mail"):
            await SmtpMailer(server=Server.at(f"smtp://localhost:{port}"), sender=SENDER).send(
                Mail(to=MAIL.to, subject=subject, text="")
            )
    assert said == []


@pytest.mark.parametrize("url", ["mail.example.org", "http://mail.example.org", "smtp://"])
def test_an_address_that_is_no_mail_servers_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(InvalidSettings) as refusal:
        load(smtp_url=url)
    assert "HANSA_SMTP_URL" in str(refusal.value)


def test_the_sender_follows_the_public_address_unless_given() -> None:
    assert load(issuer="https://api.example.org").mail_from == "no-reply@api.example.org"
    assert load(mail_from=SENDER).mail_from == SENDER


async def test_the_doctor_says_where_mail_goes(database: Database, database_url: str, tmp_path: Path) -> None:
    async def found(**more: str) -> Finding:
        settings = load(home=tmp_path, database_url=database_url, **more)
        [finding] = [one for one in await examine(settings) if one.name == "mail"]
        return finding

    assert (await found()).verdict is Verdict.WELL
    await a_coalition(database)
    assert "hansa mail" in (await found()).says
    async with database.session(COALITION) as session, session.begin():
        await session.execute(text("UPDATE coalition SET clock_at = NULL, sandbox = false"))
    ill = await found()
    assert (ill.verdict, ill.advice) == (Verdict.ILL, "set HANSA_SMTP_URL")
    well = await found(smtp_url="smtps://user:hunter2@mail.example.org")
    assert (well.verdict, well.says) == (Verdict.WELL, "goes to mail.example.org:465")


def test_the_newest_mail_of_a_sandbox_is_shown(tmp_path: Path) -> None:
    runner, environment = CliRunner(), {"HANSA_HOME": str(tmp_path)}
    nothing = runner.invoke(app, ["mail"], env=environment)
    assert (nothing.exit_code, nothing.stdout) == (1, "")
    folder = mailing.folder_of(load(home=tmp_path))
    now = datetime.now(UTC)
    mailing.keep(folder, Mail(to="old@example.org", subject="Old", text="old"), SENDER, now=now - timedelta(seconds=1))
    mailing.keep(folder, MAIL, SENDER, now=now)
    shown = runner.invoke(app, ["mail"], env=environment)
    assert (shown.exit_code, shown.stdout) == (0, f"{MAIL.subject}\n{MAIL.to}\n\n{MAIL.text}\n")
    assert json.loads(runner.invoke(app, ["mail", "--json"], env=environment).stdout)["to"] == MAIL.to
