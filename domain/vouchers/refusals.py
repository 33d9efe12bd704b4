"""The refusals that postings of vouchers answer with."""

from __future__ import annotations

from collections.abc import Callable

from domain.errors import DomainError
from domain.ledger import posting as ledger
from domain.ledger.postings import Posting, Verdict
from domain.vouchers import errors

PLAIN: dict[str, Callable[[], DomainError]] = {
    kind.code: kind
    for kind in (
        errors.CouponNotFound,
        errors.CouponPaused,
        errors.VoucherNotFound,
        errors.VoucherAlreadyUsed,
        errors.VoucherExpired,
        errors.VoucherCancelled,
        errors.VouchersUsedUp,
        errors.VoucherUseNotFound,
        errors.VoucherUseReversed,
    )
}


def refusal(verdict: Verdict, posting: Posting) -> DomainError:
    """The refusal that a verdict names."""
    own = PLAIN.get(verdict.outcome)
    return own() if own is not None else ledger.refusal(verdict, posting)
