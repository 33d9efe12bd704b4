"""Trying again, where that is right: nobody was reached, the server was busy, or it failed. Nothing else."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from hansa.storefront.errors import Unanswered

TOO_MANY = 429
SERVER_FAILED = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to keep asking."""

    attempts: int = 6
    seconds: float = 30.0
    """In all, waiting included; a server that asks for more is not waited for."""
    first_pause: float = 0.2
    longest_pause: float = 5.0


async def patiently(
    ask: Callable[[], Awaitable[httpx.Response]],
    patience: Patience,
    *,
    key: str | None = None,
    repeatable: bool = True,
) -> httpx.Response:
    """An answer, asked for again after a loss of the connection, a 5xx, or as long as a 429 says.

    What is not repeatable is asked again only if it surely was not executed. Raises: Unanswered.
    """
    ends = time.monotonic() + patience.seconds
    for attempt in range(patience.attempts):
        pause = _backoff(attempt, patience)
        try:
            answer = await ask()
        except httpx.ConnectError as lost:  # nobody was reached
            problem = repr(lost)
        except httpx.TransportError as lost:
            problem = repr(lost)
            if not repeatable:
                break
        else:
            if answer.status_code == TOO_MANY:
                pause = max(pause, _asked_for(answer))
            elif answer.status_code < SERVER_FAILED or not repeatable:
                return answer
            problem = f"the server answered {answer.status_code}"
        if attempt == patience.attempts - 1 or time.monotonic() + pause > ends:
            break
        await asyncio.sleep(pause)
    raise Unanswered(problem, key)


def _backoff(attempt: int, patience: Patience) -> float:
    """Longer each time, and never in step with others."""
    return min(patience.longest_pause, patience.first_pause * (1 << attempt)) * random.uniform(0.5, 1)  # noqa: S311  # no secret


def _asked_for(answer: httpx.Response) -> float:
    """How long Retry-After says to wait: seconds, or a date."""
    said = answer.headers.get("retry-after", "")
    if said.isdigit():
        return float(said)
    try:
        wait: float = (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError):
        return 0.0
    return max(0.0, wait)
