"""Codes from packs: what one is for, and what it gave."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hansa.storefront.values import Ref


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFound:
    """What a real code is for."""

    product: str
    sku: str
    units: int
    """How much it counts."""
    survey: str | None
    """The survey to be answered first, by its id; None: none."""
    entered_at: datetime | None
    """When this member entered it before; None: not yet."""

    @classmethod
    def read(cls, told: Mapping[str, Any]) -> CodeFound:
        """As the API tells it."""
        survey, entered = told["survey"], told["enteredAt"]
        return cls(
            product=told["product"]["name"],
            sku=told["product"]["sku"],
            units=told["units"],
            survey=survey and survey["survey"],
            entered_at=entered and datetime.fromisoformat(entered),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeEntered:
    """A code that counts for a member."""

    product: str
    sku: str
    units: int
    points: int
    given: tuple[str, ...]
    """What else it won, by name: coupons, tickets, badges."""
    replayed: bool
    """The member had entered it before; this is the answer of then."""

    @classmethod
    def read(cls, payload: Mapping[str, Any]) -> CodeEntered:
        """As the API tells it."""
        entry = payload["entry"]
        return cls(
            product=entry["product"]["name"],
            sku=entry["product"]["sku"],
            units=entry["units"],
            points=int(entry["points"]),
            given=tuple(entry["given"]),
            replayed=payload["replayed"],
        )


def named(code: str, member: Ref | None, outlet: str | None, channel: str | None) -> dict[str, Any]:
    """A code and who shows it, as the API takes them."""
    said = {"code": code, "member": member and member.input(), "outletCode": outlet, "channel": channel}
    return {name: value for name, value in said.items() if value is not None}


def answered(answers: Mapping[str, Any] | None) -> list[dict[str, Any]] | None:
    """Answers by their questions' keys, each in the form of its kind, as the API takes them."""
    return None if answers is None else [{"question": key, **_form(answer)} for key, answer in answers.items()]


def _form(answer: Any) -> dict[str, Any]:
    if isinstance(answer, Mapping):
        return dict(answer)
    if isinstance(answer, bool):
        return {"yes": answer}
    if isinstance(answer, int):
        return {"number": answer}
    if isinstance(answer, Sequence) and not isinstance(answer, str):
        return {"options": list(answer)}
    return {"text": answer}
