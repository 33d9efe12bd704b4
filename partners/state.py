"""What a running server keeps for telling who is asking."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from domain.members.card_numbers import USUAL_PREFIX
from domain.storage import Database, ReadSession, WriteSession
from partners import standing
from partners.buckets.keeping import SharedBuckets
from partners.clients.key_fetching import KeyFetcher
from partners.fetching import Outbound
from partners.issuer import Issuer
from partners.keys import Keys
from partners.limits import Limits
from partners.mail import Mailer, NoMailer, Post
from partners.oauth import signing_keys
from partners.oauth.access_tokens import AccessToken
from partners.oauth.grants import StandingGrant
from partners.outside import Outside
from partners.sign_in.passwords import Hasher
from partners.sign_in.sessions import SessionFacts
from partners.standing import SERVER, Watch
from partners.viewer import Viewer

T = TypeVar("T")

MOST_REMEMBERED = 20_000


class Remembered(Generic[T]):
    """What was worked out once, under the hash of what it was worked out from; the oldest makes room."""

    def __init__(self, most: int = MOST_REMEMBERED) -> None:
        self._most = most
        self._found: dict[bytes, T] = {}

    def get(self, digest: bytes) -> T | None:
        """What is remembered under a hash."""
        return self._found.get(digest)

    def put(self, digest: bytes, value: T) -> None:
        """Remember it."""
        if len(self._found) >= self._most:
            del self._found[next(iter(self._found))]
        self._found[digest] = value

    def forget(self, digest: bytes) -> None:
        """Work it out anew the next time."""
        self._found.pop(digest, None)


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessState:
    """The authorization server's own things; one for each running server."""

    database: Database
    issuer: Issuer
    keys: Keys
    clock: Callable[[], datetime]
    """The real time; a sandbox's test clock does not move credentials."""
    ticks: Callable[[], float]
    """Seconds that never go back, for telling how old a reading is."""
    origins: frozenset[str]
    """Whose pages may use a session's cookie."""
    watch: Watch
    limits: Limits
    mailer: Mailer
    post: Post
    """Sends mail that the answer does not wait for."""
    outbound: Outbound
    key_fetcher: KeyFetcher
    card_prefix: str = USUAL_PREFIX
    """With what the numbers of cards begin that are drawn here."""
    passwords: Hasher = field(default_factory=Hasher)
    """Hashes passwords, few at once."""
    tokens: Remembered[tuple[AccessToken, Viewer]] = field(default_factory=Remembered)
    sessions: Remembered[tuple[SessionFacts, float]] = field(default_factory=Remembered)
    grants: Remembered[tuple[StandingGrant | None, float]] = field(default_factory=Remembered)

    @property
    def outside(self) -> Outside:
        """What requests to the API may need of the world outside."""
        return Outside(issuer=self.issuer, mailer=self.mailer, outbound=self.outbound, key_fetcher=self.key_fetcher)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[WriteSession]:
        """One transaction with the authorization server's own sight."""
        async with self.database.session(SERVER) as session, session.begin():
            yield WriteSession(ReadSession(session))


@asynccontextmanager
async def opened(  # noqa: PLR0913  # each is a thing of its own, and most have a usual one
    database: Database,
    *,
    issuer: str,
    keys: Keys,
    clock: Callable[[], datetime],
    ticks: Callable[[], float],
    origins: frozenset[str] = frozenset(),
    mailer: Mailer | None = None,
    outbound: Outbound | None = None,
    limits: Limits | None = None,
    card_prefix: str = USUAL_PREFIX,
) -> AsyncIterator[AccessState]:
    """Everything that is needed to tell who is asking, for as long as the server runs; a new database gets its keys.

    Raises: ValueError, for an issuer that is none; SealBroken, for another database's secret key.
    """
    at = Issuer(issuer)
    async with database.session(SERVER) as session, session.begin():
        await signing_keys.ensure(WriteSession(ReadSession(session)), sealing=keys.signing_keys, now=clock())
    first = await standing.read(database, sealing=keys.signing_keys, now=clock(), at=ticks())
    watch = Watch(database, first, sealing=keys.signing_keys, clock=clock, ticks=ticks)
    mailer, outbound = mailer or NoMailer(), outbound or Outbound()
    key_fetcher = KeyFetcher(database, outbound, clock)
    post = Post(mailer)
    try:
        yield AccessState(
            database=database,
            issuer=at,
            keys=keys,
            clock=clock,
            ticks=ticks,
            origins=frozenset({at.url}) | origins,
            watch=watch,
            limits=limits or Limits(SharedBuckets(database.pool, key=keys.lookups, clock=clock)),
            mailer=mailer,
            post=post,
            outbound=outbound,
            key_fetcher=key_fetcher,
            card_prefix=card_prefix,
        )
    finally:
        await key_fetcher.aclose()
        await post.aclose()
        await watch.aclose()
