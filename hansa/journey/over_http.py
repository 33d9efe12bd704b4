"""The same purchases through the front door: over HTTP, by the client a storefront engineer uses."""

from __future__ import annotations
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hansa.journey.living import Life
from hansa.settings import Settings


@asynccontextmanager
async def recording(settings: Settings, life: Life) -> AsyncIterator[None]:
    """Within, purchases go over HTTP."""
    raise NotImplementedError
    yield
