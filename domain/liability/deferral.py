"""Deferred revenue of a partner that is principal: the part of a price that belongs to points not redeemed. Pure.

    allocated     = price · SSP of points ÷ (SSP of goods + SSP of points),  SSP of points = points · value · URR
    recognised(t) = allocated · redeemed(t) ÷ expected(t), caught up cumulatively

Points are a material right, a performance obligation of its own (IFRS 15, paragraphs B39 to B43); their stand-alone
selling price (SSP) reckons with how likely they are to be redeemed. The allocation stays as it was at the sale; what is
expected to be redeemed is estimated anew each time. Figures: IFRS 15 illustrative example 52; KPMG, Revenue handbook,
example 10A.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction


def ssp_of_points(points: int, value: Decimal, urr: Decimal) -> Fraction:
    """What the points would sell for by themselves."""
    return points * Fraction(value) * Fraction(urr)


def allocated(price: Decimal, ssp_goods: Decimal, ssp_points: Fraction, *, ratio_digits: int | None = None) -> Fraction:
    """The part of the price that belongs to the points; with ratio_digits, by a ratio rounded to so many decimals."""
    whole = Fraction(ssp_goods) + ssp_points
    ratio = ssp_points / whole if whole else Fraction(0)
    if ratio_digits is not None:
        exact = Decimal(ratio.numerator) / Decimal(ratio.denominator)
        ratio = Fraction(exact.quantize(Decimal(1).scaleb(-ratio_digits), ROUND_HALF_UP))
    return Fraction(price) * ratio


def recognised(allocation: Fraction, redeemed: Fraction, expected: Fraction) -> Fraction:
    """What has been earned of the allocation so far, when so many points of those expected are redeemed.

    Where nothing more is expected, all of it is earned; never more than all.
    """
    if expected <= redeemed:
        return allocation
    return allocation * redeemed / expected
