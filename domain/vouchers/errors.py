"""Refusals of coupons and vouchers."""

from __future__ import annotations

from domain.errors import Conflict, DomainError, NotFound


class InvalidCoupon(DomainError):
    """The terms of a coupon are malformed, or do not go together."""

    code = "INVALID_COUPON"


class CouponNotFound(NotFound):
    """There is no such coupon, or none that the viewer may see."""

    code = "COUPON_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such coupon.")


class CouponStateConflict(Conflict):
    """The coupon stands where this step cannot be taken."""

    code = "COUPON_STATE_CONFLICT"

    def __init__(self, state: str, step: str) -> None:
        self.state = state
        super().__init__(f"A coupon that is {state} cannot be {step}.")


class CouponAgreementMissing(Conflict):
    """A sponsor has not agreed to these terms."""

    code = "COUPON_AGREEMENT_MISSING"

    def __init__(self, sponsors: int) -> None:
        super().__init__(f"{sponsors} of its sponsors have yet to agree to these very terms.")


class CouponWordTaken(Conflict):
    """Another coupon of the owner has this public word."""

    code = "COUPON_WORD_TAKEN"

    def __init__(self) -> None:
        super().__init__("Another live coupon of yours has this word; end it, or take another word.", path=("word",))


class CouponPaused(Conflict):
    """Vouchers of the coupon are not taken for now."""

    code = "COUPON_PAUSED"

    def __init__(self) -> None:
        super().__init__("The coupon is paused; its vouchers are taken again once it is resumed.")


class VoucherNotFound(NotFound):
    """Nobody has a voucher by this code that could be used here."""

    code = "VOUCHER_NOT_FOUND"

    def __init__(self, *, mistyped: bool = False) -> None:
        self.mistyped = mistyped
        hint = "One character of the code is wrong." if mistyped else "Check the code, letter by letter."
        super().__init__(f"There is no such voucher at this partner. {hint}")


class VoucherAlreadyUsed(Conflict):
    """The voucher was used as often as it could be."""

    code = "VOUCHER_USED"

    def __init__(self) -> None:
        super().__init__("The voucher was used already.")


class VoucherExpired(Conflict):
    """The term of the voucher is over."""

    code = "VOUCHER_EXPIRED"

    def __init__(self) -> None:
        super().__init__("The voucher's term is over.")


class VoucherCancelled(Conflict):
    """What the voucher was won with was given back."""

    code = "VOUCHER_CANCELLED"

    def __init__(self) -> None:
        super().__init__("The voucher is no longer good: what it was won with was given back.")


class VouchersUsedUp(Conflict):
    """All that there was of it has been used or given."""

    code = "VOUCHERS_USED_UP"

    def __init__(self) -> None:
        super().__init__("All vouchers of this coupon are used up.")


class VoucherNotApplicable(Conflict):
    """The voucher stands, but not for this basket, here and now."""

    code = "VOUCHER_NOT_APPLICABLE"

    def __init__(self, why: str, message: str) -> None:
        self.why = why
        super().__init__(message)


class VoucherUseNotFound(NotFound):
    """There is no such use of vouchers at this partner."""

    code = "VOUCHER_USE_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("There is no such use of vouchers.")


class VoucherUseReversed(Conflict):
    """The use was taken back before."""

    code = "VOUCHER_USE_REVERSED"

    def __init__(self) -> None:
        super().__init__("This use was taken back already.")
