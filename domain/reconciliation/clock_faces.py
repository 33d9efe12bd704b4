"""Times as partners write them, also in the hours that clocks skip or pass twice; each pattern is compiled once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from zoneinfo import ZoneInfo

from domain.errors import InvalidValue

ISO = "ISO"
"""ISO 8601, with an offset or without."""
EPOCH = "EPOCH"
"""Seconds since 1970."""
EPOCH_MILLIS = "EPOCH_MILLIS"
"""Milliseconds since 1970."""

Read = Callable[[str], datetime]

_PARTS = {
    "Y": r"(?P<Y>\d{4})",
    "y": r"(?P<y>\d{2})",
    "m": r"(?P<m>\d{1,2})",
    "d": r"(?P<d>\d{1,2})",
    "H": r"(?P<H>\d{1,2})",
    "I": r"(?P<I>\d{1,2})",
    "M": r"(?P<M>\d{2})",
    "S": r"(?P<S>\d{2})",
    "f": r"(?P<f>\d{1,6})",
    "p": r"(?P<p>[AaPp][Mm])",
    "z": r"(?P<z>Z|[+-]\d{2}:?\d{2})",
}
_BEGAN = datetime(1970, 1, 1, tzinfo=UTC)


@cache
def pattern_of(form: str) -> re.Pattern[str]:
    """A form such as %d.%m.%Y %H:%M as an expression. Raises: InvalidValue."""
    pieces, seen = [], set()
    for literal, part in re.findall(r"([^%]+)|%(.)", form):
        if literal:
            pieces.append(re.escape(literal))
        elif part in _PARTS and part not in seen:
            seen.add(part)
            pieces.append(_PARTS[part])
        else:
            known = ", ".join(f"%{name}" for name in _PARTS)
            raise InvalidValue(f"a time's form is made of {known}, each once, not of %{part}")
    if not ({"m", "d"} <= seen and {"Y", "y"} & seen):
        raise InvalidValue("a time's form has year, month and day, such as %d.%m.%Y %H:%M:%S; or it is ISO")
    if ("I" in seen) != ("p" in seen) or {"H", "I"} <= seen:
        raise InvalidValue("a time's form has %H, or %I with %p")
    return re.compile("".join(pieces), re.ASCII)


def reader_of(form: str) -> Read:
    """Reads times of that form, aware where they say their offset; the reading raises ValueError."""
    if form == ISO:
        return datetime.fromisoformat
    if form in {EPOCH, EPOCH_MILLIS}:
        unit = 1_000_000 if form == EPOCH else 1_000
        return lambda text: _BEGAN + timedelta(microseconds=int(Decimal(text) * unit))
    pattern = pattern_of(form)

    def read(text: str) -> datetime:
        found = pattern.fullmatch(text)
        if found is None:
            raise ValueError(form)
        return _put_together(found.groupdict())

    return read


def _put_together(parts: dict[str, str]) -> datetime:
    year = int(parts["Y"]) if "Y" in parts else 2000 + int(parts["y"])
    hour = int(parts.get("H", 0))
    if "I" in parts:
        if not 1 <= int(parts["I"]) <= 12:  # noqa: PLR2004  # a clock's face
            raise ValueError(parts["I"])
        hour = int(parts["I"]) % 12 + (12 if parts["p"].lower() == "pm" else 0)
    micros = int(parts["f"].ljust(6, "0")) if "f" in parts else 0
    at = datetime(  # noqa: DTZ001 - in which zone the partner's clocks stand, the mapping says
        year, int(parts["m"]), int(parts["d"]), hour, int(parts.get("M", 0)), int(parts.get("S", 0)), micros
    )
    if "z" not in parts:
        return at
    return datetime.fromisoformat(f"{at.isoformat()}{parts['z']}")


class Skipped(Exception):
    """A local time that never was: the clocks went from before it to after it."""


def instants(at: datetime, zone: ZoneInfo) -> tuple[datetime, datetime | None]:
    """The instant of a time in a zone, and the other one where the clocks passed it twice. Raises: Skipped."""
    if at.tzinfo is not None:
        return at.astimezone(UTC), None
    first = at.replace(tzinfo=zone)
    second = at.replace(tzinfo=zone, fold=1)
    if first.utcoffset() == second.utcoffset():
        return first.astimezone(UTC), None
    instant, other = first.astimezone(UTC), second.astimezone(UTC)
    if instant > other:  # a gap: read with the offset of before, it lies after the change, and the other way round
        raise Skipped
    return instant, other
