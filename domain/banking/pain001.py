"""Orders to a bank (pain.001.001.09), as the European Payments Council's guidelines want them, held to the schema.

Every word is in the characters that all SEPA banks take; addresses are structured; the payee's reference is structured
too, and the payer's own id for the payment is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from importlib.resources import as_file, files
from itertools import groupby
from xml.etree.ElementTree import Element, SubElement, tostring

import xmlschema
from text_unidecode import unidecode  # type: ignore[import-untyped]

from domain.banking.errors import OrderInvalid
from domain.settlement.exact import payable, total
from domain.values import minor_digits

MESSAGE = "pain.001.001.09"
SEPA_CURRENCY = "EUR"
LONGEST_NAME = 70
LONGEST_LINE = 70

_OTHER = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")
"""All that is not in the set of characters every bank takes (EPC217-08)."""


_BULGARIAN = str.maketrans(
    {"ъ": "a", "Ъ": "A", "щ": "sht", "Щ": "Sht", "х": "h", "Х": "H", "ь": "y", "Ь": "Y", "й": "y", "Й": "Y"}
)
"""Where Bulgarian's official letters (Transliteration Act, 2009) are not what is usual for Cyrillic."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A company with its account."""

    name: str
    iban: str
    bic: str | None
    street: str | None
    building: str | None
    post_code: str | None
    town: str
    country: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One payment."""

    reference: str
    """ISO 11649."""
    attempt: int
    payee: Account
    amount: Decimal
    due_on: date
    """On this day the payer's bank executes it."""
    purpose: str
    """What people should call it."""

    @property
    def instruction_id(self) -> str:
        """The payment and which attempt it is."""
        return f"{self.reference}-{self.attempt}"


def written(message_id: str, payer: Account, orders: Sequence[Order], *, currency: str, now: datetime) -> bytes:
    """The file, valid by the published schema. Raises: OrderInvalid."""
    document = Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:{MESSAGE}")
    message = SubElement(document, "CstmrCdtTrfInitn")
    header = SubElement(message, "GrpHdr")
    _say(header, "MsgId", message_id)
    _say(header, "CreDtTm", now.isoformat(timespec="seconds"))
    _sums(header, orders, currency)
    _say(SubElement(header, "InitgPty"), "Nm", plain(payer.name, LONGEST_NAME))
    ordered = sorted(orders, key=lambda order: (order.due_on, order.reference))
    for number, (day, batch) in enumerate(groupby(ordered, key=lambda order: order.due_on), start=1):
        _batch(message, f"{message_id}-{number}", payer, list(batch), day=day, currency=currency)
    content = f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(document, "unicode")}'
    refuse_invalid(content)
    return content.encode()


def refuse_invalid(content: str) -> None:
    """Whether a file satisfies the published schema. Raises: OrderInvalid."""
    error = next(_schema().iter_errors(content), None)
    if error is not None:
        raise OrderInvalid(f"{error.path}: {error.reason}")


def plain(words: str, longest: int) -> str:
    """Words in the characters that all SEPA banks take, others written as their nearest Latin ones; no slash leads."""
    latin = _OTHER.sub(" ", unidecode(words.replace("&", "+").translate(_BULGARIAN)))
    return " ".join(latin.split()).strip("/")[:longest].rstrip("/ ")


@cache
def _schema() -> xmlschema.XMLSchema:
    with as_file(files("sepaxml") / "schemas" / f"{MESSAGE}.xsd") as path:
        return xmlschema.XMLSchema(str(path))


def _batch(message: Element, name: str, payer: Account, orders: Sequence[Order], *, day: date, currency: str) -> None:
    """The orders of one day."""
    batch = SubElement(message, "PmtInf")
    _say(batch, "PmtInfId", name)
    _say(batch, "PmtMtd", "TRF")
    _say(batch, "BtchBookg", "false")  # each payment comes back as an entry of its own
    _sums(batch, orders, currency)
    sepa = currency == SEPA_CURRENCY
    if sepa:
        _say(SubElement(SubElement(batch, "PmtTpInf"), "SvcLvl"), "Cd", "SEPA")
    _say(SubElement(batch, "ReqdExctnDt"), "Dt", day.isoformat())
    _party(batch, "Dbtr", payer)
    _account(batch, "DbtrAcct", payer, currency)
    _agent(batch, "DbtrAgt", payer, required=True)
    _say(batch, "ChrgBr", "SLEV" if sepa else "SHAR")
    for order in orders:
        _order(batch, order, currency)


def _order(batch: Element, order: Order, currency: str) -> None:
    transfer = SubElement(batch, "CdtTrfTxInf")
    ids = SubElement(transfer, "PmtId")
    _say(ids, "InstrId", order.instruction_id)
    _say(ids, "EndToEndId", order.reference)
    amount = _say(SubElement(transfer, "Amt"), "InstdAmt", _figure(order.amount, currency))
    amount.set("Ccy", currency)
    _agent(transfer, "CdtrAgt", order.payee, required=False)
    _party(transfer, "Cdtr", order.payee)
    _account(transfer, "CdtrAcct", order.payee)
    structured = SubElement(SubElement(transfer, "RmtInf"), "Strd")
    reference = SubElement(structured, "CdtrRefInf")
    kind = SubElement(reference, "Tp")
    _say(SubElement(kind, "CdOrPrtry"), "Cd", "SCOR")
    _say(kind, "Issr", "ISO")
    _say(reference, "Ref", order.reference)
    if currency != SEPA_CURRENCY:  # a SEPA transfer carries the reference or words, never both
        _say(structured, "AddtlRmtInf", plain(order.purpose, 140))


def _party(parent: Element, role: str, account: Account) -> None:
    party = SubElement(parent, role)
    _say(party, "Nm", plain(account.name, LONGEST_NAME))
    address = SubElement(party, "PstlAdr")
    for element, words, longest in _address(account):
        _say(address, element, plain(words, longest))


def _address(account: Account) -> Iterator[tuple[str, str, int]]:
    """The structured address, in the order of the schema; town and country are the least."""
    parts = (
        ("StrtNm", account.street, LONGEST_LINE),
        ("BldgNb", account.building, 16),
        ("PstCd", account.post_code, 16),
        ("TwnNm", account.town, 35),
        ("Ctry", account.country, 2),
    )
    return ((element, words, longest) for element, words, longest in parts if words)


def _account(parent: Element, role: str, account: Account, currency: str | None = None) -> None:
    element = SubElement(parent, role)
    _say(SubElement(element, "Id"), "IBAN", account.iban)
    if currency is not None:
        _say(element, "Ccy", currency)


def _agent(parent: Element, role: str, account: Account, *, required: bool) -> None:
    """The bank: by its BIC where it is known; the payer's has to be named, if only as not provided."""
    if account.bic is None and not required:
        return
    institution = SubElement(SubElement(parent, role), "FinInstnId")
    if account.bic is not None:
        _say(institution, "BICFI", account.bic)
    else:
        _say(SubElement(institution, "Othr"), "Id", "NOTPROVIDED")


def _sums(parent: Element, orders: Sequence[Order], currency: str) -> None:
    _say(parent, "NbOfTxs", str(len(orders)))
    _say(parent, "CtrlSum", _figure(total(order.amount for order in orders), currency))


def _figure(amount: Decimal, currency: str) -> str:
    return f"{payable(amount, minor_digits(currency)):f}"


def _say(parent: Element, name: str, words: str) -> Element:
    element = SubElement(parent, name)
    element.text = words
    return element
