"""What a member wants to be told, by which way, and when: kept, and worked out for one message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, available_timezones

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import col, select

from domain.languages import LANGUAGES
from domain.messages.errors import InvalidPreferences
from domain.messages.models import MessagePreference
from domain.messages.topics import TOPICS, Topic
from domain.storage import ReadSession, WriteSession

INBOX, MAIL = "inbox", "mail"
_KNOWN = {topic.value for topic in Topic}
NIGHT_FROM, NIGHT_UNTIL = time(21), time(8)
"""The quiet hours of those who did not say."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """Hours of the day in which no mail goes out; over midnight where they end before they begin."""

    since: time
    until: time

    def covers(self, at: time) -> bool:
        """Whether a time of the day is quiet."""
        if self.since < self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until


NIGHT = Quiet(since=NIGHT_FROM, until=NIGHT_UNTIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """By which ways a member is told of a topic."""

    inbox: bool
    mail: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Preferences:
    """All that a member wants; what it did not say is as topics have it."""

    ways: Mapping[Topic, Ways] = field(default_factory=dict)
    digest: bool = False
    """One mail a day, rather than one for each message."""
    quiet: Quiet = NIGHT
    time_zone: str | None = None
    """The member's own; the coalition's where it is not said."""
    language: str | None = None
    """The language of its messages; the one it joined with where it is not said."""

    def __post_init__(self) -> None:
        if self.time_zone is not None and self.time_zone not in available_timezones():
            raise InvalidPreferences("a time zone is one of the IANA's, such as Europe/Riga", "time_zone")
        if self.language is not None and self.language not in LANGUAGES:
            raise InvalidPreferences(f"a language is one of {', '.join(LANGUAGES)}", "language")
        if self.quiet.since == self.quiet.until:
            raise InvalidPreferences("quiet hours begin and end at different times", "quiet")

    def of(self, topic: Topic) -> Ways:
        """By which ways the member is told of a topic: what is its own always reaches the inbox."""
        said = self.ways.get(topic)
        about = TOPICS[topic]
        if said is None:
            return Ways(inbox=True, mail=about.mailed)
        return Ways(inbox=said.inbox or not about.marketing, mail=said.mail)

    def zone(self, otherwise: ZoneInfo) -> ZoneInfo:
        """Where the member's day is."""
        return ZoneInfo(self.time_zone) if self.time_zone else otherwise

    def mail_at(self, now: datetime, *, zone: ZoneInfo, digest_at: time) -> datetime:
        """When a mail of now goes out: at once or at the next time for digests, and never in quiet hours."""
        there = self.zone(zone)
        at = next_at(now, digest_at, there) if self.digest else now
        return next_at(at, self.quiet.until, there) if self.quiet.covers(at.astimezone(there).time()) else at


def next_at(now: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The next instant, not before now, at which clocks there show this time.

    Where the clock skips it, it is the instant after the gap; where it comes twice, the first that is left.
    """
    day = now.astimezone(zone).date()
    for ahead in range(-1, 3):
        for instant in _instants(day + timedelta(days=ahead), at, zone):
            if instant >= now:
                return instant
    raise AssertionError("every day has this time, or an instant in its place")


def _instants(day: date, at: time, zone: ZoneInfo) -> list[datetime]:
    """When clocks there show a time on a day: once, twice, or, for a time that is skipped, once after the gap."""
    shown = {datetime.combine(day, at, zone).replace(fold=fold).astimezone(ZoneInfo("UTC")) for fold in (0, 1)}
    real = sorted(one for one in shown if one.astimezone(zone).time() == at)
    return real or [_after_gap(max(shown), min(shown), zone)]


def _after_gap(late: datetime, early: datetime, zone: ZoneInfo) -> datetime:
    """The first instant with the new offset, between two readings of a time that clocks skip."""
    offset = late.astimezone(zone).utcoffset()
    while late - early > timedelta(seconds=1):
        middle = early + (late - early) / 2
        early, late = (early, middle) if middle.astimezone(zone).utcoffset() == offset else (middle, late)
    return late.replace(microsecond=0)


async def preferences_of(session: ReadSession, wallet_id: UUID, member_id: UUID) -> Preferences:
    """What a member wants; with the member's own sight."""
    row = await session.scalar(
        select(MessagePreference).where(
            col(MessagePreference.wallet_id) == wallet_id, col(MessagePreference.member_id) == member_id
        )
    )
    return Preferences() if row is None else _read(row)


async def prefer(
    session: WriteSession, wallet_id: UUID, member_id: UUID, preferences: Preferences, *, now: datetime
) -> Preferences:
    """Keep what a member wants, in place of what it wanted before; with the member's own sight."""
    said = {
        "ways": {topic.value: {INBOX: ways.inbox, MAIL: ways.mail} for topic, ways in preferences.ways.items()},
        "digest": preferences.digest,
        "quiet_from": preferences.quiet.since,
        "quiet_until": preferences.quiet.until,
        "time_zone": preferences.time_zone,
        "language": preferences.language,
        "changed_at": now,
    }
    new = insert(MessagePreference).values(wallet_id=wallet_id, member_id=member_id, **said)
    await session.execute(new.on_conflict_do_update(index_elements=["wallet_id", "member_id"], set_=said))
    return preferences


def _read(row: MessagePreference) -> Preferences:
    ways = {
        Topic(topic): Ways(inbox=said.get(INBOX, True), mail=said.get(MAIL, TOPICS[Topic(topic)].mailed))
        for topic, said in row.ways.items()
        if topic in _KNOWN
    }
    quiet = NIGHT
    if row.quiet_from is not None and row.quiet_until is not None:
        quiet = Quiet(since=row.quiet_from, until=row.quiet_until)
    return Preferences(ways=ways, digest=row.digest, quiet=quiet, time_zone=row.time_zone, language=row.language)


async def follow_profile(session: WriteSession, wallet_id: UUID, member_id: UUID, *, now: datetime) -> None:
    """Tell a member in the language of its profile from now on, whichever it had chosen; with its own sight."""
    mine = update(MessagePreference).where(
        col(MessagePreference.wallet_id) == wallet_id, col(MessagePreference.member_id) == member_id
    )
    await session.execute(mine.values(language=None, changed_at=now))
