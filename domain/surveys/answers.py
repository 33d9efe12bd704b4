"""What members answer: closed answers, and their own words apart from them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from domain.surveys.questions import NO, YES


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """The answer to one question, in the form its kind has; one that says nothing takes an earlier one back."""

    options: tuple[str, ...] = ()
    other: str | None = None
    number: int | None = None
    yes: bool | None = None
    text: str | None = None

    @property
    def chosen(self) -> tuple[str, ...]:
        """What was chosen, by name."""
        if self.yes is not None:
            return (YES if self.yes else NO,)
        return self.options

    @property
    def said(self) -> str | None:
        """The member's own words."""
        return self.text if self.text is not None else self.other

    def __bool__(self) -> bool:
        return self != NOTHING

    def closed(self) -> dict[str, Any]:
        """The answer without the member's own words, as stored; that there were some is said."""
        parts: dict[str, Any] = {"options": list(self.options), "number": self.number, "yes": self.yes}
        told = {name: value for name, value in parts.items() if value not in (None, [])}
        if self.other is not None:
            told["other"] = True
        return told | ({"text": True} if self.text is not None else {})

    @classmethod
    def of(cls, closed: Mapping[str, Any], said: str | None) -> Answer:
        """An answer out of its stored form; its words are empty, where they are not to be read any more."""
        return cls(
            options=tuple(closed.get("options", ())),
            other=said or "" if closed.get("other") else None,
            number=closed.get("number"),
            yes=closed.get("yes"),
            text=said or "" if closed.get("text") else None,
        )


NOTHING = Answer()
Answers: TypeAlias = Mapping[str, Answer]
"""By the question's key."""


@dataclass(frozen=True, slots=True)
class Response:
    """Answers that were held to the questions they are for, in the questions' order."""

    answers: Answers
    complete: bool
    """All that had to be answered was."""

    @property
    def closed(self) -> dict[str, Any]:
        """The closed answers as stored."""
        return {key: answer.closed() for key, answer in self.answers.items()}

    @property
    def texts(self) -> dict[str, str]:
        """What was said in the member's own words, by question: personal, and sealed where it is kept."""
        return {key: answer.said for key, answer in self.answers.items() if answer.said is not None}


def answers_of(closed: Mapping[str, Any], texts: Mapping[str, str]) -> dict[str, Answer]:
    """Answers out of what is stored."""
    return {key: Answer.of(one, texts.get(key)) for key, one in closed.items()}
