"""The words of reconciliation: states, phases, outcomes, reasons, and how an exception is cleared up."""

from __future__ import annotations

from enum import StrEnum


class FileFormat(StrEnum):
    """How a file holds its rows."""

    CSV = "CSV"
    """Lines of text with a sign between the cells."""
    PARQUET = "PARQUET"
    """Typed columns."""
    JSON_LINES = "JSON_LINES"
    """One JSON object a line."""


class FileState(StrEnum):
    """How far a file has come."""

    UPLOADING = "UPLOADING"
    """Parts of it are still to come."""
    RECEIVED = "RECEIVED"
    """It is here, and waits for its turn."""
    READING = "READING"
    """Its rows are being taken in."""
    MATCHING = "MATCHING"
    """Its rows are being held against the ledger."""
    DONE = "DONE"
    """Everything in it has an outcome."""
    REFUSED = "REFUSED"
    """It does not count; why is said."""


class Phase(StrEnum):
    """The steps of matching, in their order."""

    GATHER = "GATHER"
    """The partner's own postings of the period are gathered."""
    REFERENCE = "REFERENCE"
    """Rows and postings with the same number, amount and points."""
    TIME_ZONE = "TIME_ZONE"
    """Whether times lie apart by whole or half hours."""
    OUTLET_TIME = "OUTLET_TIME"
    """Rows without a number: by outlet, time, amount and points."""
    GROUPS = "GROUPS"
    """One row for several postings, several rows for one."""
    DIFFERENCES = "DIFFERENCES"
    """The same business with other figures."""
    ELSEWHERE = "ELSEWHERE"
    """What is there, but in another period."""
    DUPLICATES = "DUPLICATES"
    """What was reported before."""
    LEFT_OVER = "LEFT_OVER"
    """What is on one side alone."""
    WORKLIST = "WORKLIST"
    """What is to be cleared up, each with a suggestion."""
    REPORT = "REPORT"
    """The sums of it all."""


class RecordKind(StrEnum):
    """What a row of a file reports."""

    PURCHASE = "PURCHASE"
    """Goods were bought, and points earned."""
    RETURN = "RETURN"
    """Goods came back, and points with them."""
    REDEMPTION = "REDEMPTION"
    """Points were spent."""
    REVERSAL = "REVERSAL"
    """Spent points came back."""


class Outcome(StrEnum):
    """What became of a row of the file, or of a posting in the ledger."""

    MATCHED = "MATCHED"
    """It stands on both sides."""
    MISSING_IN_LEDGER = "MISSING_IN_LEDGER"
    """The file alone has it."""
    MISSING_IN_FILE = "MISSING_IN_FILE"
    """The ledger alone has it."""
    AMOUNT_DIFFERS = "AMOUNT_DIFFERS"
    """Both have it, with other figures."""
    DUPLICATE = "DUPLICATE"
    """The file, or one of the last 80 days, had it before."""
    LATE = "LATE"
    """Both have it, in different periods."""
    REJECTED = "REJECTED"
    """The row cannot be read."""


class Severity(StrEnum):
    """How much an outcome weighs."""

    NOTE = "NOTE"
    """Good to know."""
    WARNING = "WARNING"
    """Nothing is wrong with the books, but with the file."""
    ERROR = "ERROR"
    """The two sides disagree."""


class Reason(StrEnum):
    """Why an outcome is what it is."""

    AMOUNT = "AMOUNT"
    """The amounts differ."""
    POINTS = "POINTS"
    """The points differ."""
    SIGN = "SIGN"
    """The same figure with the other sign."""
    TIME = "TIME"
    """The times lie further apart than is tolerated."""
    OUTLET = "OUTLET"
    """Another outlet."""
    TIME_ZONE = "TIME_ZONE"
    """The time lies apart by as much as those of all the others: another time zone."""
    IDENTICAL = "IDENTICAL"
    """The same row, cell by cell, was there before."""
    SAME_REFERENCE = "SAME_REFERENCE"
    """The same number was there before with other figures."""
    RECORD_LATE = "RECORD_LATE"
    """The file reports it after its period."""
    POSTING_LATE = "POSTING_LATE"
    """The ledger has it in a later period."""
    CELL_EMPTY = "CELL_EMPTY"
    """A cell that is needed is empty."""
    NOT_A_NUMBER = "NOT_A_NUMBER"
    """A cell is no number of the form the mapping names."""
    TOO_MANY_DECIMALS = "TOO_MANY_DECIMALS"
    """An amount has more decimals than its currency."""
    NOT_A_TIME = "NOT_A_TIME"
    """A cell is no time of the form the mapping names."""
    TIME_SKIPPED = "TIME_SKIPPED"
    """A local time that the clocks skipped."""
    KIND_UNKNOWN = "KIND_UNKNOWN"
    """The mapping does not say what this kind means."""
    OUTLET_UNKNOWN = "OUTLET_UNKNOWN"
    """The partner has no outlet with this code."""
    CURRENCY = "CURRENCY"
    """Another currency than the coalition settles in."""
    TEXT = "TEXT"
    """A cell is too long, or holds what cannot be printed or decoded."""
    ROW_BROKEN = "ROW_BROKEN"
    """The row as such cannot be read: too long, or its quotes do not close."""


class Suggestion(StrEnum):
    """What is most likely to be done about an exception."""

    MATCH = "MATCH"
    """Match it with the counterpart that is named."""
    POST = "POST"
    """Record it now, late."""
    ASK = "ASK"
    """Ask the partner."""
    REVERSE = "REVERSE"
    """Take the posting back."""
    CORRECT_FILE = "CORRECT_FILE"
    """Send it right in the next file."""
    NOTHING = "NOTHING"
    """It is explained."""


class ExceptionState(StrEnum):
    """Where an exception stands."""

    OPEN = "OPEN"
    """Somebody is to look at it."""
    PROPOSED = "PROPOSED"
    """A first person has proposed a resolution that a second has to confirm."""
    RESOLVED = "RESOLVED"
    """It is cleared up."""


class Resolution(StrEnum):
    """How an exception was cleared up."""

    ACCEPTED = "ACCEPTED"
    """It is as the ledger has it."""
    CORRECT_IN_NEXT_FILE = "CORRECT_IN_NEXT_FILE"
    """The partner sends it right."""
    FORCE_MATCHED = "FORCE_MATCHED"
    """Two persons found that the two belong together."""
    WRITTEN_OFF = "WRITTEN_OFF"
    """Two persons found that it is not worth pursuing."""
    EXPLAINED = "EXPLAINED"
    """A later file, or a later posting, explains it."""


POSTINGS_PLACE = 10**15
"""Where the postings that a file lacks stand in its list: behind all its rows."""
TWO_PERSONS = (Resolution.FORCE_MATCHED, Resolution.WRITTEN_OFF)
"""Proposed by one person, confirmed by another."""
