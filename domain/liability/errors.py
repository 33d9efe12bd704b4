"""What the reserve refuses."""

from __future__ import annotations

from decimal import Decimal

from domain.errors import Conflict, Forbidden, NotFound


class MovementNotFound(NotFound):
    """There is no such movement of the reserve."""

    code = "RESERVE_MOVEMENT_NOT_FOUND"

    def __init__(self) -> None:
        super().__init__("there is no such movement of the reserve", path=("movement",))


class ReleaseNeedsSecondPerson(Forbidden):
    """Whoever asked for a release may not agree to it."""

    code = "RELEASE_NEEDS_SECOND_PERSON"

    def __init__(self) -> None:
        super().__init__("you asked for this release; somebody else has to agree to it", path=("movement",))


class ReserveTooSmall(Conflict):
    """The reserve's account does not hold what is to be released."""

    code = "RESERVE_TOO_SMALL"

    def __init__(self, amount: Decimal, available: Decimal) -> None:
        self.amount = amount
        self.available = available
        super().__init__(
            f"the reserve's account holds {available}; {amount} cannot be released from it", path=("amount",)
        )


class ReserveNeeded(Conflict):
    """The release would leave less than the minimum cover."""

    code = "RESERVE_NEEDED"

    def __init__(self, amount: Decimal, free: Decimal) -> None:
        self.amount = amount
        self.free = free
        super().__init__(
            f"{amount} cannot be released: beyond the minimum cover of the points still out there are {free}",
            path=("amount",),
        )


class LiabilityNotKnown(Conflict):
    """There is nothing to report yet: no cycle was open by then."""

    code = "LIABILITY_NOT_KNOWN"

    def __init__(self) -> None:
        super().__init__("no cycle had been opened by then, so there is no point to report", path=("as_of",))
