"""What members had agreed to before consents had ways, words and ends is kept, and no more than they agreed to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from alembic import command
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from hansa.migrating import configuration
from tests.conftest import Fresh, beside

THEN = datetime(2026, 1, 1, tzinfo=UTC)
SHOP, MAKER = UUID(int=1), UUID(int=2)
STAYED, GONE, ALONE = UUID(int=0x10), UUID(int=0x20), UUID(int=0x30)

PARTNER = """INSERT INTO partner (partner_id, slug, name, roles, status, hue, joined_at)
    VALUES ($1, $2, $2, '{RETAILER}', 'ACTIVE', 1, $3)"""
MEMBER = """INSERT INTO member (wallet_id, member_id, kind, status, joined_at, joined_through, merged_into)
    VALUES ($1, $1, 'CONSUMER', $2, $3, $4, $5)"""
LINK = "INSERT INTO link (wallet_id, member_id, partner_id, pairwise_id, since) VALUES ($1, $1, $2, $3, $4)"
CONSENT = """INSERT INTO consent (wallet_id, member_id, partner_id, purpose, given_at, revoked_at)
    VALUES ($1, $1, $2, $3, $4, $5)"""
KEPT = """SELECT member_id, purpose, given_through, text_version, expires_at, revoked_at IS NULL AS stands
    FROM consent ORDER BY member_id, purpose"""


@pytest.fixture
async def before(server: str, fresh: Fresh) -> AsyncIterator[str]:
    """A database of the release before, with two members that are one and one that is not."""
    async with fresh() as url:
        connection = await asyncpg.connect(url)
        name = await connection.fetchval("SELECT current_database()")
        await connection.close()
        administrator = await asyncpg.connect(server)
        try:
            await administrator.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await administrator.execute(f"CREATE DATABASE {name}")
        finally:
            await administrator.close()
        await upgrade(beside(server, name), "0010")
        owner = await asyncpg.connect(beside(server, name))
        try:
            await owner.execute("SET session_replication_role = replica")
            await fill(owner)
        finally:
            await owner.close()
        yield beside(server, name)


async def upgrade(url: str, to: str) -> None:
    engine = create_async_engine(url.replace("postgresql://", "postgresql+asyncpg://", 1), poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(lambda sync: command.upgrade(configuration(sync), to))
    finally:
        await engine.dispose()


async def fill(owner: asyncpg.Connection) -> None:
    for partner, slug in ((SHOP, "shop"), (MAKER, "maker")):
        await owner.execute(PARTNER, partner, slug, THEN)
    for member, status, into in ((STAYED, "ACTIVE", None), (GONE, "MERGED", STAYED), (ALONE, "ACTIVE", None)):
        await owner.execute(MEMBER, member, status, THEN, SHOP, into)
    for member, partner, pairwise in ((STAYED, SHOP, 100), (GONE, SHOP, 101), (GONE, MAKER, 102), (ALONE, MAKER, 103)):
        await owner.execute(LINK, member, partner, UUID(int=pairwise), THEN)
    for member, purpose, revoked in (
        (STAYED, "BALANCE", None),
        (GONE, "BALANCE", None),
        (ALONE, "BALANCE", THEN),
        (ALONE, "REDEMPTION", None),
    ):
        await owner.execute(CONSENT, member, SHOP, purpose, THEN, revoked)


async def test_what_was_agreed_to_is_kept_and_no_more_than_that(before: str) -> None:
    await upgrade(before, "head")
    owner = await asyncpg.connect(before)
    try:
        kept = [tuple(row) for row in await owner.fetch(KEPT)]
        links = {row["pairwise_id"].int: row["member_id"] for row in await owner.fetch("SELECT * FROM link")}
    finally:
        await owner.close()
    assert kept == [
        (STAYED, "BALANCE", "COUNTER", 0, None, True),
        (GONE, "BALANCE", "COUNTER", 0, None, False),
        (ALONE, "BALANCE", "COUNTER", 0, None, False),
        (ALONE, "REDEMPTION", "COUNTER", 0, None, False),
    ]
    assert links == {100: STAYED, 101: GONE, 102: STAYED, 103: ALONE}
