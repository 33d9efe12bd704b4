"""The functions of the language, and what to write instead of those that it does not have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.expressions.kinds import BOOL, INT, TEXT, TIME, Kind


@dataclass(frozen=True, slots=True)
class Function:
    """What a function takes and comes to."""

    name: str
    takes: tuple[Kind, ...]
    comes_to: Kind
    example: str


METHODS: Final = {
    function.name: function
    for function in (
        Function("startsWith", (TEXT, TEXT), BOOL, 'purchase.channel.startsWith("WEB")'),
        Function("endsWith", (TEXT, TEXT), BOOL, 'purchase.channel.endsWith("APP")'),
        Function("contains", (TEXT, TEXT), BOOL, 'purchase.channel.contains("WEB")'),
        Function("lowerAscii", (TEXT,), TEXT, "purchase.channel.lowerAscii()"),
    )
}
"""Functions of a text, written after it."""

GLOBALS: Final = {
    function.name: function
    for function in (
        Function("hour", (TIME,), INT, "hour(at)"),
        Function("weekday", (TIME,), INT, "weekday(at)"),
        Function("day", (TIME,), INT, "day(at)"),
        Function("month", (TIME,), INT, "month(at)"),
        Function("year", (TIME,), INT, "year(at)"),
        Function("daysBetween", (TIME, TIME), INT, "daysBetween(member.joined, at)"),
    )
}
"""Functions of times, by the clock of one time zone."""

SIZE: Final = "size"
"""Of a text, in characters, or of a list; written either way."""
TIMESTAMP: Final = "timestamp"
EXISTS, ALL, FILTER, SUM = MACROS = ("exists", "all", "filter", "sum")
"""Functions of a list, which ask something of each element under a name."""
NAMES: Final = (*METHODS, *GLOBALS, SIZE, TIMESTAMP, *MACROS)

_DATES = "write hour(…), weekday(…), day(…), month(…) or year(…)"
_TEXTS = "write startsWith, endsWith or contains"
_KNOWN = 'every name has a value here: a text that is not known is ""'
INSTEAD: Final = {
    "matches": _TEXTS,
    "beginsWith": "write startsWith",
    "has": _KNOWN,
    "exists_one": "write .filter(…).size() == 1",
    "count": "write .filter(…).size()",
    "map": "write .sum(…), .exists(…) or .all(…)",
    "any": "write exists",
    "every": "write all",
    "len": "write size",
    "length": "write size",
    "lower": "write lowerAscii",
    "upper": "write lowerAscii, and compare with small letters",
    "upperAscii": "write lowerAscii, and compare with small letters",
    "now": "the moment of the purchase or action is called at",
    "today": "the moment of the purchase or action is called at",
    "date": 'write timestamp("2026-12-24T00:00:00+02:00")',
    "duration": "write daysBetween(…, …)",
    "min": "write a < b ? a : b",
    "max": "write a > b ? a : b",
    "abs": "write a < 0 ? -a : a",
    "round": "numbers are whole, and a division drops what is left over",
    "int": "numbers are whole already",
    "double": "numbers are whole, and amounts are in minor units",
    "string": "texts and numbers do not change into each other",
    "getHours": _DATES,
    "getDayOfWeek": _DATES,
    "getDate": _DATES,
    "getDayOfMonth": _DATES,
    "getMonth": _DATES,
    "getFullYear": _DATES,
}
"""What to write in place of functions that CEL, or other languages, have."""
