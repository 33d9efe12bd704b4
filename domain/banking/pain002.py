"""A bank's report on orders (pain.002): which were accepted, which were rejected, and why."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element

from domain.banking.errors import BankFileUnreadable
from domain.banking.reading import elements, said
from domain.banking.states import InstructionState

_MESSAGE = re.compile(r"pain\.002\.001\.(0[3-9]|1[0-9])")

_ACCEPTED = frozenset({"ACCP", "ACTC", "ACSP", "ACSC", "ACWC", "ACCC", "ACFC"})
_REJECTED = frozenset({"RJCT", "CANC"})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the bank said of one order, or of all it said nothing else about."""

    state: InstructionState
    reason: str | None = None


@dataclass(slots=True, kw_only=True)
class Report:
    """A report on one file of orders."""

    message_id: str = ""
    about: str = ""
    """The file's message id."""
    whole: Verdict | None = None
    """What holds for every order that is not named."""
    by_reference: dict[str, Verdict] = field(default_factory=dict)
    """By the payment's end-to-end id."""

    @property
    def verdicts(self) -> Mapping[str, Verdict]:
        """What was said of orders by name."""
        return self.by_reference


def report(content: bytes) -> Report:
    """What a bank reports. Raises: BankFileUnreadable."""
    parts = elements(content, "CstmrPmtStsRpt", "CstmrPmtStsRpt/GrpHdr")
    message, _ = next(parts, ("empty file", None))
    if not _MESSAGE.fullmatch(message):
        raise BankFileUnreadable(f"it is {message}, not a report on orders (pain.002.001.03 and later)")
    found = Report()
    for name, part in parts:
        if name == "GrpHdr":
            found.message_id = said(part, "MsgId") or ""
        if name == "OrgnlGrpInfAndSts":
            found.about, found.whole = said(part, "OrgnlMsgId") or "", _verdict(part, "GrpSts")
        if name == "OrgnlPmtInfAndSts":
            _take_batch(found, part)
    if not found.about:
        raise BankFileUnreadable("it does not say which orders it is about")
    return found


def _take_batch(found: Report, batch: Element) -> None:
    whole = _verdict(batch, "PmtInfSts")
    if whole is not None and not batch.findall("TxInfAndSts"):
        found.whole = found.whole or whole
    for order in batch.findall("TxInfAndSts"):
        verdict = _verdict(order, "TxSts") or whole
        reference = said(order, "OrgnlEndToEndId")
        if verdict is not None and reference is not None:
            found.by_reference[reference] = verdict


def _verdict(element: Element, path: str) -> Verdict | None:
    """Accepted or rejected; nothing for statuses that decide nothing yet (received, pending, in part)."""
    status = said(element, path)
    if status in _ACCEPTED:
        return Verdict(InstructionState.ACCEPTED)
    if status in _REJECTED:
        code, words = said(element, "StsRsnInf/Rsn/Cd", "StsRsnInf/Rsn/Prtry"), said(element, "StsRsnInf/AddtlInf")
        return Verdict(InstructionState.REJECTED, " ".join(filter(None, (code, words))) or "no reason given")
    return None
