"""Streams of answers, with pauses in which to look around."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")

_END: Any = object()


async def paced(source: AsyncIterator[T], seconds: float) -> AsyncGenerator[T | None, None]:
    """What a source gives, and None whenever it gave nothing for so many seconds."""
    waiting = asyncio.ensure_future(_next(source))
    try:
        while True:
            done, _ = await asyncio.wait({waiting}, timeout=seconds)
            if not done:
                yield None
                continue
            item = waiting.result()
            if item is _END:
                return
            yield item
            waiting = asyncio.ensure_future(_next(source))
    finally:
        waiting.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await waiting


async def _next(source: AsyncIterator[T]) -> T:
    return await anext(source, _END)
