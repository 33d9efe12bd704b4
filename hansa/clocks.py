"""The coalition's time: the real one, or a sandbox's clock that only its tests move."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.coalition.founding import clock_of
from domain.storage import Database


class CoalitionClock:
    """Tells the time of one coalition; a sandbox's is read again before each operation."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._settled = False
        self._at: datetime | None = None

    def __call__(self) -> datetime:
        """What time it is for the coalition."""
        return self._at or datetime.now(UTC)

    async def look(self) -> None:
        """See whether a sandbox's clock was moved; outside the sandbox there is nothing to see."""
        if self._settled:
            return
        found = await clock_of(self._database.pool)
        if found is not None:  # founded later, perhaps as a sandbox
            self._at, self._settled = found.at, not found.sandbox
