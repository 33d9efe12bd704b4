"""Points in time as they are written."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

TIME_EXAMPLE: Final = "2026-12-24T18:00:00+02:00"
TIME_FORM = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)", re.ASCII)
"""RFC 3339, to the microsecond."""


def read_time(text: str) -> datetime | None:
    """The moment a text names, if it names one."""
    if not TIME_FORM.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
