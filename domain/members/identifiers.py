"""By what members are recognised: each kind in one form, looked up by a keyed hash."""

from __future__ import annotations

import hmac
import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from domain.errors import InvalidValue
from domain.members.models import IdentifierKind

CARD = re.compile(r"[0-9A-Z]{4,32}")
LONGEST = 200


@dataclass(frozen=True, slots=True)
class Identifier:
    """Something that names one member, in its normal form; an external one within one partner."""

    kind: IdentifierKind
    value: str
    partner_id: UUID | None = None

    @classmethod
    def card(cls, number: str) -> Identifier:
        """A card, without the spaces and hyphens it is printed with."""
        value = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", number)).upper()
        if not CARD.fullmatch(value):
            raise InvalidValue("a card number is 4 to 32 letters and digits", path=("cardNumber",))
        return cls(IdentifierKind.CARD, value)

    @classmethod
    def email(cls, address: str) -> Identifier:
        """An e-mail address; letter case does not tell people apart."""
        try:
            value = validate_email(address, check_deliverability=False).normalized
        except EmailNotValidError as problem:
            raise InvalidValue(f"not an e-mail address: {problem}", path=("email",)) from None
        return cls(IdentifierKind.EMAIL, value.casefold())

    @classmethod
    def phone(cls, number: str) -> Identifier:
        """A telephone number in international form."""
        try:
            parsed = phonenumbers.parse(number, None)
        except phonenumbers.NumberParseException:
            parsed = None
        if parsed is None or not phonenumbers.is_possible_number(parsed):
            raise InvalidValue("a telephone number is international, such as +371 20000000", path=("phone",))
        return cls(IdentifierKind.PHONE, phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))

    @classmethod
    def external(cls, value: str, partner_id: UUID) -> Identifier:
        """A partner's own number for the member."""
        plain = unicodedata.normalize("NFKC", value).strip()
        if not plain or len(plain) > LONGEST or not plain.isprintable():
            raise InvalidValue(f"an external id is 1 to {LONGEST} printable characters", path=("externalId",))
        return cls(IdentifierKind.EXTERNAL, plain, partner_id)

    def lookup(self, key: bytes) -> bytes:
        """What is stored in its place: an HMAC, so that the table tells nothing."""
        scope = str(self.partner_id or "")
        return hmac.digest(key, f"{self.kind}\x1f{scope}\x1f{self.value}".encode(), "sha256")

    def row(self, key: bytes) -> dict[str, Any]:
        """As the enrolling function takes it."""
        return {"kind": self.kind, "lookup": "\\x" + self.lookup(key).hex()}
