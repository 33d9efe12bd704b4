"""Members claim: what they say is held to the programme's terms here, and to all other claims in the database."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from uuid import UUID
from zoneinfo import ZoneInfo

import asyncpg
import orjson

from domain.claims import errors
from domain.claims.finding import programme_live
from domain.claims.managing import digest_of, plain_proof
from domain.claims.terms import ClaimProgramme, ClaimProgrammeId, ClaimTerms, ProofKind
from domain.claims.words import checked_words, sealed_words
from domain.coalition.errors import OutletNotFound
from domain.earning.basket import CLOCK_SKEW
from domain.errors import DomainError, IdempotencyConflict
from domain.idempotency import checked_key, fingerprint
from domain.ids import PartnerId, new_id
from domain.members.enrolment import MemberKeys
from domain.members.errors import MemberNotFound

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

LONGEST_LINK = 500
LINK = re.compile(r"https://[!-~]{4,490}", re.ASCII)
SHA_256 = re.compile(r"[0-9a-f]{64}", re.ASCII)
ATTEMPTS = 3

_MAKE = "SELECT * FROM make_claim($1::jsonb, $2)"

REFUSALS: Mapping[str, Callable[[], DomainError]] = {
    "PROGRAMME_NOT_FOUND": errors.ClaimProgrammeNotFound,
    "MEMBER_NOT_FOUND": MemberNotFound,
    "OUTLET_NOT_FOUND": OutletNotFound,
    "NOT_FOR_YOU": errors.ClaimNotForYou,
    "NOT_A_SELLER": lambda: errors.ClaimNotForYou("you did not sell at this outlet then, as far as your employer says"),
    "OUTLET_NEEDED": errors.OutletNeeded,
    "EMPLOYER_FORBIDS": errors.EmployerForbids,
    "MONTH_IS_FULL": errors.MonthIsFull,
    "CERTIFICATE_NEEDED": errors.CertificateNeeded,
    "PROOF_UNKNOWN": errors.ProofUnknown,
    "PROOF_TAKEN": errors.ProofTaken,
    "OWN_PURCHASE": errors.OwnPurchase,
    "LIMIT_REACHED": errors.ClaimLimitReached,
    "IDEMPOTENCY_CONFLICT": lambda: IdempotencyConflict(
        "This idempotency key was used for another claim; a new claim needs a new key.", path=("idempotencyKey",)
    ),
}
"""By the outcomes of the door."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What shows that a claim is true."""

    serial: str | None = None
    receipt: str | None = None
    photo: str | None = None
    """A link to a picture."""
    document: str | None = None
    """A link to a document …"""
    document_digest: str | None = None
    """… and its SHA-256, in hexadecimal."""

    def __post_init__(self) -> None:
        for part in ("photo", "document"):
            said = getattr(self, part)
            if said is not None and not LINK.fullmatch(said):
                raise errors.InvalidClaim(f"{part} is a link that begins with https://", path=("proof", part))
        if (self.document is None) != (self.document_digest is None):
            raise errors.InvalidClaim("a document comes with its SHA-256", path=("proof", "document_digest"))
        if self.document_digest is not None and not SHA_256.fullmatch(self.document_digest):
            raise errors.InvalidClaim("a SHA-256 has 64 hexadecimal digits", path=("proof", "document_digest"))

    @property
    def kinds(self) -> frozenset[ProofKind]:
        """What there is of it."""
        said = {
            ProofKind.SERIAL: self.serial,
            ProofKind.RECEIPT: self.receipt,
            ProofKind.PHOTO: self.photo,
            ProofKind.DOCUMENT: self.document,
        }
        return frozenset(kind for kind, value in said.items() if value is not None)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeClaim:
    """A member claims something."""

    programme_id: ClaimProgrammeId
    member_id: UUID
    idempotency_key: str
    happened_at: datetime
    proof: Proof
    sku: str | None = None
    units: int = 1
    value: int | None = None
    """In minor units."""
    outlet_id: UUID | None = None
    """Where it happened; a seller who sells at one outlet need not say."""
    note: str | None = None
    through: PartnerId | None = None
    """The partner whose app or till sends it; None: the member itself."""

    def __post_init__(self) -> None:
        checked_key(self.idempotency_key)
        checked_words("note", self.note)


@dataclass(frozen=True, slots=True, kw_only=True)
class Claimed:
    """A claim that is written down."""

    claim_id: UUID
    replayed: bool


async def claim(pool: Pool, command: MakeClaim, *, keys: MemberKeys, zone: ZoneInfo, now: datetime) -> Claimed:
    """Write a claim down; the same sent again is the same claim.

    One that our books or the owner's list prove is approved at once, where the terms say so; any other waits. Paying is
    another step, which the worker takes as well: domain/claims/paying.py.
    Raises: ClaimProgrammeNotFound, InvalidClaim, ClaimTooLate, ClaimNotForYou, OutletNeeded, EmployerForbids,
    MonthIsFull, CertificateNeeded, ProofUnknown, ProofTaken, OwnPurchase, ClaimLimitReached, MemberNotFound,
    IdempotencyConflict.
    """
    for _ in range(ATTEMPTS):
        programme = await programme_live(pool, command.programme_id)
        check_against(programme.terms, command, now=now)
        said = await _said(pool, programme, command, keys, zone, now)
        row = await pool.fetchrow(_MAKE, orjson.dumps(said, default=str).decode(), now)
        assert row is not None
        match row["outcome"]:
            case "STALE":  # the next version was published in between
                continue
            case "MADE" | "REPLAYED" as outcome:
                return Claimed(claim_id=row["claim_id"], replayed=outcome == "REPLAYED")
            case refused:
                raise refusal_of(refused)
    raise errors.ClaimProgrammeStateConflict("CHANGING", "claimed under just now")


def check_against(terms: ClaimTerms, command: MakeClaim, *, now: datetime) -> None:
    """Hold what is said to what the programme asks for. Raises: InvalidClaim, ClaimTooLate."""
    _fit("units", f"1 to {terms.most_each}", holds=1 <= command.units <= terms.most_each)
    _fit("value", "said, in a programme that goes by it", holds=not terms.valued or command.value is not None)
    _fit("value", "not negative", holds=(command.value or 0) >= 0)
    _fit("sku", "an article that the programme pays for", holds=not terms.skus or command.sku in terms.skus)
    _check_proof(terms, command)
    _fit("happened_at", "past", holds=command.happened_at <= now + CLOCK_SKEW)
    if command.happened_at < now - timedelta(days=terms.claim_days):
        raise errors.ClaimTooLate(terms.claim_days)


def refusal_of(outcome: str) -> DomainError:
    """What the database refused by, as it is told."""
    return REFUSALS[outcome]()


def _check_proof(terms: ClaimTerms, command: MakeClaim) -> None:
    proof, wanted = command.proof, ", ".join(sorted(one.lower() for one in terms.proofs))
    _fit("proof", f"one of these at least: {wanted}", holds=bool(proof.kinds & terms.proofs))
    if proof.serial is not None:
        plain = plain_proof(proof.serial, "serial")
        _fit("serial", f"written as {terms.serial_form}", holds=terms.takes_serial(plain))
        _fit("units", "1, since a serial stands for one", holds=command.units == 1)
    if proof.receipt is not None:
        plain_proof(proof.receipt, "receipt")
        _fit("outlet", "named with a receipt, which is known by it", holds=command.outlet_id is not None)


def _fit(part: str, allowed: str, *, holds: bool) -> None:
    if not holds:
        raise errors.InvalidClaim(f"{part} is {allowed}", path=(part,))


async def _said(
    pool: Pool, programme: ClaimProgramme, command: MakeClaim, keys: MemberKeys, zone: ZoneInfo, now: datetime
) -> dict[str, Any]:
    terms, proof = programme.terms, command.proof
    told = {name: said for name in ("photo", "document", "document_digest") if (said := getattr(proof, name))}
    if proof.serial is not None:
        told["serial"] = plain_proof(proof.serial, "serial")
    if proof.receipt is not None:
        told["receipt"] = proof.receipt.strip()  # as the shop's till wrote it
    digest = _digest(command, zone, keys.lookup)
    month = command.happened_at.astimezone(zone).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    since = now - timedelta(days=terms.most_days) if terms.most_days else datetime(1970, 1, 1, tzinfo=UTC)
    note = await sealed_words(pool, command.note, command.member_id, keys.personal)
    return {
        "claim_id": new_id(),
        "programme_id": programme.programme_id,
        "version": programme.version,
        "member_id": command.member_id,
        "key": command.idempotency_key,
        "fingerprint": fingerprint(command).hex(),
        "through": command.through,
        "outlet_id": command.outlet_id,
        "sku": command.sku,
        "units": command.units,
        "value": command.value,
        "happened_at": command.happened_at.isoformat(),
        "receipt": told.get("receipt"),
        "proof": told,
        "proof_digest": digest.hex(),
        "serial_digest": digest.hex() if proof.serial else None,
        "note": note and note.hex(),
        "approvals_needed": terms.approvals(command.value),
        "decide_by": (now + timedelta(days=terms.decide_days)).isoformat(),
        "limit_from": since.isoformat(),
        "month_from": month.isoformat(),
        "month_to": (month + timedelta(days=32)).replace(day=1).isoformat(),
    }


def _digest(command: MakeClaim, zone: ZoneInfo, key: bytes) -> bytes:
    """By the serial, else the receipt with its outlet, day and article, else the document, else the picture."""
    programme, proof = command.programme_id, command.proof
    if proof.serial is not None:
        return digest_of("SERIAL", plain_proof(proof.serial, "serial"), programme, key)
    if proof.receipt is not None:
        day = command.happened_at.astimezone(zone).date().isoformat()
        said = (plain_proof(proof.receipt, "receipt"), str(command.outlet_id), day, command.sku or "")
        return digest_of("RECEIPT", "\x1f".join(said), programme, key)
    if proof.document_digest is not None:
        return digest_of("DOCUMENT", proof.document_digest, programme, key)
    assert proof.photo is not None
    return digest_of("PHOTO", proof.photo, programme, key)
