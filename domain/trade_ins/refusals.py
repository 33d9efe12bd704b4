"""The refusals that the database answers trade-ins with."""

from __future__ import annotations

from collections.abc import Callable

from domain.coalition.errors import PartnerNotActive
from domain.errors import DomainError, IdempotencyConflict
from domain.ledger.errors import Busy
from domain.members.errors import MemberNotFound
from domain.trade_ins import errors
from domain.vouchers.errors import CouponNotFound

PLAIN: dict[str, Callable[[], DomainError]] = {
    kind.code: kind
    for kind in (
        PartnerNotActive,
        MemberNotFound,
        CouponNotFound,
        errors.TradeInSchemeNotFound,
        errors.SerialTaken,
        errors.TradeInLimit,
        errors.TradeInNotFound,
        errors.NotConsigned,
        errors.TradeInReversed,
        errors.TradeInCreditUsed,
    )
}


def refusal(outcome: str) -> DomainError:
    """The refusal that an outcome names; whatever passes by itself is Busy."""
    if outcome == "IDEMPOTENCY_CONFLICT":
        return IdempotencyConflict(
            "This idempotency key was used for another request; a new request needs a new key.",
            path=("idempotencyKey",),
        )
    return PLAIN.get(outcome, Busy)()
