"""Messages by mail, through a real server: headers, refusals, and workers that are killed in the middle."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from email import message_from_string
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest
import typer

from domain.errors import InvalidValue
from domain.messages.topics import StaffTopic, Topic
from domain.storage import Database
from hansa.commands.message import app
from hansa.mailing import Server, SmtpMailer
from partners.mail import Mail, MailRefused
from partners.people.models import Person
from partners.scopes import PersonRole
from tests.builders.coalition import writing
from tests.domain.messages.builders import Post, a_post
from tests.hansa.test_settling import Desk as SettlingDesk
from tests.shape.tree import ROOT

SECRET = "a secret that is long enough for tests 0123456789"
SENDER = "Hansa <no-reply@example.org>"
LETTER = Mail(
    to="liga@example.org",
    subject="Jūs nopelnījāt 1 240 punktus",
    text="Jūsu kontā.\n",
    html="<p>Jūsu kontā.</p>",
    message_id=UUID(int=7),
    unsubscribe=f"https://hansa.example/messages/unsubscribe/{'Ab3-_' * 30}",
)

Answer = Callable[[str], str | None]
"""What a mail server says to a line, if it does not just agree."""


class Desk(SettlingDesk):
    """The command as `hansa` has it."""

    app = typer.Typer()


Desk.app.add_typer(app.app)


@asynccontextmanager
async def a_mail_server(taken: list[str], answer: Answer = lambda _: None, slow: float = 0) -> AsyncIterator[int]:
    """A mail server that keeps what it was given, each mail as it came; its port."""
    serving: set[asyncio.Task[None] | None] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        serving.add(asyncio.current_task())
        writer.write(b"220 here\r\n")
        mail: list[str] | None = None
        with suppress(ConnectionError):
            while raw := await reader.readline():
                line = raw.decode().rstrip("\r\n")
                if mail is not None and line != ".":
                    mail.append(line[1:] if line.startswith("..") else line)
                    continue
                if mail is not None:
                    taken.append("\r\n".join(mail))
                    mail = None
                    await asyncio.sleep(slow)
                elif line == "DATA":
                    mail = []
                writer.write((answer(line) or ("354 go on" if line == "DATA" else "250 well")).encode() + b"\r\n")
                await writer.drain()
                if line == "QUIT":
                    break
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]
        for task in serving:
            if task is not None:
                task.cancel()


@pytest.fixture
async def post(database: Database, database_url: str) -> AsyncIterator[Post]:
    """A coalition that tells its members."""
    async with a_post(database, database_url) as made:
        yield made


async def test_a_mail_has_text_and_page_and_ends_by_one_request() -> None:
    taken: list[str] = []
    async with a_mail_server(taken) as port:
        await SmtpMailer(server=Server.at(f"smtp://localhost:{port}"), sender=SENDER).send(LETTER)
    [raw] = taken
    assert f"\r\nList-Unsubscribe: <{LETTER.unsubscribe}>\r\n" in raw
    mail = message_from_string(raw, policy=default)
    assert mail["Subject"] == LETTER.subject
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Message-ID"] == f"<{UUID(int=7)}@example.org>"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]


@pytest.mark.parametrize(
    ("says", "kind"), [("550 no such user", MailRefused), ("451 later", OSError), ("552 full", MailRefused)]
)
async def test_a_refusal_for_good_is_told_from_one_for_now(says: str, kind: type[OSError]) -> None:
    taken: list[str] = []
    async with a_mail_server(taken, lambda line: says if line.startswith("RCPT") else None) as port:
        with pytest.raises(OSError, match=says[:3]) as refused:
            await SmtpMailer(server=Server.at(f"smtp://localhost:{port}"), sender=SENDER).send(LETTER)
    assert type(refused.value) is kind
    assert taken == []


async def test_people_of_a_partner_are_mailed_what_their_roles_let_them_see(post: Post) -> None:
    shop = post.books.shop.partner_id
    people = {
        "finance": (PersonRole.PARTNER_FINANCE, True),
        "marketing": (PersonRole.PARTNER_MARKETING, True),
        "gone": (PersonRole.PARTNER_FINANCE, False),
    }
    async with writing(post.database) as session:
        for number, (name, (role, active)) in enumerate(people.items()):
            email = f"{name}@shop.example"
            session.add(
                Person(
                    person_id=UUID(int=100 + number),
                    partner_id=shop,
                    name=name.title(),
                    email=email,
                    roles=[role],
                    active=active,
                    created_at=post.now,
                )
            )
    cycle = await post.books.owner.fetchval("SELECT cycle_id FROM cycle")
    await post.books.owner.execute(
        "INSERT INTO event (partner_id, kind, balance_seen, subject_id, detail, occurred_at)"
        " VALUES ($1, 'CYCLE_CHANGED', false, $2, 'PROPOSED', $3)",
        *(shop, cycle, post.now),
    )
    for _ in range(2):
        await post.tell()
    assert [mail.to for mail in post.box.mails] == ["finance@shop.example"]
    (mail,) = post.box.mails
    assert mail.subject.startswith("Your statement for")
    assert post.books.shop.name in mail.text


@pytest.mark.slow
async def test_whatever_workers_are_killed_each_message_is_written_once_and_no_mail_goes_twice(
    post: Post, database_url: str, tmp_path: Path
) -> None:
    members = [await post.member() for _ in range(30)]
    for who in members:
        await post.books.earn(who, 10)
    taken: list[str] = []
    async with a_mail_server(taken, slow=0.05) as port:
        variables = {
            "HANSA_DATABASE_URL": database_url,
            "HANSA_HOME": str(tmp_path),
            "HANSA_SECRET_KEY": SECRET,
            "HANSA_SMTP_URL": f"smtp://localhost:{port}",
        }
        for mails in (4, 14):
            async with a_worker(variables) as first, a_worker(variables) as second:
                await until(lambda: len(taken) >= mails)  # noqa: B023 - asked within the turn
                first.send_signal(signal.SIGKILL)
                second.send_signal(signal.SIGKILL)
            await post.books.owner.execute("UPDATE message_mail SET taken_at = taken_at - interval '10 minutes'")
        async with a_worker(variables):
            for _ in range(400):
                if not set(await post.states()) & {"WAITING", "TAKEN", "SENDING"}:
                    break
                await asyncio.sleep(0.1)
    counted = Counter(re.findall(r"^To: (.*)\r$", "\n".join(taken), re.MULTILINE)) or Counter(
        message_from_string(raw)["To"] for raw in taken
    )
    assert set(counted.values()) == {1}, "no mail went twice"
    states = Counter(await post.states())
    assert set(states) <= {"SENT", "UNCLEAR"}
    assert states["SENT"] + states["UNCLEAR"] == 30
    assert states["UNCLEAR"] <= 2 * 8, "so many were under way when a worker was killed"
    for who in members:
        assert await post.topics(who) == ["POINTS_EARNED", "WELCOME"]


async def until(holds: Callable[[], bool], tries: int = 3000) -> None:
    """Wait until something holds."""
    for _ in range(tries):
        if holds():
            return
        await asyncio.sleep(0.02)
    raise AssertionError("it never came to that")


@asynccontextmanager
async def a_worker(variables: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A worker in a process of its own."""
    program = [sys.executable, "-m", "tests.builders.hasty_worker"]
    process = await asyncio.create_subprocess_exec(
        *program, cwd=ROOT, env=variables, stderr=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def test_the_command_shows_mails_and_the_manner_of_writing(post: Post, database_url: str) -> None:
    desk = Desk(database_url)
    await post.member()
    post.box.says = [OSError("busy")]
    await post.tell()
    [mail] = await desk.says("message", "outbox")
    assert (mail["state"], mail["attempts"], mail["problem"]) == ("WAITING", 1, "busy")
    assert "busy" in await desk.shows("message", "outbox", "--state", "waiting")
    assert await desk.says("message", "outbox", "--state", "SENT") == []
    assert isinstance(await desk.refuses("message", "outbox", "--state", "LOST"), InvalidValue)
    assert (await desk.says("message", "policy"))["days_ahead"] == [30, 7]
    changed = await desk.says(
        "message", "policy", "--days-ahead", "14", "--marketing-most", "1", "--digest-at", "07:30"
    )
    assert (changed["days_ahead"], changed["marketing_most"], changed["digest_at"]) == ([14], 1, "07:30:00")
    assert isinstance(await desk.refuses("message", "policy", "--days-ahead", "400"), InvalidValue)
    assert "14 days" in await desk.shows("message", "policy")


@pytest.mark.parametrize("topic", [Topic.POINTS_EXPIRING, StaffTopic.PAYMENT_OVERDUE])
async def test_the_command_writes_a_mail_to_look_at(database_url: str, tmp_path: Path, topic: str) -> None:
    desk = Desk(database_url)
    folder = str(tmp_path / "mails")
    written = await desk.says("message", "preview", topic.lower(), "--language", "bg", "--folder", folder)
    page = (tmp_path / "mails" / f"{topic}.bg.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert Path(written["txt"]).name == f"{topic}.bg.txt"
    assert isinstance(await desk.refuses("message", "preview", "NOTHING"), InvalidValue)
    assert isinstance(await desk.refuses("message", "preview", topic, "--language", "de"), InvalidValue)
    assert json.dumps(written)
