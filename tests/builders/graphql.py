"""A small schema of every kind of field, and the service around it, for tests of the GraphQL floor itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import strawberry
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.routing import Route, WebSocketRoute

from domain.errors import DomainError, NotFound
from domain.ids import ClientId, PartnerId
from domain.paging import Page, PageRequest
from domain.storage import Database
from domain.values import Points
from hansa.endpoint import Endpoint
from hansa.middleware import CarefulBrowsers, RequestIds
from hansa.service import Service
from hansa.sockets import SocketEndpoint
from partners.errors import Unauthenticated
from partners.keys import derive
from partners.scopes import Scope
from partners.viewer import NOBODY, Audience, Viewer
from resolvers.context import Context, Info
from schema.connections import Connection, paged
from schema.errors import UserError, basics, or_null, refusals, shown
from schema.execution import Engine
from schema.ids import Node, identified
from schema.limits import Limits, Once
from schema.nodes import NodeQuery, findable
from schema.permissions import needs, public
from schema.root import build
from schema.scalars import IdempotencyKey
from schema.shape import shows

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEYS = derive(b"a secret that is long enough for tests 0123456789")
ALPHA = Viewer(
    audience=Audience.PARTNER,
    scopes=frozenset({Scope.PURCHASES_WRITE, Scope.PURCHASES_READ}),
    partner_id=PartnerId(UUID(int=1)),
    client_id=ClientId(UUID(int=101)),
)
BETA = Viewer(
    audience=Audience.PARTNER,
    scopes=frozenset({Scope.PURCHASES_READ}),
    partner_id=PartnerId(UUID(int=2)),
    client_id=ClientId(UUID(int=102)),
)
VIEWERS: Mapping[str, Viewer] = {"alpha": ALPHA, "beta": BETA}


@dataclass(frozen=True, kw_only=True)
class Crate:
    """Something with an id, that holds others like it."""

    crate_id: UUID
    label: str
    weight: Points = Points(0)


CRATES = {UUID(int=n): Crate(crate_id=UUID(int=n), label=f"crate {n}", weight=Points(2**40 + n)) for n in range(1, 251)}


class TooHeavy(DomainError):
    """The crate cannot be lifted."""

    code = "TOO_HEAVY"

    def __init__(self, weight: Points) -> None:
        self.weight = weight
        super().__init__("That crate is too heavy.", path=("crate_weight",))


async def find_crate(_context: Context, crate_id: UUID) -> Crate:
    """One of the crates there are."""
    try:
        return CRATES[crate_id]
    except KeyError:
        raise NotFound("There is no such crate.") from None


def crates_of(page: PageRequest) -> Page[Crate]:
    """The crates in the order of their ids."""
    after = page.after[0] if page.after else UUID(int=0)
    rows = [crate for key, crate in CRATES.items() if key > after][: page.first + 1]
    return Page.of(rows, page, lambda crate: (crate.crate_id,))


async def count_crates(_source: object, _info: Info) -> int:
    """All of them."""
    return len(CRATES)


@strawberry.type(name="Crate")
@shows(Crate)
class CrateShape(Node):
    """A crate in the warehouse."""

    id: strawberry.ID = identified("crate_id")
    label: str
    """What is written on it."""
    weight: Points
    """How heavy it is."""

    @strawberry.field(graphql_type=Connection["CrateShape"], extensions=[paged(count=count_crates)])
    @staticmethod
    async def crates(crate: strawberry.Parent[Crate], page: PageRequest) -> Page[Crate]:  # noqa: ARG004
        """What is in it."""
        return crates_of(page)

    @strawberry.field(graphql_type=list["CrateShape"])
    @staticmethod
    async def beside(crate: strawberry.Parent[Crate]) -> list[Crate]:
        """Those next to it."""
        return [CRATES[UUID(int=max(1, crate.crate_id.int - 1))]]


findable(CrateShape, find_crate, needs(Scope.PURCHASES_READ))


@strawberry.type
class TooHeavyError(UserError):
    """A crate nobody can lift."""

    weight: Points
    """How heavy it is."""


@shown.register
def _(error: TooHeavy) -> TooHeavyError:
    return TooHeavyError(**basics(error), weight=error.weight)


@strawberry.input
class CrateLiftInput:
    """Which crate to lift."""

    idempotency_key: IdempotencyKey
    """Made by the client for this lift."""
    crate_weight: Points
    """How heavy the crate is."""


@strawberry.type
class CrateLiftPayload:
    """What came of lifting."""

    lifted: bool = False
    """Whether it was."""
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why not.")


@strawberry.type
class LabQuery(NodeQuery):
    """Questions about crates."""

    @strawberry.field(extensions=[public])
    @staticmethod
    def hello() -> str:
        """A greeting."""
        return "world"

    @strawberry.field(extensions=[public])
    @staticmethod
    def echo(text: str) -> str:
        """The same again."""
        return text

    @strawberry.field(graphql_type=CrateShape | None, extensions=[public, or_null])
    @staticmethod
    async def crate(info: Info, number: int) -> Any:
        """One crate."""
        return await find_crate(info.context, UUID(int=number))

    @strawberry.field(graphql_type=CrateShape, extensions=[public])
    @staticmethod
    async def needed_crate(info: Info, number: int) -> Any:
        """One crate that must be there."""
        return await find_crate(info.context, UUID(int=number))

    @strawberry.field(graphql_type=Connection[CrateShape], extensions=[public, paged(count=count_crates)])
    @staticmethod
    async def crates(page: PageRequest) -> Page[Crate]:
        """All crates."""
        return crates_of(page)

    @strawberry.field(graphql_type=Connection[CrateShape], extensions=[public, paged()])
    @staticmethod
    async def other_crates(page: PageRequest) -> Page[Crate]:
        """All crates, as another list."""
        return crates_of(page)

    @strawberry.field(graphql_type=CrateShape | None, extensions=[needs(Scope.PURCHASES_READ)])
    @staticmethod
    async def my_crate(info: Info) -> Any:
        """A crate for those who may read."""
        return await find_crate(info.context, UUID(int=1))

    @strawberry.field(extensions=[public])
    @staticmethod
    async def broken() -> str | None:
        """Fails as nobody foresaw."""
        raise RuntimeError("the secret is 42")

    @strawberry.field(extensions=[public])
    @staticmethod
    async def slow(seconds: float) -> str | None:
        """Takes its time."""
        await asyncio.sleep(seconds)
        return "done"


@strawberry.type
class LabMutation:
    """Deeds with crates."""

    @strawberry.mutation(extensions=[needs(Scope.PURCHASES_WRITE), refusals])
    @staticmethod
    async def crate_lift(input: CrateLiftInput) -> CrateLiftPayload:  # noqa: A002
        """Lift a crate."""
        if input.crate_weight > 100:
            raise TooHeavy(input.crate_weight)
        return CrateLiftPayload(lifted=True)

    @strawberry.mutation(extensions=[public], directives=[Once()])
    @staticmethod
    async def code_guess(code: str) -> bool:
        """Guess a code."""
        return code == "open sesame"


@strawberry.type
class LabSubscription:
    """News about crates."""

    @strawberry.subscription(extensions=[public])
    @staticmethod
    async def count(info: Info, to: int) -> AsyncGenerator[int, None]:
        """Counts, or fails at thirteen."""
        assert not info.context.snapshots
        for number in range(1, to + 1):
            if number == 13:
                raise RuntimeError("the secret is 13")
            await asyncio.sleep(0)
            yield number

    @strawberry.subscription(extensions=[needs(Scope.PURCHASES_READ)])
    @staticmethod
    async def forever() -> AsyncGenerator[int, None]:
        """Says one thing and then nothing."""
        yield 1
        await asyncio.Event().wait()


@strawberry.type
class Bare:
    """A root whose field says nothing."""

    @strawberry.field
    @staticmethod
    def secret() -> str:
        """Whoever asks."""
        return "?"


@strawberry.type
class Both:
    """A root whose fields all say."""

    @strawberry.field(extensions=[needs((Scope.AUDIT_READ, Scope.RISK_REVIEW), Scope.PARTNERS_MANAGE)])
    @staticmethod
    def guarded(info: Info) -> str:
        """For some."""
        return info.context.viewer.audience

    @strawberry.field(extensions=[public])
    @staticmethod
    def open() -> str:
        """For all."""
        return "!"


lab = build(LabQuery, LabMutation, LabSubscription, types=[TooHeavyError])


def engine(*, limits: Limits | None = None, introspection: bool = True) -> Engine:
    """An engine for the small schema."""
    return Engine(lab, limits=limits, introspection=introspection)


def context(viewer: Viewer = NOBODY, database: Database | None = None, *, snapshots: bool = True) -> Context:
    """A context at noon; without a database it is for what needs none."""
    return Context(
        viewer=viewer,
        database=database,  # type: ignore[arg-type]  # none of the small schema's fields reads one
        clock=lambda: NOON,
        keys=KEYS,
        snapshots=snapshots,
    )


@dataclass
class Tokens:
    """Who is known by which token; a token can be taken away."""

    known: dict[str, Viewer] = field(default_factory=lambda: dict(VIEWERS))

    async def viewer_of(self, headers: Headers, method: str) -> Viewer:  # noqa: ARG002  # no proof is asked for
        """Whose token it is."""
        return await self.still_stands(headers)

    async def still_stands(self, headers: Headers) -> Viewer:
        """Whose token it is, a moment later."""
        sent = headers.get("authorization")
        if sent is None:
            return NOBODY
        viewer = self.known.get(sent.removeprefix("Bearer "))
        if viewer is None:
            raise Unauthenticated('Bearer error="invalid_token"')
        return viewer


async def context_of(viewer: Viewer, snapshots: bool) -> Context:  # noqa: FBT001
    """A context for the service."""
    return context(viewer, snapshots=snapshots)


def service(tokens: Tokens | None = None, **changes: Any) -> Service:
    """The service around the small schema."""
    who = tokens or Tokens()
    known = {"viewer_of": who.viewer_of, "still_stands": who.still_stands}
    return Service(**{"engine": engine(), **known, "context_of": context_of, **changes})


def application(offered: Service | None = None) -> Starlette:
    """An application of nothing but the endpoint."""
    found = offered or service()
    find: Callable[[Any], Service] = lambda _scope: found  # noqa: E731
    return Starlette(
        routes=[Route("/graphql", Endpoint(find)), WebSocketRoute("/graphql", SocketEndpoint(find))],
        middleware=[Middleware(RequestIds), Middleware(CarefulBrowsers, secure=True)],
    )
