"""Notices a pooler that lends connections by the transaction, which would mix up clients' prepared statements."""

from __future__ import annotations

import asyncpg


class UnsafePooling(Exception):
    """Between us and the database stands a pooler that mixes up clients."""


async def refuse_transaction_pooling(url: str) -> None:
    """Make sure that a connection stays with us between two transactions.

    asyncpg behind such a pooler returns other clients' rows, since statements are prepared on one connection and
    used on another.

    Raises: UnsafePooling.
    """
    if await is_pooled_by_transaction(url):
        message = (
            "HANSA_DATABASE_URL leads to a pooler that lends connections by the transaction: prepared statements of "
            "one client would meet another's. Name the database itself, or a pool of its in session mode."
        )
        raise UnsafePooling(message)


async def is_pooled_by_transaction(url: str) -> bool:
    """Whether somebody else can be given the connection we used for our last transaction.

    A second client takes the freed connection into a transaction of its own; if ours is then another one, it was lent.
    """
    ours = await asyncpg.connect(url, statement_cache_size=0)
    try:
        other = await asyncpg.connect(url, statement_cache_size=0)
        try:
            before = await ours.fetchval("SELECT pg_backend_pid()")
            async with other.transaction():
                await other.execute("SELECT 1")
                return bool(before != await ours.fetchval("SELECT pg_backend_pid()"))
        finally:
            await other.close()
    finally:
        await ours.close()
