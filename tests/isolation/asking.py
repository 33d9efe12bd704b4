"""Asks the whole API as somebody, and tells the answer as it would leave the server."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

import orjson

from domain.storage import Database
from partners.viewer import Viewer
from resolvers.context import Context
from schema.documents import Documents, Rejected
from schema.execution import Engine, Request, refused
from schema.limits import Limits
from schema.root import product
from tests.builders.graphql import KEYS
from tests.isolation.documents import DEPTH, document
from tests.isolation.shop import NOW

REQUEST_ID = "request-of-a-test"
PATIENCE = 30
"""Seconds for an answer or a first event: a test that waits for nothing fails, and does not hang."""
GENEROUS = Limits(
    characters=10**6, tokens=10**5, depth=50, nesting=200, fields=10**5, cost=10**12, aliases=2000, duplicates=50
)


ENGINE = Engine(product(), limits=GENEROUS)
ENGINE.documents = Documents(ENGINE.core, GENEROUS, kept=4 * 10**6)
"""One for all, with room for every document: to make one ready takes longer than to answer it."""


@dataclass(frozen=True, slots=True)
class Told:
    """An answer."""

    body: dict[str, Any]

    @property
    def text(self) -> str:
        """To the last byte."""
        return orjson.dumps(self.body).decode()

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """Everything that went wrong, errors and refusals alike."""
        found = [{**error["extensions"], "path": error.get("path")} for error in self.body.get("errors", [])]
        for payload in (self.body.get("data") or {}).values():
            if isinstance(payload, dict):
                found += payload.get("userErrors") or []
        return found

    @property
    def codes(self) -> set[str]:
        """The codes of all that went wrong."""
        return {str(one["code"]) for one in self.refusals}


@dataclass
class Asking:
    """One server over one database."""

    database: Database
    engine: Engine = ENGINE

    async def ask(self, viewer: Viewer, full_name: str, variables: Mapping[str, Any], *, depth: int = DEPTH) -> Told:
        """What a viewer is told to a root field; of a subscription the first event."""
        snapshots = not full_name.startswith("Subscription.")
        return await self.said(viewer, document(full_name, depth), variables, snapshots=snapshots)

    async def said(
        self, viewer: Viewer, text: str, variables: Mapping[str, Any] | None = None, *, snapshots: bool = True
    ) -> Told:
        """What a viewer is told to a document."""
        try:
            ready = self.engine.ready(Request(text, variables or {}), viewer)
        except Rejected as rejected:
            return Told(refused(rejected, request_id=REQUEST_ID).body)
        context = Context(
            viewer=viewer,
            database=self.database,
            clock=lambda: NOW,
            keys=KEYS,
            snapshots=snapshots,
        )
        try:
            stream = self.engine.stream(ready, context, request_id=REQUEST_ID)
            async with asyncio.timeout(PATIENCE), aclosing(stream):
                return Told((await anext(stream)).body)
        finally:
            await context.close()
