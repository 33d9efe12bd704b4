"""The coalition's time: the real one, or a sandbox's clock that only its tests move."""

from __future__ import annotations

from datetime import UTC, datetime

from domain.coalition.founding import coalition_of
from domain.errors import NotFound
from domain.storage import COALITION, Database, ReadSession


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
        try:
            async with self._database.session(COALITION) as session:
                coalition = await coalition_of(ReadSession(session))
        except NotFound:
            return  # founded later, perhaps as a sandbox
        self._at = coalition.clock_at
        self._settled = not coalition.sandbox
