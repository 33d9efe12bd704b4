"""Bank statements as banks send them (camt.053, versions 2 to 13), read into what matching needs."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from xml.etree.ElementTree import Element

from domain.banking.errors import BankFileUnreadable, StatementUnbalanced
from domain.banking.reading import elements, first, said
from domain.banking.states import Direction
from domain.settlement.exact import ZERO, exactly
from domain.values import MAX_AMOUNT, minor_digits

_MESSAGE = re.compile(r"camt\.053\.001\.(0[2-9]|1[0-3])")
_AMOUNT = re.compile(r"[0-9]{1,18}(\.[0-9]{1,17})?")

ABSENT = frozenset({"NOTPROVIDED", "NOT PROVIDED", "NONREF"})
"""What banks write where nothing was given."""

OPENINGS, CLOSINGS = ("OPBD", "PRCD"), ("CLBD",)
INTERIM = "ITBD"
"""What a page of a statement opens or closes with, where more pages follow or went before."""

RETURNS = frozenset({"RRTN", "RPCR", "RIMB", "UPDD", "UPCC", "UPCQ", "UPCT", "URCQ", "URDD"})
"""Subfamilies of the bank transaction code (ISO 20022 external code set) by which money comes back."""

_LONGEST_WORDS = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadEntry:
    """One booked movement: an entry, or one transaction of a batch."""

    direction: Direction
    amount: Decimal
    currency: str
    takes_back: bool
    booked_on: date
    value_on: date | None
    code: str | None
    end_to_end_id: str | None = None
    instruction_id: str | None = None
    creditor_reference: str | None = None
    remittance_text: str | None = None
    bank_reference: str | None = None
    supplementary_data: str | None = None
    order_id: str | None = None
    party_name: str | None = None
    party_iban: str | None = None
    reason: str | None = None

    @property
    def signed(self) -> Decimal:
        """Positive into the account, negative out of it."""
        return self.amount if self.direction is Direction.IN else -self.amount


@dataclass(slots=True, kw_only=True)
class ReadStatement:
    """A statement, checked: opening balance and entries make the closing balance."""

    message_id: str
    name: str
    sequence: int | None
    page: int
    iban: str
    currency: str
    opening: Decimal
    closing: Decimal
    closed_on: date
    entries: list[ReadEntry] = field(default_factory=list)

    @property
    def digest(self) -> bytes:
        """SHA-256 over all that it says, however the file around it is written."""
        head = (self.name, self.sequence, self.page, self.iban, self.currency, self.opening, self.closing)
        hashed = hashlib.sha256(repr((*map(str, head), self.closed_on)).encode())
        for entry in self.entries:
            hashed.update(repr(entry).encode())
        return hashed.digest()


@dataclass(slots=True)
class _Balances:
    openings: dict[str, tuple[Decimal, date]] = field(default_factory=dict)
    closings: dict[str, tuple[Decimal, date]] = field(default_factory=dict)
    currency: str = ""

    def take(self, element: Element) -> None:
        """The first interim balance opens a page, the last one closes it."""
        code = said(element, "Tp/CdOrPrtry/Cd") or ""
        amount, self.currency = _amount(element)
        when = _day(element, "Dt") or date.min
        if said(element, "CdtDbtInd") == "DBIT":
            amount = -amount
        self.openings.setdefault(code, (amount, when))
        self.closings[code] = (amount, when)

    def opening(self) -> Decimal:
        """What the statement opens with."""
        return self._chosen(self.openings, OPENINGS, "opening")[0]

    def closing(self) -> tuple[Decimal, date]:
        """What it closes with, and when."""
        return self._chosen(self.closings, CLOSINGS, "closing")

    def _chosen(self, found: dict[str, tuple[Decimal, date]], codes: Sequence[str], what: str) -> tuple[Decimal, date]:
        for code in (*codes, INTERIM):
            if code in found:
                return found[code]
        raise BankFileUnreadable(f"a statement has no {what} balance ({' or '.join(codes)})")


@dataclass(slots=True)
class _Collecting:
    """The parts of a statement as they come by."""

    message_id: str = ""
    head: dict[str, str] = field(default_factory=dict)
    iban: str = ""
    page: int = 1
    balances: _Balances = field(default_factory=_Balances)
    entries: list[ReadEntry] = field(default_factory=list)

    def take(self, name: str, part: Element) -> None:
        """One more part; what matching does not need is passed over."""
        match name:
            case "Id" | "ElctrncSeqNb" | "LglSeqNb":
                self.head[name] = " ".join((part.text or "").split())
            case "StmtPgntn":
                self.page = _number(said(part, "PgNb")) or 1
            case "Acct":
                self.iban = (said(part, "Id/IBAN", "Id/Othr/Id") or "").replace(" ", "").upper()
            case "Bal":
                self.balances.take(part)
            case "Ntry":
                self.entries += _entries(part)

    def finished(self) -> ReadStatement:
        """The statement, when its last part has gone by."""
        name = self.head.get("Id")
        if not name or not self.iban:
            raise BankFileUnreadable("a statement lacks its Id or the IBAN of its account")
        closing, closed_on = self.balances.closing()
        read = ReadStatement(
            message_id=self.message_id,
            name=name[:140],
            sequence=_number(self.head.get("ElctrncSeqNb") or self.head.get("LglSeqNb")),
            page=self.page,
            iban=self.iban,
            currency=self.balances.currency,
            opening=self.balances.opening(),
            closing=closing,
            closed_on=closed_on,
            entries=self.entries,
        )
        refuse_unbalanced(read)
        return read


def statements(content: bytes) -> Iterator[ReadStatement]:
    """The statements of a file, each checked. Raises: BankFileUnreadable, StatementUnbalanced."""
    parts = elements(content, "BkToCstmrStmt/GrpHdr", "BkToCstmrStmt/Stmt")
    message, _ = next(parts, ("empty file", None))
    if not _MESSAGE.fullmatch(message):
        raise BankFileUnreadable(f"it is {message}, not a statement (camt.053.001.02 to .13)")
    message_id, now = "", None
    for name, part in parts:
        if name == "MsgId":
            message_id = (part.text or "").strip()
        if name == "Id":  # every statement begins with its id
            if now is not None:
                yield now.finished()
            now = _Collecting(message_id=message_id)
        if now is not None:
            now.take(name, part)
    if now is None:
        raise BankFileUnreadable("it holds no statement")
    yield now.finished()


def refuse_unbalanced(read: ReadStatement) -> None:
    """Whether the balances and the entries agree. Raises: StatementUnbalanced."""
    with exactly():
        moved = sum((entry.signed for entry in read.entries), ZERO)
        if read.opening + moved != read.closing:
            raise StatementUnbalanced(read.name, read.opening, moved, read.closing)


def _entries(entry: Element) -> list[ReadEntry]:
    """What an entry books: each of its transactions where their amounts make it up, else the entry as a whole."""
    if (said(entry, "Sts/Cd") or said(entry, "Sts")) != "BOOK":
        return []
    details = entry.findall("NtryDtls/TxDtls")
    amount, currency = _amount(entry)
    if len(details) <= 1:
        return [_entry(entry, details[0] if details else None, amount, currency)]
    parts = [_part(detail, currency) for detail in details]
    if None in parts or sum((part for part in parts if part is not None), ZERO) != amount:
        return [_entry(entry, None, amount, currency)]
    return [_entry(entry, detail, part or ZERO, currency) for detail, part in zip(details, parts, strict=True)]


def _part(detail: Element, currency: str) -> Decimal | None:
    """The amount of a transaction of a batch in the account's currency."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = detail.find(path)
        if found is not None and found.get("Ccy") == currency:
            return _decimal(found.text)
    return None


def _entry(entry: Element, detail: Element | None, amount: Decimal, currency: str) -> ReadEntry:
    inward = said(entry, "CdtDbtInd") == "CRDT"
    told = detail if detail is not None else Element("TxDtls")
    code = _code(told) or _code(entry)
    reason = said(told, "RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    words = said(told, "RtrInf/AddtlInf")
    takes_back = (
        said(entry, "RvslInd") in {"true", "1"}
        or told.find("RtrInf") is not None
        or (code or "").rpartition("/")[2] in RETURNS
    )
    other = "Dbtr" if inward != takes_back else "Cdtr"
    return ReadEntry(
        direction=Direction.IN if inward else Direction.OUT,
        amount=amount,
        currency=currency,
        takes_back=takes_back,
        booked_on=_day(entry, "BookgDt") or _day(entry, "ValDt") or _no_day(),
        value_on=_day(entry, "ValDt"),
        code=code,
        end_to_end_id=_given(said(told, "Refs/EndToEndId")),
        instruction_id=_given(said(told, "Refs/InstrId")),
        creditor_reference=_joined(told, "RmtInf/Strd/CdtrRefInf/Ref"),
        remittance_text=_joined(told, "RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf", "AddtlTxInf")
        or _given(said(entry, "AddtlNtryInf")),
        bank_reference=_given(" ".join(filter(None, (said(told, "Refs/AcctSvcrRef"), said(entry, "AcctSvcrRef"))))),
        supplementary_data=_whole(told, entry),
        order_id=_given(
            said(told, "Refs/MsgId", "Refs/PmtInfId") or said(entry, "NtryDtls/Btch/MsgId", "NtryDtls/Btch/PmtInfId")
        ),
        party_name=said(told, f"RltdPties/{other}/Pty/Nm", f"RltdPties/{other}/Nm", f"RltdPties/Ultmt{other}/Nm"),
        party_iban=(said(told, f"RltdPties/{other}Acct/Id/IBAN") or "").replace(" ", "").upper() or None,
        reason=" ".join(filter(None, (reason, words)))[:_LONGEST_WORDS] or None,
    )


def _code(element: Element) -> str | None:
    """Domain/family/subfamily, or the bank's own code."""
    path = "BkTxCd/Domn"
    coded = [said(element, f"{path}/Cd"), said(element, f"{path}/Fmly/Cd"), said(element, f"{path}/Fmly/SubFmlyCd")]
    return "/".join(filter(None, coded)) or said(element, "BkTxCd/Prtry/Cd")


def _given(words: str | None) -> str | None:
    """A reference, unless the bank wrote that none was given."""
    return None if not words or words.upper() in ABSENT else words[:_LONGEST_WORDS]


def _joined(element: Element, *paths: str) -> str | None:
    texts = [" ".join((found.text or "").split()) for path in paths for found in element.findall(path)]
    return _given(" ".join(filter(None, texts)))


def _whole(*parents: Element) -> str | None:
    """All words below supplementary data, whatever a bank put there."""
    texts = [word for parent in parents for found in parent.findall("SplmtryData") for word in found.itertext()]
    return _given(" ".join(" ".join(texts).split()))


def _amount(element: Element) -> tuple[Decimal, str]:
    found = first(element, "Amt")
    currency = "" if found is None else found.get("Ccy", "")
    minor_digits(currency)
    return _decimal(None if found is None else found.text), currency


def _decimal(words: str | None) -> Decimal:
    plain = (words or "").strip()
    try:
        amount = Decimal(plain) if _AMOUNT.fullmatch(plain) else MAX_AMOUNT
    except InvalidOperation:
        amount = MAX_AMOUNT
    if amount >= MAX_AMOUNT:
        raise BankFileUnreadable(f"{plain[:40]!r} is not an amount")
    return amount


def _day(element: Element, path: str) -> date | None:
    words = said(element, f"{path}/Dt", f"{path}/DtTm")
    try:
        return None if words is None else datetime.fromisoformat(words).date()
    except ValueError:
        raise BankFileUnreadable(f"{words!r} is not a date") from None


def _no_day() -> date:
    raise BankFileUnreadable("an entry has no booking date")


def _number(words: str | None) -> int | None:
    return int(words) if words is not None and re.fullmatch(r"[0-9]{1,18}", words) else None
