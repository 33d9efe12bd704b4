"""How far payments, orders, entries, matches and credits have come, and where references are found."""

from __future__ import annotations

from enum import StrEnum


class PaymentKind(StrEnum):
    """Why a payment is made."""

    SETTLEMENT = "SETTLEMENT"
    """It settles a cycle."""
    PAY_BACK = "PAY_BACK"
    """It gives back what a partner paid too much."""


class PaymentState(StrEnum):
    """How far a payment has come."""

    PLANNED = "PLANNED"
    """Waits for a second person to let it go out."""
    INSTRUCTED = "INSTRUCTED"
    """The payer knows: its bank has the order, or it has the statement that asks for it."""
    PART_PAID = "PART_PAID"
    """Some of it has arrived."""
    PAID = "PAID"
    """All of it has arrived."""
    RETURNED = "RETURNED"
    """A bank rejected it or sent it back; it is open again."""
    WRITTEN_OFF = "WRITTEN_OFF"
    """Two persons agreed not to wait for what is left of it."""


class FileKind(StrEnum):
    """What a bank file is."""

    PAIN_001 = "PAIN_001"
    """Orders to a bank to pay."""
    PAIN_002 = "PAIN_002"
    """A bank's report on such orders."""
    CAMT_053 = "CAMT_053"
    """Statements of an account."""


class InstructionState(StrEnum):
    """What a bank said of one order."""

    SENT = "SENT"
    """Nothing yet."""
    ACCEPTED = "ACCEPTED"
    """It will be carried out."""
    REJECTED = "REJECTED"
    """It will not; the reason stands beside."""


class Direction(StrEnum):
    """Which way money went, as the account's owner sees it."""

    IN = "IN"
    """Into the account."""
    OUT = "OUT"
    """Out of it."""


class EntryOutcome(StrEnum):
    """What became of an entry."""

    MATCHED = "MATCHED"
    """All of it belongs to payments, or is kept for a partner."""
    AMBIGUOUS = "AMBIGUOUS"
    """It may belong to several payments, or a rule stops short of deciding; a person decides."""
    UNMATCHED = "UNMATCHED"
    """Nothing fits."""
    OUT_OF_BAND = "OUT_OF_BAND"
    """The bank's own: fees, interest, taxes."""


class Place(StrEnum):
    """Where the reference of a payment was found."""

    END_TO_END_ID = "END_TO_END_ID"
    """The payer's own id, passed on by every bank."""
    INSTRUCTION_ID = "INSTRUCTION_ID"
    """The id for the first bank alone."""
    CREDITOR_REFERENCE = "CREDITOR_REFERENCE"
    """The structured reference of the payee (ISO 11649)."""
    REMITTANCE_TEXT = "REMITTANCE_TEXT"
    """Free text."""
    BANK_REFERENCE = "BANK_REFERENCE"
    """The servicing bank's own reference."""
    SUPPLEMENTARY_DATA = "SUPPLEMENTARY_DATA"
    """What the bank added beyond the standard."""
    ORDER = "ORDER"
    """The order that the entry books as a whole; a batch names no single payment."""
    BY_HAND = "BY_HAND"
    """Nowhere: a person said so."""


class MatchState(StrEnum):
    """Whether a match holds."""

    PROPOSED = "PROPOSED"
    """The amounts differ, so a second person is to confirm it."""
    STANDING = "STANDING"
    """It holds."""
    UNDONE = "UNDONE"
    """It was taken back."""


class CreditState(StrEnum):
    """What became of money a partner paid too much."""

    HELD = "HELD"
    """It is kept for the partner."""
    ASKED = "ASKED"
    """One person said what is to become of it; another is to agree."""
    ADJUSTED = "ADJUSTED"
    """It lowers what the partner owes in a later cycle."""
    PAID_BACK = "PAID_BACK"
    """It is paid back."""
    TAKEN_BACK = "TAKEN_BACK"
    """The bank took the money back, or the match was undone."""
