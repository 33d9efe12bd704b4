"""The scalars of the contract: exact, strict on the way in, one form on the way out."""

from __future__ import annotations

import datetime as dt
import decimal
import re
from collections.abc import Callable, Mapping
from typing import Any, NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from domain import values
from domain.errors import DomainError

CurrencyCode = NewType("CurrencyCode", str)
IdempotencyKey = NewType("IdempotencyKey", str)

LARGEST_DIGITS = 18
LARGEST_DECIMALS = 6

_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})")
_DECIMAL = re.compile(r"-?(0|[1-9][0-9]{0,17})(\.[0-9]{1,6})?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})")
_CURRENCY = re.compile(r"[A-Z]{3}")
_KEY = re.compile(r"[A-Za-z0-9_-]{16,64}")


def _refused(expected: str) -> GraphQLError:
    return GraphQLError(expected, extensions={"code": "BAD_USER_INPUT"})


def _text(value: object, pattern: re.Pattern[str], expected: str) -> str:
    """The value, when it is text of the expected form."""
    if not isinstance(value, str) or pattern.fullmatch(value) is None:
        raise _refused(expected)
    return value


def points_in(value: object) -> values.Points:
    """Points from a JSON string of digits, or from an integer."""
    expected = 'Points are a whole number of at most 64 bits, best sent as a string such as "1500".'
    if isinstance(value, bool) or not isinstance(value, int):
        value = int(_text(value, _INTEGER, expected))
    try:
        return values.Points(value)
    except DomainError:
        raise _refused(expected) from None


def points_out(value: object) -> str:
    """Points as a string of digits, since JSON numbers lose precision past 2^53."""
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"points are whole numbers, not {value!r}")
    return str(int(value))


def decimal_in(value: object) -> decimal.Decimal:
    """A decimal from a JSON string in plain notation."""
    expected = (
        f'Decimal is a string such as "12.34": at most {LARGEST_DIGITS} digits, '
        f"of which at most {LARGEST_DECIMALS} after the point."
    )
    text = _text(value, _DECIMAL, expected)
    if sum(character.isdigit() for character in text) > LARGEST_DIGITS:
        raise _refused(expected)
    return decimal.Decimal(text)


def decimal_out(value: object) -> str:
    """A decimal in plain notation, never an exponent, never NaN."""
    if not isinstance(value, decimal.Decimal) or not value.is_finite():
        raise TypeError(f"a finite decimal is shown, not {value!r}")
    return format(value, "f")


def instant_in(value: object) -> dt.datetime:
    """An instant from RFC 3339 text, which names its offset."""
    expected = 'DateTime is RFC 3339 with an offset, such as "2026-11-22T09:30:00+01:00".'
    text = _text(value, _INSTANT, expected)
    try:
        return dt.datetime.fromisoformat(text).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        raise _refused(expected) from None


def instant_out(value: object) -> str:
    """An instant in UTC to the millisecond."""
    if not isinstance(value, dt.datetime) or value.tzinfo is None:
        raise TypeError(f"an instant with its zone is shown, not {value!r}")
    return value.astimezone(dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def date_in(value: object) -> dt.date:
    """A calendar day."""
    expected = 'Date is a calendar day such as "2026-11-22".'
    try:
        return dt.date.fromisoformat(_text(value, _DATE, expected))
    except ValueError:
        raise _refused(expected) from None


def date_out(value: object) -> str:
    """A calendar day in ISO form."""
    if not isinstance(value, dt.date) or isinstance(value, dt.datetime):
        raise TypeError(f"a calendar day is shown, not {value!r}")
    return value.isoformat()


def currency_in(value: object) -> CurrencyCode:
    """A currency that ISO 4217 knows."""
    expected = 'CurrencyCode is an ISO 4217 code of three capital letters, such as "EUR".'
    code = _text(value, _CURRENCY, expected)
    try:
        values.minor_digits(code)
    except DomainError:
        raise _refused(expected) from None
    return CurrencyCode(code)


def key_in(value: object) -> IdempotencyKey:
    """A key the client made for one logical operation."""
    expected = "IdempotencyKey is 16 to 64 characters of A-Z, a-z, 0-9, hyphen and underscore, for instance a UUID."
    return IdempotencyKey(_text(value, _KEY, expected))


def _scalar(
    name: str,
    description: str,
    parse: Callable[[object], object],
    serialize: Callable[[Any], str],
    specified_by: str | None = None,
) -> ScalarDefinition:
    return strawberry.scalar(
        name=name, description=description, parse_value=parse, serialize=serialize, specified_by_url=specified_by
    )


SCALARS: Mapping[object, ScalarDefinition] = {
    values.Points: _scalar(
        "Points",
        "A whole number of points of at most 64 bits, sent as a string; an integer is accepted as well.",
        points_in,
        points_out,
    ),
    decimal.Decimal: _scalar(
        "Decimal",
        'An exact decimal as a string, such as "12.34": at most 18 digits, 6 of them after the point, no exponent.',
        decimal_in,
        decimal_out,
    ),
    dt.datetime: _scalar(
        "DateTime",
        "An instant: RFC 3339 with any offset on the way in, UTC to the millisecond on the way out.",
        instant_in,
        instant_out,
        "https://scalars.graphql.org/andimarek/date-time.html",
    ),
    dt.date: _scalar(
        "Date",
        'A calendar day, such as "2026-11-22".',
        date_in,
        date_out,
        "https://scalars.graphql.org/andimarek/local-date.html",
    ),
    CurrencyCode: _scalar(
        "CurrencyCode",
        'An ISO 4217 currency code, such as "EUR".',
        currency_in,
        str,
        "https://www.iso.org/iso-4217-currency-codes.html",
    ),
    IdempotencyKey: _scalar(
        "IdempotencyKey",
        "16 to 64 URL-safe characters the client makes for one logical operation and repeats on every retry: "
        "the same key with the same input is answered with the first outcome.",
        key_in,
        str,
    ),
}
