"""Somebody decides about a claim; the member may object, once. Each decision is a row, told by the audit trail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from asyncpg import UniqueViolationError
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlmodel import col

from domain.claims.errors import (
    ClaimNotFound,
    ClaimStateConflict,
    ClaimTooLate,
    InvalidClaim,
    ProofTaken,
    SecondApproverNeeded,
)
from domain.claims.finding import claim_by_id, claim_of, decisions_of
from domain.claims.models import Claim, ClaimDecision, ClaimRefusal, ClaimState, DecisionKind
from domain.ids import PartnerId
from domain.storage import WriteSession

MEANWHILE = "changed by somebody else in the meantime"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Who decides, for which partner."""

    partner_id: PartnerId
    by: UUID | None
    """The person or client; None: the desk."""


async def approve(session: WriteSession, decider: Decider, claim_id: UUID, *, now: datetime) -> Claim:
    """Say that a claim is to be paid; from a value on it needs a second person. Approving again changes nothing.

    Raises: ClaimNotFound, ClaimStateConflict, SecondApproverNeeded.
    """
    claim = await _owned(session, decider, claim_id)
    if claim.state in {ClaimState.APPROVED, ClaimState.PAID}:
        return claim
    if claim.state != ClaimState.PENDING:
        raise ClaimStateConflict(claim.state, "approved")
    (decisions,) = await decisions_of(session, [claim_id])
    if decider.by in _approved_by(decisions) or (claim.approvals_needed > 1 and decider.by is None):
        raise SecondApproverNeeded
    approvals = claim.approvals + 1
    done = approvals >= claim.approvals_needed
    columns = {"approvals": approvals} | ({"state": ClaimState.APPROVED, "decided_at": now} if done else {})
    return await _step(session, decider, claim, decisions, DecisionKind.APPROVED, None, columns, now)


async def reject(session: WriteSession, decider: Decider, claim_id: UUID, why: ClaimRefusal, *, now: datetime) -> Claim:
    """Say that a claim is not paid, and why. Raises: ClaimNotFound, ClaimStateConflict, InvalidClaim."""
    claim = await _owned(session, decider, claim_id)
    _by_hand(why)
    if claim.state == ClaimState.REJECTED and claim.refusal == why:
        return claim
    if claim.state != ClaimState.PENDING:
        raise ClaimStateConflict(claim.state, "rejected")
    (decisions,) = await decisions_of(session, [claim_id])
    columns = {"state": ClaimState.REJECTED, "refusal": why, "decided_at": now}
    return await _step(session, decider, claim, decisions, DecisionKind.REJECTED, why, columns, now)


async def take_back(
    session: WriteSession, decider: Decider, claim_id: UUID, why: ClaimRefusal, *, now: datetime
) -> Claim:
    """Find that a paid claim should not have been: what it brought is taken back, by the worker or at once.

    Raises: ClaimNotFound, ClaimStateConflict, InvalidClaim.
    """
    claim = await _owned(session, decider, claim_id)
    _by_hand(why)
    if claim.state != ClaimState.PAID:
        raise ClaimStateConflict(claim.state, "taken back")
    if claim.back_units == claim.units:
        return claim
    (decisions,) = await decisions_of(session, [claim_id])
    return await _step(
        session, decider, claim, decisions, DecisionKind.TAKEN_BACK, why, {"back_units": claim.units}, now
    )


async def object_to(
    session: WriteSession, member_id: UUID, claim_id: UUID, sealed: bytes | None, *, days: int, now: datetime
) -> Claim:
    """The member objects to a rejection, once and in time: it is looked at again, and by itself nothing is approved.

    Raises: ClaimNotFound, ClaimStateConflict, ClaimTooLate, ProofTaken.
    """
    claim = await claim_of(session, member_id, claim_id)
    if claim.state != ClaimState.REJECTED or claim.entry_id is not None:
        raise ClaimStateConflict(claim.state, "objected to")
    if claim.objected_at is not None:
        raise ClaimStateConflict("rejected after an objection", "objected to")
    if claim.decided_at is not None and now > claim.decided_at + timedelta(days=days):
        raise ClaimTooLate(days, "objected to")
    columns = {
        "state": ClaimState.PENDING,
        "refusal": None,
        "approvals": 0,
        "decided_at": None,
        "objected_at": now,
        "sealed_objection": sealed,
    }
    return await _moved(session, claim, columns)


async def _step(
    session: WriteSession,
    decider: Decider,
    claim: Claim,
    before: Sequence[ClaimDecision],
    decision: DecisionKind,
    why: ClaimRefusal | None,
    columns: dict[str, Any],
    now: datetime,
) -> Claim:
    moved = await _moved(session, claim, columns)
    session.add(
        ClaimDecision(
            claim_id=claim.claim_id,
            number=len(before) + 1,
            partner_id=decider.partner_id,
            decision=decision,
            reason=why,
            decided_by=decider.by,
            decided_at=now,
        )
    )
    await session.flush()  # whoever decided at the same moment is refused here, by the decision's number
    return moved


async def _moved(session: WriteSession, claim: Claim, columns: dict[str, Any]) -> Claim:
    """Write a step, provided that nobody else has taken one since the claim was read."""
    row = Claim
    as_read = (
        col(row.claim_id) == claim.claim_id,
        col(row.state) == claim.state,
        col(row.approvals) == claim.approvals,
        col(row.back_units) == claim.back_units,
    )
    moving = update(row).where(*as_read).values(**columns).returning(row).execution_options(populate_existing=True)
    try:
        moved = (await session.execute(moving)).scalar_one_or_none()
    except IntegrityError as clash:
        cause = clash.orig.__cause__ if clash.orig else None
        if isinstance(cause, UniqueViolationError):
            raise ProofTaken from None
        raise
    if moved is None:
        raise ClaimStateConflict(MEANWHILE, "decided")
    return moved


async def _owned(session: WriteSession, decider: Decider, claim_id: UUID) -> Claim:
    claim = await claim_by_id(session, claim_id)
    if claim.partner_id != decider.partner_id:
        raise ClaimNotFound
    return claim


def _approved_by(decisions: Sequence[ClaimDecision]) -> set[UUID | None]:
    """Who has approved since it was last rejected."""
    since: set[UUID | None] = set()
    for one in decisions:
        since = since | {one.decided_by} if one.decision == DecisionKind.APPROVED else set()
    return since


def _by_hand(why: ClaimRefusal) -> None:
    if not why.by_hand:
        ours = ", ".join(one for one in ClaimRefusal if one.by_hand)
        raise InvalidClaim(f"a reason that somebody gives is one of {ours}", path=("reason",))
