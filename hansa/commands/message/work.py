"""What `hansa message` does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from domain.errors import InvalidValue
from domain.languages import LANGUAGES
from domain.messages import delivering, writing
from domain.messages.letters import Letter
from domain.messages.models import MailState, MessageMail, MessagePolicy
from domain.messages.samples import sample
from domain.messages.telling import said
from domain.messages.topics import StaffTopic, Topic
from domain.paging import PageRequest
from domain.storage import WriteSession
from hansa import reporting
from hansa.commands.desk import Desk
from hansa.commands.message import tables
from hansa.commands.settle.tables import show
from hansa.mailing import mailer_of
from hansa.messaging import Teller
from hansa.settings import load

PARTS = ("marketing_most", "marketing_days", "days_ahead", "digest_at", "kept_days")


def preview(topic: str, language: str, folder: Path, *, json: bool) -> None:
    """Write an example of a topic's mail. Raises: InvalidValue."""
    if language not in LANGUAGES:
        raise InvalidValue(f"a language is one of {', '.join(LANGUAGES)}", path=("language",))
    known = _topic(topic)
    letter = Letter(
        language=language,
        house="Hansa",
        name="Līga Ozola",
        works_for="Amber Market" if isinstance(known, StaffTopic) else None,
        said=[said(known, sample(known), language=language, zone=ZoneInfo("UTC"))],
        account="https://hansa.example/app/",
        unsubscribe="https://hansa.example/messages/unsubscribe/EXAMPLE",
    )
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for kind, content in (("txt", letter.text), ("html", letter.html)):
        path = folder / f"{known.value}.{language}.{kind}"
        path.write_text(content, encoding="utf-8")
        written[kind] = str(path)
    if json:
        return reporting.as_json({"subject": letter.subject, **written})
    return reporting.say(f"{letter.subject}\n\n{letter.text}\nWritten: {written['txt']} and {written['html']}")


async def outbox(desk: Desk, state: str | None, most: int, *, json: bool) -> None:
    """Mails, the newest first. Raises: InvalidValue."""
    wanted = None if state is None else _state(state)
    page = await desk.ctx.read(delivering.outbox, PageRequest(first=most), state=wanted)
    if json:
        return reporting.as_json([_plain(mail) for mail in page.items])
    if not page.items:
        return reporting.say("There is no such mail.")
    return show(tables.outbox_table(page.items))


async def policy(
    desk: Desk,
    marketing_most: int | None,
    marketing_days: int | None,
    days_ahead: Sequence[int] | None,
    digest_at: str | None,
    kept_days: int | None,
    *,
    json: bool,
) -> None:
    """How the programme writes to members, after what was changed. Raises: InvalidValue."""
    given = (marketing_most, marketing_days, days_ahead or None, _time(digest_at), kept_days)
    changes = {name: value for name, value in zip(PARTS, given, strict=True) if value is not None}
    found = await desk.ctx.write(_changed, changes)
    if json:
        return reporting.as_json({name: _said(getattr(found, name)) for name in PARTS})
    return show(tables.policy_table(found))


async def tell(desk: Desk, *, json: bool) -> None:
    """One turn of the worker."""
    settings, database = load(), desk.ctx.database
    mailer = mailer_of(settings, database)
    teller = Teller(database=database, keys=desk.ctx.keys, mailer=mailer, issuer=settings.issuer)
    told = await teller.tell(now=desk.ctx.now)
    if json:
        return reporting.as_json(asdict(told))
    return reporting.say(f"{told.written:,} messages written, {told.planned:,} mails planned, {told.mailed:,} sent.")


async def _changed(session: WriteSession, changes: dict[str, Any]) -> MessagePolicy:
    found = await writing.policy_of(session)
    return await writing.change_policy(session, found, changes)


def _topic(named: str) -> Topic | StaffTopic:
    if named.upper() in {topic.value for topic in Topic}:
        return Topic(named.upper())
    if named.upper() in {topic.value for topic in StaffTopic}:
        return StaffTopic(named.upper())
    known = ", ".join([*Topic, *StaffTopic])
    raise InvalidValue(f"there is no topic {named!r}; there are {known}", path=("topic",))


def _state(named: str) -> MailState:
    try:
        return MailState(named.upper())
    except ValueError:
        raise InvalidValue(f"a mail is one of {', '.join(MailState)}", path=("state",)) from None


def _time(said_so: str | None) -> time | None:
    if said_so is None:
        return None
    try:
        return time.fromisoformat(said_so)
    except ValueError:
        raise InvalidValue("a time of the day is written like 08:00", path=("digest_at",)) from None


def _plain(mail: MessageMail) -> dict[str, Any]:
    told = ("mail_id", "member_id", "person_id", "digest", "state", "due_at", "attempts", "finished_at", "problem")
    return {name: _said(getattr(mail, name)) for name in told}


def _said(value: Any) -> Any:
    return value if isinstance(value, bool | int | list) or value is None else str(value)
