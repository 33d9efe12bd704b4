"""What a claim programme pays for, with which proof, to whom, how much of it, and who decides."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NewType
from uuid import UUID

from domain.claims.errors import InvalidClaimTerms
from domain.earning.errors import InvalidCampaign, InvalidRule
from domain.earning.forms import FLAG, ID, TEXT, WHOLE, choice, read_parts, set_of, written
from domain.ids import PartnerId
from domain.products.feeding import LONGEST

ClaimProgrammeId = NewType("ClaimProgrammeId", UUID)

LONGEST_SKU = LONGEST["sku"]
SALE = "SALE"
"""The kind of a sale scheme: sellers register what they sell."""
LONGEST_NAME = 120
MOST_SKUS = 1_000
MOST_UNITS = 10_000
LONGEST_DAYS = 400
LARGEST_VALUE = 10**12
KIND = re.compile(r"[A-Z][A-Z0-9_]{0,39}", re.ASCII)
FORM = re.compile(r"[A-Z0-9#@*-]{3,64}", re.ASCII)


class ClaimProgrammeState(StrEnum):
    """Where a version of a programme stands."""

    DRAFT = "DRAFT"
    """Being written."""
    LIVE = "LIVE"
    """Members claim under it."""
    PAUSED = "PAUSED"
    """Nobody claims for now; what was claimed is decided and paid."""
    ENDED = "ENDED"
    """Nobody claims any more; what was claimed is decided and paid."""


class Claimants(StrEnum):
    """Whose claims are taken."""

    ANYONE = "ANYONE"
    """Any member's."""
    BUSINESS = "BUSINESS"
    """Business members'."""
    SELLERS = "SELLERS"
    """Those of sellers whose employer allows it."""


class ProofKind(StrEnum):
    """What shows that it is true."""

    SERIAL = "SERIAL"
    """The serial of the very piece."""
    RECEIPT = "RECEIPT"
    """The number of a shop's receipt, with its outlet and day."""
    PHOTO = "PHOTO"
    """A link to a picture."""
    DOCUMENT = "DOCUMENT"
    """A link to a document, with its SHA-256."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimTerms:
    """Everything that holds for claims under a programme. What they bring, its owner's campaigns say."""

    name: str = field(metadata=TEXT.metadata)
    kind: str = field(default=SALE, metadata=TEXT.metadata)
    """SALE: a sale scheme, paid by SALE actions; any other name: paid by CLAIM actions."""
    claimants: Claimants = field(default=Claimants.ANYONE, metadata=choice(Claimants, "sort of claimants").metadata)
    skus: frozenset[str] = field(default=frozenset(), metadata=set_of(TEXT).metadata)
    """Article numbers, or numbers of bar codes; none named: any article."""
    proofs: frozenset[ProofKind] = field(metadata=set_of(choice(ProofKind, "sort of proof")).metadata)
    """One of these at least."""
    serial_form: str | None = field(default=None, metadata=TEXT.metadata)
    """How serials are written: # a digit, @ a letter, * either, all else as it stands."""
    automatic: bool = field(default=True, metadata=FLAG.metadata)
    """Whether a claim is approved by itself that our books or the maker's list of serials prove."""
    valued: bool = field(default=False, metadata=FLAG.metadata)
    """Whether a claim has to say what it is worth."""
    most_each: int = field(default=1, metadata=WHOLE.metadata)
    """So many units in one claim."""
    most: int | None = field(default=None, metadata=WHOLE.metadata)
    """So many units for one member …"""
    most_days: int = field(default=0, metadata=WHOLE.metadata)
    """… in so many days; 0: ever."""
    claim_days: int = field(default=30, metadata=WHOLE.metadata)
    """So many days after it happened it may be claimed."""
    decide_days: int = field(default=14, metadata=WHOLE.metadata)
    """So many days after it was claimed somebody shall have decided."""
    object_days: int = field(default=14, metadata=WHOLE.metadata)
    """So many days after it was rejected the member may object, once."""
    second_from: int | None = field(default=None, metadata=WHOLE.metadata)
    """From this value on, in minor units, two persons approve."""
    course: UUID | None = field(default=None, metadata=ID.metadata)
    """A course of the owner's; the SALE action says whether its certificate was held …"""
    needs_course: bool = field(default=False, metadata=FLAG.metadata)
    """… and this, whether nobody claims without."""

    def __post_init__(self) -> None:
        named = bool(self.name.strip()) and len(self.name) <= LONGEST_NAME and self.name.isprintable()
        _fit("name", f"1 to {LONGEST_NAME} printable characters", holds=named)
        _fit("kind", "a name of capitals such as SALE or FITTING", holds=bool(KIND.fullmatch(self.kind)))
        sound = len(self.skus) <= MOST_SKUS and all(0 < len(one) <= LONGEST_SKU for one in self.skus)
        _fit("skus", f"at most {MOST_SKUS} article numbers of 1 to {LONGEST_SKU} characters", holds=sound)
        _fit("proofs", "one sort at least", holds=bool(self.proofs))
        form = self.serial_form is None or bool(FORM.fullmatch(self.serial_form))
        _fit("serial_form", "3 to 64 of capitals, digits, hyphens, #, @ and *", holds=form)
        for name, (low, high) in BOUNDS.items():
            value = getattr(self, name)
            _fit(name, f"{low} to {high}", holds=value is None or low <= value <= high)
        _fit("second_from", "of use only where claims are valued", holds=self.second_from is None or self.valued)
        _fit("needs_course", "of use only with a course", holds=not self.needs_course or self.course is not None)
        sellers = self.kind != SALE or self.claimants is Claimants.SELLERS
        _fit("claimants", "SELLERS, in a sale scheme", holds=sellers)

    @property
    def funders(self) -> Collection[PartnerId]:
        """Nobody else has to agree: what is paid stands in campaigns, which have sponsors of their own."""
        return ()

    def approvals(self, value: int | None) -> int:
        """How many persons approve a claim of so much."""
        return 2 if self.second_from is not None and (value or 0) >= self.second_from else 1

    def takes_serial(self, serial: str) -> bool:
        """Whether a serial is written as the maker writes them."""
        form = self.serial_form
        return form is None or (len(form) == len(serial) and all(map(_fits, form, serial)))

    def to_json(self) -> dict[str, Any]:
        """As stored: only what differs from the usual."""
        return written(self)

    def fingerprint(self) -> bytes:
        """A digest of the terms."""
        return hashlib.sha256(json.dumps(self.to_json(), sort_keys=True).encode()).digest()

    @classmethod
    def from_json(cls, stored: Any) -> ClaimTerms:
        """Terms out of their stored form. Raises: InvalidClaimTerms, naming the part."""
        try:
            return read_parts(cls, stored)
        except InvalidClaimTerms:
            raise
        except (InvalidRule, InvalidCampaign) as refused:
            raise InvalidClaimTerms(refused.message, path=refused.path) from None


BOUNDS = {
    "most_each": (1, MOST_UNITS),
    "most": (1, MOST_UNITS),
    "most_days": (0, LONGEST_DAYS),
    "claim_days": (1, LONGEST_DAYS),
    "decide_days": (1, LONGEST_DAYS),
    "object_days": (0, LONGEST_DAYS),
    "second_from": (1, LARGEST_VALUE),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimProgramme:
    """One version of a programme."""

    programme_id: ClaimProgrammeId
    version: int
    partner_id: PartnerId
    """Whoever decides and pays."""
    state: ClaimProgrammeState
    terms: ClaimTerms
    created_at: datetime
    live_from: datetime | None = None
    live_until: datetime | None = None


def _fits(wanted: str, said: str) -> bool:
    digit, letter = "0" <= said <= "9", "A" <= said <= "Z"
    match wanted:
        case "#":
            return digit
        case "@":
            return letter
        case "*":
            return digit or letter
        case _:
            return wanted == said


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise InvalidClaimTerms(f"{part} is {allowed}", path=(part,))
