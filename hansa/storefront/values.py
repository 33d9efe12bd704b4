"""What goes to the coalition and what comes back, as plain values."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Self


def new_key() -> str:
    """A key for one logical request; keep it, and send it again with every retry of that request."""
    return secrets.token_urlsafe(18)


@dataclass(frozen=True, slots=True)
class Card:
    """A member by the card that is shown."""

    number: str

    def input(self) -> dict[str, str]:
        """As the API takes it."""
        return {"cardNumber": self.number}


@dataclass(frozen=True, slots=True)
class ExternalId:
    """A member by your own number."""

    value: str

    def input(self) -> dict[str, str]:
        """As the API takes it."""
        return {"externalId": self.value}


@dataclass(frozen=True, slots=True)
class Known:
    """A member by the id the API gave you."""

    id: str

    def input(self) -> dict[str, str]:
        """As the API takes it."""
        return {"id": self.id}


Ref = Card | ExternalId | Known


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a receipt; amounts in whole units of the currency."""

    sku: str
    amount: Decimal
    quantity: Decimal = Decimal(1)
    discount: Decimal = Decimal(0)
    coupon: Decimal = Decimal(0)
    coupon_match: Decimal = Decimal(0)
    number: int | None = None

    def input(self) -> dict[str, Any]:
        """As the API takes it; what is usual is left out."""
        said: dict[str, Any] = {"sku": self.sku, "amount": str(self.amount)}
        usual = {"quantity": Decimal(1), "discount": Decimal(0), "coupon": Decimal(0), "coupon_match": Decimal(0)}
        for name, value in usual.items():
            if getattr(self, name) != value:
                said[_camel(name)] = str(getattr(self, name))
        if self.number is not None:
            said["number"] = self.number
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class Basket:
    """A purchase a member has made. Its key is made with it, so that sending it again is one and the same request."""

    member: Ref
    lines: tuple[Line, ...]
    currency: str
    outlet: str | None = None
    occurred_at: datetime | None = None
    receipt_number: str | None = None
    channel: str | None = None
    staff: str | None = None
    tenders: Mapping[str, Decimal] = field(default_factory=dict)
    """How it was paid: by which means how much."""
    key: str = field(default_factory=new_key)

    def input(self) -> dict[str, Any]:
        """As the API takes it."""
        said = {
            "member": self.member.input(),
            "lines": [line.input() for line in self.lines],
            "currency": self.currency,
            "outletCode": self.outlet,
            "occurredAt": self.occurred_at and self.occurred_at.isoformat(),
            "receiptNumber": self.receipt_number,
            "channel": self.channel,
            "staff": self.staff,
            "tenders": tendered(self.tenders) or None,
            "idempotencyKey": self.key,
        }
        return {name: value for name, value in said.items() if value is not None}


def tendered(tenders: Mapping[str, Decimal]) -> list[dict[str, str]]:
    """How something is paid, as the API takes it."""
    return [{"kind": kind, "amount": str(amount)} for kind, amount in tenders.items()]


Attribute = str | int | bool | datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Action:
    """Something that a member did besides buying: a visit, a review, or a type of your own. Its key is made with it."""

    member: Ref
    kind: str
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    """What its type's fields say."""
    occurred_at: datetime | None = None
    outlet: str | None = None
    channel: str | None = None
    staff: str | None = None
    reference: str | None = None
    key: str = field(default_factory=new_key)

    def input(self) -> dict[str, Any]:
        """As the API takes it."""
        said = {
            "member": self.member.input(),
            "kind": self.kind,
            "attributes": [_attribute(name, value) for name, value in self.attributes.items()],
            "occurredAt": self.occurred_at and self.occurred_at.isoformat(),
            "outletCode": self.outlet,
            "channel": self.channel,
            "staff": self.staff,
            "reference": self.reference,
            "idempotencyKey": self.key,
        }
        return {name: value for name, value in said.items() if value is not None}


def _attribute(name: str, value: Attribute) -> dict[str, Any]:
    match value:
        case bool():
            return {"name": name, "yesNo": value}
        case int():
            return {"name": name, "whole": value}
        case datetime():
            return {"name": name, "time": value.isoformat()}
        case str():
            return {"name": name, "text": value}


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A member as you know it."""

    id: str
    kind: str
    replayed: bool = False
    invitation_counts: bool | None = None
    """Whether the friend's code that was told while joining counts; None where none was told."""
    invitation_message: str | None = None
    """What to tell the member of it, kindly either way."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Award:
    """Points of one campaign, and why."""

    campaign: str
    points: int
    reason: str
    lines: tuple[int, ...]
    available_at: datetime
    expires_at: datetime | None

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Out of an answer."""
        return cls(
            campaign=shown["campaign"],
            points=int(shown["points"]),
            reason=shown["reason"],
            lines=tuple(shown["lines"]),
            available_at=instant(shown["availableAt"]),
            expires_at=shown["expiresAt"] and instant(shown["expiresAt"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A thing won that is no point."""

    campaign: str
    kind: str
    name: str
    expires_at: datetime | None

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Out of an answer."""
        return cls(
            campaign=shown["campaign"],
            kind=shown["kind"],
            name=shown["name"],
            expires_at=shown["expiresAt"] and instant(shown["expiresAt"]),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Money that may be taken off a line; its sponsors refund what was."""

    line: int
    amount: Decimal
    reason: str

    @classmethod
    def read(cls, found: Any) -> Offer:
        """What the server says."""
        return cls(line=found["line"], amount=Decimal(found["amount"]["amount"]), reason=found["reason"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What a basket would earn, and what it would take to earn more."""

    points: int
    awards: tuple[Award, ...]
    missed: tuple[str, ...]
    """In words that can be read out, as the rest."""
    offers: tuple[Offer, ...] = ()
    """What may be taken off."""
    won: tuple[str, ...] = ()
    """Things and turns of wheels."""
    progress: tuple[str, ...] = ()
    """How far the member's cards and milestones would be."""

    @classmethod
    def read(cls, found: Any) -> Preview:
        """What the server says."""
        return cls(
            points=int(found["points"]),
            awards=tuple(map(Award.read, found["awards"])),
            missed=_reasons(found["missed"]),
            offers=tuple(map(Offer.read, found["offers"])),
            won=_reasons(found["tokens"]) + _reasons(found["turns"]),
            progress=_reasons(found["progress"]),
        )


def _reasons(found: Any) -> tuple[str, ...]:
    return tuple(one["reason"] for one in found)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """A recorded purchase."""

    id: str
    points: int
    awards: tuple[Award, ...]
    available: int | None
    """With the member's consent; so is what waits."""
    pending: int | None
    idle_lines: int
    replayed: bool
    tokens: tuple[Token, ...] = ()

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Out of a payload."""
        purchase = shown["purchase"]
        return cls(
            id=purchase["id"],
            points=int(purchase["points"]),
            awards=tuple(map(Award.read, purchase["awards"])),
            available=whole(shown["available"]),
            pending=whole(shown["pending"]),
            idle_lines=purchase["idleLines"],
            replayed=shown["replayed"],
            tokens=tuple(map(Token.read, purchase["tokens"])),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordedAction:
    """A recorded action."""

    id: str
    points: int
    awards: tuple[Award, ...]
    tokens: tuple[Token, ...]
    missed: tuple[str, ...]
    """Why other campaigns gave nothing, in words that can be read out."""
    available: int | None
    """With the member's consent; so is what waits."""
    pending: int | None
    replayed: bool

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Out of a payload."""
        action = shown["action"]
        return cls(
            id=action["id"],
            points=int(action["points"]),
            awards=tuple(map(Award.read, action["awards"])),
            tokens=tuple(map(Token.read, action["tokens"])),
            missed=_reasons(action["missed"]),
            available=whole(shown["available"]),
            pending=whole(shown["pending"]),
            replayed=shown["replayed"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """A recorded return."""

    points: int
    """What it took back, what is owed included."""
    available: int | None
    """With the member's consent; so is what is owed."""
    debt: int | None
    replayed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Redemption:
    """Points spent or set aside."""

    id: str
    state: str
    points: int
    spent: int
    available: int | None
    """With the member's consent."""
    replayed: bool

    @classmethod
    def read(cls, shown: Mapping[str, Any]) -> Self:
        """Out of a payload."""
        redemption = shown["redemption"]
        return cls(
            id=redemption["id"],
            state=redemption["state"],
            points=int(redemption["points"]),
            spent=int(redemption["spent"]),
            available=whole(shown["available"]),
            replayed=shown["replayed"],
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Wallet:
    """A member's points."""

    available: int
    pending: int
    held: int
    debt: int


def whole(text: str | None) -> int | None:
    """Points the API wrote, if it told them."""
    return None if text is None else int(text)


def instant(text: str) -> datetime:
    """A time the API wrote."""
    return datetime.fromisoformat(text)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
