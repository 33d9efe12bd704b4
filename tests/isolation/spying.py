"""Looks through everything that leaves the server for what is somebody else's."""

from __future__ import annotations

import logging
import re
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache

import asyncpg
from structlog.testing import capture_logs

from partners.viewer import Viewer
from resolvers.global_ids import GlobalIds
from resolvers.seals import perspective_of, seal_of
from tests.builders.graphql import KEYS
from tests.isolation.names import KNOWN_TO_ALL, PRIVATE, Names, garbled, names_of, sealed_for, unknown
from tests.isolation.sides import Side
from tests.isolation.viewers import as_partner
from tests.isolation.world import World

PLAIN_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)

OWN_CLIENT = re.compile(rf'(clientId"\s*:\s*|"name"\s*:\s*"client"\s*,\s*"values"\s*:\s*\[)"{PLAIN_ID.pattern}"')
"""What a client calls itself at the authorization server: the one id that is told as it is, to its own house."""

OWN = {name: told for name, told in PRIVATE.items() if name not in KNOWN_TO_ALL}

DIGEST = "SELECT count(*) || md5(COALESCE(string_agg(t::text, '|' ORDER BY t::text), '')) FROM {} t"

VARIANTS = ("own", "stolen", "forged", "unknown", "garbled")


def variants(world: World, viewer: Viewer, victim: Side) -> Mapping[str, Names]:
    """How a viewer may name things: its own, the victim's in three ways, and what nobody has."""
    stolen = names_of(victim, world, as_partner(victim.partner_id))
    return {
        "own": mine(world, viewer),
        "stolen": stolen,
        "forged": names_of(victim, world, viewer),
        "unknown": unknown(victim, world, viewer),
        "garbled": garbled(stolen),
    }


def mine(world: World, viewer: Viewer) -> Names:
    """The viewer's own names; whoever is no shop has a partner and an outlet only."""
    if viewer.partner_id is None or viewer.partner_id == world.amber.partner_id:
        return names_of(world.amber, world, viewer)
    nothing = unknown(world.amber, world, viewer, seed=2)
    own = {"partner": sealed_for(viewer).encode("Partner", viewer.partner_id)}
    return replace(nothing, ids={**nothing.ids, **own}, outlet_code="1")


def traces(text: str, viewer: Viewer, victim: Side, *, plain: bool = False) -> list[str]:
    """What of the victim's own stands in a text, or in a file in it that begins with the victim's word.

    In a text of the API, where `plain` is not said, any plain id too.
    """
    found = [victim.word] if victim.word.lower() in text.lower() else []
    found += ["a file"] if b64encode(victim.word.encode())[:8].decode() in text else []
    found += _figures(victim.figures).findall(text)
    found += [name for words, name in _names(perspective_of(viewer), victim).items() if words in text]
    if not plain:
        found += PLAIN_ID.findall(OWN_CLIENT.sub("", text))
    return found


@lru_cache
def _figures(figures: frozenset[str]) -> re.Pattern[str]:
    return re.compile(rf"(?<![\d.])({'|'.join(re.escape(figure) for figure in sorted(figures))})(?!\d)")


@lru_cache
def _names(perspective: str, victim: Side) -> Mapping[str, str]:
    """The victim's own things, by each word for them: in the viewer's ids, in its own, and as they are."""
    found: dict[str, str] = {}
    for whose in (perspective, perspective_of(as_partner(victim.partner_id))):
        ids = GlobalIds(seal_of(KEYS.global_ids, whose))
        found |= {ids.encode(kind, *keys(victim)): name for name, (kind, keys) in OWN.items()}
    for name, (_, keys) in OWN.items():
        found |= dict.fromkeys([form for key in keys(victim) for form in (str(key), key.hex)], name)
    return found


@dataclass
class Logged:
    """All log lines of a while."""

    lines: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All of them."""
        return "\n".join(self.lines)


@contextmanager
def logged(level: int = logging.INFO, *, but: tuple[str, ...] = ()) -> Iterator[Logged]:
    """Gather what our code and libraries log, at a server's usual level or another; but for some loggers."""
    found, root = Logged(), logging.getLogger()

    class Gather(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if record.name.partition(".")[0] not in but:
                found.lines.append(self.format(record))

    handler, before = Gather(), root.level
    root.addHandler(handler)
    root.setLevel(level)
    try:
        with capture_logs() as ours:
            yield found
        found.lines += [str(line) for line in ours]
    finally:
        root.removeHandler(handler)
        root.setLevel(before)


async def contents(url: str) -> Mapping[str, str]:
    """A digest of each table, read behind the walls: what a request has changed shows."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("SET app.sight = 'coalition'")
        tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        each = (f"SELECT '{name}' AS name, ({DIGEST.format(name)}) AS digest" for (name,) in tables)
        found = await connection.fetch(" UNION ALL ".join(each))
        return {row["name"]: row["digest"] for row in found}
    finally:
        await connection.close()


async def latest_transaction(url: str) -> int:
    """A number that rises with each transaction that writes; where it stays, nothing was changed."""
    connection = await asyncpg.connect(url)
    try:
        return int(await connection.fetchval("SELECT pg_snapshot_xmax(pg_current_snapshot())::text"))
    finally:
        await connection.close()
