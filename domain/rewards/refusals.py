"""What the ledger refuses about rewards, as the caller is told it."""

from __future__ import annotations

from domain.errors import DomainError
from domain.ledger.posting import refusal as plain
from domain.ledger.postings import Posting, Verdict
from domain.rewards.errors import OutOfStock, RewardIndivisible
from domain.vouchers.errors import VoucherAlreadyUsed, VouchersUsedUp


def refusal(verdict: Verdict, posting: Posting) -> DomainError:
    """The refusal that a verdict names."""
    match verdict.outcome:
        case "OUT_OF_STOCK":
            return OutOfStock(verdict.spendable or 0)
        case "REWARD_INDIVISIBLE":
            return RewardIndivisible(verdict.spendable or 0)
        case "VOUCHER_USED":
            return VoucherAlreadyUsed()
        case "VOUCHERS_USED_UP":
            return VouchersUsedUp()
        case _:
            return plain(verdict, posting)
