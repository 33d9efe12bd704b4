"""Points in time as they are written."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Final

TIME_EXAMPLE: Final = "2026-12-24T18:00:00+02:00"
TIME_FORM = re.compile(r"(19|2[01])\d\d-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339, to the microsecond, from 1900 to 2199: every zone can tell its hour."""


def read_time(text: str) -> datetime | None:
    """The moment a text names, in UTC, if it names one."""
    if not TIME_FORM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        return None
