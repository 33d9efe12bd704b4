"""The values of a message as its language writes them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from domain.languages import Wording, wording_of
from domain.messages.topics import Kind


def wording_in(language: str) -> Wording:
    """How a language says things in messages."""
    return wording_of(language, "domain.messages")


class Given(Mapping[str, str]):
    """The values of one message as its language writes them; what the message does not say is not there."""

    def __init__(
        self, params: Mapping[str, Any], kinds: Mapping[str, Kind], wording: Wording, *, zone: ZoneInfo
    ) -> None:
        self._params = params
        self._kinds = kinds
        self._wording = wording
        self._zone = zone
        self._writers: Mapping[Kind, Callable[[Any], str]] = {
            Kind.COUNT: lambda value: wording.count(int(value)),
            Kind.MONEY: lambda value: wording.money(Decimal(value["amount"]), value["currency"]),
            Kind.DAY: lambda value: wording.day(self._day(value)),
            Kind.LAST_DAY: lambda value: wording.day(self._day(value, before=timedelta(seconds=1))),
            Kind.NAME: self._name,
            Kind.NAMES: lambda value: wording.names([str(name) for name in value]),
            Kind.WORD: str,
        }

    def __getitem__(self, name: str) -> str:
        """A value as it is written. Raises: KeyError."""
        return self._writers[self._kinds[name]](self._params[name])

    def __iter__(self) -> Iterator[str]:
        """The names of what is there."""
        return (name for name in self._kinds if self._params.get(name) not in (None, [], {}))

    def __len__(self) -> int:
        """How many values are there."""
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        """Whether the message says it."""
        return any(name == one for one in self)

    def number(self, name: str) -> int:
        """A count as it is: by it a language chooses the form of a sentence."""
        return int(self._params.get(name, 0))

    def word(self, name: str) -> str:
        """One of a few words, as it is stored."""
        return str(self._params.get(name, ""))

    def listed(self, name: str) -> list[str]:
        """Names one by one, as they are stored."""
        return [str(one) for one in self._params.get(name) or ()]

    def _name(self, value: str | Mapping[str, str]) -> str:
        """A name, or the one it has in this language."""
        if isinstance(value, str):
            return value
        return value.get(self._wording.language) or next(iter(value.values()))

    def _day(self, value: str, before: timedelta = timedelta(0)) -> date:
        if "T" not in value:
            return date.fromisoformat(value)
        return (datetime.fromisoformat(value) - before).astimezone(self._zone).date()
