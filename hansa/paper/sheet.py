"""What stands on a sheet of paper, worded and formatted already: the typesetter only places it."""

from __future__ import annotations

from dataclasses import dataclass, field

Fact = tuple[str, str]
"""What it is, and what it says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One of the two companies."""

    heading: str
    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Lines under one heading, with what they come to."""

    heading: str
    total: str
    rows: tuple[tuple[str, ...], ...]
    """What, basis, price, share, amount."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A small table: its headings, and rows of as many cells."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Total:
    """A line of the sums at the end."""

    words: str
    amount: str
    strong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentPart:
    """What is paid, to whom, and how a telephone reads it."""

    heading: str
    facts: tuple[Fact, ...]
    code: str | None = None
    """A QR code as SVG."""
    code_words: str = ""
    """What the code is, for who cannot see it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A whole document."""

    language: str
    house: str
    """Who writes it."""
    title: str
    number: str
    across: str | None = None
    """Words across every page; for what is not final."""
    seller: Side
    buyer: Side
    facts: tuple[Fact, ...]
    laws: tuple[str, ...] = ()
    """What the law wants said."""
    remarks: tuple[str, ...] = ()
    """What a reader has to know."""
    columns: tuple[str, ...]
    groups: tuple[Group, ...]
    tax: Grid | None = None
    totals: tuple[Total, ...]
    documents: Grid | None = None
    payments: tuple[PaymentPart, ...] = ()
    proof_heading: str = ""
    proof: tuple[Fact, ...] = ()
    pages: str = field(default="")
    """How a page is counted, with %(page)s and %(pages)s."""
    keywords: tuple[str, ...] = ()
    subject: str = ""
