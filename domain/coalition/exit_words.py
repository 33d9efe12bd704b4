"""The steps of those who leave, and their choices; apart from the rows, so that naming them loads nothing."""

from enum import StrEnum


class ExitStep(StrEnum):
    """What happens on a partner's way out, in this order."""

    NOTICE = "NOTICE"
    """Notice is given; the partner goes on as before until its exit day, and everybody is told."""
    STOP_EARNING = "STOP_EARNING"
    """The exit day: the partner funds no more points."""
    END_TAIL = "END_TAIL"
    """Its tills have honoured points for the last time; its own points are good elsewhere, as ever."""
    SETTLE = "SETTLE"
    """What is still outstanding of its points is dealt with, and the last settlement begins."""
    CLOSE = "CLOSE"
    """All its cycles are closed and nothing is open: only its history remains."""


class Remainder(StrEnum):
    """Who stands behind points of a leaving partner that nobody has spent yet; members keep the points."""

    HONOUR = "HONOUR"
    """The partner goes on paying as its points are spent; it is closed when the last one is spent or has expired."""
    PAY_OUT = "PAY_OUT"
    """The partner pays the operator now what it would owe at redemption; the operator pays the redeemers later."""
    TAKE_OVER = "TAKE_OVER"
    """The operator becomes their sponsor and pays at redemption from its own."""
    WIND_DOWN = "WIND_DOWN"
    """The coalition ends with its last day to spend: no redemption follows that would cost anything."""


class Residual(StrEnum):
    """Who gets what was paid in for points that nobody spent by the last day of a coalition."""

    SPONSORS = "SPONSORS"
    """Those who paid it in."""
    CHARITY = "CHARITY"
    """Charity."""
    OPERATOR = "OPERATOR"
    """It stays with the operator."""


class WindDownStep(StrEnum):
    """What happens on the way to the end of a coalition, in this order."""

    ANNOUNCE = "ANNOUNCE"
    """One person announces it and another confirms; everybody is told."""
    STOP_EARNING = "STOP_EARNING"
    """Nobody earns points any more."""
    END_SPENDING = "END_SPENDING"
    """The last day to spend is over."""
    SETTLE = "SETTLE"
    """What was paid in for points that nobody spent is dealt with, and the last settlement begins."""
    CLOSE = "CLOSE"
    """All cycles are closed and nothing is open."""
