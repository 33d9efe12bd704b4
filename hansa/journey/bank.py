"""A made-up bank's statements (camt.053, versions 2 and 8): the demonstration's, and what tests import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from xml.etree.ElementTree import Element, SubElement, tostring

from domain.banking.states import Place

NEW, OLD = "camt.053.001.08", "camt.053.001.02"


@dataclass(frozen=True, kw_only=True)
class Booked:
    """A movement as the bank tells it: positive into the account."""

    amount: Decimal
    on: date
    reference: str | None = None
    place: Place = Place.END_TO_END_ID
    """Where the reference stands; NOTPROVIDED stands in the end-to-end id where it is elsewhere."""
    words: str | None = None
    name: str | None = None
    iban: str | None = None
    returned: str | None = None
    """Why it comes back (a code such as AC04)."""
    code: tuple[str, str, str] = ("PMNT", "RCDT", "ESCT")
    bank_reference: str | None = None
    details: tuple[Booked, ...] = ()
    """The transactions of a batch, in place of its own."""


@dataclass(frozen=True, kw_only=True)
class Told:
    """A statement as the bank tells it."""

    iban: str
    currency: str
    name: str
    sequence: int | None
    opening: Decimal
    on: date
    booked: Sequence[Booked]
    closing: Decimal | None = None
    """What the bank says it closes with; by default what it comes to."""
    version: str = NEW


def told(*statements: Told, message_id: str = "BANK-1") -> bytes:
    """A file with these statements."""
    version = statements[0].version
    document = Element("Document", xmlns=f"urn:iso:std:iso:20022:tech:xsd:{version}")
    message = SubElement(document, "BkToCstmrStmt")
    header = SubElement(message, "GrpHdr")
    _say(header, "MsgId", message_id)
    _say(header, "CreDtTm", f"{statements[0].on}T18:00:00")
    for statement in statements:
        _statement(message, statement)
    content: bytes = tostring(document, "utf-8", xml_declaration=True)
    return content


def _statement(message: Element, told: Told) -> None:
    statement = SubElement(message, "Stmt")
    _say(statement, "Id", told.name)
    if told.sequence is not None:
        _say(statement, "ElctrncSeqNb", str(told.sequence))
    _say(statement, "CreDtTm", f"{told.on}T18:00:00")
    account = SubElement(statement, "Acct")
    _say(SubElement(account, "Id"), "IBAN", told.iban)
    _say(account, "Ccy", told.currency)
    closing = told.closing
    if closing is None:
        closing = told.opening + sum((entry.amount for entry in told.booked), Decimal(0))
    _balance(statement, "OPBD", told.opening, told)
    _balance(statement, "CLBD", closing, told)
    for entry in told.booked:
        _entry(statement, entry, told)


def _balance(statement: Element, code: str, amount: Decimal, told: Told) -> None:
    balance = SubElement(statement, "Bal")
    _say(SubElement(SubElement(balance, "Tp"), "CdOrPrtry"), "Cd", code)
    _amount(balance, "Amt", amount, told)
    _say(balance, "CdtDbtInd", "CRDT" if amount >= 0 else "DBIT")
    _say(SubElement(balance, "Dt"), "Dt", told.on.isoformat())


def _entry(statement: Element, booked: Booked, told: Told) -> None:
    entry = SubElement(statement, "Ntry")
    _amount(entry, "Amt", booked.amount, told)
    _say(entry, "CdtDbtInd", "CRDT" if booked.amount >= 0 else "DBIT")
    status = SubElement(entry, "Sts")
    if told.version == OLD:
        status.text = "BOOK"
    else:
        _say(status, "Cd", "BOOK")
    _say(SubElement(entry, "BookgDt"), "Dt", booked.on.isoformat())
    _say(SubElement(entry, "ValDt"), "Dt", booked.on.isoformat())
    bank_reference = booked.bank_reference
    if booked.place is Place.BANK_REFERENCE and not booked.details:
        bank_reference = booked.reference
    if bank_reference:
        _say(entry, "AcctSvcrRef", bank_reference)
    domain = SubElement(SubElement(entry, "BkTxCd"), "Domn")
    _say(domain, "Cd", booked.code[0])
    family = SubElement(domain, "Fmly")
    _say(family, "Cd", booked.code[1])
    _say(family, "SubFmlyCd", booked.code[2])
    details = SubElement(entry, "NtryDtls")
    if booked.details:
        _say(SubElement(details, "Btch"), "NbOfTxs", str(len(booked.details)))
    for part in booked.details or (booked,):
        _transaction(details, part, told)


def _transaction(details: Element, booked: Booked, told: Told) -> None:
    transaction = SubElement(details, "TxDtls")
    _references(transaction, booked)
    if told.version == OLD:
        inner = SubElement(SubElement(transaction, "AmtDtls"), "TxAmt")
        _amount(inner, "Amt", booked.amount, told)
    else:
        _amount(transaction, "Amt", booked.amount, told)
        _say(transaction, "CdtDbtInd", "CRDT" if booked.amount >= 0 else "DBIT")
    _parties(transaction, booked, told)
    remittance = _remittance(booked)
    if remittance is not None:
        transaction.append(remittance)
    if booked.returned:
        _say(SubElement(SubElement(transaction, "RtrInf"), "Rsn"), "Cd", booked.returned)
    if booked.place is Place.SUPPLEMENTARY_DATA and booked.reference:
        envelope = SubElement(SubElement(transaction, "SplmtryData"), "Envlp")
        _say(envelope, "PaymentReference", booked.reference)


def _references(transaction: Element, booked: Booked) -> None:
    references = SubElement(transaction, "Refs")
    if booked.place is Place.INSTRUCTION_ID and booked.reference:
        _say(references, "InstrId", booked.reference)
    named = booked.reference if booked.place is Place.END_TO_END_ID else None
    _say(references, "EndToEndId", named or "NOTPROVIDED")


def _parties(transaction: Element, booked: Booked, told: Told) -> None:
    """The other side: who paid what came in, who was paid what went out; the other way round where it comes back."""
    if booked.name is None:
        return
    role = "Dbtr" if (booked.amount >= 0) != bool(booked.returned) else "Cdtr"
    parties = SubElement(transaction, "RltdPties")
    party = SubElement(parties, role)
    _say(party if told.version == OLD else SubElement(party, "Pty"), "Nm", booked.name)
    if booked.iban is not None:
        _say(SubElement(SubElement(parties, f"{role}Acct"), "Id"), "IBAN", booked.iban)


def _remittance(booked: Booked) -> Element | None:
    words = booked.words
    if booked.place is Place.REMITTANCE_TEXT and booked.reference:
        words = (words or "{}").replace("{}", booked.reference)
    structured = booked.place is Place.CREDITOR_REFERENCE and booked.reference is not None
    if not words and not structured:
        return None
    remittance = Element("RmtInf")
    if words:
        _say(remittance, "Ustrd", words)
    if structured:
        reference = SubElement(SubElement(remittance, "Strd"), "CdtrRefInf")
        _say(SubElement(SubElement(reference, "Tp"), "CdOrPrtry"), "Cd", "SCOR")
        _say(reference, "Ref", booked.reference or "")
    return remittance


def _amount(parent: Element, name: str, amount: Decimal, told: Told) -> None:
    _say(parent, name, f"{abs(amount):f}").set("Ccy", told.currency)


def _say(parent: Element, name: str, words: str) -> Element:
    element = SubElement(parent, name)
    element.text = words
    return element
